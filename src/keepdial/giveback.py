"""Giving back to the source what was changed least, until as much is kept as was asked for.

A model redraws more than it was asked to: the sharpness of a texture, a shade, what stands beside the thing
that is meant. Where a result keeps less than the dial says, that is what can be given back, without another
run of the model and without undoing what the edit is about: pixels are ranked by how far they changed,
smoothed over their surroundings, and the lowest ranks return to the source.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOFT = 0.08
"""The share of all ranks over which given back passes into changed, so that no line shows between them."""

LOOKS = 8
"""How often what is kept is measured to find the level, at most."""

CLOSE = 0.004
"""A kept as near to the one asked for ends the search."""

_BINS = 4096


def ranked(
    source: NDArray[Any], made: NDArray[Any], where: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Return for each pixel the share of pixels that changed less, (h, w) float32 in [0, 1].

    Args:
        source, made: (h, w, C), one dtype and shape; not modified.
        where: (h, w) bool, the pixels that count; None = all. The rank of others means nothing.
    """
    import cv2

    change = np.abs(made.astype(np.float32) - source.astype(np.float32)).max(axis=2)
    change = cv2.GaussianBlur(change, (0, 0), max(0.8, max(change.shape) / 100))
    counted = change if where is None else change[where]
    most = float(change.max())
    if counted.size == 0 or most <= 0:
        return np.zeros(change.shape, np.float32)
    # Small changes are the many, so the bins are finest there.
    counts, edges = np.histogram(np.sqrt(counted), bins=_BINS, range=(0, most**0.5))
    below = np.concatenate([[0], np.cumsum(counts)]) / counted.size
    return np.asarray(np.interp(np.sqrt(change), edges, below), np.float32)


def share_of(rank: NDArray[np.float32], level: float | NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much of the change stays, (h, w) float32 in [0, 1]: all at `level` 0, nothing at 1."""
    return np.asarray(np.clip((rank - level * (1 + SOFT)) / SOFT + 1, 0, 1), np.float32)


def given_back(
    source: NDArray[Any], made: NDArray[Any], rank: NDArray[np.float32], level: float | NDArray[np.float32]
) -> NDArray[Any]:
    """Return `made` with the lowest ranks taken from `source`, in their dtype; integers are rounded."""
    share = share_of(rank, level)[..., None]
    mixed = source + share * (made.astype(np.float32) - source)
    whole = np.issubdtype(source.dtype, np.integer)
    return np.asarray(np.rint(mixed) if whole else mixed, source.dtype)


def level_for(kept: Callable[[float], float], asked: float, at_0: float) -> float:
    """Return the level at which `kept` of a level, rising from `at_0` at 0 to 1 at 1, is `asked`.

    By false position with halved ends (the Illinois method: Dowell and Jarratt, BIT 11, 1971). Measures at
    most `LOOKS` times, and returns the nearest of what was measured.
    """
    low, high = (0.0, at_0 - asked), (1.0, 1 - asked)
    nearest = low
    for _ in range(LOOKS):
        if abs(nearest[1]) <= CLOSE or high[1] <= low[1]:
            break
        at = low[0] + (high[0] - low[0]) * -low[1] / (high[1] - low[1])
        # Never nearer to an end than a tenth: what is kept may rise all at once.
        margin = 0.1 * (high[0] - low[0])
        at = min(high[0] - margin, max(low[0] + margin, at))
        off = kept(at) - asked
        if abs(off) < abs(nearest[1]):
            nearest = at, off
        low, high = ((at, off), (high[0], high[1] / 2)) if off < 0 else ((low[0], low[1] / 2), (at, off))
    return nearest[0]
