"""The inner loops of the embedded engine, against numbers written out and against plain numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.backends.patch import colours, kernels, pyramid
from keepdial.backends.patch.compiled import Kernel
from keepdial.backends.patch.pyramid import Level

R = kernels.RADIUS
Array = NDArray[Any]


@dataclass
class Scene:
    """A level of noise with random valid correspondences, and what the search kernels take of it."""

    level: Level
    extra: NDArray[np.float32]
    pull: np.float32

    @property
    def where(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        y, x = np.nonzero(self.level.valid)
        return y.astype(np.int32), x.astype(np.int32)

    def refresh(self) -> NDArray[np.float32]:
        """The cost of every correspondence, anew."""
        level, cost = self.level, np.empty_like(self.level.cost)
        kernels.refresh(
            level.flat,
            level.flat_example,
            self.extra,
            level.ty,
            level.tx,
            level.ny,
            level.nx,
            cost,
            self.pull,
        )
        return cost

    def sweep(self, seed: int = 1, forward: bool = True, draws: int = 4) -> None:
        level = self.level
        kernels.sweep(
            level.flat,
            level.flat_example,
            self.extra,
            level.valid,
            level.index,
            level.ty,
            level.tx,
            level.ny,
            level.nx,
            level.cost,
            level.ny.copy(),
            level.nx.copy(),
            level.strips,
            forward,
            seed,
            max(level.height, level.width),
            draws,
            self.pull,
        )


def scene(seed: int = 0, *, height: int = 70, width: int = 26, pull: float = 2.0) -> Scene:
    rng = np.random.default_rng(seed)
    hole = np.zeros((height, width), np.bool_)
    hole[10:-10, 9:14] = True
    picture, example = (rng.uniform(0, 255, (height, width, 3)).astype(np.float32) for _ in range(2))
    level = Level(picture, example, hole, ~hole)
    made = Scene(level, rng.uniform(0, 500, hole.shape).astype(np.float32), np.float32(pull))
    y, x = made.where
    pick = rng.integers(0, y.size, level.ty.size)
    level.ny, level.nx = y[pick], x[pick]
    level.cost = made.refresh()
    return made


def patch(picture: Array, y: int, x: int, radius: int = R) -> Array:
    return picture[y - radius : y + radius + 1, x - radius : x + radius + 1].astype(np.float64)


def cost(one: Scene, t: int, cy: int, cx: int) -> float:
    """What `cy, cx` costs for target `t`, written out."""
    level = one.level
    y, x = int(level.ty[t]), int(level.tx[t])
    squares = ((patch(level.picture, y, x) - patch(level.example, cy, cx)) ** 2).sum()
    return float(squares + one.pull * np.hypot(cy - y, cx - x) + one.extra[cy, cx])


def test_the_radius_is_the_same_in_every_module() -> None:
    assert kernels.RADIUS == colours.RADIUS == pyramid.RADIUS
    assert kernels.SAMPLES == (2 * R + 1) ** 2 * 3


def test_the_distance_of_two_patches_is_the_sum_of_squared_differences() -> None:
    a, b = np.zeros((7, 21), np.float32), np.zeros((7, 21), np.float32)
    b[0, 0], b[3, 10], b[6, 20] = 1, 2, 3
    assert kernels._distance(a, 3, 3, b, 3, 3, np.float32(1e9)) == 14
    assert kernels._distance(a, 3, 3, b, 3, 3, np.float32(0.5)) > 0.5


def test_the_hash_is_the_one_it_says_it_is() -> None:
    # Wellons' lowbias32 with whole numbers of Python; Numba would go on with 64 bits.
    def wanted(a: int) -> int:
        a ^= a >> 16
        a = a * 0x7FEB352D % 2**32
        a ^= a >> 15
        a = a * 0x846CA68B % 2**32
        return a ^ a >> 16

    for a in (0, 1, 2, 12345, 2**31, 2**32 - 1):
        assert kernels._mix(np.uint32(a)) == wanted(a)


def test_random_places_are_found_anywhere_in_reach() -> None:
    one = scene(height=40, pull=0)
    level = one.level
    one.extra[:] = 0
    level.example[:] = level.picture
    level.picture[level.ty, level.tx] += 1
    before = (level.ny.copy(), level.nx.copy())
    moved = np.zeros(level.ty.size, np.bool_)
    # Alone, without neighbours to learn from.
    level.index[:] = -1
    for seed in range(20):
        one.sweep(seed)
        moved |= (level.ny != before[0]) | (level.nx != before[1])
    assert moved.mean() > 0.9


def test_a_distance_reads_nothing_but_its_patches() -> None:
    rng = np.random.default_rng(8)
    a, b = (np.full((20, 3 * 20), np.nan, np.float32) for _ in range(2))
    a[5:12, 3 * 9 : 3 * 16] = rng.uniform(0, 255, (7, 21))
    b[0:7, 3 * 13 : 3 * 20] = rng.uniform(0, 255, (7, 21))
    wanted = ((patch(a.reshape(20, 20, 3), 8, 12) - patch(b.reshape(20, 20, 3), 3, 16)) ** 2).sum()
    assert np.isfinite(wanted)
    assert kernels._distance(a, 8, 12, b, 3, 16, np.float32(1e30)) == pytest.approx(wanted, rel=1e-5)


def test_refresh_sets_each_cost_as_written_out() -> None:
    one = scene()
    level = one.level
    wanted = [cost(one, t, int(level.ny[t]), int(level.nx[t])) for t in range(level.ty.size)]
    np.testing.assert_allclose(one.refresh(), wanted, rtol=1e-5)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), forward=st.booleans(), draws=st.integers(0, 8))
def test_a_sweep_never_worsens_a_cost_and_stays_on_valid_places(seed: int, forward: bool, draws: int) -> None:
    one = scene(seed % 7)
    level = one.level
    before = level.cost.copy()
    one.sweep(seed, forward, draws)
    assert (level.cost <= before).all()
    assert level.valid[level.ny, level.nx].all()
    np.testing.assert_allclose(level.cost, one.refresh(), rtol=1e-5)


def test_a_sweep_spreads_a_good_correspondence_along_the_whole_hole() -> None:
    one = scene(height=100, width=40, pull=0)
    level = one.level
    one.extra[:] = 0
    # What is right for the first patch, a shift by 10 columns, is right for every patch.
    level.example[:, 10:] = level.picture[:, :-10]
    level.ny[0], level.nx[0] = level.ty[0], level.tx[0] + 10
    level.cost = one.refresh()
    for _ in range(1 + 100 // pyramid.STRIP):
        one.sweep(draws=0)
    fits = level.valid[level.ty, level.tx + 10]
    assert fits.sum() > 300
    assert (level.cost[fits] == 0).mean() > 0.9


def test_another_seed_finds_other_places_and_the_same_seed_the_same() -> None:
    found = []
    for seed in (1, 1, 2):
        one = scene()
        one.sweep(seed)
        found.append(one.level.nx.copy())
    assert (found[0] == found[1]).all()
    assert (found[0] != found[2]).any()


def test_vote_is_the_weighted_mean_over_all_patches_that_cover_a_pixel() -> None:
    one = scene(height=40)
    level = one.level
    weight = np.random.default_rng(3).uniform(0.1, 1, level.ty.size).astype(np.float32)
    out = np.empty((level.hy.size, 3), np.float32)
    state = (level.index, level.hy, level.hx, level.ny, level.nx)
    colours.vote(level.flat_example, *state, weight, out)
    for i in range(0, level.hy.size, 5):
        y, x = level.hy[i], level.hx[i]
        over = np.flatnonzero((abs(level.ty - y) <= R) & (abs(level.tx - x) <= R))
        assert over.size > 40
        said = level.example[level.ny[over] + y - level.ty[over], level.nx[over] + x - level.tx[over]]
        np.testing.assert_allclose(out[i], np.average(said, axis=0, weights=weight[over]), rtol=1e-5)


def test_elect_takes_the_shift_with_the_most_weight() -> None:
    one = scene(height=40)
    level = one.level
    weight = np.random.default_rng(4).uniform(0.1, 1, level.ty.size).astype(np.float32)
    # Two shifts, so that sums matter and not single patches.
    right = np.random.default_rng(5).random(level.ty.size) < 0.5
    level.ny, level.nx = level.ty.copy(), level.tx + np.where(right, 7, -6).astype(np.int32)
    py, px = np.empty_like(level.hy), np.empty_like(level.hx)
    colours.elect(level.index, level.hy, level.hx, level.ny, level.nx, weight, py, px)
    for i in range(level.hy.size):
        y, x = level.hy[i], level.hx[i]
        over = (abs(level.ty - y) <= R) & (abs(level.tx - x) <= R)
        says_right = weight[over & right].sum() > weight[over & ~right].sum()
        assert (py[i], px[i]) == (y, x + (7 if says_right else -6))


def test_put_writes_colours_to_their_pixels_and_nothing_else() -> None:
    picture = np.zeros((2, 6), np.float32)
    colours.put(picture, np.array([1], np.int32), np.array([1], np.int32), np.array([[1, 2, 3]], np.float32))
    assert picture.tolist() == [[0] * 6, [0, 0, 0, 1, 2, 3]]


def test_halve_takes_means_of_what_is_known() -> None:
    values = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]], np.float32)
    picture = np.repeat(values[..., None], 3, axis=2) + np.array([0, 1, 2], np.float32)
    known = np.array([[1, 0, 1], [1, 0, 0], [0, 0, 1]], np.float32)
    usable = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], np.float32)
    out, less, free = (
        np.empty((2, 2, 3), np.float32),
        np.empty((2, 2), np.float32),
        np.empty((2, 2), np.float32),
    )
    colours.halve(picture, known, usable, out, less, free)
    # A last row or column without a partner counts twice; where nothing is known the value does not matter.
    assert less.tolist() == [[0.5, 0.5], [0, 1]]
    assert free.tolist() == [[0.75, 0], [0, 1]]
    assert out[0, 0].tolist() == [25, 26, 27]
    assert out[0, 1].tolist() == [30, 31, 32]
    assert out[1, 1].tolist() == [90, 91, 92]
    assert np.isfinite(out).all()


def test_enter_is_brute_force_over_what_is_known() -> None:
    rng = np.random.default_rng(6)
    picture = rng.uniform(0, 255, (24, 24, 3)).astype(np.float32)
    weight = np.ones((24, 24), np.float32)
    weight[10:14, 10:14] = 0
    state = np.zeros((24, 24), np.int32)
    state[R:-R, R : 10 - R] = 2
    vy, vx = (a.astype(np.int32) for a in np.nonzero(state == 2))
    y, x = np.array([10, 10, 13], np.int32), np.array([10, 11, 13], np.int32)
    nowhere = np.zeros((24, 24), np.int32)
    trust = np.repeat(weight[..., None], 3, axis=2)
    ny, nx = np.empty_like(y), np.empty_like(x)
    flat = (picture.reshape(24, -1), trust.reshape(24, -1))
    kernels.enter(*flat, y, x, vy, vx, 9999, state, nowhere, nowhere, 5, np.float32(3), ny, nx)
    for i in range(y.size):
        known = patch(trust, int(y[i]), int(x[i]))
        costs = [
            (known * (patch(picture, int(y[i]), int(x[i])) - patch(picture, int(cy), int(cx))) ** 2).sum()
            + 3 * known.sum() * np.hypot(cy - y[i], cx - x[i])
            for cy, cx in zip(vy, vx, strict=True)
        ]
        best = int(np.argmin(costs))
        assert (ny[i], nx[i]) == (vy[best], vx[best])


def test_enter_goes_on_with_what_its_neighbours_took() -> None:
    rng = np.random.default_rng(7)
    picture = rng.uniform(0, 255, (40, 60, 3)).astype(np.float32)
    picture[:, 30:] = picture[:, :30]
    weight = np.ones((40, 60, 3), np.float32)
    weight[15:25, 40:50] = 0
    state = np.zeros((40, 60), np.int32)
    state[R:-R, R : 40 - R] = 2
    # The one candidate by chance is wrong; the neighbour's shift by 30 columns is right.
    vy, vx = np.array([5], np.int32), np.array([5], np.int32)
    oy, ox = np.zeros((40, 60), np.int32), np.zeros((40, 60), np.int32)
    state[15, 40], oy[15, 40], ox[15, 40] = 1, 15, 10
    y, x = np.array([15], np.int32), np.array([41], np.int32)
    ny, nx = np.empty_like(y), np.empty_like(x)
    flat = (picture.reshape(40, -1), weight.reshape(40, -1))
    kernels.enter(*flat, y, x, vy, vx, 1, state, oy, ox, 5, np.float32(0), ny, nx)
    assert (ny[0], nx[0]) == (15, 11)


def order_of(shape: tuple[int, int], hy: Array, hx: Array) -> NDArray[np.int32]:
    order = np.full(shape, -1, np.int32)
    order[hy, hx] = np.arange(hy.size)
    return order


def slopes(
    example: Array,
    hy: list[int],
    hx: list[int],
    py: list[int],
    px: list[int],
    *,
    picture: Array,
    edge: float = 1e6,
) -> tuple[Array, Array]:
    """(sum of steps, their weights) with three equal channels; every example may be continued."""
    h, w = example.shape
    whole = np.ones((h, w), np.bool_)
    at_y, at_x, from_y, from_x = (np.array(a, np.int32) for a in (hy, hx, py, px))
    tie, out = np.zeros((len(hy), 4), np.float32), np.zeros((len(hy), 3), np.float32)
    flat = [np.repeat(a[..., None], 3, axis=2).reshape(h, -1).astype(np.float32) for a in (example, picture)]
    order = order_of((h, w), at_y, at_x)
    colours.slopes(flat[0], whole, order, at_y, at_x, from_y, from_x, flat[1], np.float32(edge), tie, out)
    assert (out == out[:, :1]).all()
    return out[:, 0], tie


SQUARES = np.add.outer(np.arange(9) ** 2, 10 * np.arange(11) ** 2).astype(np.float32)
"""Each pixel's neighbours ask for 1 + 1 + 10 + 10 more, wherever it is elected from."""


