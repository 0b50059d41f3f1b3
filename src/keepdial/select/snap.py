"""A rough line that becomes the object: what it circles, or what it was scribbled on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Options, Region
from keepdial.select.points import scribbles, session_of
from keepdial.select.polygon import Point, PolygonOptions
from keepdial.select.polygon import rasterise as filled
from keepdial.select.stroke import StrokeOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image

GAP = 0.25
"""A line whose ends are nearer than this part of its length goes around something."""

SLACK = 0.03
"""How far a rough outline may cut into its object, as a part of the outline's size."""

BRUSH = 0.008
"""Width of a scribble that has none, as a part of the picture's longer side."""


class SnapOptions(Options):
    """A rough line; (0, 0) is the picture's top left corner, the first pixel's centre is (0.5, 0.5)."""

    points: tuple[Point, ...] = Field(
        min_length=1, max_length=20_000, description="Points [x, y] in pixels that the line passes."
    )
    width: float | None = Field(
        default=None, gt=0, le=20_000, description="Width of a scribble in pixels; none: it follows the size."
    )
    closed: bool | None = Field(
        default=None,
        description="Whether the line circles the object; none: a line without a width whose ends meet does.",
    )


def rasterise(options: SnapOptions, image: Image) -> Region:
    """Return the object, 1 inside, soft over about a pixel.

    Raises `SelectionError` when the line lies outside of the picture, or has too few points to circle.
    """
    size = image.size
    whole = Box(0, 0, size.width, size.height)
    closed = circles(options) if options.closed is None else options.closed
    if not closed:
        width = options.width or max(1.0, BRUSH * max(size.width, size.height))
        stroke = StrokeOptions(points=options.points, width=width)
        return Region(whole, session_of(image).solve(hints=scribbles((stroke,), (), image)))
    if len(options.points) < 3:
        raise SelectionError(
            f"A line of {len(options.points)} points circles nothing.",
            hint="Give at least three points around the object, or leave `closed` out for a scribble on it.",
        )
    return Region(whole, session_of(image).enclosed(_inside(options, image)))


def circles(options: SnapOptions) -> bool:
    """Return whether a line goes around something: no width, three points, and its ends near each other."""
    import numpy as np

    if options.width is not None or len(options.points) < 3:
        return False
    p = np.asarray(options.points, np.float64)
    length = np.linalg.norm(np.diff(p, axis=0), axis=1).sum()
    extent = np.ptp(p, axis=0)
    gap = float(np.linalg.norm(p[0] - p[-1]))
    x, y = p.T
    area = 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))
    # Few corners leave a wide gap, which is the last side.
    return bool((len(p) < 8 or gap <= GAP * length) and area > 0.2 * extent.prod())


def _inside(options: SnapOptions, image: Image) -> NDArray[np.bool_]:
    """Return (H, W) bool: what the outline holds, and a little more."""
    import cv2
    import numpy as np

    region = filled(PolygonOptions(points=options.points), image)
    if region.box.area == 0 or not (region.values >= 0.5).any():
        raise SelectionError(
            "The outline holds no pixel of the picture.",
            hint="Points are x,y in pixels of the upright picture, from its top left corner.",
        )
    inside = np.zeros(image.pixels.shape[:2], np.uint8)
    inside[region.box.slices] = region.values >= 0.5
    more = SLACK * float(np.sqrt(inside.sum()))
    return np.asarray(cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5) <= more, np.bool_)


FINDER = Finder(
    "snap",
    "The object that a rough line circles, or was scribbled on.",
    SnapOptions,
    rasterise,
    hugs=True,
    follows=True,
    cost=1.3,
)
