"""Loading a checkpoint: its files are checked, then diffusers builds the pipeline. One is held at a time."""

from __future__ import annotations

import contextlib
import inspect
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from keepdial.diffusion.checkpoint import Checkpoint
from keepdial.diffusion.layout import unreadable, width
from keepdial.diffusion.memory import Placement, exhausted, machine, placed, settle
from keepdial.diffusion.sound import check, weights_of
from keepdial.errors import BackendError, KeepdialError, ModelRefused
from keepdial.progress import Cancel


@dataclass(eq=False, slots=True)
class Loaded:
    """A checkpoint in memory.

    Attributes:
        checkpoint: which.
        pipe: the pipeline of diffusers.
        placement: where it runs.
        control: its ControlNet; None where it has none.
        tasks: other pipelines over the same components, made when they are first asked for, by class name.
    """

    checkpoint: Checkpoint
    pipe: Any
    placement: Placement
    control: Any | None = None
    tasks: dict[str, Any] = field(default_factory=dict)

    def task(self, name: str) -> Any:
        """Return the pipeline of the class called so over the same components."""
        import diffusers

        if name in ("", type(self.pipe).__name__):
            return self.pipe
        if name not in self.tasks:
            # Not by from_pipe, which casts all components, that are shared, to 32 bits.
            kind = getattr(diffusers, name)
            parts = {**self.pipe.config, **self.pipe.components}
            if "ControlNet" in name:
                parts["controlnet"] = self.control
            with quiet():
                made = kind(
                    **{k: parts[k] for k in inspect.signature(kind.__init__).parameters if k in parts}
                )
                made.set_progress_bar_config(disable=True)
                settle(made, self.placement)
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
        key = (replace(checkpoint, about={}), stamp(checkpoint))
        if _held is None or _held[0] != key:
            release()
            _held = key, _load(checkpoint, cancel)
        _held[1].checkpoint = checkpoint  # what is told of it may be new
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
    """Return name, size and time of change of every file of weights: another stamp may be other weights.

    Raises `ModelRefused` where one is missing.
    """
    try:
        stats = [(str(path), path.stat()) for path in weights_of(checkpoint)]
    except OSError as problem:
        raise unreadable(Path(str(problem.filename or checkpoint.path)), problem) from problem
    return tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in stats)


def _load(checkpoint: Checkpoint, cancel: Cancel | None) -> Loaded:
    check(checkpoint, cancel)
    try:
        return _built(checkpoint, cancel)
    except KeepdialError:
        raise
    except OSError as problem:
        # A file that went away while the others were loaded; the libraries raise the same for what they miss.
        if problem.filename is None or problem.errno is None:
            raise _does_not_load(checkpoint, problem) from problem
        raise unreadable(Path(str(problem.filename)), problem) from problem
    # diffusers and transformers raise anything for a checkpoint that does not fit its description.
    except Exception as problem:
        full = exhausted(problem, checkpoint.name)
        if full is not None:
            raise full from problem
        raise _does_not_load(checkpoint, problem) from problem


def _does_not_load(checkpoint: Checkpoint, problem: Exception) -> ModelRefused:
    return ModelRefused(
        f"The checkpoint {checkpoint.name!r} could not be loaded: {_line(problem)}",
        hint="Its files do not go together (another architecture than they say?), or it is newer than "
        "the installed diffusers.",
        detail=f"{type(problem).__name__}: {problem}",
    )


def _built(checkpoint: Checkpoint, cancel: Cancel | None) -> Loaded:
    try:
        import torch
    except ModuleNotFoundError as problem:
        raise BackendError(
            f"{problem.name!r} is not installed.", hint="pip install 'keepdial[diffusion]'"
        ) from problem
    from keepdial.diffusion.extras import extended
    from keepdial.diffusion.parts import assembled

    placement = placed(*_sizes(checkpoint), machine())
    with quiet():
        dtype = getattr(torch, placement.dtype)
        pipe = assembled(checkpoint, dtype, cancel)
        control = extended(pipe, checkpoint, dtype)
        pipe.set_progress_bar_config(disable=True)
        settle(pipe, placement)
    return Loaded(checkpoint, pipe, placement, control)


def _sizes(checkpoint: Checkpoint) -> tuple[int, int]:
    """Return (bytes of all weights, of the largest component) at 16 bits; quantised ones as they are."""
    parts: dict[Path, int] = {}
    for file in weights_of(checkpoint):
        bits = 16 if file.suffix == ".gguf" else width(file)
        parts[file.parent] = parts.get(file.parent, 0) + file.stat().st_size * 16 // bits
    return sum(parts.values()), max(parts.values(), default=0)


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
