"""Judging a model file by its content, never by its name.

Only kinds are let in that hold numbers and a fixed set of operations: ONNX, safetensors, TensorFlow Lite and
MediaPipe's zip of such files, and JSON for tokenizers. A Python pickle can run any program while it is
loaded, so it is refused under whatever name it comes.
"""

from __future__ import annotations

import json
import math
import mmap
import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from keepdial.errors import ModelRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from keepdial.progress import Cancel

    Buffer = mmap.mmap | bytes

KINDS = "ONNX, safetensors, TensorFlow Lite (.tflite), MediaPipe task (.task) or tokenizer JSON"
MAX_JSON = 64 * 1024 * 1024
MAX_HEADER = 100 * 1024 * 1024
"""Largest safetensors header, as its own reader has it."""
MAX_UNPACKED = 2 * 1024**3
PIECE = 1 << 24
"""Bytes of weights that are looked at at a time."""

_FLOATS = {
    "F8_E4M3": ("<u1", 0x7F, 0x7E),
    "F8_E5M2": ("<u1", 0x7F, 0x7C),
    "F16": ("<u2", 0x7FFF, 0x7C00),
    "BF16": ("<u2", 0x7FFF, 0x7F80),
    "F32": ("<u4", 0x7FFF_FFFF, 0x7F80_0000),
    "F64": ("<u8", 0x7FFF_FFFF_FFFF_FFFF, 0x7FF0_0000_0000_0000),
}
"""For each format of floating point numbers: its bits as a whole number, all of them but the sign, and
infinity's. Above that lie the NaN. F8_E4M3 has no infinity: what stands for it here is its largest number."""


