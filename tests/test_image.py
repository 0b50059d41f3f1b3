"""The image value: what it takes, that nobody writes into it, and that the caller's arrays stay theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.geometry import Size
from keepdial.image import Image


def test_the_arrays_are_read_only_and_the_callers_stay_writable() -> None:
    pixels, alpha = np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6), np.uint8)
    image = Image(pixels, alpha)
    for array in (image.pixels, image.alpha):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1
    pixels[0, 0], alpha[0, 0] = 1, 1
    assert image.pixels.base is pixels
    again = image.with_pixels(image.pixels, image.alpha)
    assert again.pixels is image.pixels


@pytest.mark.parametrize(
    ("pixels", "alpha", "name"),
    [
        (np.zeros((4, 6), np.uint8), None, "pixels.shape"),
        (np.zeros((4, 6, 2), np.uint8), None, "pixels.shape"),
        (np.zeros((0, 6, 3), np.uint8), None, "pixels.shape"),
        (np.zeros((4, 6, 3), np.float32), None, "pixels.dtype"),
        (np.zeros((4, 6, 3), np.uint8), np.zeros((6, 4), np.uint8), "alpha"),
        (np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6), np.uint16), "alpha"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(pixels: Any, alpha: Any, name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        Image(pixels, alpha)


def test_size_depth_and_digest() -> None:
    image = Image(np.zeros((4, 6, 1), np.uint16))
    assert (image.size, image.depth, image.white) == (Size(6, 4), 16, 65535)
    opaque = Image(image.pixels, np.full((4, 6), 65535, np.uint16))
    narrow = Image(np.zeros((4, 6, 1), np.uint8))
    turned = Image(np.zeros((6, 4, 1), np.uint16))
    assert len({one.digest() for one in (image, opaque, narrow, turned)}) == 4
    assert image.digest() == Image(np.zeros((4, 6, 1), np.uint16)).digest()
