"""What is taken hold of: the handles, the area that may change for them, and what in it keeps its shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import KeepdialError, SelectionError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Size
    from keepdial.image import Image

AROUND, LEAST = 1.8, 16.0
"""How far around a handle's way the picture may move where no area was given: times the way, and px."""

ROOM = 0.12
"""Room that a target needs inside of a given area, as a part of its way, or the area grows."""

MARGIN = 0.35
"""How far an area grows beyond the swept one, as a part of the longest way."""

LOOK = 60_000
"""Pixels of the picture in which the thing under the handles is looked for."""

SMALL, LARGE = 0.01, 0.92
"""Parts of the area that a thing may fill; a smaller or a larger one says nothing about the rest."""


OBJECT = 0.2
"""Stiffness of the thing that is dragged, beside 1 right around a handle, where its looks count most."""

BESIDE = 0.02
"""How far a loose thing's stiffness reaches beyond its outline, as a part of the area's side."""

HOLD, HOLD_AREA = 0.04, 0.12
"""Radius of what is held right around a handle: parts of the picture's and the area's side, the smaller."""


@dataclass(frozen=True, eq=False, slots=True)
class Grip:
    """Handles, in the picture's coordinates.

    Attributes:
        start, end: (n, 2) float64, px: where each is, and where it is to come.
        area: (H, W) bool, True where pixels may change but for what is pinned.
        stiff: (H, W) float32 in [0, 1], 1 = keeps its shape as far as it can.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    area: NDArray[np.bool_]
    stiff: NDArray[np.float32]


def inside(start: NDArray[np.float64], size: Size) -> None:
    """Raise `SelectionError` where a handle's place lies outside of the picture."""
    for x, y in start:
        if not (0 <= x <= size.width - 1 and 0 <= y <= size.height - 1):
            raise SelectionError(
                f"The handle at ({x:g}, {y:g}) lies outside of the picture, which is {size}.",
                hint="Handles are X,Y:X,Y in px of the upright picture, from its top left corner.",
            )


def around(
    start: NDArray[np.float64], end: NDArray[np.float64], shape: tuple[int, int], reach: float | None
) -> tuple[NDArray[np.bool_], float]:
    """Return (H, W) bool, True near the handles' ways, and how near, px: `reach`, or by the longest way."""
    ways = np.hypot(*(end - start).T)
    if reach is None:
        reach = AROUND * float(ways.max()) + LEAST
    h, w = shape
    area = np.zeros(shape, np.bool_)
    for (x0, y0), (x1, y1) in zip(start, end, strict=True):
        rows = slice(int(max(0, min(y0, y1) - reach)), int(min(h, max(y0, y1) + reach + 2)))
        columns = slice(int(max(0, min(x0, x1) - reach)), int(min(w, max(x0, x1) + reach + 2)))
        y, x = np.mgrid[rows, columns].astype(np.float32)
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        off = (x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2
        area[rows, columns] |= off <= reach * reach
    return area, reach


def swept(
    area: NDArray[np.bool_], start: NDArray[np.float64], end: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], int]:
    """Return the area with the room that it needs to move, and by how many px it grew at most.

    Where every target lies well inside of it, it stays as it is. Else it is swept along each handle's way,
    and what is around it has a margin to give way in.
    """
    import cv2

    h, w = area.shape
    ways = np.hypot(*(end - start).T)
    room = cv2.distanceTransform(
        np.pad(area.astype(np.uint8), 1, constant_values=1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )[1:-1, 1:-1]
    x, y = np.rint(end.T).astype(np.int64)
    there = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    deep = np.where(there, room[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)], np.inf)
    if bool((deep >= np.maximum(2.0, ROOM * ways)).all()):
        return area, 0
    longest = float(ways.max())
    scale = min(1.0, 320 / max(h, w))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    small = np.asarray(cv2.resize(area.astype(np.float32), size, interpolation=cv2.INTER_AREA)) > 0
    made = small.astype(np.uint8)
    for dx, dy in end - start:
        steps = max(2, int(np.ceil(np.hypot(dx, dy) * scale / 2)))
        for t in np.linspace(0, 1, steps + 1)[1:]:
            shift: Any = np.array([[1, 0, t * dx * scale], [0, 1, t * dy * scale]], np.float64)
            made |= np.asarray(cv2.warpAffine(small.astype(np.uint8), shift, size), np.uint8)
    margin = max(6.0, MARGIN * longest)
    grown = cv2.distanceTransform(1 - made, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= margin * scale
    full = cv2.resize(grown.astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR) > 0.5
    return np.asarray(full | area), round(longest + margin)


def thing(image: Image, start: NDArray[np.float64], area: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """Return (H, W) float32, 1 on the thing under the handles; None where none stands out in the area.

    Where it goes on beyond the area, it is tied to what stays. The handles are clicks on it; the search is in
    a small picture of the area and its surroundings, since what is stiff need not be known to the pixel.
    """
    import cv2

    from keepdial.geometry import Box
    from keepdial.scene import scene_of
    from keepdial.segment import Click
    from keepdial.segment.session import Session

    box = Box.of(area)
    if box is None:
        return None
    box = box.grow(max(8, box.width // 8), max(8, box.height // 8)).clip(image.size)
    crop = scene_of(image).rgb[box.slices]
    scale = min(1.0, float(np.sqrt(LOOK / box.area)))
    size = (max(8, round(box.width * scale)), max(8, round(box.height * scale)))
    small = np.ascontiguousarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA))
    shrink = np.array(size) / (box.width, box.height)
    at = np.clip((start + 0.5 - (box.x, box.y)) * shrink, 0, np.array(size) - 0.01)
    try:
        found = Session(np.asarray(small, np.uint8)).solve(clicks=[Click(x, y) for x, y in at.tolist()])
    except KeepdialError:
        return None
    part = cv2.resize(found, (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    part = np.asarray(part, np.float32)
    share = float((part * area[box.slices]).sum()) / float(np.count_nonzero(area))
    if not SMALL <= share <= LARGE:
        return None
    made = np.zeros(area.shape, np.float32)
    made[box.slices] = part
    return made


def stiffness(
    object_: NDArray[np.float32] | None,
    start: NDArray[np.float64],
    area: NDArray[np.bool_],
    *,
    loose: bool = False,
) -> NDArray[np.float32]:
    """Return (H, W) float32: discs around the handles at 1, the thing (H, W) at `OBJECT`, the rest at 0.

    A `loose` thing lies wholly in the area, with room around it: it is at 1 too, and what is right beside it.
    """
    import cv2

    h, w = area.shape
    if object_ is None:
        made = np.zeros(area.shape, np.float32)
    elif loose:
        square = 2 * round(BESIDE * float(np.sqrt(np.count_nonzero(area)))) + 1
        made = np.asarray(cv2.dilate(object_, np.ones((square, square), np.uint8)), np.float32)
    else:
        made = object_ * np.float32(OBJECT)
    side = min(HOLD * float(np.sqrt(area.size)), HOLD_AREA * float(np.sqrt(np.count_nonzero(area))))
    reach = 1.5 * max(2.0, side)
    for px, py in start:
        rows = slice(int(max(0, py - reach)), int(min(h, py + reach + 2)))
        columns = slice(int(max(0, px - reach)), int(min(w, px + reach + 2)))
        y, x = np.mgrid[rows, columns].astype(np.float32)
        disc = np.clip(1.5 - 1.5 * np.hypot(x - px, y - py) / reach, 0, 1)
        np.maximum(made[rows, columns], disc, out=made[rows, columns])
    return made
