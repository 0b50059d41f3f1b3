"""Where a person's body is, given the face: head, neck, shoulders, trunk and legs in face widths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box

# (down from the face's centre, half width), both in face widths: adults are 7.5 heads tall and two heads
# wide at the shoulders (Richer, Artistic Anatomy), and a detector's face box is about 0.75 of the head.
OUTLINE = (
    (-1.05, 0.0),
    (-0.95, 0.35),
    (-0.6, 0.62),
    (0.0, 0.68),
    (0.55, 0.55),
    (0.85, 0.62),
    (1.2, 1.25),
    (1.7, 1.5),
    (3.5, 1.45),
    (5.0, 1.2),
    (7.6, 0.8),
    (8.4, 0.8),
)
# Log-odds at these distances into the outline, in face widths (negative = outside of it).
DEPTHS = (-3.0, -1.2, -0.3, 0.0, 0.3, 0.8)
ODDS = (-3.0, -1.5, -0.5, 0.0, 1.0, 3.0)
# Poses differ more the further down from the face: (down, part of the positive, part of the negative odds).
TRUST = ((0.5, 1.0, 1.0), (1.5, 0.8, 0.8), (2.0, 0.77, 0.7), (5.0, 0.5, 0.7), (8.0, 0.3, 0.7))
SMALL = 0.4


def main_faces(faces: Sequence[Box]) -> tuple[Box, ...]:
    """Return the faces that are not much smaller than the largest: the others stand in the background."""
    widest = max((f.width for f in faces), default=0)
    return tuple(f for f in faces if f.width >= SMALL * widest and f.width > 0 and f.height > 0)


def body_odds(shape: tuple[int, int], faces: Sequence[Box]) -> NDArray[np.float32]:
    """Return the log-odds (H, W) that a pixel belongs to one of the people whose `faces` are given.

    Sure near the head and less so further down. Without faces all is 0.
    """
    if not faces:
        return np.zeros(shape, np.float32)
    return np.asarray(np.max([_one(shape, face) for face in faces], axis=0), np.float32)


def _one(shape: tuple[int, int], face: Box) -> NDArray[np.float32]:
    import cv2

    height, width = shape
    unit = float(np.sqrt(face.width * face.height))
    # The picture's border is no edge of the body: the outline is drawn on a larger sheet.
    margin = int(2 * unit) + 2
    x, y = face.x + face.width / 2 + margin, face.y + face.height / 2 + margin
    right = [(x + half * unit, y + down * unit) for down, half in OUTLINE]
    left = [(x - half * unit, y + down * unit) for down, half in reversed(OUTLINE)]
    sheet = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    cv2.fillPoly(sheet, [np.rint(np.array(right + left)).astype(np.int32)], (1,))
    depth = cv2.distanceTransform(sheet, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - sheet, cv2.DIST_L2, 5)
    depth = depth[margin:-margin, margin:-margin] / unit
    odds = np.interp(depth, DEPTHS, ODDS)
    down, more, less = np.array(TRUST).T
    at = (np.arange(height) + 0.5 + margin - y) / unit
    trust = np.where(odds > 0, np.interp(at, down, more)[:, None], np.interp(at, down, less)[:, None])
    return np.asarray(odds * trust, np.float32)
