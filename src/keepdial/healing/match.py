"""Where to take texture from: the place near by whose rim looks like the rim of the spot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

RIM = (4, 14)
"""Least and most width in px of the rim that is compared."""
REACH = 2.5
"""How far from a spot texture is looked for, in its own sizes, at least `LEAST_REACH` px."""
LEAST_REACH = 40
PIECE = 48
"""Spots longer than this, in px, are healed in pieces of about this size, each from a place of its own."""
NEAR = 1.5
"""Distance from the spot, in px, at which a pixel of the rim counts half."""
LEVEL = 0.5
"""What a difference of level counts beside a difference of texture: light is evened out afterwards."""
FAR = 0.25
"""What distance counts: that of one reach, as a part of the rim's own variance."""
INSIDE = 1.5
"""A place may be this much livelier inside than the spot's rim; what is beyond that is a thing of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A part of a spot.

    Attributes:
        box: its bounding box in the picture.
        own: (box.height, box.width) bool, True = to be healed.
    """

    box: Box
    own: NDArray[np.bool_]


def split(hole: NDArray[np.bool_]) -> list[Piece]:
    """Return the connected parts of `hole` (H, W), True = heal, long ones in pieces of about `PIECE` px."""
    import cv2

    count, labels, stats, _ = cv2.connectedComponentsWithStats(hole.astype(np.uint8), connectivity=8)
    pieces = []
    for i in range(1, count):
        x, y, w, h, _ = (int(v) for v in stats[i])
        own = labels[y : y + h, x : x + w] == i
        rows, columns = (max(1, round(side / PIECE)) for side in (h, w))
        for r in range(rows):
            for c in range(columns):
                y0, y1 = r * h // rows, (r + 1) * h // rows
                x0, x1 = c * w // columns, (c + 1) * w // columns
                part = own[y0:y1, x0:x1]
                tight = Box.of(part)
                if tight is not None:
                    pieces.append(Piece(tight.shift(x + x0, y + y0), part[tight.slices]))
    return pieces


def place(
    picture: Array, piece: Piece, known: NDArray[np.bool_], usable: NDArray[np.bool_]
) -> tuple[int, int] | None:
    """Return (dx, dy), from where to take a piece's texture, or None where there is no such place.

    Args:
        picture: (H, W, C) float32 in [0, 1], as encoded in the file.
        piece: what is to be healed.
        known: (H, W) bool, True where the picture shows what it should: the rim is compared there.
        usable: (H, W) bool, True where texture may be taken from.

    Of all places whose whole content may be used, the best has the rim most like the piece's in all but its
    mean level, is no livelier inside than that rim, and is near.
    """
    side = max(piece.box.width, piece.box.height)
    rim = int(np.clip(0.4 * piece.own.sum() ** 0.5, *RIM))
    reach = max(LEAST_REACH, round(REACH * side)) + rim
    area = piece.box.grow(rim).clip(size_of(known))
    inner, ring = _ring(piece, area, known, rim)
    if not ring.any():
        return None
    window = area.grow(reach).clip(size_of(known))
    scores = _scores(picture, known, usable, inner, ring, area, window)
    best = int(scores.argmin())
    top, left = divmod(best, scores.shape[1])
    if not np.isfinite(scores[top, left]):
        return None
    return window.x + left - area.x, window.y + top - area.y


def _ring(piece: Piece, area: Box, known: NDArray[np.bool_], rim: int) -> tuple[Array, Array]:
    """Return the piece and its rim, (area.height, area.width) float32, 1 inside of each."""
    import cv2

    inner = np.zeros((area.height, area.width), np.uint8)
    inner[piece.box.shift(-area.x, -area.y).slices] = piece.own
    far = cv2.distanceTransform(1 - inner, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ring = (far > 0) & (far <= rim) & known[area.slices]
    # What is nearest to the spot has to go on across its edge.
    return inner.astype(np.float32), np.where(ring, 1 / (1 + far / NEAR), 0).astype(np.float32)


def _scores(
    picture: Array,
    known: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    inner: Array,
    ring: Array,
    area: Box,
    window: Box,
) -> NDArray[np.float64]:
    """Return for each place of `area` in `window` how badly it fits; inf where it may not be used."""
    n, m = float(ring.sum()), float(inner.sum())
    there = picture[window.slices]
    mine = picture[area.slices]
    middle = (mine * ring[..., None]).sum(axis=(0, 1)) / n
    # About zero, so that float32 is enough for differences of squares.
    there, mine = there - middle, mine - middle
    squares = (there * there).sum(axis=2)
    total = float((mine * mine * ring[..., None]).sum())
    apart = _slide(squares, ring) - 2 * _slide(there, mine * ring[..., None]) + total
    levels = sum(_slide(np.ascontiguousarray(there[..., c]), ring) ** 2 for c in range(there.shape[2]))
    shift = levels / n**2
    texture = np.maximum(apart / n - shift, 0)
    own = total / n
    inside = _slide(squares, inner) / m
    inside -= (
        sum(_slide(np.ascontiguousarray(there[..., c]), inner) ** 2 for c in range(there.shape[2])) / m**2
    )
    lively = np.maximum(inside - INSIDE * own - 1e-5, 0)
    y, x = np.mgrid[0 : texture.shape[0], 0 : texture.shape[1]]
    reach = np.hypot(window.width, window.height) / 2
    away = np.hypot(y + window.y - area.y, x + window.x - area.x) / reach
    scores = np.asarray(texture + LEVEL * shift + lively + FAR * (own + 1e-5) * away, np.float64)
    closed = (~(usable[window.slices] & known[window.slices])).astype(np.float32)
    scores[_slide(closed, ((inner + ring) > 0).astype(np.float32)) > 0.5] = np.inf
    return scores


def _slide(picture: NDArray[Any], template: NDArray[Any]) -> NDArray[np.float64]:
    """Return the sum of products at each place of the template, over all channels."""
    import cv2

    return np.asarray(cv2.matchTemplate(picture, template, cv2.TM_CCORR), np.float64)
