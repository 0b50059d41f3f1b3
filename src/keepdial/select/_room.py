"""The place beside a thing: "to the left of the tree", "the space between the cars"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.select import Instance, Region
from keepdial.select._where import tight

if TYPE_CHECKING:
    from keepdial.geometry import Size

LEAST = 2
"""A strip of fewer pixels is no room."""


def room(how: str, others: Sequence[Instance], size: Size) -> Region | None:
    """Return the place that lies so by other things, without them; None where the picture has no room there.

    Left, right, above and below: a box as large as that around the things, beside it. Between: from the one
    to the other. In front: the lower half of the box and as much below it; behind and near: half of the box
    around it. All of them cut to the picture, hard-edged, 1 = inside.
    """
    boxes = [box for other in others if (box := tight(other)) is not None]
    if not boxes:
        return None
    around = boxes[0]
    for box in boxes[1:]:
        around = around.union(box)
    width, height = around.width, around.height
    beside = {
        "left of": around.shift(-width, 0),
        "right of": around.shift(width, 0),
        "above": around.shift(0, -height),
        "below": around.shift(0, height),
        "under": around.shift(0, height),
        "in front of": around.shift(0, height // 2),
    }
    spot = _between(boxes) if how == "between" else beside.get(how, around.grow(width // 2, height // 2))
    if spot is None:
        return None
    spot = spot.clip(size)
    if min(spot.width, spot.height) < LEAST:
        return None
    values = np.ones((spot.height, spot.width), np.float32)
    for other in others:
        box = other.region.box
        x0, y0, x1, y1 = (
            max(spot.x, box.x), max(spot.y, box.y), min(spot.right, box.right), min(spot.bottom, box.bottom)
        )  # fmt: skip
        if x1 > x0 and y1 > y0 and how != "in front of":
            there = other.region.values[y0 - box.y : y1 - box.y, x0 - box.x : x1 - box.x] >= 0.5
            values[y0 - spot.y : y1 - spot.y, x0 - spot.x : x1 - spot.x][there] = 0
    return Region(spot, values)


def _between(boxes: Sequence[Box]) -> Box | None:
    """Return the box between the two outermost: the gap where there is one, over the rows of both."""
    if len(boxes) < 2:
        return None
    across = sorted(boxes, key=lambda b: b.x)
    down = sorted(boxes, key=lambda b: b.y)
    left, right, top, bottom = across[0], across[-1], down[0], down[-1]
    if right.x - left.right >= bottom.y - top.bottom:
        y0, y1 = min(left.y, right.y), max(left.bottom, right.bottom)
        return Box(left.right, y0, right.x - left.right, y1 - y0)
    x0, x1 = min(top.x, bottom.x), max(top.right, bottom.right)
    return Box(x0, top.bottom, x1 - x0, bottom.y - top.bottom)
