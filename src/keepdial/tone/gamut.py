"""Keeping colours inside of what a picture can hold, by less colour instead of cut-off channels.

A channel that is cut off changes a colour's hue and wipes out the drawing in it. Here a colour that has
become too strong is moved towards the grey of the same luminance, along a line on which its dominant
wavelength stays, and the nearer to the border the slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.planes import extremes, split, weighted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

KNEE = np.float32(0.9)
"""Part of the way from grey to the border from which on colours are held back."""
NEAR_WHITE, NEAR_BLACK = np.float32(0.01), np.float32(1e-4)
"""Least distance to white and to black that counts: nearer, the way to the border is too short to measure."""


def reach(planes: Sequence[Array], space: Space) -> tuple[Array, Array]:
    """Return luminance, and how far a colour lies on its way from grey to the border: 0 = grey, 1 = border.

    The way is the line of equal luminance in linear light; the border is where a channel reaches 0 or 1.
    """
    luminance = weighted(planes, space.luma)
    low, high = extremes(planes)
    np.subtract(luminance, low, out=low)
    low /= np.maximum(luminance, NEAR_BLACK)
    high -= luminance
    high /= np.maximum(np.float32(1) - luminance, NEAR_WHITE)
    return luminance, np.maximum(low, high, out=low)


def softened(light: Array, before: Array, space: Space) -> Array:
    """Hold colours (h, W, 3) that an adjustment made stronger inside of the picture's range; writes into
    `light`.

    From `KNEE` on the way left to the border is shortened by a curve that never reaches it,
    ``k + (1 - k) t / (t + 1 - k)`` with t = d - k. No colour is held back further than where it was
    `before`: what did not become stronger is not touched.
    """
    luminance, after = reach(split(light), space)
    over = after > KNEE
    if not over.any():
        return light
    far = after[over]
    was = reach([before[..., i][over] for i in range(3)], space)[1]
    bound = far - KNEE
    bound /= bound + (np.float32(1) - KNEE)
    bound *= np.float32(1) - KNEE
    bound += KNEE
    part = np.maximum(np.minimum(far, was), bound) / far
    grey = luminance[over]
    for i in range(3):
        channel = light[..., i][over]
        channel -= grey
        channel *= part
        channel += grey
        light[..., i][over] = channel
    return light
