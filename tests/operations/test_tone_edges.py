"""The soft edge of a local change: 2 px along an outline, part of its size for a place or a drawn region."""

from __future__ import annotations

import numpy as np
import pytest

from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.operations._tone import EDGE, feather_of
from keepdial.select import Selection

IMAGE = Image(np.full((100, 80, 3), 90, np.uint8))


def selection(mask: np.ndarray[tuple[int, ...], np.dtype[np.float32]], *, hugs: bool) -> Selection:
    return Selection(mask, Box.of(mask > 0), hugs=hugs)


def test_a_place_that_was_named_fades_like_a_drawn_box() -> None:
    half = np.zeros((100, 80), np.float32)
    half[50:] = 1
    for hugs in (True, False):
        assert feather_of(IMAGE, selection(half, hugs=hugs), None) == pytest.approx(EDGE * (50 * 80) ** 0.5)


def test_an_outline_that_was_found_fades_over_two_pixels() -> None:
    round_ = np.zeros((100, 80), np.float32)
    y, x = np.mgrid[:100, :80]
    round_[(x - 40) ** 2 + (y - 50) ** 2 < 400] = 1
    assert feather_of(IMAGE, selection(round_, hugs=True), None) == 2
    assert feather_of(IMAGE, selection(round_, hugs=True), 7.0) == 7


def test_the_whole_picture_has_no_edge() -> None:
    assert feather_of(IMAGE, selection(np.ones((100, 80), np.float32), hugs=True), None) == 0
