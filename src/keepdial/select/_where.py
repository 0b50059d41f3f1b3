"""Where one thing is by another: the rule for each relation, in pixels of the upright picture.

c is the box of what is asked about, a that of the other thing. A rule gives a cost, the less the better it
fits, or None where it does not hold.

    left of, right of   c's middle lies beyond a's by a quarter of the narrower of both at least, and by half
                        of the rows between them; the nearest first. above, below: the same, turned.
    under               below, or in a's lower half and in its columns.
    on                  touches a (5 % of the picture's shorter side is near enough), half of its width over
                        a, its middle not under a; or a is all around it.
    on top of           touches a and is higher than a's middle; then above.
    at the bottom of    the same, turned.
    in                  six tenths of it inside of a's box, which is larger; or a is all around it; or it sits
                        in a: three tenths inside, half of its width over a, its lower edge not below a's.
    in the middle of    its middle in the middle third of a's box.
    near                the gap is at most the longest side of both, or a quarter of the picture's shorter
                        side; the nearest first.
    nearest to          always; by the gap. far from: the same, turned.
    between             its middle between those of two things, not farther off their line than half of it.
    behind              touches a, with its lower edge higher than a's; then those apart, for which that edge
                        tells as much. in front of: lower. One picture shows no depth, so this is a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.mask import bounds
from keepdial.select import Instance

if TYPE_CHECKING:
    from keepdial.geometry import Size

DEPTH = frozenset({"behind", "in front of"})
FLIPPED = {"right of": "left of", "below": "above"}
TOUCH = 0.05
"""A gap under this share of the picture's shorter side is none: outlines are not exact."""


NEAR = 0.25
"""A gap under this share of the picture's shorter side is near, however small the things are."""


def tight(instance: Instance) -> Box | None:
    """Return the box around what is mostly inside, or around all above 0 where nothing is; None: empty."""
    values = instance.region.values
    core = Box.of(values >= 0.5)
    box = bounds(values) if core is None else core
    return None if box is None else box.shift(instance.region.box.x, instance.region.box.y)


def gap(a: Box, b: Box) -> tuple[int, int]:
    """Return how many columns and how many rows lie between two boxes."""
    across = max(0, a.x - b.right, b.x - a.right)
    return across, max(0, a.y - b.bottom, b.y - a.bottom)


def middle(box: Box) -> tuple[float, float]:
    """Return (x, y) of a box's middle."""
    return box.x + box.width / 2, box.y + box.height / 2


def same(one: Instance, other: Instance) -> bool:
    """Whether two instances are the same thing: their boxes share four fifths of what they cover."""
    a, b = tight(one), tight(other)
    return a is not None and b is not None and _shared(a, b) >= 0.8 * (a.area + b.area - _shared(a, b))


def fit(how: str, thing: Instance, others: Sequence[Instance], size: Size) -> float | None:
    """Return how badly a relation fits a thing, in pixels; None where it does not hold.

    With several others one has to fit for nearness and contact, all of them together for sides.
    """
    box = tight(thing)
    boxes = [found for other in others if (found := tight(other)) is not None]
    if box is None or not boxes or any(same(thing, other) for other in others):
        return None
    if how == "between":
        return _between(box, boxes)
    if how in ("left of", "right of", "above", "below"):
        around = boxes[0]
        for further in boxes[1:]:
            around = around.union(further)
        return _beyond(how, box, around)
    costs = [cost for other in others if (cost := _one(how, thing, box, other, size)) is not None]
    return min(costs, default=None)


