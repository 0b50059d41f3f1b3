from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.errors import ParameterError, SelectionError
from keepdial.geometry import Box
from keepdial.keep import Try, corrected, dial, hold, knob, pinned
from keepdial.operations import Stage
from tests.pictures import box, keep_map, noise

CURVE = ((0.1, 0.0), (0.5, 0.8), (1.0, 1.0))


def test_the_knob_follows_the_curve_in_straight_lines() -> None:
    assert knob(CURVE, 0.0) == 0
    assert knob(CURVE, 0.3) == pytest.approx(0.4)
    assert knob(CURVE, 1.0) == 1
    mapped = knob(CURVE, np.array([[0.3, 1.0]], np.float32))
    assert isinstance(mapped, np.ndarray)
    assert mapped.dtype == np.float32
    assert mapped[0].tolist() == pytest.approx([0.4, 1.0])


@pytest.mark.parametrize("curve", [(), ((0, 0),), ((0.5, 0), (0.5, 1)), ((1, 1), (0, 0))])
def test_a_curve_that_does_not_rise_is_refused(curve: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ParameterError, match="curve"):
        knob(curve, 0.5)


def test_the_dial_is_a_number_or_a_map() -> None:
    picture = noise(3, 1)
    assert dial(0.25, picture) == 0.25
    mapped = dial(keep_map(np.array([[0, 51, 255]], np.uint8)), picture)
    assert isinstance(mapped, np.ndarray)
    assert mapped[0].tolist() == pytest.approx([0, 0.2, 1])
    with pytest.raises(SelectionError, match=r"3x1.*4x1"):
        dial(keep_map(np.array([[0, 51, 255]], np.uint8)), noise(4, 1))


def test_pins_say_who_asked_and_how_to_release_them() -> None:
    white = np.array([[0, 0.996, 1]], np.float32)
    first, second = pinned([box(0, 0, 1, 1)], white, noise(3, 1))
    assert first.region.tolist() == [[True, False, False]]
    assert second.region.tolist() == [[False, False, True]]
    assert (first.asked_by, second.asked_by) == ("you", "you")
    assert "pin 1" in first.release
    assert "map" in second.release


def test_what_is_pinned_is_not_free() -> None:
    picture = noise(5, 1)
    stage = Stage(picture, np.ones((1, 5), np.float32))
    held = hold(0.0, pinned([box(0, 0, 2, 1)], 0.0, picture), stage)
    assert held.mask.tolist() == [[0, 0, 1, 1, 1]]
    assert held.box == Box(2, 0, 3, 1)
    assert stage.mask.min() == 1


def test_feathering_starts_at_the_pin() -> None:
    picture = noise(6, 1)
    stage = Stage(picture, np.ones((1, 6), np.float32), feather=1)
    held = hold(0.0, pinned([box(0, 0, 2, 1)], 0.0, picture), stage)
    assert held.mask.tolist() == [[0, 0, 0.5, 1, 1, 1]]


def test_pins_and_maps_move_with_the_source_in_a_larger_canvas() -> None:
    picture = noise(2, 1)
    stage = Stage(noise(4, 1), np.ones((1, 4), np.float32), placement=Box(1, 0, 2, 1))
    mapped = np.array([[0.5, 1.0]], np.float32)
    held = hold(mapped, pinned([], mapped, picture), stage)
    assert isinstance(held.keep, np.ndarray)
    assert held.keep.tolist() == [[0, 0.5, 1, 0]]
    assert held.mask.tolist() == [[1, 1, 0, 1]]


def test_a_miss_moves_the_aim_against_it_then_along_the_secant() -> None:
    assert corrected(0.5, [Try(0.5, 0.7)]) == pytest.approx(0.3)
    # From 0.7 at 0.5 to 0.6 at 0.3: half a step of kept for each step of the dial.
    assert corrected(0.5, [Try(0.5, 0.7), Try(0.3, 0.6)]) == pytest.approx(0.1)
    assert corrected(0.5, [Try(0.5, 0.7), Try(0.3, 0.8)]) == pytest.approx(0.0)


def test_between_less_and_more_the_aim_is_on_the_line() -> None:
    # At the dial's end everything is kept: three fifths of the way there.
    assert corrected(0.8, [Try(0.5, 0.5)]) == pytest.approx(0.8)
    assert corrected(0.5, [Try(0.5, 0.25)]) == pytest.approx(0.5 + 0.5 / 3)
    assert corrected(0.5, [Try(0.5, 0.7), Try(0.1, 0.3)]) == pytest.approx(0.3)
    # What was given back is no measurement of the dial.
    assert corrected(0.5, [Try(0.5, 0.25), Try(0.5, 0.45, given_back=True)]) == pytest.approx(0.5 + 0.5 / 3)


@given(
    asked=st.floats(0, 1),
    tries=st.lists(st.builds(Try, st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=3),
)
def test_the_aim_stays_on_the_dial(asked: float, tries: list[Try]) -> None:
    assert 0 <= corrected(asked, tries) <= 1
