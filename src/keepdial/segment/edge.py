"""From the working size to the picture's own: where exactly the outline runs.

Meyer and Beucher, "Morphological Segmentation", 1990: from both sides of a narrow band the picture is
flooded, and the waters meet at the strongest edge in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE = 384
"""Side of the squares that are worked on at a time, to bound the memory."""

BAND = 0.35
"""Half the width of the band, in pixels of the working size. Of 0.35, 0.6 and 1 the best on the tuning half,
with the truth shrunk to a half and a quarter; matching colours on both sides (a local model, or a guided
filter) was worse than nothing there."""

FINER = 1.25
"""Enlargement from which on the picture's own pixels are looked at."""


def sharpened(rgb: NDArray[np.uint8], coarse: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the mask (H, W) float32 in [0, 1], 1 = inside, for an outline known at a smaller size.

    The edge is soft over one or two pixels.

    Args:
        rgb: (H, W, 3).
        coarse: (h, w), of the same proportions, 1 = inside.
    """
    import cv2

    size = size_of(rgb)
    if coarse.all() or not coarse.any():
        return np.full(rgb.shape[:2], float(coarse.all()), np.float32)
    scale = max(1.0, (size.area / coarse.size) ** 0.5)
    inner, outer = (cv2.distanceTransform(a.astype(np.uint8), cv2.DIST_L2, 5) for a in (coarse, ~coarse))
    smooth = cv2.GaussianBlur(np.where(coarse, inner - 0.5, 0.5 - outer).astype(np.float32), (0, 0), 0.8)
    away = np.asarray(cv2.resize(smooth, (size.width, size.height)), np.float32)
    away *= np.float32(scale)
    if scale < FINER:
        return np.clip(away + np.float32(0.5), 0, 1, out=away)
    mask = (away > 0).astype(np.float32)
    band = BAND * scale + 0.5
    halo = int(np.ceil(3 * band)) + 4
    for y in range(0, size.height, TILE):
        for x in range(0, size.width, TILE):
            core = Box(x, y, TILE, TILE).clip(size)
            if np.abs(away[core.slices]).min() > band + 2:
                continue
            seen = core.grow(halo).clip(size)
            soft = _flooded(rgb[seen.slices], away[seen.slices], band)
            mask[core.slices] = soft[core.shift(-seen.x, -seen.y).slices]
    return mask


def _flooded(rgb: NDArray[np.uint8], away: NDArray[np.float32], band: float) -> NDArray[np.float32]:
    """Return the mask of a part of the picture; `away` is how far inside the coarse outline a pixel lies."""
    import cv2

    inside, outside, between = 1, 2, -1
    marks = np.where(away > band, inside, np.where(away < -band, outside, 0)).astype(np.int32)
    # The outermost pixels are never flooded.
    smooth = cv2.copyMakeBorder(cv2.GaussianBlur(rgb, (0, 0), 1.0), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    marks = np.pad(marks, 1, mode="edge")
    cv2.watershed(smooth, marks)
    marks = marks[1:-1, 1:-1]
    found = np.where(marks == between, away > 0, marks == inside).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(found, (0, 0), 0.6), np.float32)
    # The blur's tails would widen what may be edited.
    return ((soft - np.float32(0.05)) / np.float32(0.9)).clip(0, 1)
