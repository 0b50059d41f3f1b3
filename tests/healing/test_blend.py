from __future__ import annotations

import numpy as np
import pytest

from keepdial.healing import blend, poisson


def ramp(h: int, w: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    y, x = np.mgrid[0:h, 0:w]
    return np.asarray((0.2 + 0.02 * x + 0.01 * y)[..., None], np.float32)


def test_without_steps_a_ramp_goes_on() -> None:
    picture = ramp(9, 9)
    hole = np.zeros((9, 9), bool)
    hole[3:6, 2:7] = True
    given = np.where(hole[..., None], np.float32(0.9), picture)
    made = poisson(given, hole, np.zeros_like(picture), ~hole)
    assert made == pytest.approx(picture, abs=1e-5)


def test_texture_is_kept_and_its_level_follows() -> None:
    picture = np.full((7, 7, 1), 0.5, np.float32)
    hole = np.zeros((7, 7), bool)
    hole[2:5, 2:5] = True
    source = np.full((7, 7, 1), 0.1, np.float32)
    source[3, 3] = 0.3  # a bump of 0.2 on another level
    made = poisson(picture, hole, source, ~hole)
    expected = np.full((7, 7, 1), 0.5)
    expected[3, 3] = 0.7
    assert made == pytest.approx(expected, abs=1e-5)


def test_many_pixels_are_solved_as_well_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blend, "DIRECT", 4000)
    picture = ramp(90, 90)
    hole = np.zeros((90, 90), bool)
    hole[5:85, 5:85] = True  # 6,400: beyond the direct solver
    made = poisson(np.where(hole[..., None], np.float32(0.5), picture), hole, picture * 0, ~hole)
    assert made == pytest.approx(picture, abs=2e-3)


def test_at_the_border_and_without_any_boundary() -> None:
    picture = np.full((4, 4, 1), 0.25, np.float32)
    hole = np.zeros((4, 4), bool)
    hole[:2, :2] = True
    assert poisson(picture, hole, picture, ~hole) == pytest.approx(picture, abs=1e-5)
    everything = np.ones((4, 4), bool)
    assert poisson(picture, everything, picture, ~everything) == pytest.approx(picture, abs=1e-3)
