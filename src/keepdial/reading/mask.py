"""The mask of lines of text: what must go so that nothing readable stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of
from keepdial.reading.detect import sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keepdial.reading.lines import Line
    from keepdial.select import Region

GROWN = 0.12
"""Part of a line's height by which its rectangle is grown, for outlines, shadows and descenders."""
LEAST = 2.0
"""Pixels by which it is grown at least, for anti-aliasing and compression."""

FAINT, LOUDER, REACH, MARGIN = 0.2, 0.6, 0.12, 0.08
"""What counts next to a letter: more than these parts of Otsu's threshold and of the ground's spread, no
farther than this part of the line's height; and the margin around all of it, as a part of the height. Chosen
on text of five styles drawn on the odd Kodak photographs: 0.3 % of what the text changed stays outside of the
mask, which takes 0.69 of the rectangles."""
MOST = 0.85
"""Share of a rectangle beyond which its letters are not told from its ground."""


def grown(line: Line, *, part: float = GROWN) -> NDArray[np.float32]:
    """Return the line's corners (4, 2), moved outwards by `part` of its height on all sides."""
    quad = line.polygon
    width, height = sides(quad)
    by = max(LEAST, part * min(width, height))
    across = (quad[1] - quad[0]) / max(width, 1e-6) * by
    down = (quad[3] - quad[0]) / max(height, 1e-6) * by
    return np.asarray(
        quad + np.stack([-across - down, across - down, across + down, down - across]), np.float32
    )


def strokes(rgb: NDArray[np.uint8], line: Line) -> tuple[Box, NDArray[np.bool_]]:
    """Return where in `rgb` (H, W, 3) uint8 the line's letters are, with outline, shadow and a margin.

    Letters are what differs by more than Otsu's threshold from a median over more than their strokes' width.
    Where they take most of the rectangle, or the ground is no calmer than they are, the rectangle itself is
    returned: better too much than a letter left. The values fill the box.
    """
    import cv2

    quad = grown(line)
    box = _box(quad).clip(size_of(rgb))
    inside = np.zeros((box.height, box.width), np.uint8)
    if box.area == 0:
        return box, inside > 0
    cv2.fillPoly(inside, [np.round(quad).astype(np.int32) - (box.x, box.y)], 1)
    height = max(6.0, line.height)
    near = box.grow(round(0.5 * height)).clip(size_of(rgb))
    crop = np.ascontiguousarray(rgb[near.slices])
    window = min(255, 2 * round(0.35 * height) + 1)
    differs = cv2.absdiff(crop, cv2.medianBlur(crop, window)).max(axis=2)
    here = slice(box.y - near.y, box.bottom - near.y), slice(box.x - near.x, box.right - near.x)
    ring = np.ones(differs.shape, bool)
    ring[here] = inside == 0
    letters = differs[here]
    own = letters[inside > 0]
    cut, _ = cv2.threshold(own[:, None], 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    ground = float(np.quantile(differs[ring], 0.9)) if ring.any() else 0.0
    if cut < 1.2 * ground:
        return box, inside > 0
    # What is fainter counts next to a letter only: outline, shadow, glow, anti-aliasing.
    sure = ((letters > cut) & (inside > 0)).astype(np.uint8)
    maybe = ((letters > max(FAINT * cut, LOUDER * ground)) & (inside > 0)).astype(np.uint8)
    reach = 2 * max(2, round(REACH * height)) + 1
    near_sure = cv2.dilate(sure, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    margin = 2 * max(2, round(MARGIN * height)) + 1
    taken = cv2.dilate(
        sure | (maybe & near_sure), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (margin, margin))
    )
    found = np.asarray((taken > 0) & (inside > 0))
    return box, found if found.sum() < MOST * inside.sum() else inside > 0


def _box(quad: NDArray[np.float32]) -> Box:
    points = np.round(quad).astype(int)
    (x, y), (right, bottom) = points.min(axis=0), points.max(axis=0) + 1
    return Box(int(x), int(y), int(right - x), int(bottom - y))


def text_mask(rgb: NDArray[np.uint8], lines: Sequence[Line], *, whole: bool = False) -> NDArray[np.float32]:
    """Return (H, W) float32, 1 on the letters of the lines and a margin, else 0.

    With `whole` the lines' rectangles with their margin are taken, and not the letters alone.

    `rgb` is the picture (H, W, 3) uint8 in which the lines were found.
    """
    import cv2

    size = size_of(rgb)
    mask = np.zeros((size.height, size.width), np.float32)
    for line in lines:
        if whole:
            cv2.fillPoly(mask, [np.round(grown(line)).astype(np.int32)], 1.0)
        else:
            box, letters = strokes(rgb, line)
            mask[box.slices][letters] = 1.0
    return mask


def region_of(rgb: NDArray[np.uint8], lines: Sequence[Line], *, whole: bool = False) -> Region:
    """Return `text_mask` as a region: 1 = inside, over the lines' box alone."""
    from keepdial.select import Region

    size = size_of(rgb)
    boxes = [_box(grown(line)).clip(size) for line in lines]
    box = boxes[0]
    for other in boxes[1:]:
        box = box.union(other)
    if box.area == 0:
        return Region(box, np.zeros((box.height, box.width), np.float32))
    return Region(box, np.ascontiguousarray(text_mask(rgb, lines, whole=whole)[box.slices]))
