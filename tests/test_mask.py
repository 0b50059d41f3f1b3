from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.mask import (
    bounds,
    despeckle,
    feather,
    fill_holes,
    grow,
    invert,
    outline,
    shrink,
    smooth,
    softness,
)


def square(size: int, at: int, side: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    mask = np.zeros((size, size), np.float32)
    mask[at : at + side, at : at + side] = 1
    return mask


def test_bounds_are_those_of_everything_above_zero() -> None:
    mask = np.zeros((5, 7), np.float32)
    assert bounds(mask) is None
    mask[1, 2] = 1e-6
    mask[3, 5] = 1
    assert bounds(mask) == Box(2, 1, 4, 3)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1.01])
def test_bounds_refuse_what_is_no_part(bad: float) -> None:
    with pytest.raises(SelectionError):
        bounds(np.full((2, 2), bad, np.float32))


def test_growing_by_one_takes_the_four_neighbours() -> None:
    assert grow(square(5, 2, 1), Box(2, 2, 1, 1), 1).tolist() == [
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0],
    ]


def test_shrinking_leaves_the_border_of_the_picture() -> None:
    assert shrink(square(4, 0, 3), Box(0, 0, 3, 3), 1).tolist() == [
        [1, 1, 0, 0],
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]


def test_feathering_goes_inward_only() -> None:
    assert feather(square(7, 1, 5), Box(1, 1, 5, 5), 1)[3].tolist() == [0, 0.5, 1, 1, 1, 0.5, 0]
    assert feather(square(5, 0, 3), Box(0, 0, 3, 3), 1)[1].tolist() == [1, 1, 0.5, 0, 0]
    hard = square(7, 1, 5)
    assert feather(hard, Box(1, 1, 5, 5), 0) is hard


def test_a_soft_edge_wider_than_the_feather_keeps_its_values() -> None:
    mask = np.zeros((9, 13), np.float32)
    mask[:] = [0, 0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1, 1, 1, 1]
    assert np.array_equal(feather(mask, Box(2, 0, 11, 9), 2), mask)


def test_softness_is_the_part_that_is_grey() -> None:
    mask = square(4, 0, 2)
    assert softness(mask, Box(0, 0, 2, 2)) == 0
    mask[0, 0] = 0.5
    assert softness(mask, Box(0, 0, 2, 2)) == 0.25


@given(seed=st.integers(0, 50), pixels=st.floats(0, 9))
def test_no_input_is_modified_and_the_order_holds(seed: int, pixels: float) -> None:
    mask = (np.random.default_rng(seed).random((17, 13)) > 0.93).astype(np.float32)
    box = bounds(mask)
    if box is None:
        return
    before = mask.copy()
    larger, smaller = grow(mask, box, pixels), shrink(mask, box, pixels)
    softer = feather(mask, box, pixels)
    assert np.array_equal(mask, before)
    assert (larger >= mask).all()
    assert (smaller <= mask).all()
    assert (softer <= mask).all()
    assert np.array_equal(softer > 0, mask > 0)


def test_smooth_rounds_a_spike_off_and_leaves_straight_edges() -> None:
    mask = np.zeros((40, 40), np.float32)
    mask[10:, :] = 1
    mask[5:10, 20] = 1  # a spike of one pixel
    smoothed = smooth(mask, Box(0, 5, 40, 35), 2)
    assert smoothed[5:8, 20].max() == 0
    assert smoothed[13:, :].min() == 1
    assert smoothed[9, 2] == pytest.approx(0.1, abs=0.15)
    assert smoothed[10, 2] == pytest.approx(0.9, abs=0.15)
    assert mask[5, 20] == 1


def test_fill_holes_fills_what_is_enclosed_only() -> None:
    mask = np.zeros((7, 9), np.float32)
    mask[1:6, 1:6] = 1
    mask[2:5, 2:5] = 0.25
    mask[3, 7:] = 1
    filled = fill_holes(mask)
    assert filled[1:6, 1:6].min() == 1
    assert filled.sum() == 25 + 2
    mask[3, 1] = 0  # the ring is open now
    mask[3, 0] = 0
    assert fill_holes(mask)[3, 3] == 0.25


def test_despeckle_drops_small_pieces() -> None:
    mask = np.zeros((6, 8), np.float32)
    mask[0, 0] = 1
    mask[3:5, 3:6] = 0.5
    assert despeckle(mask, 2).tolist() == np.where(mask == 0.5, mask, 0).tolist()
    assert despeckle(mask, 7).max() == 0
    assert despeckle(mask, 1).tolist() == mask.tolist()


def test_invert_is_its_own_inverse() -> None:
    mask = np.array([[0, 0.25, 1]], np.float32)
    assert invert(mask).tolist() == [[1, 0.75, 0]]
    assert invert(invert(mask)).tolist() == mask.tolist()


def test_outline_lies_inside_and_runs_along_the_border() -> None:
    mask = np.zeros((5, 6), np.float32)
    mask[0:4, 1:5] = 1
    assert outline(mask).astype(int).tolist() == [
        [0, 1, 1, 1, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 1, 0, 0, 1, 0],
        [0, 1, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_wide_smoothing_keeps_straight_edges_and_takes_any_number() -> None:
    mask = np.zeros((300, 200), np.float32)
    mask[150:, :] = 1
    mask[100:150, 100:104] = 1
    smoothed = smooth(mask, Box(0, 100, 200, 200), 30)
    assert smoothed[:140].max() == 0
    assert smoothed[170:].min() == 1
    assert 145 <= np.abs(smoothed[:, 20] - 0.5).argmin() <= 155
    assert smooth(mask, Box(0, 100, 200, 200), 1e9).shape == mask.shape
