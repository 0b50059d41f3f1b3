"""The whole picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Options

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image


class AllOptions(Options):
    """The whole picture has no options."""


def rasterise(options: AllOptions, image: Image) -> NDArray[np.float32]:
    """Return (H, W) float32, 1 everywhere."""
    import numpy as np

    return np.ones((image.size.height, image.size.width), np.float32)


FINDER = Finder("all", "The whole picture.", AllOptions, rasterise)
