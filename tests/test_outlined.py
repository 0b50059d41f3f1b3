"""A selection drawn over its picture."""

from __future__ import annotations

import numpy as np

from keepdial.image import Image
from keepdial.outlined import drawn, outlined


def test_the_line_is_white_inside_and_magenta_outside() -> None:
    mask = np.zeros((7, 7), np.float32)
    mask[2:5, 2:7] = 1
    out = drawn(np.full((7, 7, 3), 0.5, np.float32), [mask])
    white = (out == 1).all(axis=2)
    magenta = (out == np.array([0.9, 0, 0.5], np.float32)).all(axis=2)
    assert white.astype(int).tolist()[1:6] == [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 1, 1],
        [0, 0, 1, 0, 0, 0, 1],
        [0, 0, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ]
    assert magenta[1].tolist() == [False, True, True, True, True, True, True]
    assert not magenta[:, 0].any()
    assert not magenta[0].any()


def test_what_is_not_selected_is_dimmed_and_grey_becomes_colour() -> None:
    image = Image(np.full((20, 20, 1), 65535, np.uint16))
    mask = np.zeros((20, 20), np.float32)
    mask[5:15, 5:15] = 1
    shown = outlined(image, mask).pixels
    assert shown.shape == (20, 20, 3)
    assert shown.dtype == np.uint8
    assert shown[0, 0].tolist() == [115, 115, 115]
    assert shown[10, 10].tolist() == [255, 255, 255]
    assert outlined(image, mask, dim=False).pixels[0, 0].tolist() == [255, 255, 255]