def judge(path: Path, cancel: Cancel | None = None) -> str:
    """Return the format of the file at `path`, one of `catalogue.FORMATS`, after checking that it is whole.

    Weights in it that are stored as plain floating point numbers are checked for NaN and, in safetensors,
    for infinity.

    Raises:
        ModelRefused: a pickle, an unknown kind, a damaged file, or NaN or infinity among the weights.
        Cancelled: while weights are read through.
    """
    size = path.stat().st_size
    if size < 8:
        raise ModelRefused(f"{path.name!r} holds {size} bytes: that is no model.", hint="Fetch it anew.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        head = bytes(data[:9])
        for fits, check, kind in _KINDS:
            if fits(head, path):
                try:
                    check(data, path)
                    if kind == "safetensors":
                        _finite(data, cancel)
                except _DAMAGE as problem:
                    raise ModelRefused(
                        f"{path.name!r} begins like {kind} and is damaged: {problem}.", hint="Fetch it anew."
                    ) from problem
                return kind
    if _is_pickle(head):
        raise _pickle(path.name)
    raise ModelRefused(
        f"{path.name!r} is of a kind that is not loaded (it begins with {head[:4]!r}).",
        hint=f"Allowed are {KINDS}; look for the model in one of these.",
    )


def _is_pickle(head: bytes) -> bool:
    # Protocols 2 to 5 begin with PROTO and the number; 0 and 1 with an opcode, of which torch.save's old
    # files and hand-made ones use these.
    marks = (b"(", b"]", b"}", b"c_", b"co", b"cp", b"cb", b"cn")
    return (head[0] == 0x80 and 2 <= head[1] <= 5) or head.startswith(marks)


def _pickle(name: str) -> ModelRefused:
    return ModelRefused(
        f"{name!r} holds a Python pickle (as .pt, .pth, .ckpt and .pkl files do): loading one can run any "
        "program that is hidden in it.",
        hint=f"Use the same model as {KINDS}; most publishers offer one.",
    )


def _like_zip(head: bytes, path: Path) -> bool:
    # By its end, as zip readers do: MediaPipe's own files begin with padding.
    return zipfile.is_zipfile(path)


def _zip(data: Buffer, path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        for info in infos:
            inner = Path(info.filename)
            if info.filename.endswith((".pkl", ".pickle", ".pt", ".pth")):
                raise _pickle(path.name)
            if inner.is_absolute() or ".." in inner.parts or "\\" in info.filename:
                raise ValueError(f"it has the path {info.filename!r} in it")
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise ValueError("it unpacks to more than 2 GB")
        models = [info for info in infos if info.filename.endswith(".tflite")]
        if not models:
            raise ValueError("there is no .tflite model in it")
        for info in models:
            _tflite(archive.read(info), path)


def _like_tflite(head: bytes, path: Path) -> bool:
    return head[4:8] == b"TFL3"


def _tflite(data: Buffer, path: Path) -> None:
    if bytes(data[4:8]) != b"TFL3":
        raise ValueError("a model in it lacks the mark TFL3")
    (root,) = struct.unpack_from("<I", data, 0)
    # A FlatBuffer's root table begins with the signed distance back to its vtable.
    if not 8 <= root <= len(data) - 4:
        raise ValueError(f"its root lies at {root} of {len(data)} bytes")
    (back,) = struct.unpack_from("<i", data, root)
    table = root - back
    if not 4 <= table <= len(data) - 4:
        raise ValueError("its first table lies outside of the file")


def _like_safetensors(head: bytes, path: Path) -> bool:
    (length,) = struct.unpack("<Q", head[:8])
    return head[8:] == b"{" and 2 <= length <= min(MAX_HEADER, path.stat().st_size - 8)


def _safetensors(data: Buffer, path: Path) -> None:
    (length,) = struct.unpack_from("<Q", data, 0)
    header = json.loads(bytes(data[8 : 8 + length]))
    if not isinstance(header, dict):
        raise ValueError("its header is no table")
    room, end = len(data) - 8 - length, 0
    for name, tensor in header.items():
        if name == "__metadata__":
            continue
        start, stop = tensor["data_offsets"]
        if not 0 <= start <= stop <= room:
            raise ValueError(f"the tensor {name!r} lies outside of the file")
        end = max(end, stop)
    if end != room:
        raise ValueError(f"it holds {room} bytes of numbers and its header tells of {end}")


def _finite(data: Buffer, cancel: Cancel | None) -> None:
    """Raise `ValueError` where a tensor of a safetensors file that was checked holds NaN or infinity."""
    import numpy as np

    (length,) = struct.unpack_from("<Q", data, 0)
    header = json.loads(bytes(data[8 : 8 + length]))
    for name, tensor in header.items():
        kind = None if name == "__metadata__" else _FLOATS.get(tensor["dtype"])
        if kind is None:
            continue
        whole, unsigned, infinite = kind
        start, stop = (8 + length + offset for offset in tensor["data_offsets"])
        if math.prod(tensor["shape"]) * int(whole[-1]) != stop - start:
            raise ValueError(f"the tensor {name!r} has {stop - start} bytes and the shape {tensor['shape']}")
        for place in range(start, stop, PIECE):
            if cancel is not None:
                cancel.check()
            numbers = np.frombuffer(bytes(data[place : min(place + PIECE, stop)]), whole)
            most = int((numbers & numbers.dtype.type(unsigned)).max(initial=0))
            if most > infinite:
                raise ValueError(f"the tensor {name!r} holds NaN")
            # A mask of attention is infinite on purpose.
            if most == infinite and tensor["dtype"] != "F8_E4M3" and not name.endswith("mask"):
                raise ValueError(f"the tensor {name!r} holds infinite numbers")


def _like_json(head: bytes, path: Path) -> bool:
    return head.lstrip()[:1] == b"{" and path.stat().st_size <= MAX_JSON


def _json(data: Buffer, path: Path) -> None:
    try:
        value = json.loads(bytes(data[:]))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("it is no table")


def _like_onnx(head: bytes, path: Path) -> bool:
    # ModelProto is written in the order of its fields: ir_version, field 1, comes first.
    return head[0] == 0x08 and 1 <= head[1] <= 30


def _onnx(data: Buffer, path: Path) -> None:
    from keepdial.models.protobuf import check_onnx

    check_onnx(data)


_DAMAGE = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    OverflowError,
    RecursionError,
    struct.error,
    zipfile.BadZipFile,
)

_KINDS: tuple[tuple[Callable[[bytes, Path], bool], Callable[[Buffer, Path], None], str], ...] = (
    (_like_tflite, _tflite, "tflite"),
    (_like_safetensors, _safetensors, "safetensors"),
    (_like_onnx, _onnx, "onnx"),
    (_like_json, _json, "json"),
    (_like_zip, _zip, "task"),  # last: a TensorFlow Lite file may have a zip of notes at its end
)
