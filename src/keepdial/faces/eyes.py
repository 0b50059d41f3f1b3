"""Work on eyes: light in irises and whites, in OKLab; red pupils, found and darkened in linear light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.faces.parts import Parts, grown, softened

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

IRIS_LIGHT, WHITE_LIGHT = 0.09, 0.05
"""By how much OKLab lightness rises at full strength."""
IRIS_CONTRAST = 0.35
WHITE_COLOUR = 0.75
"""Share of the red and yellow that goes out of the whites at full strength."""
PUPIL = 0.16
"""Largest radius of a red pupil, in distances of the eyes: an iris has 0.1, the glow blooms."""
NEAR, NEAR_ESTIMATED = 0.24, 0.26
"""How far from the middle of the eye a red pupil may lie, in distances of the eyes."""
RED = 0.062
"""Least redness of a pupil (`redness`); what a red pupil has beyond the skin around is at least MORE."""
MORE = 0.036
COMMON = 0.12
"""Where more than this share of what lies around a patch is red as well, it is no pupil."""


def eye_masks(parts: Parts, lab: Array) -> tuple[Array, Array]:
    """Return (irises, whites) of both eyes, (h, w) float32; `lab` (h, w, 3) is OKLab over the parts' box.

    Whites are what lies between the lids beside the iris and is brighter and less colourful than skin: where
    the lids are only estimated this keeps them off.
    """
    shape = lab.shape[:2]
    irises, whites = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    face = parts.face
    skin = parts.polygon(parts.outline()) * (1 - parts.features(grow=0.05)) > 0.5
    usual = np.median(lab[skin], axis=0) if skin.any() else np.array([0.7, 0.04, 0.05], np.float32)
    soft = max(0.5, 0.015 * face.unit)
    for side in (0, 1):
        opening = parts.eye(side)
        middle, radius = parts.iris(side)
        inside = parts.disc(middle, radius, soft=max(1.0, 0.25 * radius))
        dark = _darker(lab[..., 0], opening)
        # Lids that are estimated may lie beside the eye: then only what is darker than around is iris.
        np.maximum(irises, inside * opening * (dark if face.estimated else 1), out=irises)
        rest = opening * (1 - parts.disc(middle, 1.05 * radius, soft=1.0))
        colour = np.hypot(lab[..., 1], lab[..., 2])
        pale = np.clip((0.8 * float(np.hypot(*usual[1:])) - colour) / 0.02 + 0.5, 0, 1)
        light = np.clip((lab[..., 0] - 0.75 * float(usual[0])) / 0.08 + 0.5, 0, 1)
        np.maximum(whites, rest * pale * light, out=whites)
    return softened(irises, soft), softened(whites, soft)


def _darker(lightness: Array, opening: Array) -> Array:
    inside = opening > 0.5
    if not inside.any():
        return np.zeros_like(lightness)
    middle = float(np.median(lightness[inside]))
    return np.asarray(np.clip((middle + 0.02 - lightness) / 0.06 + 0.5, 0, 1), np.float32)


def brightened(lab: Array, irises: Array, whites: Array, unit: float, strength: float) -> Array:
    """Return `lab` with lighter irises of more contrast, and lighter whites with less red and yellow."""
    out = lab.copy()
    s = np.float32(strength)
    light = lab[..., 0]
    smooth = softened(light, max(0.8, 0.03 * unit))
    # Pupil and catchlight stay dark and bright: what is between them rises.
    room = np.clip(light * (1 - light) * 4, 0, 1) * np.clip((light - 0.12) / 0.2, 0, 1)
    out[..., 0] += s * irises * (np.float32(IRIS_LIGHT) * room + np.float32(IRIS_CONTRAST) * (light - smooth))
    out[..., 1:] *= 1 + np.float32(0.25) * s * (irises * room)[..., None]
    out[..., 0] += s * whites * np.float32(WHITE_LIGHT) * np.clip((1 - light) * 3, 0, 1)
    warm = np.clip(out[..., 1:], 0, None)
    out[..., 1:] -= np.float32(WHITE_COLOUR) * s * whites[..., None] * warm
    return out


@dataclass(frozen=True, slots=True)
class RedPupil:
    """A red pupil: its middle in pixels of the array, its radius, and how red it is."""

    x: float
    y: float
    radius: float
    redness: float


def redness(light: Array) -> Array:
    """Return how far red exceeds the other two, in OKLab's a, minus what an orange has of it, (h, w).

    `light` (h, w, 3) is OKLab. Skin, wood and brown eyes are orange (b above a), a lit retina is not.
    """
    a, b = light[..., 1], light[..., 2]
    return np.asarray(a - 0.55 * np.maximum(b - 0.5 * np.abs(a), 0), np.float32)


def find_red(
    lab: Array, near: NDArray[np.bool_], unit: float, *, most: int = 1, lonely: bool = False
) -> tuple[RedPupil, ...]:
    """Return the red pupils in `near` (h, w) bool, the reddest first; `lab` (h, w, 3) is OKLab.

    A red pupil is a compact patch, redder by `MORE` than what lies around `near`, no larger than `PUPIL`
    distances of the eyes (`unit`, px), and does not go on outside: cheeks, lids and lips do. With `lonely`
    there must be little else that is red in `near`: lips would be.
    """
    if not near.any():
        return ()
    reach = float(np.sqrt(near.sum() / np.pi))
    inner = grown(near.astype(np.float32), 0.15 * reach) > 0
    zone = grown(near.astype(np.float32), max(2.0, 0.3 * reach)) > 0
    rim = grown(near.astype(np.float32), max(3.0, 0.8 * reach)) > 0
    rim &= ~near
    red = redness(lab)
    # Skin at the rim may be red by itself: sunburnt, lit by a sunset, made up.
    usual = float(np.percentile(red[rim], 80)) if rim.any() else 0.0
    sure = near & (red >= max(RED, usual + MORE))
    if not sure.any():
        return ()
    top = float(red[sure].max())
    # The glow fades to its rim: what has half of it belongs to it.
    level = max(0.8 * RED, usual + 0.5 * MORE, usual + 0.45 * (top - usual))
    count, labels, stats, middles = cv2.connectedComponentsWithStats(
        ((red >= level) & zone).astype(np.uint8), connectivity=8
    )
    found = []
    for k in range(1, count):
        own = labels == k
        if not (own & sure).any():
            continue
        x, y, w, h, area = (int(v) for v in stats[k])
        # A catchlight leaves a hole in the glow.
        filled = int(np.count_nonzero(_filled(own[y : y + h, x : x + w])))
        radius = float(np.sqrt(filled / np.pi))
        long = max(w, h) / max(1, min(w, h))
        if radius > max(PUPIL * unit, 1.6) or (filled > 6 and (long > 2.2 or filled < 0.45 * w * h)):
            continue
        if area > 4 and bool((own & ~inner).any()):
            continue
        # Lips are red on beyond a patch of them; around a pupil there is an iris.
        rest = near & ~(grown(own.astype(np.float32), 0.5 * radius + 1) > 0)
        if lonely and rest.any() and float((red[rest] > 0.5 * (usual + level)).mean()) > COMMON:
            continue
        middle = middles[k]
        found.append(RedPupil(float(middle[0]), float(middle[1]), max(radius, 0.7), float(red[own].max())))
    found.sort(key=lambda pupil: -pupil.redness * pupil.radius)
    return tuple(found[:most])


def _filled(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy.ndimage import binary_fill_holes

    return np.asarray(binary_fill_holes(region), np.bool_)


def pupil_mask(lab: Array, pupils: tuple[RedPupil, ...]) -> Array:
    """Return (h, w) float32, 1 = red pupil to be corrected: by its disc, and within by how red a pixel is."""
    mask = np.zeros(lab.shape[:2], np.float32)
    red = redness(lab)
    rows, columns = np.ogrid[: lab.shape[0], : lab.shape[1]]
    for pupil in pupils:
        away = np.hypot(columns - pupil.x, rows - pupil.y)
        reach = 1.3 * pupil.radius + 1.5
        disc = np.clip((reach - away) / max(1.0, 0.35 * pupil.radius) + 0.5, 0, 1)
        # The rim of the glow is mixed with the iris: it counts by its share of the redness.
        glow = np.clip((red - 0.25 * RED) / max(0.35 * pupil.redness, 1e-3), 0, 1)
        np.maximum(mask, disc * glow, out=mask)
    return mask


def darkened(light: Array, mask: Array, strength: float) -> Array:
    """Return linear light (h, w, 3) with the glow out of the red pupils.

    A lit retina is red light on top of a dark pupil: red falls to what green and blue have, which are what
    the pupil and the catchlight have without the glow; then what is left loses its colour.
    """
    others = light[..., 1:].min(axis=2)
    red = np.minimum(light[..., 0], others)
    grey = (red + light[..., 1] + light[..., 2]) / 3
    # Of a strong glow the other two have a part as well: dark parts are darkened further, bright ones stay.
    grey *= np.clip(0.45 + 0.9 * grey, 0, 1)
    bright = np.clip((others - 0.25) / 0.3, 0, 1)
    target = np.where(
        bright[..., None] > 0,
        bright[..., None] * light + (1 - bright[..., None]) * grey[..., None],
        grey[..., None],
    )
    return np.asarray(light + np.float32(strength) * mask[..., None] * (target - light), np.float32)
