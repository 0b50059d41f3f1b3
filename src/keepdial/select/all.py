"""The whole picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.geometry import Box
from keepdial.select import Finder, Options, Region

if TYPE_CHECKING:
    from keepdial.image import Image


class AllOptions(Options):
    """The whole picture has no options."""


def rasterise(options: AllOptions, image: Image) -> Region:
    """Return 1 everywhere."""
    import numpy as np

    size = image.size
    return Region(Box(0, 0, size.width, size.height), np.ones((size.height, size.width), np.float32))


FINDER = Finder("all", "The whole picture.", AllOptions, rasterise)
