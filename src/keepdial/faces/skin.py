"""Work on skin, in OKLab: smoothing that keeps pores, evening of colour, finding and healing of spots.

All sizes follow the distance of the eyes (`Landmarks.unit`, about 63 mm on an adult), so that a face comes
out the same at every resolution.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.faces.parts import softened, weighted_blur

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

PORES = 0.012
"""Standard deviation below which detail is texture that stays, in distances of the eyes (0.8 mm)."""
BLOTCHES = 0.09
"""Standard deviation above which variation is the face's own shape and light (6 mm)."""
EDGES = (0.05, 0.025, 0.025)
"""Contrast in OKLab at which something counts as an edge and is kept rather than smoothed."""
TINT = 0.16
"""Standard deviation of what counts as a blotch of colour, in distances of the eyes (10 mm)."""
RADII = (0.014, 0.024, 0.04, 0.06)
"""Radii at which spots are looked for, in distances of the eyes (0.9 to 4 mm)."""
CONTRAST = 0.022
"""Least contrast of a spot in OKLab at the middle of the scale of sensitivity."""
REACH = 2.5
"""Radius within which a spot is healed, in radii of the spot."""


def bands(lab: Array, skin: Array, unit: float) -> tuple[Array, Array]:
    """Return (fine detail, middle band), both like `lab` (h, w, 3); fine + middle + the rest is `lab`.

    The fine band is kept as it is by `smoothed`. The middle one is taken with an edge-aware base, a guided
    filter of the picture by itself (He, Sun and Tang, PAMI 2013) in which only skin counts (`skin`, (h, w)).
    """
    low = weighted_blur(lab, skin, max(0.7, PORES * unit))
    base = _guided(low, skin, max(1.5, BLOTCHES * unit))
    return lab - low, low - base


def smoothed(lab: Array, skin: Array, unit: float, strength: float) -> Array:
    """Return `lab` with a share `strength` of the middle band taken out of the skin; pores and edges stay."""
    _, middle = bands(lab, skin, unit)
    return lab - np.float32(strength) * skin[..., None] * middle


def _guided(lab: Array, skin: Array, sigma: float) -> Array:
    """Return the edge-aware base: a local line fit of each channel to itself, smoothed."""
    mean = weighted_blur(lab, skin, sigma)
    variance = np.maximum(weighted_blur(lab**2, skin, sigma) - mean**2, 0)
    slope = variance / (variance + np.square(np.array(EDGES, np.float32)))
    slope_mean = weighted_blur(slope, skin, sigma)
    offset = weighted_blur(mean - slope * mean, skin, sigma)
    return np.asarray(slope_mean * lab + offset, np.float32)


def evened(lab: Array, skin: Array, unit: float, strength: float) -> Array:
    """Return `lab` with the skin's colour, at low frequencies, moved towards the skin's median.

    Lightness stays, and so does all colour detail that is smaller than a blotch.
    """
    inside = skin > 0.5
    if not inside.any():
        return lab
    low = weighted_blur(lab[..., 1:], skin, max(2.0, TINT * unit))
    middle = np.median(lab[inside][:, 1:], axis=0).astype(np.float32)
    out = lab.copy()
    out[..., 1:] += np.float32(strength) * skin[..., None] * (middle - low)
    return out


@dataclass(frozen=True, slots=True)
class Blemish:
    """A spot: its middle in pixels of the array, its radius in px, and how far it stands out (OKLab)."""

    x: float
    y: float
    radius: float
    contrast: float


def blemishes(lab: Array, skin: Array, unit: float, sensitivity: float) -> tuple[Blemish, ...]:
    """Return the small spots on skin that are darker or redder than what is around, the plainest first.

    Differences of Gaussians at several sizes (Lowe, IJCV 2004) find dark or red places; each must stand out
    of all eight directions around it, which folds and hairs do not, and have skin all around.

    Args:
        lab: (h, w, 3) OKLab.
        skin: (h, w) in [0, 1].
        unit: distance of the eyes in px.
        sensitivity: 0 = only the plainest, 1 = every freckle.
    """
    found: list[Blemish] = []
    least = CONTRAST * 2.0 ** (2 * (0.5 - sensitivity))
    for share in RADII:
        radius = share * unit
        if radius >= 0.8:
            found += _spots(lab, skin, radius, least, 6 - 4.5 * sensitivity)
    found.sort(key=lambda spot: -spot.contrast)
    kept: list[Blemish] = []
    for spot in found:
        if all(
            np.hypot(spot.x - k.x, spot.y - k.y) > 1.7 * max(spot.radius, k.radius) for k in kept
        ):  # the same spot at another size
            kept.append(spot)
    return tuple(kept)


