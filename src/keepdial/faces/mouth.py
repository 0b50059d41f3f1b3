"""Work on mouths, in OKLab: which pixels are teeth, whiter teeth, and colour on lips and cheeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.faces import topology
from keepdial.faces.parts import Parts, grown, softened, weighted_blur

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

SHUT = 0.035
"""Height of the opening, in distances of the eyes, below which no teeth can show."""
FEW = 0.0015
"""Least area of teeth, in squares of the distance of the eyes."""
BLUSH = (0.19, 0.16)
"""Deviations of the blush across and down, in distances of the eyes."""
LIGHTER = 0.35
"""How far a colour lightens what is darker than itself, beside how far it darkens what is lighter."""
YELLOW, LIGHT = 0.8, 0.06
"""Share of the yellow that goes, and by how much OKLab lightness rises, at full strength."""


def teeth(parts: Parts, lab: Array) -> Array:
    """Return the teeth, (h, w) float32, 1 = tooth; all 0 where none are seen.

    A tooth is less red than skin and lips and about as light as skin or lighter, and lies within the open
    mouth. Where the mouth is estimated it is looked for in and around the estimated lips.
    """
    face = parts.face
    unit = face.unit
    if face.estimated:
        place = parts.polygon(face.at(topology.LIPS))
        place = grown(place, 0.06 * unit)
    else:
        place = grown(parts.mouth(), 0.01 * unit)
        up, low = face.at((topology.UPPER_LIP, topology.LOWER_LIP))
        if float(np.hypot(*(low - up))) < SHUT * unit:
            return np.zeros(lab.shape[:2], np.float32)
    skin = parts.polygon(parts.outline()) * (1 - parts.features(grow=0.05)) > 0.5
    if not skin.any() or not (place > 0.5).any():
        return np.zeros(lab.shape[:2], np.float32)
    light, a, b = np.median(lab[skin], axis=0).tolist()
    spread = float(np.median(np.abs(lab[skin][:, 1] - a)))
    pale = np.clip((a - 0.6 * spread - 0.008 - lab[..., 1]) / 0.01 + 0.5, 0, 1)
    bright = np.clip((lab[..., 0] - 0.82 * light) / 0.08 + 0.5, 0, 1)
    plain = np.clip((1.3 * max(b, 0.03) - np.abs(lab[..., 2])) / 0.03 + 0.5, 0, 1)
    likely = place * pale * bright * plain
    if face.estimated:
        likely *= _largest(likely > 0.5, unit)
    found = softened(np.asarray(likely, np.float32), max(0.5, 0.012 * unit))
    if float((found > 0.5).sum()) < max(4.0, FEW * unit**2):
        return np.zeros_like(found)
    return found


def _largest(region: NDArray[np.bool_], unit: float) -> Array:
    """Return 1 on the largest patch and what lies within reach of it: teeth are one row."""
    near = grown(region.astype(np.float32), 0.03 * unit) > 0
    count, labels, stats, _ = cv2.connectedComponentsWithStats(near.astype(np.uint8), connectivity=8)
    if count < 2:
        return np.zeros(region.shape, np.float32)
    return np.asarray(labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()), np.float32)


def whitened(lab: Array, mask: Array, strength: float) -> Array:
    """Return `lab` with less yellow in the teeth and a little more light; their shading stays."""
    out = lab.copy()
    s = np.float32(strength) * mask
    out[..., 2] -= s * np.float32(YELLOW) * np.maximum(lab[..., 2] - np.float32(0.008), 0)
    out[..., 1] -= s * np.float32(0.5) * np.maximum(lab[..., 1], 0)
    out[..., 0] += s * np.float32(LIGHT) * np.clip((1 - lab[..., 0]) * 4, 0, 1)
    return out


def coloured(lab: Array, mask: Array, colour: Array, unit: float, strength: float, *, shade: float) -> Array:
    """Return `lab` with `colour` (3,) OKLab on the mask; all detail of light and colour stays.

    Only what is smooth moves to the colour: the mean colour under the mask goes to it, by `strength`, and the
    lightness by the part `shade` of that.
    """
    inside = mask > 0.3
    if not inside.any():
        return lab
    out = lab.copy()
    smooth = weighted_blur(lab, mask, max(1.0, 0.1 * unit))
    share = np.float32(strength) * mask
    usual = float(np.median(lab[inside][:, 0]))
    move = shade * (float(colour[0]) - usual)
    # Paint on something darker lightens it little, and has less colour there.
    move *= LIGHTER if move > 0 else 1
    pale = min(1.0, (usual + move) / max(float(colour[0]), 0.05))
    out[..., 1:] += share[..., None] * (colour[1:] * np.float32(pale) - smooth[..., 1:])
    out[..., 0] += share * np.float32(move)
    return out


def cheeks(parts: Parts, skin: Array) -> Array:
    """Return where blush goes, (h, w) float32: soft ellipses on both cheeks, on skin alone."""
    found = np.zeros(skin.shape, np.float32)
    unit = parts.face.unit
    for indices in topology.CHEEKS:
        middle = parts.face.at(indices).mean(axis=0)
        np.maximum(found, parts.spot(middle, BLUSH[0] * unit, BLUSH[1] * unit), out=found)
    return np.asarray(found * np.clip(1.4 * skin, 0, 1), np.float32)
