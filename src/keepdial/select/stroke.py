"""A line drawn with a round brush."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.geometry import Box, size_of
from keepdial.select import Finder, Options, Region
from keepdial.select.polygon import Point

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image


MOST = 1_000_000_000
"""Most pixels that are visited to draw one stroke: some seconds."""


class StrokeOptions(Options):
    """A brush line; (0, 0) is the picture's top left corner, the first pixel's centre is (0.5, 0.5)."""

    points: tuple[Point, ...] = Field(
        min_length=1, max_length=20_000, description="Points [x, y] in pixels that the brush passes."
    )
    width: float = Field(gt=0, le=20_000, description="The brush's diameter in pixels.")


def rasterise(options: StrokeOptions, image: Image) -> Region:
    """Return 1 under the brush, falling to 0 over one pixel at its edge.

    Raises `SelectionError` when the whole line passes beside the picture.
    """
    import numpy as np

    points, radius = np.asarray(options.points, np.float64), options.width / 2
    whole = _around(points.min(axis=0), points.max(axis=0), radius).clip(image.size)
    if whole.area == 0:
        raise SelectionError(
            f"The stroke lies wholly outside of the picture, which is {image.size}.",
            hint="Points are x,y in pixels of the upright picture, from its top left corner.",
        )
    values = np.zeros((whole.height, whole.width), np.float32)
    pieces = [
        (start, end, _around(np.minimum(start, end), np.maximum(start, end), radius).clip(size_of(values)))
        for start, end in _pieces(_smoothed(points - (whole.x, whole.y)), 64 + 2 * radius)
    ]
    if sum(box.area for _, _, box in pieces) > MOST:
        raise SelectionError(
            "The stroke crosses the picture too often to be drawn.", hint="Use a mask, or several strokes."
        )
    for start, end, box in pieces:
        part = values[box.slices]
        np.maximum(part, _capsule(start, end, radius, box), out=part)
    return Region(whole, values)


def _smoothed(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the line without the points that it passes within a quarter pixel anyway."""
    import cv2
    import numpy as np

    line = cv2.approxPolyDP(points.astype(np.float32)[:, None], 0.25, closed=False)
    return np.asarray(line, np.float64).reshape(-1, 2)


def _around(low: NDArray[np.float64], high: NDArray[np.float64], radius: float) -> Box:
    """Return the box of all pixels that a brush of `radius` between two corners can touch."""
    import numpy as np

    x, y = (int(v) for v in np.floor(low - radius - 1))
    right, bottom = (int(v) for v in np.ceil(high + radius + 1))
    return Box(x, y, right - x, bottom - y)


def _pieces(
    points: NDArray[np.float64], longest: float
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return the line's segments, cut so that none is longer than `longest`: small boxes, little memory."""
    import numpy as np

    if len(points) == 1:
        return [(points[0], points[0])]
    pieces: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for a, b in pairwise(points):
        n = max(1, int(np.ceil(np.hypot(*(b - a)) / longest)))
        corners = [a + (b - a) * (i / n) for i in range(n + 1)]
        pieces += pairwise(corners)
    return pieces


def _capsule(a: NDArray[np.float64], b: NDArray[np.float64], radius: float, box: Box) -> NDArray[np.float32]:
    """Return how far each pixel of `box` lies inside the segment a-b thickened by `radius`, in [0, 1]."""
    import numpy as np

    x = np.arange(box.x, box.right, dtype=np.float32)[None, :] + np.float32(0.5 - a[0])
    y = np.arange(box.y, box.bottom, dtype=np.float32)[:, None] + np.float32(0.5 - a[1])
    dx, dy = float(b[0] - a[0]), float(b[1] - a[1])
    length2 = dx * dx + dy * dy
    along = ((x * dx + y * dy) / length2).clip(0, 1) if length2 > 1e-12 else np.zeros((1, 1), np.float32)
    distance = np.hypot(x - along * dx, y - along * dy)
    inside: NDArray[np.float32] = (radius + 0.5 - distance).clip(0, 1).astype(np.float32)
    return inside


FINDER = Finder("stroke", "A line drawn with a round brush.", StrokeOptions, rasterise)
