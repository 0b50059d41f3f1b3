"""Loading a checkpoint: its files are checked, then diffusers builds the pipeline. One is held at a time."""

from __future__ import annotations

import contextlib
import json
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keepdial.diffusion.checkpoint import Checkpoint
from keepdial.diffusion.memory import Placement, exhausted, machine, placed, settle
from keepdial.errors import BackendError, KeepdialError, ModelRefused
from keepdial.progress import Cancel

PICKLES = frozenset({".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle"})

LIBRARIES = frozenset({"diffusers", "transformers", "stable_diffusion"})
"""Where the components named in model_index.json may come from; another name would run a stranger's code."""

SKIPPED = frozenset({"safety_checker", "feature_extractor", "image_encoder"})
"""Components that a checkpoint works without. The safety checker returns black pictures for harmless ones."""


@dataclass(eq=False, slots=True)
class Loaded:
    """A checkpoint in memory.

    Attributes:
        checkpoint: which.
        pipe: the pipeline of diffusers.
        placement: where it runs.
        tasks: other pipelines over the same components, made when they are first asked for, by class name.
    """

    checkpoint: Checkpoint
    pipe: Any
    placement: Placement
    tasks: dict[str, Any] = field(default_factory=dict)

    def task(self, name: str) -> Any:
        """Return the pipeline of the class called so over the same components."""
        import diffusers

        if name in ("", type(self.pipe).__name__):
            return self.pipe
        if name not in self.tasks:
            with quiet():
                made = getattr(diffusers, name).from_pipe(self.pipe)
                made.set_progress_bar_config(disable=True)
            self.tasks[name] = made
        return self.tasks[name]


_lock = threading.Lock()
_held: tuple[tuple[Any, ...], Loaded] | None = None


@contextlib.contextmanager
def loaded(checkpoint: Checkpoint, cancel: Cancel | None = None) -> Iterator[Loaded]:
    """Hold the checkpoint, loaded, while the block runs; other threads wait, and can be cancelled meanwhile.

    Raises:
        ModelRefused: the files are damaged, incomplete, unsafe, or of another architecture than they say.
        BackendError: it does not fit into memory, or diffusers is not installed.
        Cancelled.
    """
    global _held
    while not _lock.acquire(timeout=0.1):
        if cancel is not None:
            cancel.check()
    try:
        key = (checkpoint.name, str(checkpoint.path), checkpoint.bytes, stamp(checkpoint))
        if _held is None or _held[0] != key:
            release()
            _held = key, _load(checkpoint, cancel)
        yield _held[1]
    finally:
        _lock.release()


def release() -> None:
    """Forget the checkpoint that is held, and give its memory back."""
    global _held
    if _held is None:
        return
    _held = None
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def stamp(checkpoint: Checkpoint) -> tuple[tuple[str, int, int], ...]:
    """Return name, size and time of change of every file of weights: another stamp may be other weights."""
    files = weights_of(checkpoint)
    return tuple((str(p), p.stat().st_size, p.stat().st_mtime_ns) for p in files)


def weights_of(checkpoint: Checkpoint) -> tuple[Path, ...]:
    """Return the files of weights that are loaded, in order."""
    parts = [checkpoint.path, *checkpoint.lora, checkpoint.controlnet, checkpoint.adapter]
    if checkpoint.layout != "folder" and checkpoint.config is not None:
        parts.append(checkpoint.config)
    files: set[Path] = set()
    for part in parts:
        if part is None:
            continue
        files |= {part} if part.is_file() else set(part.rglob("*.safetensors"))
    return tuple(sorted(files))


def check(checkpoint: Checkpoint, cancel: Cancel | None = None) -> None:
    """Raise `ModelRefused` unless all files are there, whole, safe to load and without NaN."""
    from keepdial.models.content import judge

    if checkpoint.wrong:
        raise ModelRefused(checkpoint.wrong)
    for part in (checkpoint.path, checkpoint.config, checkpoint.controlnet, checkpoint.adapter):
        if part is not None and part.is_dir():
            _check_folder(part)
        elif part is not None and not part.is_file():
            raise ModelRefused(f"{str(part)!r} is not there.", hint="Name a folder or file that is.")
    for file in weights_of(checkpoint):
        if cancel is not None:
            cancel.check()
        if file.suffix == ".gguf":
            _check_gguf(file)
        elif (kind := judge(file)) != "safetensors":
            raise ModelRefused(f"{file.name!r} holds {kind}, no safetensors.", hint="Fetch it anew.")


def _check_folder(path: Path) -> None:
    index_file = path / "model_index.json"
    if not index_file.is_file():
        if any(path.glob("*.safetensors")):
            return
        raise _pickled(path) or ModelRefused(f"{str(path)!r} holds no weights (.safetensors).")
    index = json.loads(index_file.read_text(encoding="utf-8"))
    if any(path.rglob("*.py")):
        raise ModelRefused(
            f"{str(path)!r} holds Python code, which would have to run to load it.",
            hint="Use a checkpoint that diffusers loads without code of its own.",
        )
    for name, entry in index.items():
        if name.startswith("_") or not isinstance(entry, list) or len(entry) != 2 or entry[0] is None:
            continue
        library, kind = entry
        if library not in LIBRARIES:
            raise ModelRefused(
                f"The component {name!r} of {path.name!r} comes from {library!r}.",
                hint=f"Allowed are {', '.join(sorted(LIBRARIES))}: another would run a stranger's code.",
            )
        if name in SKIPPED and not (path / name).is_dir():
            continue
        _check_component(path, name, str(kind))