def _spots(lab: Array, skin: Array, radius: float, least: float, times: float) -> list[Blemish]:
    inner = weighted_blur(lab, skin, 0.7 * radius)
    outer = weighted_blur(lab, skin, 2.0 * radius)
    gap = outer - inner
    # Dark, or red: a mole and a pimple.
    stands = gap[..., 0] - np.float32(1.5) * gap[..., 1]
    ground = cv2.erode(skin, _round(2.5 * radius)) > 0.6
    if not ground.any():
        return []
    usual = 1.4826 * float(np.median(np.abs(stands[ground] - np.median(stands[ground]))))
    size = max(1, round(radius))
    peak = stands >= cv2.dilate(stands, _round(size))
    places = np.argwhere(peak & ground & (stands > max(least, times * usual)))
    turns = np.arange(8) * np.pi / 4
    spots = []
    for y, x in places.tolist():
        ys = np.clip(np.round(y + 2.4 * radius * np.sin(turns)).astype(int), 0, skin.shape[0] - 1)
        xs = np.clip(np.round(x + 2.4 * radius * np.cos(turns)).astype(int), 0, skin.shape[1] - 1)
        height = float(stands[y, x])
        if float(stands[ys, xs].max()) < 0.4 * height:
            spots.append(Blemish(float(x), float(y), radius, height))
    return spots


def _round(radius: float) -> NDArray[np.uint8]:
    size = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def spot_mask(shape: tuple[int, ...], spots: tuple[Blemish, ...]) -> Array:
    """Return (h, w) float32, 1 within the spots, fading at their rims."""
    mask = np.zeros(shape[:2], np.float32)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    for spot in spots:
        away = np.hypot(columns - spot.x, rows - spot.y)
        fade = max(1.0, 0.5 * spot.radius)
        np.maximum(mask, np.clip((REACH * spot.radius - away) / fade + 0.5, 0, 1), out=mask)
    return mask


def healed(lab: Array, skin: Array, spots: tuple[Blemish, ...], strength: float) -> Array:
    """Return `lab` with each spot's colour taken from the skin around it, and its grain from beside it."""
    cover = spot_mask(lab.shape, spots)
    clean = skin * (cover <= 0)
    out = lab.copy()
    for spot in spots:
        reach = REACH * spot.radius
        side = round(4 * reach + 4)
        x0, y0 = max(0, round(spot.x) - side), max(0, round(spot.y) - side)
        part = np.s_[y0 : round(spot.y) + side + 1, x0 : round(spot.x) + side + 1]
        here, ground = lab[part], clean[part]
        if not (ground > 0.5).any():
            continue
        smooth = weighted_blur(here, ground, reach)
        fine = here - softened(here, max(1.0, spot.radius))
        grain = _moved(fine, ground, spot, (x0, y0))
        weight = spot_mask(here.shape, (Blemish(spot.x - x0, spot.y - y0, spot.radius, spot.contrast),))
        target = smooth + grain
        out[part] += np.float32(strength) * weight[..., None] * (target - out[part])
    return out


def _moved(fine: Array, ground: Array, spot: Blemish, corner: tuple[int, int]) -> Array:
    """Return the grain of the cleanest skin beside the spot, moved over it."""
    step = 2.2 * REACH * spot.radius
    best: tuple[float, int, int] = (-1.0, 0, 0)
    x, y = spot.x - corner[0], spot.y - corner[1]
    for turn in np.arange(8) * np.pi / 4:
        dx, dy = round(step * np.cos(turn)), round(step * np.sin(turn))
        px, py = round(x + dx), round(y + dy)
        if 0 <= px < ground.shape[1] and 0 <= py < ground.shape[0]:
            clean = float(softened(ground, max(1.0, spot.radius))[py, px])
            best = max(best, (clean, dx, dy))
    if best[0] < 0.3:
        return np.zeros_like(fine)
    turned = np.array([[1, 0, -best[1]], [0, 1, -best[2]]], np.float32)
    return np.asarray(
        cv2.warpAffine(
            fine, turned, ground.shape[::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT
        ),
        np.float32,
    )
