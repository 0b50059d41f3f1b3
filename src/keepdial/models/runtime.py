"""Loading networks: one session for each file in a process, quiet, safe to call from several threads."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.errors import BackendError, ModelMissing
from keepdial.models.check import lacking_package, path_of
from keepdial.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_lock = threading.RLock()
_loaded: dict[tuple[str, str, int, int], Any] = {}


class Onnx:
    """An ONNX network: call it with its inputs by name, get its outputs by name."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.inputs: dict[str, tuple[int | str | None, ...]] = {
            i.name: tuple(i.shape) for i in session.get_inputs()
        }
        self.types: dict[str, str] = {i.name: i.type for i in session.get_inputs()}
        self.outputs: tuple[str, ...] = tuple(o.name for o in session.get_outputs())

    def __call__(self, inputs: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Run the network; raise `BackendError` when it fails."""
        try:
            found = self._session.run(None, dict(inputs))
        except onnx_failures() as problem:
            raise BackendError("A network failed while it ran.", detail=str(problem)) from problem
        return dict(zip(self.outputs, found, strict=True))


class Tflite:
    """A TensorFlow Lite network of one input: call it with an array, get its outputs in order."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._lock = threading.Lock()
        (given,) = interpreter.get_input_details()
        self._input = int(given["index"])
        self.shape: tuple[int, ...] = tuple(int(n) for n in given["shape"])
        self._outputs = [int(o["index"]) for o in interpreter.get_output_details()]

    def __call__(self, array: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Run the network on `array` of the shape `shape`; the outputs are copies."""
        import numpy as np

        with self._lock:  # the interpreter has one set of buffers
            try:
                self._interpreter.set_tensor(self._input, np.ascontiguousarray(array, np.float32))
                self._interpreter.invoke()
            except (RuntimeError, ValueError) as problem:
                raise BackendError("A network failed while it ran.", detail=str(problem)) from problem
            return tuple(np.array(self._interpreter.get_tensor(index)) for index in self._outputs)


def onnx(name_or_path: str | Path) -> Onnx:
    """Return the ONNX network of a model's name, or of a file.

    Raises `ModelMissing`, `ModelRefused` for a name, and `BackendError` for a file that does not load.
    """
    return _cached(name_or_path, "", _load_onnx)  # type: ignore[no-any-return]


def onnx_failures() -> tuple[type[Exception], ...]:
    """Return the kinds of exception that onnxruntime raises: its own have no base in common but Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
    return (*own, RuntimeError, ValueError)


def tflite(name_or_path: str | Path, member: str = "") -> Tflite:
    """Return the TensorFlow Lite network of a model's name, or of a file; `member` names one in a task file.

    Raises `ModelMissing` where the package for it is not installed, else as `onnx`.
    """
    return _cached(name_or_path, member, _load_tflite)  # type: ignore[no-any-return]


def forget() -> None:
    """Drop all loaded networks."""
    with _lock:
        _loaded.clear()


def _cached(name_or_path: str | Path, member: str, load: Any) -> Any:
    path = name_or_path if isinstance(name_or_path, Path) else path_of(name_or_path)
    stat = path.stat()
    key = (str(path), member, stat.st_size, stat.st_mtime_ns)
    with _lock:
        if key not in _loaded:
            _loaded[key] = load(path, member)
        return _loaded[key]


def _threads() -> int:
    return Settings.from_environment().threads or os.cpu_count() or 1


def _load_onnx(path: Path, member: str) -> Onnx:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = _threads()
    options.log_severity_level = 3
    try:
        session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except onnx_failures() as problem:
        raise _does_not_load(path, problem) from problem
    return Onnx(session)


def _load_tflite(path: Path, member: str) -> Tflite:
    if lacks := lacking_package("tflite"):
        raise ModelMissing(f"The model in {path.name!r} cannot be run here.", hint=f"{lacks}.")
    from ai_edge_litert.interpreter import Interpreter

    if member:
        with zipfile.ZipFile(path) as archive:
            data = archive.read(member)
    else:
        data = path.read_bytes()
    try:
        with _quiet():
            interpreter = Interpreter(model_content=data, num_threads=_threads())
            interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as problem:
        raise _does_not_load(path, problem) from problem
    return Tflite(interpreter)


def _does_not_load(path: Path, problem: Exception) -> BackendError:
    return BackendError(
        f"The network in {path.name!r} does not load here.",
        hint="It may be newer than the installed runtime: update keepdial's packages.",
        detail=str(problem),
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what C++ writes to stderr off the console: LiteRT has no switch for it."""
    try:
        sys.stderr.flush()
        kept = os.dup(2)
    except (OSError, ValueError, AttributeError):  # no stderr to speak of
        yield
        return
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _begin_anew() -> None:
    global _lock
    _lock = threading.RLock()
    _loaded.clear()


if hasattr(os, "register_at_fork"):
    # A session's threads do not survive a fork: the child would wait for them for ever.
    os.register_at_fork(after_in_child=_begin_anew)