def test_the_steps_of_one_shift_are_those_of_the_photograph() -> None:
    steps, tie = slopes(SQUARES, [4, 4], [4, 5], [5, 5], [7, 8], picture=SQUARES)
    assert steps == pytest.approx([22, 22])
    assert tie == pytest.approx(1)


def test_across_a_seam_the_step_is_the_mean_of_what_both_sides_continue_with() -> None:
    steps, _ = slopes(SQUARES, [4, 4], [4, 5], [2, 6], [2, 6], picture=SQUARES)
    # Left pixel, to its right: 10 (2 * 2 + 1) = 50 as it goes on, 10 (2 * 6 - 1) = 110 as the other came.
    assert steps == pytest.approx([22 + (110 - 50) / 2, 22 + (110 - 50) / 2])


def test_steps_out_of_the_picture_are_not_asked_for() -> None:
    steps, tie = slopes(SQUARES, [0], [0], [4], [4], picture=SQUARES)
    # Only down: 2 * 4 + 1, and to the right: 10 (2 * 4 + 1).
    assert steps == pytest.approx([9 + 90])
    assert (tie[0] > 0).tolist() == [True, False, True, False]


def test_a_tie_weakens_where_the_sides_differ() -> None:
    picture = SQUARES.copy()
    # One pixel elected from its own place; what is known above it differs by `edge`.
    picture[3, 4] += 5
    steps, tie = slopes(SQUARES, [4], [4], [4], [4], picture=picture, edge=5)
    lower = [k for k in range(4) if tie[0, k] < 0.99]
    assert len(lower) == 1
    assert tie[0, lower[0]] == pytest.approx(0.5)
    assert steps == pytest.approx([22 - 0.5 * (3 * 3 - 4 * 4)])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), hold=st.floats(0.02, 2))
