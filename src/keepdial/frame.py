"""Framing: the mask becomes holes, and each hole a window with its surroundings, at native resolution.

Time and memory follow the holes: of the whole picture only the mask is read, once, into cells of 8 px.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keepdial.backends import Capabilities, Frame
from keepdial.errors import SelectionError
from keepdial.fitting import padded, room, roomy
from keepdial.geometry import Box, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

CELL = 8
"""Side in px of the cells on which holes are told apart: nearer than a cell is the same hole."""

MOST = 1000
"""Beyond this many holes the cells double: dust all over a scan must not cost more than its fill."""

SPARSE, LONG = 12, 512
"""A hole whose box is more than SPARSE times its area, and longer than LONG px, is filled in pieces."""

OVERHEAD = 128 * 128
"""What one more frame costs, as px of frame area."""


@dataclass(frozen=True, eq=False, slots=True)
class Holes:
    """The connected regions of a mask; those that are long and thin, in pieces.

    Attributes:
        box: the mask's bounding box.
        cell: side of a cell in px.
        labels: (rows, columns) int32 over `box`, for each cell the hole it belongs to, from 1; 0 = none.
        boxes: each hole's bounding box, rounded out to cells, inside the picture.
        areas: each hole's area in px, counted in whole cells.
    """

    box: Box
    cell: int
    labels: NDArray[np.int32]
    boxes: tuple[Box, ...]
    areas: tuple[int, ...]

    @property
    def side(self) -> int:
        """The longest side of any hole, in px."""
        return max(max(b.width, b.height) for b in self.boxes)


def holes(mask: NDArray[np.float32], box: Box) -> Holes:
    """Return the holes of `mask` (H, W), everything above 0; `box` is its bounding box."""
    import cv2

    cell, taken = CELL, _cells(mask[box.slices] > 0, CELL)
    while True:
        count, found, stats, _ = cv2.connectedComponentsWithStats(taken, connectivity=8)
        if count - 1 <= MOST:
            break
        cell, taken = cell * 2, _cells(taken.astype(np.bool_), 2)
    labels = np.asarray(found, np.int32)
    end = Size(box.right, box.bottom)
    boxes, areas = [], []
    for x, y, w, h, n in _cut(labels, stats[1:].tolist(), LONG // cell):
        one = Box(box.x + x * cell, box.y + y * cell, w * cell, h * cell).clip(end)
        boxes.append(one)
        areas.append(min(n * cell * cell, one.area))
    return Holes(box, cell, labels, tuple(boxes), tuple(areas))


def _cut(labels: NDArray[np.int32], stats: list[list[int]], longest: int) -> list[list[int]]:
    """Cut what is sparse in its box and longer than `longest` cells, such as a wire across the picture.

    `stats` holds (x, y, width, height, cells) for the labels from 1. Returns them with the new labels' at
    the end, and writes those into `labels`. Halves are cut again until they are short or dense.
    """
    pending = list(range(len(stats)))
    while pending:
        i = pending.pop()
        x, y, w, h, n = stats[i]
        if max(w, h) <= longest or w * h <= SPARSE * n:
            continue
        part = labels[y : y + h, x : x + w]
        rows, columns = np.nonzero(part == i + 1)
        along = columns if w >= h else rows
        second = along > np.median(along)
        if not second.any():
            continue
        part[rows[second], columns[second]] = len(stats) + 1
        stats.append([0] * 5)
        for label, mine in ((i, ~second), (len(stats) - 1, second)):
            r, c = rows[mine], columns[mine]
            x0, y0 = int(c.min()), int(r.min())
            stats[label] = [x + x0, y + y0, int(c.max()) - x0 + 1, int(r.max()) - y0 + 1, int(mine.sum())]
            pending.append(label)
    return stats


def _cells(region: NDArray[np.bool_], side: int) -> NDArray[np.uint8]:
    """Return (rows, columns) uint8, 1 for each cell of `side` px that holds any of `region`."""
    h, w = region.shape
    rows, columns = -(-h // side), -(-w // side)
    flat = region.view(np.uint8)
    if (rows * side, columns * side) != (h, w):
        flat = np.pad(flat, ((0, rows * side - h), (0, columns * side - w)))
    high = flat.reshape(rows, side, columns * side).max(axis=1)
    return np.asarray(high.reshape(rows, columns, side).max(axis=2))


@dataclass(frozen=True, eq=False, slots=True)
class Window:
    """The plan of one frame.

    Attributes:
        box: the part of the canvas it shows.
        usable: (box.height, box.width) bool, what may serve as example.
        own: the same shape, the cells of the holes that it writes; None = every hole it shows.
    """

    box: Box
    usable: NDArray[np.bool_]
    own: NDArray[np.bool_] | None


def windows(
    canvas: Image,
    selected: NDArray[np.float32],
    found: Holes,
    capabilities: Capabilities,
    *,
    examples: Literal["around", "everywhere"] = "around",
    guess: bool = False,
) -> tuple[Window, ...]:
    """Return what a backend is to look at, in order; each hole is written by exactly one window.

    Args:
        canvas: the picture to work on.
        selected: (H, W) float32, what was selected, before pins took their part: it is no example.
        found: the holes to fill.
        capabilities: the backend's; how far around a hole it looks, the sides it accepts, and the size at
            which it works best, if it has one: then a window shows about that much of the picture.
        examples: whether only what lies around the selection may serve as example, or everything.
        guess: whether there is something to start from: the pixels under the mask, or words.

    Raises `SelectionError` when nothing is left to learn from and there is no starting point either.
    """
    if capabilities.whole:
        box = Box(0, 0, canvas.size.width, canvas.size.height)
        return (Window(box, _usable(canvas, selected, box, examples), None),)
    made = []
    for group, box in _grouped(found, canvas.size, capabilities):
        hole = _around([found.boxes[i] for i in group])
        area = sum(found.areas[i] for i in group)
        usable = _usable(canvas, selected, box, examples)
        # A model knows pictures without examples; one that copies patches needs as many as it is to fill.
        while not capabilities.best and np.count_nonzero(usable) < area:
            wider = _fitted(
                box.grow(box.width // 2 + 1, box.height // 2 + 1), hole, canvas.size, capabilities
            )
            if wider == box:
                break
            box, usable = wider, _usable(canvas, selected, wider, examples)
        if not guess and not usable.any():
            raise SelectionError(
                "Nothing is left to fill from: the selection leaves no visible part of the picture.",
                hint="Select less, or raise keep so that the old content is a starting point.",
            )
        made.append(Window(box, usable, _owned(found, group, box)))
    # Along the mask, so that the pieces of a long hole are filled from one end to the other.
    wide = found.box.width >= found.box.height
    made.sort(key=lambda w: (w.box.x, w.box.y) if wide else (w.box.y, w.box.x))
    return tuple(made)


def _usable(
    canvas: Image, selected: NDArray[np.float32], window: Box, examples: Literal["around", "everywhere"]
) -> NDArray[np.bool_]:
    usable: NDArray[np.bool_]
    if examples == "everywhere":
        usable = np.ones((window.height, window.width), np.bool_)
    else:
        usable = selected[window.slices] <= 0
    if canvas.alpha is not None:
        usable &= canvas.alpha[window.slices] > 0
    return usable


def _around(boxes: list[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def _grouped(found: Holes, size: Size, can: Capabilities) -> list[tuple[list[int], Box]]:
    """Return groups of holes with the window each is seen in.

    Two groups become one where one window around both costs less than two windows, counted in px, or where
    the backend's best size shows both as large as each alone.
    """
    groups = [[i] for i in range(len(found.boxes))]
    margins = [max(can.least_context, round(can.context * area**0.5)) for area in found.areas]
    around = [b.grow(m) for b, m in zip(found.boxes, margins, strict=True)]
    shown = [
        w.clip(size) if can.best else _fitted(w, b, size, can)
        for w, b in zip(around, found.boxes, strict=True)
    ]
    rooms = np.array([room(b, can) if can.best else 0.0 for b in found.boxes])
    edges = np.array([(w.x, w.y, w.right, w.bottom) for w in shown], np.int64).reshape(-1, 4)
    alive = np.ones(len(groups), np.bool_)
    i = 0
    while i < len(groups):
        partner = _partner(edges, alive, i, rooms, 0 if can.best else can.maximum) if alive[i] else None
        if partner is None:
            i += 1
            continue
        groups[i] += groups[partner]
        edges[i, :2] = np.minimum(edges[i, :2], edges[partner, :2])
        edges[i, 2:] = np.maximum(edges[i, 2:], edges[partner, 2:])
        rooms[i] = min(rooms[i], rooms[partner])
        alive[partner] = False
        # The grown window may now pay for one that was passed over before.
        i = 0 if partner < i else i
    result = []
    for i in np.flatnonzero(alive).tolist():
        x0, y0, x1, y1 = (int(v) for v in edges[i])
        hole = _around([found.boxes[j] for j in groups[i]])
        result.append((groups[i], _fitted(Box(x0, y0, x1 - x0, y1 - y0), hole, size, can)))
    return result


def _partner(
    edges: NDArray[np.int64], alive: NDArray[np.bool_], i: int, rooms: NDArray[np.float64], maximum: int
) -> int | None:
    """Return the window whose union with window `i` saves most, or None where none saves anything.

    `rooms` are the sides up to which a window costs nothing more, `maximum` is the longest allowed; 0 = any.
    """
    sides = edges[:, 2:] - edges[:, :2]
    union = np.maximum(edges[:, 2:], edges[i, 2:]) - np.minimum(edges[:, :2], edges[i, :2])
    saved = sides.prod(axis=1) + sides[i].prod() + OVERHEAD - union.prod(axis=1)
    possible = alive & ((saved >= 0) | (union.max(axis=1) <= np.minimum(rooms, rooms[i])))
    possible[i] = False
    if maximum:
        possible &= union.max(axis=1) <= maximum
    if not possible.any():
        return None
    return int(np.where(possible, saved, np.iinfo(np.int64).min).argmax())


def _fitted(window: Box, hole: Box, size: Size, can: Capabilities) -> Box:
    """Return the window inside the picture, its sides as the backend accepts them where there is room."""
    if can.best:
        return roomy(window, hole, size, can)
    box = window.clip(size)
    x, width = _side(box.x, box.width, hole.x, hole.width, size.width, can)
    y, height = _side(box.y, box.height, hole.y, hole.height, size.height, can)
    return Box(x, y, width, height)


def _side(start: int, length: int, hole: int, extent: int, limit: int, can: Capabilities) -> tuple[int, int]:
    want = max(length, can.minimum)
    want = -(-want // can.multiple_of) * can.multiple_of
    if can.maximum and want > can.maximum:
        want = max(extent, can.maximum // can.multiple_of * can.multiple_of)
        start = hole + extent // 2 - want // 2
        start = min(max(start, hole + extent - want), hole)
    want = min(want, limit)
    return min(max(0, start), limit - want), want


def _owned(found: Holes, group: list[int], window: Box) -> NDArray[np.bool_] | None:
    """Return (h, w) bool, True on the cells of the group's holes; None when the window shows no others."""
    if len(group) == len(found.boxes):
        return None
    mine = np.zeros(len(found.boxes) + 1, np.bool_)
    mine[np.array(group) + 1] = True
    rows = np.arange(window.y, window.bottom) - found.box.y
    columns = np.arange(window.x, window.right) - found.box.x
    inside_y, inside_x = (rows >= 0) & (rows < found.box.height), (columns >= 0) & (columns < found.box.width)
    labels = found.labels[(rows[inside_y] // found.cell)][:, columns[inside_x] // found.cell]
    if not (~mine[labels] & (labels > 0)).any():
        return None
    own = np.zeros((window.height, window.width), np.bool_)
    own[np.ix_(inside_y, inside_x)] = mine[labels]
    return own


def frame_of(
    window: Window,
    pixels: NDArray[Any],
    mask: NDArray[np.float32],
    capabilities: Capabilities,
    *,
    guess: bool = False,
    matte: NDArray[np.float32] | None = None,
    alpha: NDArray[Any] | None = None,
    icc: bytes | None = None,
    guide: object = None,
) -> Frame:
    """Return the frame that a window shows of `pixels` (H, W, C) and `mask` (H, W), as they are now.

    `matte` and `alpha` (H, W), where there are any, are shown beside them, `icc` and `guide` as they are.

    Where the picture is smaller than the backend's sides, the frame is padded right and below: edge pixels
    again, nothing to fill, nothing to learn from. For a backend with a best size it is scaled instead
    (`keepdial.fitting`), and padded only where it is extremely long.
    """
    part, hole, usable, own = pixels[window.box.slices], mask[window.box.slices], window.usable, window.own
    matte = None if matte is None else matte[window.box.slices]
    alpha = None if alpha is None else alpha[window.box.slices]
    whole = _accepted(Size(window.box.width, window.box.height), capabilities)
    right, below = whole.width - window.box.width, whole.height - window.box.height
    if right or below:
        rim = ((0, below), (0, right))
        part = np.pad(part, (*rim, (0, 0)), mode="edge")
        hole, usable = np.pad(hole, rim), np.pad(usable, rim)
        own = None if own is None else np.pad(own, rim)
        matte = None if matte is None else np.pad(matte, rim)
        alpha = None if alpha is None else np.pad(alpha, rim)
    for array in (part, hole, usable, own, matte, alpha):
        if array is not None:
            array.flags.writeable = False
    return Frame(window.box, part, hole, usable, guess, own, matte, alpha, icc, guide)


def _accepted(size: Size, can: Capabilities) -> Size:
    """Return the least size, at least `size`, that a frame for the backend may have."""
    if can.best:
        return padded(size, can)
    step = can.multiple_of
    return Size(*(-(-max(side, can.minimum) // step) * step for side in (size.width, size.height)))
