"""A rectangle of whole pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Options, Region

if TYPE_CHECKING:
    from keepdial.image import Image

FARTHEST = 1_000_000
"""Largest coordinate that is read, in pixels, either way."""


class BoxOptions(Options):
    """A rectangle: columns x to x + width - 1, rows y to y + height - 1; what lies outside is cut off."""

    x: int = Field(ge=-FARTHEST, le=FARTHEST, description="Left column, in pixels.")
    y: int = Field(ge=-FARTHEST, le=FARTHEST, description="Top row, in pixels.")
    width: int = Field(ge=1, le=2 * FARTHEST, description="Width in pixels.")
    height: int = Field(ge=1, le=2 * FARTHEST, description="Height in pixels.")


def rasterise(options: BoxOptions, image: Image) -> Region:
    """Return 1 inside the box.

    Raises `SelectionError` when the whole box lies outside of the picture.
    """
    import numpy as np

    asked = Box(options.x, options.y, options.width, options.height)
    inside = asked.clip(image.size)
    if inside.area == 0:
        raise SelectionError(
            f"The box {asked} lies wholly outside of the picture, which is {image.size}.",
            hint="Boxes are x,y,width,height in pixels of the upright picture, from its top left corner.",
        )
    return Region(inside, np.ones((inside.height, inside.width), np.float32))


FINDER = Finder("box", "A rectangle of whole pixels.", BoxOptions, rasterise)
