"""From the working size to the picture's own: where exactly the outline runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

TILE = 384
"""Side of the squares that are worked on at a time, to bound the memory."""

PULL = 2.0
"""What the colours say against what the distance from the coarse outline says, in bands; where the outline is
known at the picture's own size they say nothing (on the bench they would not help there)."""

NOISE = 8.0
"""Standard deviation of colours that says nothing, in levels of 255."""


def sharpened(rgb: NDArray[np.uint8], coarse: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the mask (H, W) float32 in [0, 1], 1 = inside, for an outline known at a smaller size.

    In a band along the outline each pixel is compared with the mean colours nearby on both sides; the edge is
    soft over about one pixel.

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
    signed = np.where(coarse, inner - 0.5, 0.5 - outer).astype(np.float32)
    smooth = cv2.GaussianBlur(signed, (0, 0), 0.8)
    away = np.asarray(
        cv2.resize(smooth, (size.width, size.height), interpolation=cv2.INTER_LINEAR), np.float32
    ) * np.float32(scale)
    mask = (away > 0).astype(np.float32)
    band = 2.0 * scale + 1.5
    pull = PULL * min(1.0, scale - 1)
    halo = int(np.ceil(4 * band)) + 4
    for y in range(0, size.height, TILE):
        for x in range(0, size.width, TILE):
            core = Box(x, y, TILE, TILE).clip(size)
            if np.abs(away[core.slices]).min() > band:
                continue
            seen = core.grow(halo).clip(size)
            soft = _softened(rgb[seen.slices], away[seen.slices], band, pull)
            own = core.shift(-seen.x, -seen.y).slices
            mask[core.slices] = soft[own]
    return mask


def _softened(
    rgb: NDArray[np.uint8], away: NDArray[np.float32], band: float, pull: float
) -> NDArray[np.float32]:
    import cv2

    colour = rgb.astype(np.float32)
    width = 2 * int(np.ceil(2 * band)) + 1

    def mean(values: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(
            cv2.boxFilter(values, cv2.CV_32F, (width, width), borderType=cv2.BORDER_CONSTANT), np.float32
        )

    def around(where: NDArray[np.bool_]) -> tuple[NDArray[np.float32], ...]:
        """Return how much there is around each pixel, its mean colour, and its colours' variance."""
        w = where.astype(np.float32)
        total = mean(w)
        safe = np.maximum(total, np.float32(1e-6))
        first = np.divide(mean(colour * w[..., None]), safe[..., None], dtype=np.float32)
        square = np.divide(mean((colour * colour).sum(2) * w), safe, dtype=np.float32)
        return total, first, np.maximum(square - (first * first).sum(2), 0)

    here, mine, spread = around(away > 0.5 * band)
    there, other, spread2 = around(away < -0.5 * band)
    line = mine - other
    square = (line * line).sum(2)
    along = ((colour - 0.5 * (mine + other)) * line).sum(2) / np.maximum(square, 1e-3)
    sure = square / (square + spread + spread2 + np.float32(NOISE**2))
    sure = np.where((here > 1e-4) & (there > 1e-4), sure, 0)
    # Beyond the band the coarse outline is right.
    level = away / np.float32(band) + np.float32(pull) * sure * along.clip(-0.5, 0.5)
    level = np.where(np.abs(away) >= band, np.sign(away), level.clip(-1, 1)).astype(np.float32)
    level = cv2.GaussianBlur(level, (0, 0), 0.7)
    dx, dy = (cv2.Sobel(level, cv2.CV_32F, i, 1 - i, ksize=3) / 8 for i in (1, 0))
    steep = np.maximum(np.hypot(dx, dy), np.float32(0.05))
    mask: NDArray[np.float32] = (np.float32(0.5) + level / steep).clip(0, 1)
    return mask
