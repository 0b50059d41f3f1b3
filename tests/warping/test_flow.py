from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import Cancelled, ParameterError
from keepdial.warping import folds, identity, landed, warp_map
from keepdial.warping.flow import flow


def disc(shape: tuple[int, int], x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 <= radius**2)


def test_a_handle_comes_to_its_target_and_the_rest_stays() -> None:
    free = disc((80, 100), 50, 40, 34)
    made = warp_map((80, 100), [(45, 40)], [(57, 44)], free=free)
    assert np.abs(made[44, 57] - (45, 40)).max() < 0.15
    assert np.abs(landed(made, np.array([(45, 40)])) - (57, 44)).max() < 0.2
    assert np.array_equal(made[~free], identity((80, 100))[~free])
    assert not folds(made).any()


def test_it_ends_smoothly_at_what_is_fixed() -> None:
    free = disc((80, 100), 50, 40, 34)
    away = np.abs(warp_map((80, 100), [(45, 40)], [(57, 44)], free=free) - identity((80, 100)))
    rim = free & ~disc((80, 100), 50, 40, 31)
    assert away[rim].max() < 0.6
    assert away.max() > 11


def test_a_way_as_long_as_the_free_part_does_not_fold() -> None:
    free = disc((120, 160), 80, 60, 55)
    made = warp_map((120, 160), [(55, 60)], [(115, 60)], free=free)
    assert not folds(made).any()
    assert np.abs(landed(made, np.array([(55, 60)])) - (115, 60)).max() < 0.5


def test_handles_on_a_turn_turn_what_is_between_them() -> None:
    # Four points of a stiff disc, turned by 60 degrees: its inside turns and keeps its size.
    shape = (120, 120)
    stiff = disc(shape, 60, 60, 24).astype(np.float32)
    angle = np.radians(60)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    arms = np.array([(18, 0), (0, 18), (-18, 0), (0, -18)])
    made = warp_map(shape, arms + 60, arms @ turn.T + 60, free=disc(shape, 60, 60, 55), stiff=stiff)
    where = np.array([(60 + 12, 60), (60, 60 + 12)])
    expected = (where - 60) @ turn.T + 60
    assert np.abs(landed(made, where) - expected).max() < 1.0


def test_a_stiff_part_moves_as_one() -> None:
    shape = (100, 140)
    thing = disc(shape, 50, 50, 16)
    free = disc(shape, 70, 50, 48)
    corners = np.array([(50, 38), (50, 62), (40, 50), (60, 50)])
    lengths = {}
    for name, stiff in (("soft", None), ("stiff", thing.astype(np.float32))):
        made = warp_map(shape, [(50, 50)], [(80, 50)], free=free, stiff=stiff)
        assert not folds(made).any()
        off = landed(made, corners) - corners - (30, 0)
        lengths[name] = float(np.hypot(*off.T).max())
    assert lengths["stiff"] < 2.0
    assert lengths["soft"] > 2 * lengths["stiff"]


def test_at_the_pictures_border_things_slide_along_it() -> None:
    # All of it is free: the top row may only go sideways, so nothing from outside is needed.
    made = warp_map((60, 80), [(40, 6)], [(48, 12)])
    assert np.abs(made[0, :, 1]).max() < 1e-3
    assert np.abs(made[0, :, 0] - np.arange(80)).max() > 1
    assert np.abs(made[12, 48] - (40, 6)).max() < 0.15


def test_handles_that_stay_hold_their_place() -> None:
    made = warp_map((60, 80), [(40, 30), (20, 30)], [(46, 30), (20, 30)])
    assert np.abs(made[30, 20] - (20, 30)).max() < 0.15
    assert np.abs(made[30, 46] - (40, 30)).max() < 0.15


def test_nothing_to_do_is_the_identity() -> None:
    still = identity((30, 40))
    assert np.array_equal(warp_map((30, 40), [(5, 5)], [(5, 5)]), still)
    assert np.array_equal(warp_map((30, 40), [(5, 5)], [(9, 9)], free=np.zeros((30, 40), bool)), still)


def test_handles_that_contradict_each_other_do_not_fold() -> None:
    gone = flow((60, 80), [(30, 30), (50, 30)], [(40, 30), (40, 30)])
    assert not folds(gone.map).any()
    off = landed(gone.map, np.array([(30, 30), (50, 30)])) - (40, 30)
    assert 1 < np.hypot(*off.T).max() < 12


def test_handles_may_turn_around_each_other() -> None:
    targets = np.array([(40, 22), (40, 38)])
    made = warp_map((60, 80), [(32, 30), (48, 30)], targets)
    assert not folds(made).any()
    assert np.abs(landed(made, np.array([(32, 30), (48, 30)])) - targets).max() < 0.3


def test_it_is_watched_and_can_be_stopped() -> None:
    seen = list[float]()
    frames = list[np.ndarray]()

    def watch(done: float, so_far: object) -> None:
        seen.append(done)
        frames.append(so_far())  # type: ignore[operator]

    made = warp_map((60, 80), [(40, 30)], [(52, 30)], watch=watch)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(seen) >= 2
    assert np.array_equal(frames[-1], made)

    def stop(done: float, so_far: object) -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        warp_map((60, 80), [(40, 30)], [(52, 30)], watch=stop)


def test_the_same_way_twice_is_the_same_map() -> None:
    one, two = (warp_map((50, 60), [(20, 20)], [(31, 27)]) for _ in range(2))
    assert np.array_equal(one, two)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ParameterError, match="handles"):
        warp_map((10, 10), [(1, 2)], [(1, 2), (3, 4)])
    with pytest.raises(ParameterError, match="handles"):
        warp_map((10, 10), [(1, np.nan)], [(1, 2)])
    with pytest.raises(ParameterError, match="free"):
        warp_map((10, 10), [(1, 2)], [(3, 4)], free=np.ones((9, 10), bool))
