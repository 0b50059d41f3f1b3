"""A closed outline of straight lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Options, Region
from keepdial.select.box import FARTHEST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image

Coordinate = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]
Point = tuple[Coordinate, Coordinate]

SUBLINES = 4
"""Scan lines per pixel row with smooth edges; across, the coverage is exact."""

STRIP = 256
"""Rows that are worked on at a time, to bound the memory."""


MOST = 1_000_000
"""Most pixel rows that all sides of one polygon pass together: some seconds."""


class PolygonOptions(Options):
    """An outline; (0, 0) is the picture's top left corner, the first pixel's centre is (0.5, 0.5)."""

    points: tuple[Point, ...] = Field(
        min_length=3, max_length=20_000, description="Corners [x, y] in pixels; the last joins the first."
    )
    antialias: bool = Field(
        default=True, description="Smooth edges: a pixel's value is the covered part of it; else 0 or 1."
    )


def rasterise(options: PolygonOptions, image: Image) -> Region:
    """Return 1 inside by the even-odd rule; with `antialias` the coverage along the edge.

    The accumulation buffer of font rasterisers: each crossing of a scan line with the outline adds a step,
    and the running sum along the row is the coverage. Raises `SelectionError` when the polygon's bounding
    box lies wholly outside of the picture.
    """
    import numpy as np

    size = image.size
    p = np.asarray(options.points, np.float64)
    low, high = p.min(axis=0), p.max(axis=0)
    if low[0] >= size.width or low[1] >= size.height or high[0] <= 0 or high[1] <= 0:
        raise SelectionError(
            f"The polygon from ({low[0]:g}, {low[1]:g}) to ({high[0]:g}, {high[1]:g}) lies wholly outside of "
            f"the picture, which is {size}.",
            hint="Points are x,y in pixels of the upright picture, from its top left corner.",
        )
    inside = p[:, 1].clip(0, size.height)
    if np.abs(np.diff(inside, append=inside[:1])).sum() > MOST:
        raise SelectionError(
            "The polygon crosses the picture too often to be drawn.", hint="Use a mask, or fewer points."
        )
    x, y = int(np.floor(low[0])), int(np.floor(low[1]))
    box = Box(x, y, int(np.ceil(high[0])) - x, int(np.ceil(high[1])) - y).clip(size)
    values = np.zeros((box.height, box.width), np.float32)
    for top in range(0, box.height, STRIP):
        strip = values[top : top + STRIP]
        strip[...] = _coverage(p - (box.x, box.y + top), strip.shape, antialias=options.antialias)
    return Region(box, values)


def _coverage(p: NDArray[np.float64], shape: tuple[int, ...], *, antialias: bool) -> NDArray[np.float32]:
    """Return the coverage of an area of `shape` by the polygon `p` (N, 2), float32 in [0, 1]."""
    import numpy as np

    height, width = shape
    per_row = SUBLINES if antialias else 1
    x0, y0 = p.T
    x1, y1 = np.roll(p, -1, axis=0).T
    # Line k lies at y = (k + 0.5) / per_row; an edge crosses those with min(y) <= y < max(y).
    first = np.ceil(np.minimum(y0, y1) * per_row - 0.5).clip(0, height * per_row).astype(np.int64)
    last = np.ceil(np.maximum(y0, y1) * per_row - 0.5).clip(0, height * per_row).astype(np.int64)
    count = last - first
    edge = np.repeat(np.arange(len(p)), count)
    line = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    y = (line + 0.5) / per_row
    x = x0[edge] + (y - y0[edge]) * (x1 - x0)[edge] / (y1 - y0)[edge]
    order = np.lexsort((x, line))
    x, row = x[order].clip(0, width), line[order] // per_row
    sign = np.where(np.arange(x.size) % 2 == 0, 1.0, -1.0) / per_row
    if not antialias:
        x = np.ceil(x - 0.5)
    cell = np.floor(x).astype(np.int64)
    part = x - cell
    index = row * (width + 2) + cell
    steps = np.bincount(index, sign * (1 - part), height * (width + 2))
    steps += np.bincount(index + 1, sign * part, height * (width + 2))
    covered = np.cumsum(steps.reshape(height, width + 2), axis=1)[:, :width]
    # Sums of fractions end a rounding error off 0 and 1, which must be exact.
    return (np.rint(covered * 4096) / 4096).clip(0, 1).astype(np.float32)


FINDER = Finder("polygon", "A closed outline of straight lines.", PolygonOptions, rasterise)
