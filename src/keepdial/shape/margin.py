"""Margins: a picture in a larger, empty canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.errors import TooLarge
from keepdial.operations import Stage

if TYPE_CHECKING:
    from keepdial.geometry import Box, Size
    from keepdial.image import Image


def with_margin(
    image: Image, size: Size, placement: Box, notes: tuple[str, ...], *, most: int, what: str, hint: str
) -> Stage:
    """Lay a picture into a canvas of `size` at `placement`; the margin is free, where there is alpha opaque.

    Raises `TooLarge`, which begins with `what` and gives the hint, when there would be over `most` pixels.
    """
    import numpy as np

    if size.area > most:
        raise TooLarge(f"{what} {size} = {size.area:,} pixels; the limit is {most:,}.", hint=hint)
    pixels = np.zeros((size.height, size.width, image.pixels.shape[2]), image.pixels.dtype)
    pixels[placement.slices] = image.pixels
    alpha = None
    if image.alpha is not None:
        alpha = np.full((size.height, size.width), image.white, image.pixels.dtype)
        alpha[placement.slices] = image.alpha
    mask = np.ones((size.height, size.width), np.float32)
    mask[placement.slices] = 0
    return Stage(image.with_pixels(pixels, alpha), mask, placement=placement, guess=False, notes=notes)
