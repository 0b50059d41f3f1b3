"""The two signals about a proposal's drift: what they say of what the engine found."""

from __future__ import annotations

import pytest

from keepdial.settle import Drift
from keepdial.verify import Finding
from keepdial.verify.colour_shift import measure as measure_colour
from keepdial.verify.shift import measure

from .pictures import box_mask, evidence, grain

PICTURE, MASK = grain(60, 60), box_mask(60, 60, 20, 20, 15, 15)


def found(drift: Drift | None) -> tuple[Finding | None, Finding | None]:
    given = evidence(PICTURE, PICTURE, MASK, drift=drift)
    return measure(given), measure_colour(given)


def test_without_a_drift_there_is_nothing_to_say() -> None:
    assert found(None) == (None, None)
    assert found(Drift()) == (None, None)


@pytest.mark.parametrize(
    ("drift", "verdict", "said"),
    [
        (Drift(moved=0.0, left=0.0), "pass", "where it was."),
        (Drift(moved=4.2, left=0.02, zoom=1.013), "pass", "4.2 px off and 1.3 % larger. It was moved back"),
        (Drift(moved=4.2, left=0.02, zoom=0.98), "pass", "2.0 % smaller"),
        (Drift(moved=9.0, left=9.0), "warn", "still lies 9.0 px off"),
    ],
)
def test_shift_says_how_far_it_was_and_is(drift: Drift, verdict: str, said: str) -> None:
    finding, other = found(drift)
    assert other is None
    assert finding is not None
    assert finding.verdict == verdict
    assert said in finding.meaning
    assert bool(finding.advice) == (verdict == "warn")
    assert finding.value == drift.left


@pytest.mark.parametrize(
    ("drift", "verdict", "said"),
    [
        (Drift(colour=0.3, colour_left=0.3), "pass", "nobody sees"),
        (Drift(colour=5.2, colour_left=0.4), "pass", "off by 5.2 (CIE Lab); they were matched"),
        (Drift(colour=9.0, colour_left=9.0), "warn", "were left so"),
        (Drift(colour=9.0, colour_left=3.0), "warn", "leaves 3.0"),
    ],
)
def test_colour_shift_says_how_far_it_was_and_is(drift: Drift, verdict: str, said: str) -> None:
    other, finding = found(drift)
    assert other is None
    assert finding is not None
    assert finding.verdict == verdict
    assert said in finding.meaning
    assert bool(finding.advice) == (verdict == "warn")