def _one(how: str, thing: Instance, c: Box, other: Instance, size: Size) -> float | None:
    """Return the cost of a relation to a single other thing."""
    a = tight(other)
    assert a is not None
    across, down = gap(c, a)
    apart = hypot(across, down) + 0.01 * _between_middles(c, a)
    touch = max(2.0, TOUCH * min(size.width, size.height))
    touching = hypot(across, down) <= touch
    columns = min(c.right, a.right) - max(c.x, a.x)
    lower = c.bottom - a.bottom
    if how == "nearest to":
        return apart
    if how == "far from":
        return -apart
    if how == "near":
        reach = max(c.width, c.height, a.width, a.height, NEAR * min(size.width, size.height))
        return apart if hypot(across, down) <= reach else None
    if how in DEPTH:
        sign = 1 if how == "in front of" else -1
        if sign * lower < 0 or (not touching and apart > max(c.width, c.height, a.width, a.height)):
            return None
        return apart + (0 if touching else min(size.width, size.height))
    if how == "in the middle of":
        x, y = middle(c)
        inner = a.grow(-(a.width // 3), -(a.height // 3))
        central = inner.x <= x <= inner.right and inner.y <= y <= inner.bottom
        return _between_middles(c, a) if central else None
    if how == "in":
        inside = _shared(c, a) / max(1, c.area)
        sits = inside >= 0.3 and 2 * columns >= c.width and lower <= touch
        if (inside >= 0.6 and a.area > c.area) or _held(thing, other, size):
            return 1 - inside
        return min(size.width, size.height) * (1 - inside) if sits else None
    if how == "under":
        if 2 * columns >= c.width and c.bottom > middle(a)[1] and middle(c)[1] > middle(a)[1]:
            return apart
        return _beyond("below", c, a)
    on = _on(thing, c, other, a, touching=touching, size=size)
    if how == "on":
        return on
    above = how == "on top of"
    higher = middle(c)[1] < middle(a)[1]
    if touching and higher == above and 2 * columns >= c.width:
        return apart
    beyond = _beyond("above" if above else "below", c, a)
    return None if beyond is None else beyond + min(size.width, size.height)


def _on(thing: Instance, c: Box, other: Instance, a: Box, *, touching: bool, size: Size) -> float | None:
    over = min(c.right, a.right) - max(c.x, a.x) >= c.width / 2
    if touching and over and middle(c)[1] <= a.bottom and c.y <= a.bottom:
        return max(0, a.y - c.bottom) + 0.01 * _between_middles(c, a)
    return 0.01 * _between_middles(c, a) if _held(thing, other, size) else None


def _beyond(how: str, c: Box, a: Box) -> float | None:
    """Return the cost of lying on one side: the way to it, and twice the way off it."""
    across, down = gap(c, a)
    (cx, cy), (ax, ay) = middle(c), middle(a)
    if how in ("left of", "right of"):
        over, off, way, least = ax - cx, down, across, min(c.width, a.width) / 4
    else:
        over, off, way, least = ay - cy, across, down, min(c.height, a.height) / 4
    if how in FLIPPED:
        over = -over
    if over < least or over <= 0 or off > 2 * over:
        return None
    return way + 2 * off + 0.01 * hypot(cx - ax, cy - ay)


def _between(c: Box, boxes: Sequence[Box]) -> float | None:
    """Return how far a box's middle is from the middle between others; of many, from the middle of all."""
    if len(boxes) < 2:
        return None
    x, y = middle(c)
    if len(boxes) > 2:
        around = boxes[0]
        for further in boxes[1:]:
            around = around.union(further)
        inside = around.x <= x <= around.right and around.y <= y <= around.bottom
        return hypot(x - middle(around)[0], y - middle(around)[1]) if inside else None
    (x0, y0), (x1, y1) = middle(boxes[0]), middle(boxes[1])
    length = hypot(x1 - x0, y1 - y0)
    if length == 0:
        return None
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length**2
    off = abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
    if not 0.1 <= along <= 0.9 or off > length / 2:
        return None
    return abs(along - 0.5) * length + off


def _held(thing: Instance, other: Instance, size: Size) -> bool:
    """Whether another thing has half of the rim around one, or six tenths of the one itself."""
    import cv2

    box, values = thing.region.box, thing.region.values >= 0.5
    reach = max(3, round(0.04 * max(box.width, box.height)))
    frame = np.pad(values, reach).astype(np.uint8)
    grown = cv2.dilate(frame, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    there = np.zeros(frame.shape, np.bool_)
    o = other.region.box
    left, top = box.x - reach, box.y - reach
    x0, y0 = max(left, o.x), max(top, o.y)
    x1, y1 = min(left + frame.shape[1], o.right), min(top + frame.shape[0], o.bottom)
    if x1 <= x0 or y1 <= y0:
        return False
    there[y0 - top : y1 - top, x0 - left : x1 - left] = (
        other.region.values[y0 - o.y : y1 - o.y, x0 - o.x : x1 - o.x] >= 0.5
    )
    rim = (grown > 0) & (frame == 0)
    rim[: max(0, -top)] = rim[max(0, size.height - top) :] = False
    rim[:, : max(0, -left)] = rim[:, max(0, size.width - left) :] = False
    return _share(there, rim) >= 0.5 or _share(there, frame > 0) >= 0.6


def _share(
    there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    of: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
) -> float:
    total = int(np.count_nonzero(of))
    return int(np.count_nonzero(there & of)) / total if total else 0.0


def overlap(one: Instance, other: Instance) -> float:
    """Return how much of one thing's pixels another has, 0 to 1."""
    a, b = one.region.box, other.region.box
    x0, y0, x1, y1 = max(a.x, b.x), max(a.y, b.y), min(a.right, b.right), min(a.bottom, b.bottom)
    mine = one.region.values >= 0.5
    total = int(np.count_nonzero(mine))
    if x1 <= x0 or y1 <= y0 or total == 0:
        return 0.0
    there = other.region.values[y0 - b.y : y1 - b.y, x0 - b.x : x1 - b.x] >= 0.5
    return int(np.count_nonzero(mine[y0 - a.y : y1 - a.y, x0 - a.x : x1 - a.x] & there)) / total


def nearest(thing: Instance, owners: Sequence[Instance]) -> int | None:
    """Return which of several things another belongs to: whose outline has most of it, else the nearest.

    None where it is farther from all of them than half of their longest side.
    """
    box = tight(thing)
    if box is None:
        return None
    shares = [overlap(thing, owner) for owner in owners]
    if max(shares, default=0.0) > 0.1:
        return max(range(len(owners)), key=lambda i: shares[i])
    ways = list[tuple[float, int]]()
    for i, owner in enumerate(owners):
        other = tight(owner)
        if other is None:
            continue
        way = hypot(*gap(box, other)) + 0.01 * _between_middles(box, other)
        if way <= max(other.width, other.height) / 2:
            ways.append((way, i))
    return min(ways)[1] if ways else None


def _between_middles(a: Box, b: Box) -> float:
    (ax, ay), (bx, by) = middle(a), middle(b)
    return hypot(ax - bx, ay - by)


def _shared(a: Box, b: Box) -> int:
    """Return how many pixels two boxes share."""
    across = min(a.right, b.right) - max(a.x, b.x)
    down = min(a.bottom, b.bottom) - max(a.y, b.y)
    return max(0, across) * max(0, down)
