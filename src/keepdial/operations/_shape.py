"""What operations have in common whose result is computed anew, in another shape or size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keepdial.errors import TooLarge
from keepdial.geometry import Box
from keepdial.operations import Stage

if TYPE_CHECKING:
    from keepdial.geometry import Size
    from keepdial.image import Image
    from keepdial.settings import Settings


def unchanged(image: Image, why: str) -> Stage:
    """Return the stage on which nothing is to be done, with the reason."""
    import numpy as np

    size = image.size
    nothing = np.zeros((size.height, size.width), np.float32)
    return Stage(image, nothing, placement=Box(0, 0, size.width, size.height), notes=(why,))


def blank(image: Image, size: Size, guide: object, settings: Settings, notes: tuple[str, ...]) -> Stage:
    """Return the stage of a picture of `size` that a backend computes from `guide`; all of it is free.

    Raises `TooLarge` where it would have more pixels than the limit.
    """
    import numpy as np

    if size.area > settings.max_pixels:
        raise TooLarge(
            f"The picture would become {size} = {size.area:,} pixels; the limit is {settings.max_pixels:,}.",
            hint="Ask for less, or raise KEEPDIAL_MAX_PIXELS.",
        )
    pixels = np.zeros((size.height, size.width, image.pixels.shape[2]), image.pixels.dtype)
    alpha = None if image.alpha is None else np.full(pixels.shape[:2], image.white, pixels.dtype)
    canvas = replace(image, pixels=pixels, alpha=alpha, source=replace(image.source, data=None))
    return Stage(
        canvas,
        np.ones((size.height, size.width), np.float32),
        guess=False,
        examples="everywhere",
        notes=notes,
        guide=guide,
        resampled=True,
    )
