"""Files are judged by their bytes."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

from keepdial.errors import Cancelled, ModelRefused
from keepdial.models.content import judge
from keepdial.progress import Cancel
from tests.models import samples


def write(folder: Path, data: bytes, name: str = "x.onnx") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (samples.onnx(), "onnx"),
        (samples.onnx(samples.tensor([1.0, float("inf")])), "onnx"),
        (samples.safetensors(), "safetensors"),
        (samples.tflite(), "tflite"),
        (samples.tflite() + samples.task(), "tflite"),
        (samples.task(), "task"),
        (b"\0\0" + samples.task(), "task"),
        (b' {"model": {}}', "json"),
    ],
)
def test_each_kind_is_known_whatever_its_name(tmp_path: Path, data: bytes, kind: str) -> None:
    assert judge(write(tmp_path, data, "x.pt")) == kind


@pytest.mark.parametrize(
    "data",
    [
        *(pickle.dumps({"w": [1.0] * 20}, protocol) for protocol in range(6)),
        samples.torch_zip(),
    ],
)
def test_a_pickle_is_refused_under_any_name(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ModelRefused, match=r"Python pickle.*can run any program.*ONNX") as caught:
        judge(write(tmp_path, data))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "kind that is not loaded"),
        (b"<html><body>Sign in first</body></html>", "kind that is not loaded"),
        (samples.onnx()[:-3], "cut short"),
        (samples.onnx() + b"\x3f\x01", "wire type 7"),
        (samples.onnx() + b"\xff" * 12, "never ends"),
        (b"\x08\x08" + samples.field(8, b"\x10\x0d") + bytes([0x12, 1, 65]), "lacks a version, a graph"),
        (samples.onnx(samples.tensor(external=True)), "'w' lie in another file"),
        (samples.onnx(samples.tensor([1.0, np.nan])), "'w' hold NaN"),
        (samples.safetensors([1.0, np.nan]), "'w' holds NaN"),
        (samples.safetensors([1.0, -np.inf]), "'w' holds infinite"),
        (samples.stored("BF16", b"\x80\x3f\xc0\xff", 2), "'w' holds NaN"),
        (samples.stored("BF16", b"\x80\x3f\x80\xff", 2), "'w' holds infinite"),
        (samples.stored("F16", b"\x00\x3c\x01\x7c", 2), "'w' holds NaN"),
        (samples.stored("F8_E4M3", b"\x38\xff", 2), "'w' holds NaN"),
        (samples.stored("F8_E5M2", b"\x38\x7c", 2), "'w' holds infinite"),
        (samples.stored("F32", bytes(8), 3), r"8 bytes and the shape \[3\]"),
        (samples.safetensors(stop=100), "outside of the file"),
        (samples.safetensors(stop=4), "8 bytes of numbers and its header tells of 4"),
        (samples.safetensors()[:-1], "outside of the file"),
        (b"\xff\xff\xff\x7fTFL3" + bytes(20), "root lies at"),
        (samples.task(**{"../a.tflite": samples.tflite()}), "path"),
        (samples.task(**{"a.txt": b"hello"}), "no .tflite"),
        (samples.task(**{"a.tflite": b"hello there"}), "TFL3"),
        (b'{"a": ' + b"[" * 100_000, "nested|Expecting"),
    ],
)
def test_what_is_damaged_or_unknown_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(ModelRefused, match=said):
        judge(write(tmp_path, data))


@pytest.mark.parametrize(
    "data",
    [
        samples.stored("BF16", b"\x80\x3f\x7f\xff", 2),
        samples.stored("F8_E4M3", b"\x7e\xfe", 2),
        samples.stored("F32", struct.pack("<2f", 0, -np.inf), 2, "attn_mask"),
        samples.stored("I64", b"\xff" * 16, 2),
    ],
)
def test_large_numbers_and_masks_are_let_in(tmp_path: Path, data: bytes) -> None:
    assert judge(write(tmp_path, data)) == "safetensors"


def test_reading_weights_through_can_be_cancelled(tmp_path: Path) -> None:
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        judge(write(tmp_path, samples.safetensors()), cancel)


def test_every_cut_of_an_onnx_file_is_noticed(tmp_path: Path) -> None:
    whole = samples.onnx()
    for length in range(8, len(whole)):
        with pytest.raises(ModelRefused):
            judge(write(tmp_path, whole[:length]))
