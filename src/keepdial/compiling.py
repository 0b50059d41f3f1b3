"""Numba compiles a kernel where it is first used, which takes seconds, and keeps it on disk: saying so."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from keepdial.progress import Cancel, Event, Listener, silent

ONCE = "compiling, once"
EACH_TIME = "compiling, each time (see the notes)"

F = TypeVar("F", bound=Callable[..., Any])

_log = logging.getLogger("keepdial")
_unkept: list[str] = []


def jit(**options: Any) -> Callable[[F], F]:
    """Return a decorator like ``numba.njit(cache=True, **options)`` that works where nothing can be kept.

    Numba keeps what it compiled in ``$NUMBA_CACHE_DIR``, beside the module, or in the user's cache folder,
    whichever is the first that can be written; without any, `unkept` says so. It is compiled anew when a
    module of the package changes from which it uses a function, but not for a number defined elsewhere.
    """
    from numba import njit

    def decorate(function: F) -> F:
        made = njit(**options)(function)
        try:
            made.enable_caching()
        except RuntimeError as problem:
            not_kept(str(problem))
        else:
            _depend_on_all(made, function)
        return cast("F", made)

    return decorate


def _depend_on_all(made: Any, function: Callable[..., Any]) -> None:
    """Let what is kept on disk go stale when any module changes whose functions are compiled into this one.

    Numba itself looks at the function's own file only.
    """
    package = function.__module__.partition(".")[0]
    names = {getattr(value, "__module__", None) for value in function.__globals__.values()}
    ours = sorted(n for n in names if isinstance(n, str) and n.partition(".")[0] == package)
    stamp = hashlib.sha256()
    for name in ours:
        file = getattr(sys.modules.get(name), "__file__", None)
        if file is not None:
            stamp.update(Path(file).read_bytes())
    # There is no public way to say so; a Numba without this attribute goes by the own file alone.
    kept: Any = getattr(made._cache, "_cache_file", None)
    if hasattr(kept, "_source_stamp"):
        kept._source_stamp = (kept._source_stamp, stamp.digest())


def not_kept(why: str) -> None:
    """Take note that compiled code cannot be kept on disk."""
    if not _unkept:
        _log.info("compiled code cannot be kept on disk: %s", why)
    _unkept.append(why)


def unkept() -> tuple[str, ...]:
    """Return a note for the report where compiled code could not be kept on disk; nothing where it can."""
    if not _unkept:
        return ()
    return (
        "The engine was compiled anew for this run, since no folder to keep it in can be written; set "
        "NUMBA_CACHE_DIR to one that can, and the next run starts at once.",
    )


@contextmanager
def announced(progress: Listener = silent, cancel: Cancel | None = None, *, count: int = 1) -> Iterator[None]:
    """Tell the listener, and the log, when a kernel is compiled while the block runs; say nothing otherwise.

    Numba tells of each compilation as it begins, after it has looked on disk, so nothing is announced that
    does not happen. `count` is how many compilations there are about, when there are any. Compilations by
    other threads are announced too: there is one at a time, and everybody waits for it. Raises `Cancelled`
    from within the block, between two compilations.
    """
    from numba.core import event

    class Announcer(event.Listener):
        depth = 0
        done = 0

        def on_start(self, about: Any) -> None:
            # A kernel's inlined functions are compiled, and told of, within it.
            if self.depth == 0:
                if cancel is not None:
                    cancel.check()
                stage = EACH_TIME if _unkept else ONCE
                if self.done == 0:
                    _log.info("%s: this takes some seconds", stage)
                progress(Event(stage, min(self.done / count, 0.99)))
            self.depth += 1

        def on_end(self, about: Any) -> None:
            self.depth -= 1
            self.done += self.depth == 0

    announcer = Announcer()
    with event.install_listener("numba:compile", announcer):
        yield
    if announcer.done:
        progress(Event(EACH_TIME if _unkept else ONCE, 1.0))
