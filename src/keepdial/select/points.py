"""Clicks, scribbles and a box on an object: what they point at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Options, Region
from keepdial.select.box import BoxOptions
from keepdial.select.polygon import Point
from keepdial.select.stroke import StrokeOptions
from keepdial.select.stroke import rasterise as painted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.segment.session import Session

Points = Annotated[tuple[Point, ...], Field(max_length=1000)]
Strokes = Annotated[tuple[StrokeOptions, ...], Field(max_length=200)]


class PointsOptions(Options):
    """What was clicked; (0, 0) is the picture's top left corner, the first pixel's centre is (0.5, 0.5)."""

    points: tuple[tuple[float, float, bool], ...] = Field(
        default=(), max_length=1000, description="Clicks [x, y, inside] in the order in which they were made."
    )
    inside: Points = Field(default=(), description="Clicks [x, y] on the object; they come after `points`.")
    outside: Points = Field(
        default=(), description="Clicks [x, y] on what is not the object; they come last."
    )
    box: BoxOptions | None = Field(default=None, description="A box around the object.")
    strokes_inside: Strokes = Field(default=(), description="Scribbles {points, width} on the object.")
    strokes_outside: Strokes = Field(default=(), description="Scribbles {points, width} beside the object.")
    embedded: bool = Field(default=False, description="Never ask a network, even where one is installed.")


def rasterise(options: PointsOptions, image: Image) -> Region:
    """Return the object, 1 inside, soft over about a pixel; a SAM is asked when one is installed.

    Raises `SelectionError` when nothing lies inside the object, or a click lies outside of the picture.
    """
    from keepdial.segment import Click

    clicks = [Click(*point) for point in options.points]
    clicks += [Click(x, y) for x, y in options.inside]
    clicks += [Click(x, y, inside=False) for x, y in options.outside]
    told = any(click.inside for click in clicks) or options.box is not None or options.strokes_inside
    if not told:
        raise SelectionError(
            "There are only points outside of the object, none on it."
            if clicks or options.strokes_outside
            else "No points were given.",
            hint="Add a click on the object, a scribble on it, or a box around it.",
        )
    size = image.size
    for click in clicks:
        if not (0 <= click.x < size.width and 0 <= click.y < size.height):
            raise SelectionError(
                f"The click at ({click.x:g}, {click.y:g}) lies outside of the picture, which is {size}.",
                hint="Points are x,y in pixels of the upright picture, from its top left corner.",
            )
    box = None
    if options.box is not None:
        box = Box(options.box.x, options.box.y, options.box.width, options.box.height)
    hints = scribbles(options.strokes_inside, options.strokes_outside, image)
    from keepdial.networks import sam
    from keepdial.scene import scene_of

    if hints is None and not options.embedded and sam.ready() is not None:
        mask = sam.segment(scene_of(image).rgb, clicks, box)
    else:
        mask = session_of(image).solve(clicks=clicks, box=box, hints=hints)
    return Region(Box(0, 0, size.width, size.height), mask)


def session_of(image: Image) -> Session:
    """Return what is known of a picture for clicks; the same one as long as the picture lives."""
    from keepdial.scene import scene_of
    from keepdial.segment.session import Session

    scene = scene_of(image)
    return scene.once("clicks", lambda: Session(scene.rgb))


def scribbles(
    inside: tuple[StrokeOptions, ...], outside: tuple[StrokeOptions, ...], image: Image
) -> NDArray[np.int8] | None:
    """Return (H, W) int8: 1 under scribbles inside, -1 under those outside, which win; None without any."""
    import numpy as np

    if not inside and not outside:
        return None
    hints = np.zeros(image.pixels.shape[:2], np.int8)
    for strokes, sign in ((inside, 1), (outside, -1)):
        for stroke in strokes:
            region = painted(stroke, image)
            values = region.values
            hints[region.box.slices][values >= min(0.5, float(values.max()))] = sign
    return hints


FINDER = Finder(
    "points",
    "What clicks, scribbles and a box point at.",
    PointsOptions,
    rasterise,
    hugs=True,
    follows=True,
    cost=1.1,
)
