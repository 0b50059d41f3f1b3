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
SHY = np.float32(0.93)
"""Part of the way to white, of the brightest channel, that counts as the whole way: so much stays free that 8
bits still tell it from what is cut off."""
NEAR_WHITE, NEAR_BLACK = np.float32(0.01), np.float32(1e-4)
"""Least distance to white and to black that counts: nearer, the way to the border is too short to measure."""


def reach(planes: Sequence[Array], space: Space) -> tuple[Array, Array]:
    """Return luminance, and how far a colour lies on its way from grey to the border: 0 = grey, 1 = border.

    The way is the line of equal luminance in linear light; the border is where a channel reaches 0 or comes
    near to 1 (`SHY`).
    """
    luminance = weighted(planes, space.luma)
    low, high = extremes(planes)
    np.subtract(luminance, low, out=low)
    low /= np.maximum(luminance, NEAR_BLACK)
    high -= luminance
    high /= np.maximum(SHY * (np.float32(1) - luminance), NEAR_WHITE)
    return luminance, np.maximum(low, high, out=low)


def softened(light: Array, before: Array, space: Space) -> Array:
    """Hold colours (h, W, 3) that an adjustment made stronger inside of the picture's range.

    Writes into `light`, which must lie in one piece of memory, and returns it.

    From `KNEE` on the way left to the border is shortened by a curve that never reaches it,
    ``k + (1 - k) t / (t + 1 - k)`` with t = d - k. No colour is held back further than where it was
    `before`: what did not become stronger is not touched.
    """
    luminance, after = reach(split(light), space)
    # Few pixels of a photograph are that strong: only those are worked on, found once.
    over = np.flatnonzero(after > KNEE)
    if len(over) == 0:
        return light
    far, grey = after.reshape(-1)[over], luminance.reshape(-1)[over]
    was = reach(_planes_of(before, over), space)[1]
    bound = far - KNEE
    bound /= bound + (np.float32(1) - KNEE)
    bound *= np.float32(1) - KNEE
    bound += KNEE
    part = np.maximum(np.minimum(far, was), bound) / far
    planes = _planes_of(light, over)
    for plane in planes:
        plane -= grey
        plane *= part
        plane += grey
    light.reshape(-1, 3)[over] = np.stack(planes, axis=1)
    return light


def _planes_of(light: Array, chosen: NDArray[np.intp]) -> tuple[Array, Array, Array]:
    """Return the channels of chosen pixels of a tile (h, W, 3), each (n,)."""
    return split(np.take(light.reshape(-1, 3), chosen, axis=0))
