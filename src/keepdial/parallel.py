"""All cores, for work in pieces: NumPy and OpenCV let go of the interpreter while they work."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def workers() -> int:
    """Return how many threads may work: as many as kernels may use, else one for each core."""
    numba: Any = sys.modules.get("numba")
    return int(numba.get_num_threads()) if numba is not None else len(os.sched_getaffinity(0))


def over(pieces: Sequence[Piece], work: Callable[[Piece], Result]) -> Iterator[Result]:
    """Yield ``work(piece)`` for every piece, in order; pieces are worked on at the same time.

    Closing the iterator early, or an exception, ends the work after the pieces that have begun.
    """
    if len(pieces) < 2 or workers() < 2:
        yield from map(work, pieces)
        return
    with ThreadPoolExecutor(workers()) as pool:
        try:
            yield from pool.map(work, pieces)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
