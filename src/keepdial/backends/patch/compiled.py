"""What makes a function a kernel: its types compiled ahead of its calls, its work shared among threads."""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from inspect import signature
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from keepdial import compiling

Floats1 = NDArray[np.float32]
Floats2 = NDArray[np.float32]
Floats3 = NDArray[np.float32]
Ints1 = NDArray[np.int32]
Ints2 = NDArray[np.int32]
Flags2 = NDArray[np.bool_]

TYPES = {
    "Floats1": "float32[::1]",
    "Floats2": "float32[:, ::1]",
    "Floats3": "float32[:, :, ::1]",
    "Ints1": "int32[::1]",
    "Ints2": "int32[:, ::1]",
    "Flags2": "boolean[:, ::1]",
    "int": "int64",
    "bool": "boolean",
    "np.float32": "float32",
}
"""Annotation of a kernel's parameter -> what Numba compiles for; the digit is the number of dimensions. All
arrays are C-contiguous."""

OPTIONS: dict[str, Any] = {"fastmath": True, "nogil": True, "error_model": "numpy"}

CHUNKS = 4
"""Pieces of work for each thread, so that one whose pieces are easy takes over from others."""

_preparing = threading.Lock()

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])


class Kernel(Generic[P]):
    """A compiled loop over (lo, hi) of something, called without the two: they are shared among threads.

    Threads of Python run it, and not ``prange``: that takes 2.5 times as long to compile, and depending on
    what is installed it may not be called from two threads at once. As many as ``numba.get_num_threads()``
    work at once, and no result may depend on how the range is cut.
    """

    def __init__(self, function: Callable[..., None], over: str, least: int) -> None:
        parameters = signature(function).parameters
        self.name = function.__name__
        self.ready = False
        self._least = least
        self._at = list(parameters).index(over) - 2
        self._types = f"void({', '.join(TYPES[p.annotation] for p in parameters.values())})"
        self._compiled: Any = compiling.jit(**OPTIONS)(function)

    def prepare(self) -> None:
        """Load the kernel from disk, or compile and keep it. From then on other types are a `TypeError`."""
        from numba import njit

        with _preparing:
            if self.ready:
                return
            try:
                self._compiled.compile(self._types)
            except (OSError, EOFError, pickle.UnpicklingError) as problem:
                # What is on disk cannot be read, or the folder is full or went away: without it, then.
                compiling.not_kept(str(problem))
                self._compiled = njit(**OPTIONS)(self._compiled.py_func)
                self._compiled.compile(self._types)
            self._compiled.disable_compile()
            self.ready = True

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run the loop over the whole range."""
        from numba import get_num_threads

        if not self.ready:
            self.prepare()
        run, count = self._compiled, len(args[self._at])  # type: ignore[arg-type]
        threads = get_num_threads() if count >= 2 * self._least else 1
        if threads == 1:
            run(0, count, *args)
            return
        step = max(self._least, -(-count // (threads * CHUNKS)))
        starts = iter(range(0, count, step))

        def work() -> None:
            for lo in starts:
                run(lo, min(lo + step, count), *args)

        helpers = [_pool().submit(work) for _ in range(min(threads, -(-count // step)) - 1)]
        try:
            work()
        finally:
            for helper in helpers:
                helper.result()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="keepdial")


if hasattr(os, "register_at_fork"):
    # Threads do not survive a fork, so the child needs its own.
    os.register_at_fork(after_in_child=_pool.cache_clear)


def kernel(over: str, least: int) -> Callable[[Callable[Concatenate[int, int, P], None]], Kernel[P]]:
    """Return a decorator for a function (lo, hi, ...) annotated with the names in `TYPES`.

    `over` names the parameter whose length is the end of the range; pieces have at least `least` steps.
    """

    def decorate(function: Callable[Concatenate[int, int, P], None]) -> Kernel[P]:
        return Kernel(function, over, least)

    return decorate


def inlined(function: F) -> F:
    """Compile a function that kernels of the same module call; it comes to lie in theirs."""
    from numba import njit

    made: F = njit(**OPTIONS)(function)
    return made