def test_relax_solves_the_screened_poisson_equation(seed: int, hold: float) -> None:
    rng = np.random.default_rng(seed)
    h, w = 7, 8
    hole = rng.random((h, w)) < 0.6
    hole[0, 0] = True
    hy, hx = (a.astype(np.int32) for a in np.nonzero(hole))
    order = order_of((h, w), hy, hx)
    picture = rng.uniform(0, 255, (h, w, 3)).astype(np.float32)
    aim = rng.uniform(-100, 100, (hy.size, 3)).astype(np.float32)
    tie = rng.uniform(0.1, 1, (hy.size, 4)).astype(np.float32)
    left, right = np.zeros((hy.size, hy.size)), aim.astype(np.float64)
    for i in range(hy.size):
        left[i, i] = hold
        for k, (dy, dx) in enumerate([(1, 0), (-1, 0), (0, 1), (0, -1)]):
            y, x = hy[i] + dy, hx[i] + dx
            if 0 <= y < h and 0 <= x < w:
                left[i, i] += tie[i, k]
                if order[y, x] >= 0:
                    left[i, order[y, x]] -= tie[i, k]
                else:
                    right[i] += tie[i, k] * picture[y, x].astype(np.float64)
    wanted = np.linalg.solve(left, right)
    outside = picture[~hole]
    flat = picture.reshape(h, -1)
    for _ in range(1500):
        for colour in (0, 1):
            colours.relax(flat, order, hy, hx, tie, aim, np.float32(hold), colour)
    np.testing.assert_allclose(picture[hy, hx], wanted, rtol=2e-3, atol=0.2)
    assert (picture[~hole] == outside).all()


