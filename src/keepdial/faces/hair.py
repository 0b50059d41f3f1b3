"""Work on hair, in OKLab: a mask that follows the strands, and another colour under the same light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.faces.parts import softened, weighted_blur

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

LIFT, DROP = 0.22, 0.3
"""How far the lightness moves at most, up and down: bleached hair has no more strands to show."""
SHINE = 0.22
"""How much lighter than the hair a place is when it has lost all of its colour: that is the lamp's."""
LEAST_CHROMA = 0.02


def strands(chance: Array, rgb: NDArray[np.uint8], radius: float) -> Array:
    """Return the hair's mask (h, w) float32 as the picture's own edges have it.

    A network sees hair at a quarter of the picture's size; a guided filter (He, Sun and Tang, PAMI 2013) lays
    its answer along the strands. `rgb` is (h, w, 3) uint8.
    """
    from keepdial.saliency.refine import guided

    fine = guided(chance, rgb, radius=max(2, round(radius)), epsilon=1e-3)
    return np.asarray(np.clip(np.minimum(fine * 1.2 - 0.1, softened(chance, radius) * 2), 0, 1), np.float32)


def dyed(lab: Array, hair: Array, colour: Array, unit: float, strength: float) -> Array:
    """Return `lab` (h, w, 3) with the hair in `colour` (3,), all OKLab.

    Hue and chroma become the colour's, the chroma with the lightness (what is darker than the colour has less
    of it) and with the hair's own variation; lightness moves as a whole, so strands and shine stay.
    """
    inside = hair > 0.5
    if not inside.any():
        return lab
    out = lab.copy()
    usual = float(np.median(lab[inside][:, 0]))
    move = float(np.clip(float(colour[0]) - usual, -DROP, LIFT))
    light = lab[..., 0]
    # Black stays black and white white: in between the whole of it moves.
    target = light + move * np.clip(light / max(usual, 0.05), 0, 1.15) * np.clip((1.02 - light) / 0.25, 0, 1)
    relative = np.clip(target / max(float(colour[0]), 0.05), 0, 1.25)
    shine = np.clip((light - usual - 0.5 * SHINE) / SHINE, 0, 1)
    own = np.hypot(lab[..., 1], lab[..., 2])
    smooth = np.maximum(weighted_blur(own, hair, max(1.0, 0.1 * unit)), LEAST_CHROMA)
    lively = np.clip(0.6 + 0.4 * own / smooth, 0.5, 1.4)
    aim = colour[1:] * (relative * (1 - 0.6 * shine) * lively)[..., None]
    share = np.float32(strength) * hair
    out[..., 0] += share * (target - light)
    out[..., 1:] += share[..., None] * (aim - lab[..., 1:])
    return np.asarray(out, np.float32)
