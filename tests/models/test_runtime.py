"""Loading: once for a file, quietly, with errors that say what is lacking."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from keepdial.errors import BackendError, ModelMissing
from keepdial.models import check, installed, missing, runtime
from tests.models import samples
from tests.networks import graphs


def double(path: Path, factor: float = 2.0) -> Path:
    return graphs.write(
        path,
        [graphs.node("Mul", ["x", "two"], "y")],
        [graphs.value("x", ["n"])],
        [graphs.value("y", ["n"])],
        [graphs.constant("two", factor)],
    )


def test_a_network_runs_by_names_and_is_loaded_once(tmp_path: Path) -> None:
    path = double(tmp_path / "a.onnx")
    network = runtime.onnx(path)
    assert network.inputs == {"x": ("n",)}
    assert network.types == {"x": "tensor(float)"}
    assert network({"x": np.array([1, 2], np.float32)})["y"].tolist() == [2, 4]
    assert runtime.onnx(path) is network
    double(path, 3.0)
    os.utime(path, ns=(5, 5))
    assert runtime.onnx(path)({"x": np.array([1], np.float32)})["y"].tolist() == [3]


def test_a_forked_child_loads_for_itself(tmp_path: Path) -> None:
    path = double(tmp_path / "a.onnx")
    runtime.onnx(path)
    runtime._begin_anew()  # what happens in the child
    assert runtime._loaded == {}
    assert runtime.onnx(path)({"x": np.array([1], np.float32)})["y"].tolist() == [2]


def test_several_threads_may_ask_at_once(tmp_path: Path) -> None:
    path = double(tmp_path / "a.onnx")
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(runtime.onnx(path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1


def test_wrong_inputs_and_files_that_do_not_load_are_backend_errors(tmp_path: Path) -> None:
    network = runtime.onnx(double(tmp_path / "a.onnx"))
    with pytest.raises(BackendError, match="failed while it ran"):
        network({"x": np.zeros((2, 2, 2))})
    with pytest.raises(BackendError, match="failed while it ran"):
        network({"z": np.zeros(2, np.float32)})
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(samples.onnx())
    with pytest.raises(BackendError, match=r"'bad\.onnx' does not load"):
        runtime.onnx(bad)


def test_a_broken_tflite_file_is_a_backend_error(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    bad = tmp_path / "bad.tflite"
    bad.write_bytes(samples.tflite())
    with pytest.raises(BackendError, match=r"'bad\.tflite' does not load"):
        runtime.tflite(bad)


@pytest.mark.shared
def test_tflite_is_quiet_and_checks_shapes(
    shared: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    runtime.forget()
    network = runtime.tflite("selfie")
    assert network.shape == (1, 256, 256, 3)
    (first,) = network(np.zeros(network.shape, np.float32))
    kept = first.copy()
    network(np.ones(network.shape, np.float32))
    assert np.array_equal(first, kept)
    with pytest.raises(BackendError):
        network(np.zeros((1, 2, 2, 3), np.float32))
    assert capfd.readouterr() == ("", "")


@pytest.mark.shared
def test_without_its_package_a_model_counts_as_absent(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    runtime.forget()
    assert installed("selfie")
    said = "TensorFlow Lite models need the package ai-edge-litert: pip install 'keepdial[tflite]'"
    monkeypatch.setattr(check, "lacking_package", lambda kind: said if kind in ("tflite", "task") else "")
    monkeypatch.setattr(runtime, "lacking_package", lambda kind: said)
    assert not installed("selfie")
    assert not installed("face-landmarker")
    assert installed("yunet")
    assert "keepdial[tflite]" in str(missing("selfie"))
    with pytest.raises(ModelMissing, match=r"keepdial\[tflite\]"):
        runtime.tflite("selfie")