def _check_component(path: Path, name: str, kind: str) -> None:
    part = path / name
    if not part.is_dir():
        raise ModelRefused(
            f"{path.name!r} lacks its component {name!r} ({kind}).",
            hint="Fetch the checkpoint anew: the download may have been cut short.",
        )
    if any(word in kind for word in ("Scheduler", "Tokenizer", "Processor", "Extractor")):
        return
    if not (part / "config.json").is_file():
        raise ModelRefused(f"{str(part)!r} has no config.json.", hint="Fetch the checkpoint anew.")
    weights = list(part.glob("*.safetensors"))
    if not weights:
        raise _pickled(part) or ModelRefused(
            f"{str(part)!r} holds no weights (.safetensors).", hint="Fetch the checkpoint anew."
        )
    for index in part.glob("*.safetensors.index.json"):
        try:
            wanted = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, AttributeError) as problem:
            raise ModelRefused(f"{str(index)!r} cannot be read.", hint="Fetch it anew.") from problem
        if missing := sorted(str(one) for one in wanted if not (part / str(one)).is_file()):
            raise ModelRefused(
                f"{str(part)!r} lacks {len(missing)} of {len(wanted)} files of weights: {missing[0]}.",
                hint="Fetch the checkpoint anew: the download may have been cut short.",
            )


def _pickled(path: Path) -> ModelRefused | None:
    found = [p.name for p in sorted(path.rglob("*")) if p.suffix in PICKLES]
    if not found:
        return None
    return ModelRefused(
        f"{str(path)!r} holds weights only as Python pickle ({found[0]}): loading one can run any program "
        "that is hidden in it.",
        hint="Use the same checkpoint as safetensors; most publishers offer it.",
    )


def _check_gguf(file: Path) -> None:
    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise ModelRefused(f"{file.name!r} is no GGUF file.", hint="Fetch it anew.")


def _load(checkpoint: Checkpoint, cancel: Cancel | None) -> Loaded:
    check(checkpoint, cancel)
    try:
        return _built(checkpoint)
    except KeepdialError:
        raise
    # diffusers and transformers raise anything for a checkpoint that does not fit its description.
    except Exception as problem:
        full = exhausted(problem, checkpoint.name)
        if full is not None:
            raise full from problem
        raise ModelRefused(
            f"The checkpoint {checkpoint.name!r} could not be loaded: {_line(problem)}",
            hint="Its files do not go together (another architecture than they say?), or it is newer than "
            "the installed diffusers.",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem


def _built(checkpoint: Checkpoint) -> Loaded:
    try:
        import torch
    except ModuleNotFoundError as problem:
        raise BackendError(
            f"{problem.name!r} is not installed.", hint="pip install 'keepdial[diffusion]'"
        ) from problem
    from keepdial.diffusion.parts import assembled, extended

    weights, largest, bits = _sizes(checkpoint)
    placement = placed(weights, largest, machine(), bits=bits)
    with quiet():
        pipe = assembled(checkpoint, getattr(torch, placement.dtype))
        extended(pipe, checkpoint)
        pipe.set_progress_bar_config(disable=True)
        settle(pipe, placement)
    return Loaded(checkpoint, pipe, placement)


def _sizes(checkpoint: Checkpoint) -> tuple[int, int, int]:
    """Return (bytes of all weights, of the largest component), both at 16 bits, and the width on disk."""
    parts: dict[Path, int] = {}
    wide = 0
    for file in weights_of(checkpoint):
        bits = 16 if file.suffix == ".gguf" else width(file)
        size = file.stat().st_size * 16 // bits
        parts[file.parent] = parts.get(file.parent, 0) + size
        wide = max(wide, bits)
    return sum(parts.values()), max(parts.values(), default=0), wide or 16


def width(file: Path) -> int:
    """Return the bits of most numbers in a safetensors file: 8, 16 or 32."""
    import struct

    with file.open("rb") as opened:
        (length,) = struct.unpack("<Q", opened.read(8))
        header = json.loads(opened.read(min(length, 100_000_000)))
    sums: dict[str, int] = {}
    for name, tensor in header.items():
        if name != "__metadata__":
            start, stop = tensor["data_offsets"]
            sums[tensor["dtype"]] = sums.get(tensor["dtype"], 0) + stop - start
    most = max(sums, key=lambda k: sums[k], default="F16")
    return {"F32": 32, "F64": 32, "F8_E4M3": 8, "F8_E5M2": 8, "I8": 8, "U8": 8}.get(most, 16)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' warnings and log lines to themselves: what matters is said by an error of ours."""
    import diffusers
    import transformers

    logs = diffusers.utils.logging, transformers.utils.logging
    before = [(log, log.get_verbosity(), log.is_progress_bar_enabled()) for log in logs]
    for log in logs:
        log.set_verbosity(50)
        log.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for log, level, bar in before:
            log.set_verbosity(level)
            if bar:
                log.enable_progress_bar()


def _line(problem: BaseException) -> str:
    line = " ".join(str(problem).split())
    return (line[:157] + "..." if len(line) > 160 else line) or type(problem).__name__
