"""Healing many spots of one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of
from keepdial.healing.blend import solved
from keepdial.healing.match import Piece, place, split
from keepdial.progress import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Healed:
    """How many pieces were healed, and how many found no texture and were filled smoothly."""

    pieces: int
    smooth: int


def heal(
    picture: Array,
    hole: NDArray[np.bool_],
    unknown: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    *,
    report: Callable[[float], None] = lambda done: None,
    cancel: Cancel | None = None,
) -> Healed:
    """Heal the spots of a picture in place.

    Args:
        picture: (H, W, C) float32 in [0, 1], as encoded in the file; written where `hole` is.
        hole: (H, W) bool, True = heal.
        unknown: (H, W) bool, True where the picture shows nothing to rely on; holds at least the hole.
        usable: (H, W) bool, True where texture may be taken from.
        report: called with the share of the work that is done.
    """
    import cv2

    known = ~unknown
    pieces = split(hole)
    right, down = np.zeros_like(picture), np.zeros_like(picture)
    smooth = 0
    for i, piece in enumerate(pieces):
        if cancel is not None:
            cancel.check()
        found = place(picture, piece, known, usable)
        if found is None:
            smooth += 1
        else:
            _steps(picture, piece, found, right, down)
        report(0.7 * (i + 1) / len(pieces))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(hole.astype(np.uint8), connectivity=4)
    for i in range(1, count):
        if cancel is not None:
            cancel.check()
        x, y, w, h, _ = (int(v) for v in stats[i])
        part = Box(x, y, w, h).grow(1).clip(size_of(hole)).slices
        inside = labels[part] == i
        # Another spot that touches this one at a corner only is no boundary.
        values = solved(inside, picture[part], known[part], np.stack([right[part], down[part]]))
        picture[part][inside] = np.clip(values, 0, 1)
        report(0.7 + 0.3 * i / max(1, count - 1))
    return Healed(len(pieces), smooth)


def _steps(picture: Array, piece: Piece, found: tuple[int, int], right: Array, down: Array) -> None:
    """Write a piece's steps to the right and down, and those to it from the left and from above.

    Where two pieces meet, the later one's steps count.
    """
    h, w = picture.shape[:2]
    dx, dy = found
    ys, xs = np.nonzero(piece.own)
    ys, xs = ys + piece.box.y, xs + piece.box.x
    for steps, oy, ox in ((right, 0, 1), (down, 1, 0)):
        for back in (0, 1):
            y, x = ys - back * oy, xs - back * ox
            inside = (y >= 0) & (x >= 0) & (y + oy < h) & (x + ox < w)
            sy, sx = y + dy, x + dx
            inside &= (sy >= 0) & (sx >= 0) & (sy + oy < h) & (sx + ox < w)
            y, x, sy, sx = y[inside], x[inside], sy[inside], sx[inside]
            steps[y, x] = picture[sy + oy, sx + ox] - picture[sy, sx]
