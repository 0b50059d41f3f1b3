"""Drawing a selection over its picture: what is selected stays bright, with a line around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keepdial.color import samples_of, unit
from keepdial.image import Image
from keepdial.mask import outline

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIM = np.float32(0.45)
LINE = ((1.0, 1.0, 1.0), (0.9, 0.0, 0.5))
"""The inner and the outer half of the line: white and magenta, one of which shows on everything."""


def outlined(image: Image, mask: NDArray[np.float32], *, dim: bool = True) -> Image:
    """Return the picture with the mask (H, W), 1 = inside, shown on it; alpha falls away.

    Outside of the mask the picture is dimmed, and a line of about 1/400 of its longer side runs along the
    mask's half-way line.
    """
    pixels = unit(image.pixels)
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    if dim:
        pixels *= (DIM + (1 - DIM) * mask)[..., None]
    return Image(samples_of(drawn(pixels, [mask]), np.zeros(0, np.uint8)))


def drawn(pixels: NDArray[np.float32], masks: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return pixels (H, W, 3) in [0, 1] with an outline for each mask (H, W); the input is not modified."""
    import cv2

    out = pixels.copy()
    width = max(1, round(max(pixels.shape[:2]) / 800))
    for mask in masks:
        inside = (mask >= 0.5).astype(np.uint8)
        reach = cv2.dilate(inside, np.ones((3, 3), np.uint8), iterations=width)
        out[(reach > 0) & (inside == 0)] = LINE[1]
        out[outline(mask, width=width)] = LINE[0]
    return out
