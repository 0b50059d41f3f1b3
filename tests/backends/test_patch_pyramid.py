"""Levels of the pyramid, and smooth interpolation where nothing can serve as example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepdial.backends.patch.pyramid import RADIUS, STRIP, Level, build, nearest
from keepdial.backends.patch.smooth import pull_push


def level(hole: np.ndarray, usable: np.ndarray | None = None) -> Level:
    picture = np.zeros((*hole.shape, 3), np.float32)
    return Level(picture, picture, hole, ~hole if usable is None else usable)


def test_targets_are_all_patches_over_the_hole_and_examples_none_of_them() -> None:
    hole = np.zeros((20, 24), np.bool_)
    hole[9, 12] = True
    one = level(hole)
    assert one.ty.size == 49
    assert (one.ty.min(), one.ty.max(), one.tx.min(), one.tx.max()) == (6, 12, 9, 15)
    assert (one.index[one.ty, one.tx] == np.arange(49)).all()
    assert (one.index >= 0).sum() == 49
    # 14 x 18 centres of whole patches, less those over the hole.
    assert one.valid.sum() == 14 * 18 - 49
    assert not one.valid[one.ty, one.tx].any()
    assert (one.hy.tolist(), one.hx.tolist()) == ([9], [12])
    assert one.deepest == pytest.approx(1, abs=0.1)
    assert one.depth.max() == one.depth[one.index[9, 12]] > 0


def test_patches_stay_inside_the_picture_when_the_hole_touches_its_corner() -> None:
    hole = np.zeros((16, 18), np.bool_)
    hole[:2, :2] = True
    one = level(hole)
    assert one.ty.min() == one.tx.min() == RADIUS
    assert one.ty.size == (5 - RADIUS) ** 2


def test_what_is_not_usable_is_in_no_example() -> None:
    hole, usable = np.zeros((20, 20), np.bool_), np.ones((20, 20), np.bool_)
    hole[10, 10] = True
    usable[4, 4] = usable[10, 10] = False
    one = level(hole, usable)
    assert not one.valid[: 4 + RADIUS + 1, : 4 + RADIUS + 1].any()
    assert one.valid[4, 8]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_strips_cut_the_targets_where_rows_of_strips_begin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hole = rng.random((int(rng.integers(8, 150)), 20)) < 0.01
    one = level(hole)
    assert one.strips[0] == 0
    assert one.strips[-1] == one.ty.size
    for k, (a, b) in enumerate(zip(one.strips[:-1], one.strips[1:], strict=True)):
        assert (one.ty[a:b] // STRIP == k).all()


def test_a_correspondence_that_is_not_valid_moves_to_the_nearest_that_is() -> None:
    hole = np.zeros((20, 24), np.bool_)
    hole[9, 12] = True
    one = level(hole)
    ny, nx = np.full(49, 9), np.full(49, 12)
    ny[0], nx[0] = -50, 99
    ny[1], nx[1] = 5, 5
    given_y = ny.copy()
    one.set_correspondence(ny, nx)
    assert one.valid[one.ny, one.nx].all()
    assert (one.ny[0], one.nx[0]) == (3, 20)
    assert (one.ny[1], one.nx[1]) == (5, 5)
    assert np.hypot(one.ny[2] - 9, one.nx[2] - 12) == pytest.approx(4, abs=0.5)
    assert one.ny.dtype == one.nx.dtype == np.int32
    assert (ny == given_y).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_nearest_is_nearest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    there = rng.random((17, 23)) < 0.05
    there[3, 5] = True
    y, x = rng.integers(0, 17, 30), rng.integers(0, 23, 30)
    py, px = nearest(there, y, x)
    assert there[py, px].all()
    ty, tx = np.nonzero(there)
    best = np.hypot(ty[None] - y[:, None], tx[None] - x[:, None]).min(axis=1)
    # OpenCV's 5 x 5 mask is exact to some hundredths of the distance.
    assert (np.hypot(py - y, px - x) <= best * 1.05 + 1e-6).all()


def test_levels_halve_until_the_hole_is_shallow() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.uniform(0, 255, (99, 130, 3)).astype(np.float32)
    hole = np.zeros((99, 130), np.bool_)
    hole[30:70, 40:90] = True
    levels = build(pixels, hole, ~hole, separate=False, shallow=6)
    assert [(one.height, one.width) for one in levels] == [(99, 130), (50, 65), (25, 33)]
    assert levels[0].deepest == pytest.approx(20, abs=1)
    assert levels[-1].deepest <= 6
    assert levels[1].picture[5, 6] == pytest.approx(pixels[10:12, 12:14].mean(axis=(0, 1)), rel=1e-5)
    assert levels[1].hole.sum() == 20 * 25


def test_unknown_pixels_do_not_reach_the_coarser_levels() -> None:
    pixels = np.full((64, 64, 3), 100, np.float32)
    hole = np.zeros((64, 64), np.bool_)
    hole[21:43, 21:43] = True
    pixels[hole] = 9999
    for one in build(pixels, hole, ~hole, separate=False, shallow=2)[1:]:
        assert one.picture[~one.hole] == pytest.approx(100, rel=1e-5)


def test_separate_levels_keep_the_picture_as_example() -> None:
    rng = np.random.default_rng(2)
    pixels = rng.uniform(0, 255, (64, 64, 3)).astype(np.float32)
    hole = np.zeros((64, 64), np.bool_)
    hole[10:50, 10:50] = True
    for one in build(pixels, hole, np.ones_like(hole), separate=True, shallow=2):
        assert one.picture is not one.example
        assert (one.picture == one.example).all()
        assert one.valid[RADIUS:-RADIUS, RADIUS:-RADIUS].all()


def test_pull_push_keeps_what_is_known_and_stays_within_its_range() -> None:
    rng = np.random.default_rng(3)
    values = rng.uniform(50, 60, (37, 21, 3)).astype(np.float32)
    known = rng.random((37, 21)) < 0.1
    values[~known] = np.inf
    before = values.copy()
    values[~known] = 1e6
    made = pull_push(values, known)
    assert (made[known] == before[known]).all()
    assert made.min() >= before[known].min() - 1e-3
    assert made.max() <= before[known].max() + 1e-3


def test_pull_push_of_one_pixel_is_flat_and_of_none_is_grey() -> None:
    values = np.zeros((9, 13, 3), np.float32)
    values[4, 4] = 10, 20, 30
    known = np.zeros((9, 13), np.bool_)
    assert (pull_push(values, known) == 127.5).all()
    known[4, 4] = True
    made = pull_push(values, known)
    assert made.shape == values.shape
    np.testing.assert_allclose(made, np.broadcast_to([10, 20, 30], made.shape), rtol=1e-5)
    assert pull_push(values, np.ones_like(known)) is values


def test_pull_push_goes_over_smoothly_from_side_to_side() -> None:
    values = np.zeros((8, 64, 3), np.float32)
    values[:, -8:] = 255
    known = np.zeros((8, 64), np.bool_)
    known[:, :8] = known[:, -8:] = True
    row = pull_push(values, known)[4, :, 0]
    assert (np.diff(row) >= -1e-3).all()
    assert np.diff(row).max() < 64
    assert row[32] == pytest.approx(127, abs=40)
