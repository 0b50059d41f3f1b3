"""Keeping colours inside of what a picture can hold, by less colour instead of cut-off channels.

A channel that is cut off changes a colour's hue and wipes out the drawing in it. Here a colour that has
become too strong is moved towards the grey of the same luminance, along a line on which its dominant
wavelength stays, and the nearer to the border the slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.oklab import FROM_LAB, FROM_LMS
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
STEPS, DAMPED = 3, np.float32(0.75)
"""How often a place on a line of equal hue is corrected, and the power of each correction."""
ROUNDED = 1e-4
"""What a colour may lie further out than allowed without being moved: the way to OKLab and back rounds."""
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

    Writes into `light`, which must lie in one piece of memory, and returns it. No colour is held back further
    than where it was `before`: what did not become stronger is not touched.
    """
    luminance, after = reach(split(light), space)
    # Few pixels of a photograph are that strong: only those are worked on, found once.
    over = np.flatnonzero(after > KNEE)
    if len(over) == 0:
        return light
    far, grey = after.reshape(-1)[over], luminance.reshape(-1)[over]
    planes = _planes_of(light, over)
    _towards(planes, grey, _allowed(far, _planes_of(before, over), space) / far)
    light.reshape(-1, 3)[over] = np.stack(planes, axis=1)
    return light


def softened_in_oklab(light: Array, lab: Array, before: Array, space: Space) -> Array:
    """Do as `softened`, along lines of equal OKLab lightness and hue instead of equal luminance.

    `lab` (h, W, 3) is OKLab of `light`. Where on its line a colour comes to lie is found in `STEPS` steps.
    """
    _, after = reach(split(light), space)
    over = np.flatnonzero(after > KNEE)
    if len(over) == 0:
        return light
    far = after.reshape(-1)[over]
    allowed = _allowed(far, _planes_of(before, over), space)
    beyond = far > allowed * np.float32(1 + ROUNDED)
    over, far, allowed = over[beyond], far[beyond], allowed[beyond]
    lightness, a, b = planes = _planes_of(lab, over)
    factor = np.ones_like(far)
    for _ in range(STEPS):
        factor *= (allowed / far) ** DAMPED
        np.minimum(factor, np.float32(1), out=factor)
        planes = _lit((lightness, a * factor, b * factor), space)
        grey, far = reach(planes, space)
    _towards(planes, grey, np.minimum(allowed / far, np.float32(1)))
    light.reshape(-1, 3)[over] = np.stack(planes, axis=1)
    return light


def _lit(lab: Sequence[Array], space: Space) -> tuple[Array, Array, Array]:
    """Return linear light of OKLab, as planes (n,); a sum by sum, the same however many pixels there are."""
    roots = [weighted(lab, row) for row in FROM_LAB]
    for root in roots:
        root *= root * root
    red, green, blue = (weighted(roots, row) for row in space.from_srgb @ FROM_LMS)
    return red, green, blue


def _allowed(far: Array, before: Sequence[Array], space: Space) -> Array:
    """Return how far (n,) colours may lie on their way that lie `far`.

    From `KNEE` on the way left to the border is shortened by a curve that never reaches it,
    ``k + (1 - k) t / (t + 1 - k)`` with t = d - k; but as far as a colour was `before` it may be.
    """
    bound: Array = far - KNEE
    bound /= bound + (np.float32(1) - KNEE)
    bound *= np.float32(1) - KNEE
    bound += KNEE
    np.maximum(np.minimum(far, reach(before, space)[1]), bound, out=bound)
    return bound


def _towards(planes: Sequence[Array], grey: Array, part: Array) -> None:
    """Leave of the distance to grey a part, in place."""
    for plane in planes:
        plane -= grey
        plane *= part
        plane += grey


def _planes_of(light: Array, chosen: NDArray[np.intp]) -> tuple[Array, Array, Array]:
    """Return the channels of chosen pixels of a tile (h, W, 3), each (n,)."""
    return split(np.take(light.reshape(-1, 3), chosen, axis=0))
