"""What all networks do with pictures: bring them to size, and answers back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError
from keepdial.geometry import Box, Size

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def as_rgb(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """Return `picture` as (H, W, 3) uint8: grey is repeated, alpha left out. Raises `ParameterError`."""
    shaped = picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (1, 3, 4))
    if picture.dtype != np.uint8 or not shaped or picture.size == 0:
        said = f"{picture.dtype} {picture.shape}"
        raise ParameterError("rgb", said, "uint8 (H, W, 3), at least one pixel")
    if picture.ndim == 2:
        picture = picture[..., None]
    if picture.shape[2] == 1:
        return np.ascontiguousarray(np.repeat(picture, 3, axis=2))
    return np.ascontiguousarray(picture[..., :3])


def resized(array: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Return `array` (H, W[, C]) at the size given: averaged when it shrinks, bilinear when it grows."""
    import cv2

    if array.shape[:2] == (height, width):
        return array
    shrinks = width * height < array.shape[0] * array.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(array, (width, height), interpolation=method))


def box_between(corners: Iterable[float], size: Size) -> Box:
    """Return the whole-pixel box around x0, y0, x1, y1 in pixels, cut to a picture of `size`."""
    numbers = [min(max(float(n), -1e6), 1e6) for n in corners]
    left, top = int(np.floor(numbers[0])), int(np.floor(numbers[1]))
    right, bottom = int(np.ceil(numbers[2])), int(np.ceil(numbers[3]))
    return Box(left, top, right - left, bottom - top).clip(size)
