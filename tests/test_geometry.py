from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.geometry import Box, Orientation, Size, size_of

STORED = np.array([[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("value", "upright"),
    [
        (1, [[1, 2, 3], [4, 5, 6]]),
        (2, [[3, 2, 1], [6, 5, 4]]),
        (3, [[6, 5, 4], [3, 2, 1]]),
        (4, [[4, 5, 6], [1, 2, 3]]),
        (5, [[1, 4], [2, 5], [3, 6]]),
        (6, [[4, 1], [5, 2], [6, 3]]),
        (7, [[6, 3], [5, 2], [4, 1]]),
        (8, [[3, 6], [2, 5], [1, 4]]),
    ],
)
def test_orientation_turns_upright_and_back(value: int, upright: list[list[int]]) -> None:
    turned = Orientation(value).upright(STORED)
    assert turned.tolist() == upright
    assert Orientation(value).stored(turned).tolist() == STORED.tolist()


@pytest.mark.parametrize("tag", [0, 9, -1, "6", None, 3.0])
def test_a_senseless_orientation_counts_as_upright(tag: object) -> None:
    assert Orientation.parse(tag) == Orientation(1)


def test_a_box_is_the_bounding_box_of_what_is_not_zero() -> None:
    region = np.zeros((6, 8), np.bool_)
    assert Box.of(region) is None
    region[2, 3] = region[4, 6] = True
    assert Box.of(region) == Box(3, 2, 4, 3)
    assert region[Box(3, 2, 4, 3).slices].sum() == 2


def test_boxes_grow_clip_shift_and_meet() -> None:
    box = Box(2, 3, 4, 5)
    assert (box.right, box.bottom, box.area, str(box)) == (6, 8, 20, "2,3,4,5")
    assert box.grow(1) == Box(1, 2, 6, 7)
    assert box.grow(3, 0).clip(Size(8, 6)) == Box(0, 3, 8, 3)
    assert Box(-5, -5, 3, 3).clip(Size(8, 6)).area == 0
    assert box.shift(1, -1).union(Box(0, 0, 1, 1)) == Box(0, 0, 7, 7)
    assert box.intersects(Box(5, 7, 1, 1))
    assert not box.intersects(Box(6, 3, 2, 2))


@given(st.integers(1, 8), st.integers(1, 5), st.integers(1, 5))
def test_turning_is_undone(value: int, height: int, width: int) -> None:
    array = np.arange(height * width * 3).reshape(height, width, 3)
    orientation = Orientation(value)
    turned = orientation.upright(array)
    assert size_of(turned) == (Size(height, width) if orientation.swaps_axes else Size(width, height))
    assert np.array_equal(orientation.stored(turned), array)