@pytest.mark.parametrize("threads", [1, 2])
def test_no_kernel_depends_on_how_its_range_is_cut(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, cut = scene(2, height=200), scene(2, height=200)
    before = numba.get_num_threads()
    if threads > before:
        pytest.skip("one core")
    results = []
    for one, least in ((whole, 10**9), (cut, 1)):
        for each in _kernels():
            monkeypatch.setattr(each, "_least", least)
        numba.set_num_threads(threads)
        try:
            one.sweep()
            one.sweep(forward=False)
            out = np.empty((one.level.hy.size, 3), np.float32)
            level = one.level
            weight = (1 / (1 + level.cost)).astype(np.float32)
            colours.vote(level.flat_example, level.index, level.hy, level.hx, level.ny, level.nx, weight, out)
            small = [np.empty((100, 13, *more), np.float32) for more in ((3,), (), ())]
            known = level.hole.astype(np.float32)
            colours.halve(level.picture, known, known, *small)
        finally:
            numba.set_num_threads(before)
        results.append([level.ny, level.nx, level.cost, out, *small])
    for a, b in zip(*results, strict=True):
        assert a.tobytes() == b.tobytes()


def _kernels() -> list[Kernel[Any]]:
    return [k for module in (colours, kernels) for k in vars(module).values() if isinstance(k, Kernel)]


def test_other_types_are_refused_and_not_compiled_for() -> None:
    put: Any = colours.put
    with pytest.raises(TypeError, match="int64"):
        put(np.zeros((2, 6), np.float32), np.array([1]), np.array([1]), np.zeros((1, 3), np.float32))
