"""The place beside a thing: "to the left of the tree", "the space between the cars"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.mask import bounds
from keepdial.select import Instance, Region
from keepdial.select._where import middle, tight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Size

TURNS = {"right of": 0, "below": 1, "under": 1, "left of": 2, "above": 3}
"""By how many quarters a picture is turned so that the side is on its right."""

LEAST = 2
"""A strip of fewer pixels is no room."""


def room(how: str, others: Sequence[Instance], size: Size) -> Region | None:
    """Return the place that lies so by other things, without them; None where the picture has no room there.

    Left, right, above and below: a box as large as that around the things, beside it, and what of their own
    box lies beyond them. Between: from the one
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
    if spot is not None and how in TURNS:
        spot = spot.union(around)  # the room beside shoulders too, where the box reaches to the border
    if spot is None or (spot := spot.clip(size)).area == 0:
        return None
    values = np.ones((spot.height, spot.width), np.float32)
    if how != "in front of":
        values[_there(others, spot)] = 0
    if how in TURNS:
        values *= _beyond(values == 0, how, around.shift(-spot.x, -spot.y))
    box = bounds(values)
    if box is None or min(box.width, box.height) < LEAST:
        return None
    return Region(box.shift(spot.x, spot.y), np.ascontiguousarray(values[box.slices]))


def _there(others: Sequence[Instance], spot: Box) -> NDArray[np.bool_]:
    """Return where in a box the things are."""
    there = np.zeros((spot.height, spot.width), np.bool_)
    for other in others:
        box = other.region.box
        x0, y0 = max(spot.x, box.x), max(spot.y, box.y)
        x1, y1 = min(spot.right, box.right), min(spot.bottom, box.bottom)
        if x1 > x0 and y1 > y0:
            part = other.region.values[y0 - box.y : y1 - box.y, x0 - box.x : x1 - box.x] >= 0.5
            there[y0 - spot.y : y1 - spot.y, x0 - spot.x : x1 - spot.x] |= part
    return there


def _beyond(there: NDArray[np.bool_], how: str, around: Box) -> NDArray[np.float32]:
    """Return 1 where nothing of the things lies farther on that side, and their middle is passed."""
    turns = TURNS[how]
    turned = np.rot90(there, turns)
    # Turned so that the side is on the right: nothing there from here on.
    clear = ~np.logical_or.accumulate(turned[:, ::-1], axis=1)[:, ::-1]
    beyond = np.rot90(clear, -turns).astype(np.float32)
    x, y = round(middle(around)[0]), round(middle(around)[1])
    short = (np.s_[:, :x], np.s_[:y], np.s_[:, x:], np.s_[y:])[turns]
    beyond[short] = 0
    return beyond


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
