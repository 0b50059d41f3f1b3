"""Working on the three channels of a tile as three planes, and mixing them.

Samples lie as (h, W, 3). Work on one channel at a time is many times faster on planes of its own, and a
matrix on all three fastest in OpenCV. Everything here gives each pixel the same value however tiles are cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float32]


def split(tile: Array) -> tuple[Array, Array, Array]:
    """Return the channels of a tile (h, W, 3) as three new planes (h, W)."""
    one, two, three = (np.ascontiguousarray(tile[..., i]) for i in range(3))
    return one, two, three


def merge(planes: Sequence[Array], tile: Array) -> Array:
    """Write three planes (h, W) into a tile (h, W, 3) and return it."""
    for i, plane in enumerate(planes):
        tile[..., i] = plane
    return tile


def mixed(tile: Array, matrix: NDArray[np.floating]) -> Array:
    """Return a tile (h, W, 3) float32 with `matrix` (3, 3) applied to each pixel; a new array."""
    import cv2

    out = np.empty(tile.shape, np.float32)
    weights = np.asarray(matrix, np.float32)
    # Row by row: the last few pixels of a call are worked out by other instructions than the rest, and
    # where rows end does not depend on how the picture is cut into tiles.
    for i, row in enumerate(tile):
        cv2.transform(row[None], weights, dst=out[i][None])
    return out


def weighted(planes: Sequence[Array], weights: NDArray[np.floating]) -> Array:
    """Return the weighted sum (h, W) of three planes; a new array."""
    total: Array = planes[0] * np.float32(weights[0])
    part = np.empty_like(total)
    for plane, weight in zip(planes[1:], weights[1:], strict=True):
        total += np.multiply(plane, np.float32(weight), out=part)
    return total


def extremes(planes: Sequence[Array]) -> tuple[Array, Array]:
    """Return the smallest and the largest of three planes at each pixel, as two new planes."""
    one, two, three = planes
    low, high = np.minimum(one, two), np.maximum(one, two)
    np.minimum(low, three, out=low)
    np.maximum(high, three, out=high)
    return low, high
