from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.tone.curve import (
    ENTRIES,
    MIDDLE,
    blackened,
    brighter,
    contrasted,
    grid,
    held,
    tabled,
    whitened,
)

Array = NDArray[np.float32]
Curve = Callable[[Array], Array]


def at(curve: Curve, *roots: float) -> list[float]:
    return [float(v) for v in curve(np.array(roots, np.float32))]


def test_brightness_moves_the_middle_half_way_and_pins_the_ends() -> None:
    assert at(brighter(100), 0, 0.5, 1) == pytest.approx([0, 0.75, 1], abs=1e-6)
    assert at(brighter(-100), 0, 0.5, 1) == pytest.approx([0, 0.25, 1], abs=1e-6)
    assert at(brighter(100), 2) == pytest.approx([1 + 1 / 3], abs=1e-6)  # above white a line goes on


def test_amounts_of_brightness_add_up() -> None:
    twice = brighter(30)(brighter(40)(np.linspace(0, 1, 11, dtype=np.float32)))
    assert np.allclose(twice, brighter(70)(np.linspace(0, 1, 11, dtype=np.float32)), atol=1e-6)


def test_contrast_doubles_around_the_middle_and_pins_three_points() -> None:
    assert at(contrasted(100), 0, MIDDLE, 1) == pytest.approx([0, MIDDLE, 1], abs=1e-6)
    low, high = at(contrasted(100), MIDDLE - 0.001, MIDDLE + 0.001)
    assert (high - low) / 0.002 == pytest.approx(2, rel=0.01)
    low, high = at(contrasted(-100), MIDDLE - 0.001, MIDDLE + 0.001)
    assert (high - low) / 0.002 == pytest.approx(0.5, rel=0.01)
    assert at(contrasted(100), MIDDLE / 2) == pytest.approx([MIDDLE / 3], abs=1e-6)


def test_whites_and_blacks_move_one_end_each() -> None:
    assert at(whitened(-100), 0, 0.4, 1) == pytest.approx([0, 0.4, 0.8], abs=1e-6)
    assert at(whitened(100), 0.8764, 1) == pytest.approx([1, 1.2], abs=1e-3)
    assert at(blackened(100), 0, 0.5, 1) == pytest.approx([0.1, 0.5, 1], abs=1e-6)
    assert at(blackened(-100), 0.0698)[0] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("make", [brighter, contrasted, whitened, blackened])
@pytest.mark.parametrize("amount", [-100, -40, 40, 100])
def test_no_curve_falls(make: Callable[[float], Curve], amount: float) -> None:
    out = make(amount)(np.linspace(0, 2, 4001, dtype=np.float32))
    assert np.all(np.diff(out) > 0)


def test_a_held_curve_keeps_greys_grey_and_the_hue() -> None:
    light = np.array([[[0.2, 0.2, 0.2], [0.4, 0.1, 0.2], [0.01, 0.9, 0.3]]], np.float32)
    out = held(brighter(60)).run(light.copy(), slice(0, 1))[0]
    assert out[0].tolist() == pytest.approx([float(out[0, 0])] * 3)
    for before, after in zip(light[0, 1:], out[1:], strict=True):
        order = np.argsort(before)
        low, middle, high = order
        part = (before[middle] - before[low]) / (before[high] - before[low])
        assert (after[middle] - after[low]) / (after[high] - after[low]) == pytest.approx(part, abs=1e-5)
        ends = brighter(60)(np.sqrt(before[[low, high]])) ** 2
        assert after[[low, high]].tolist() == pytest.approx(ends.tolist(), rel=1e-5)


def test_a_table_is_followed_between_its_entries_and_goes_on_above_white() -> None:
    run = tabled(grid()[None] ** 2).run
    values = np.array([[[0.1, 0.50001, 0.9]]], np.float32)
    assert run(values.copy(), slice(0, 1))[0, 0].tolist() == pytest.approx([0.01, 0.25001, 0.81], abs=1e-6)
    above = run(np.full((1, 1, 3), 1.5, np.float32), slice(0, 1))
    assert above[0, 0].tolist() == pytest.approx([2.0] * 3, abs=1e-4)  # slope 2 at white


def test_three_tables_are_one_for_each_channel() -> None:
    tables = np.stack([grid(), 1 - grid(), np.full(ENTRIES + 1, 0.5)])
    out = tabled(tables).run(np.full((1, 2, 3), 0.25, np.float32), slice(0, 1))
    assert out[0, 1].tolist() == pytest.approx([0.25, 0.75, 0.5], abs=1e-6)
