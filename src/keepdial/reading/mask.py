"""The mask of lines of text: what must go so that nothing readable stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import size_of
from keepdial.reading.detect import sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keepdial.geometry import Size
    from keepdial.reading.lines import Line
    from keepdial.select import Region

GROWN = 0.12
"""Part of a line's height by which its rectangle is grown, for outlines, shadows and descenders."""
LEAST = 2.0
"""Pixels by which it is grown at least, for anti-aliasing and compression."""


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


def text_mask(rgb: NDArray[np.uint8], lines: Sequence[Line], *, part: float = GROWN) -> NDArray[np.float32]:
    """Return (H, W) float32, 1 on the lines of text and a margin of `part` of their height, else 0.

    `rgb` is the picture (H, W, 3) uint8 in which the lines were found.
    """
    import cv2

    size = size_of(rgb)
    mask = np.zeros((size.height, size.width), np.float32)
    for line in lines:
        cv2.fillPoly(mask, [np.round(grown(line, part=part)).astype(np.int32)], 1.0)
    return mask


def region_of(lines: Sequence[Line], size: Size) -> Region:
    """Return the lines and their margin as a region of a picture of `size`: 1 = text."""
    import cv2

    from keepdial.geometry import Box
    from keepdial.select import Region

    quads = [np.round(grown(line)).astype(np.int32) for line in lines]
    points = np.concatenate(quads)
    (x, y), (right, bottom) = points.min(axis=0), points.max(axis=0) + 1
    box = Box(int(x), int(y), int(right - x), int(bottom - y)).clip(size)
    values = np.zeros((box.height, box.width), np.float32)
    if box.area:
        for quad in quads:
            cv2.fillPoly(values, [quad - (box.x, box.y)], 1.0)
    return Region(box, values)
