"""Skin, by its colour: a model from the faces in the picture, or a careful general one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box

WORK = 250_000
# The chroma of skin of any lightness in YCbCr, as an ellipse (after Hsu, Abdel-Mottaleb & Jain, PAMI 2002).
CB, CR = 109.0, 152.0
ELLIPSE = (14.0, 25.0)
TILT = 2.53
SPREAD = 2.6
FEW = 24


def skin_map(rgb: NDArray[np.uint8], *, faces: Sequence[Box] = ()) -> NDArray[np.float32]:
    """Return how likely each pixel of `rgb` shows skin.

    Args:
        rgb: (H, W, 3) uint8; not modified.
        faces: face boxes in pixels of `rgb`. With them the colour of skin is learned from the cheeks and
            noses inside, so any complexion and any light will do. Without, only a pixel whose colour hardly
            anything but skin has counts, and wood, sand or brick of that colour still do.

    Returns:
        (H, W) float32 in [0, 1], 1 = skin; all 0 where nothing has its colour. A grey picture has none.
    """
    import cv2

    from keepdial.saliency.refine import guided
    from keepdial.saliency.working import working

    height, width = rgb.shape[:2]
    seen = working(rgb, WORK)
    lab = seen.lab
    if float(np.hypot(lab[..., 1], lab[..., 2]).max()) < 2:
        return np.zeros((height, width), np.float32)
    chance = _general(seen.rgb)
    for k, face in enumerate(faces):
        own = _learned(lab, face, seen.scale)
        if own is not None:
            # The first face replaces the general model: other things of skin's usual colour drop out.
            chance = own if k == 0 else np.maximum(chance, own)
    chance = cv2.medianBlur((chance * 255).astype(np.uint8), 3).astype(np.float32) / np.float32(255)
    chance = np.clip(guided(chance, seen.rgb), 0, 1)
    chance[chance < 0.05] = 0
    full = cv2.resize(chance, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(full, 0, 1), np.float32)


def _general(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    import cv2

    ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    luma, cr, cb = ycc[..., 0], ycc[..., 1] - CR, ycc[..., 2] - CB
    along = (np.cos(TILT) * cb + np.sin(TILT) * cr) / ELLIPSE[1]
    across = (-np.sin(TILT) * cb + np.cos(TILT) * cr) / ELLIPSE[0]
    # Burnt and black pixels have no chroma to speak of.
    lit = np.clip((luma - 35) / 25, 0, 1) * np.clip((252 - luma) / 10, 0, 1)
    return np.asarray(lit * np.clip(1.6 - 1.2 * np.hypot(along, across), 0, 1), np.float32)


def _learned(lab: NDArray[np.float32], face: Box, scale: float) -> NDArray[np.float32] | None:
    """Return the chance by a Gaussian in Lab fitted to the middle of one face; None if it is no skin."""
    middle = lab[
        max(0, int((face.y + 0.35 * face.height) * scale)) : int((face.y + 0.85 * face.height) * scale) + 1,
        max(0, int((face.x + 0.2 * face.width) * scale)) : int((face.x + 0.8 * face.width) * scale) + 1,
    ].reshape(-1, 3)
    if len(middle) < FEW:
        return None
    centre = np.median(middle, axis=0)
    # Eyes, beards, lips and spectacles are in there too: keep what is near the median, twice.
    for _ in range(2):
        off = np.abs(middle - centre)
        middle = middle[(off <= 2.5 * 1.4826 * np.median(off, axis=0) + 1).all(axis=1)]
        if len(middle) < FEW:
            return None
        centre = middle.mean(axis=0)
    if centre[1] < 1 and centre[2] < 1:
        return None
    # Elsewhere on the body the light differs more than the chroma does.
    spread = np.cov(middle.T) + np.diag([120.0, 5.0, 8.0])
    apart = lab - centre.astype(np.float32)
    inverse = np.linalg.inv(spread).astype(np.float32)
    distance = np.sqrt(np.maximum(np.einsum("hwi,ij,hwj->hw", apart, inverse, apart), 0))
    return np.asarray(np.clip(1.5 - distance / SPREAD, 0, 1), np.float32)
