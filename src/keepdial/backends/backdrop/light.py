"""Colours and light that pass from one part of a picture to another, in CIE Lab.

After Reinhard et al., "Color Transfer between Images" (IEEE CG&A 2001): a region gets the mean and the spread
of another. Both are taken without the extremes, and how far they move is limited, so that the result stays a
photograph of the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRIM = 0.05
"""The part of the values, at each end, that the mean and the spread leave out."""

SHADE, GLARE = 30.0, 15.0
"""Within so many units of L from black and from white a look moves less."""

_TINY = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """Mean and spread of a region's Lab values, (C,) float32, C = 3, or 1 for grey: the lightness alone."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]


def lab(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return CIE Lab (h, w, C) of encoded values in [0, 1]; grey gives 100 times itself, near L."""
    import cv2

    if values.shape[2] == 1:
        return values * np.float32(100)
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(values), cv2.COLOR_RGB2Lab), np.float32)


def unlab(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return encoded values in [0, 1] of CIE Lab (h, w, C): the inverse of `lab`, cut off at the gamut."""
    import cv2

    made: NDArray[np.float32] = values / np.float32(100)
    if values.shape[2] == 3:
        made = np.asarray(cv2.cvtColor(np.ascontiguousarray(values), cv2.COLOR_Lab2RGB), np.float32)
    return np.clip(made, 0, 1)


def look_of(values: NDArray[np.float32], weight: NDArray[np.float32]) -> Look | None:
    """Return the look of encoded values (h, w, C) where `weight` (h, w) is at least a half, if any."""
    chosen = lab(values)[weight >= 0.5]
    if len(chosen) < 16:
        return None
    chosen = np.sort(chosen, axis=0)
    cut = int(TRIM * len(chosen))
    chosen = chosen[cut : len(chosen) - cut]
    return Look(chosen.mean(axis=0), chosen.std(axis=0))


def moved(
    values: NDArray[np.float32], old: Look, new: Look, *, amount: float, shift: float, stretch: float
) -> NDArray[np.float32]:
    """Return encoded values (h, w, C) with their look moved from `old` towards `new`.

    `amount` in [0, 1] is how far; the mean moves by at most `shift` Lab units, the spread by at most a factor
    of `stretch`.
    """
    by = np.clip(new.mean - old.mean, -shift, shift)
    ratio = np.clip((new.spread + _TINY) / (old.spread + _TINY), 1 / stretch, stretch)
    given = lab(values)
    wanted = (given - old.mean) * ratio + old.mean + by
    # Black stays black and white stays white: there a tint is seen at once.
    lightness = given[..., :1]
    part = np.clip(lightness / SHADE, 0, 1) * np.clip((100 - lightness) / GLARE, 0, 1)
    return unlab(np.asarray(given + np.float32(amount) * part * (wanted - given), np.float32))


SQUASH = 0.08
"""How far the shadow reaches before and behind the foot, as a part of the subject's height."""

SOFTNESS = 0.02
"""Blur of the shadow, as a part of the subject's height."""

DARKEST = 0.75
"""How much light a shadow of strength 1 takes, at its darkest."""

WORK = 400_000


def contact_shadow(matte: NDArray[np.float32], strength: float) -> NDArray[np.float32] | None:
    """Return what of the light is left, (h', w') float32 in [0, 1] on a smaller picture; None without ground.

    The subject's outline lies down flat at its foot and is blurred. A subject that is cut off by the lower
    border stands outside of the picture: no shadow of its can be seen.
    """
    import cv2

    h, w = matte.shape
    scale = min(1.0, (WORK / (h * w)) ** 0.5)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    small = np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.float32)
    rows = np.flatnonzero((small > 0.5).any(axis=1))
    if rows.size == 0 or rows[-1] >= small.shape[0] - 1:
        return None
    top, foot = float(rows[0]), float(rows[-1])
    tall = foot - top + 1
    # Each column stands on its own lowest point, so that both feet of a table get a shadow, each its own.
    y = np.arange(small.shape[0], dtype=np.float32)
    inside = small > 0.5
    lowest = np.where(inside.any(axis=0), small.shape[0] - 1 - inside[::-1].argmax(axis=0), -1.0)
    near = np.clip(1 - (foot - lowest) / (0.25 * tall), 0, 1) * (lowest >= 0)
    half = max(1.5, SQUASH * tall)
    # A little before the foot: what lies behind it is hidden.
    centre = np.where(lowest >= 0, lowest, foot) + half / 4
    lying = np.clip(1 - np.abs(y[:, None] - centre[None]) / half, 0, 1) * near[None]
    sigma = max(0.8, SOFTNESS * tall)
    wide = cv2.GaussianBlur(lying.astype(np.float32), (0, 0), 2 * sigma, sigmaY=sigma)
    peak = max(float(np.max(wide)), 1e-6)
    made: NDArray[np.float32] = 1 - np.float32(strength * DARKEST) * np.asarray(wide, np.float32) / peak
    return made
