"""Rough lines that become the object."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import SelectionError
from keepdial.request import Selector
from keepdial.select import select
from keepdial.select.snap import SnapOptions, circles
from tests.select.test_points import discs, iou


def snapped(**options: Any) -> NDArray[np.float32]:
    return select([Selector(kind="snap", options=options)], discs()).mask


def ring(radius: float, *, start: float = 0.0, turns: float = 0.97) -> list[list[float]]:
    angles = [start + turns * 2 * math.pi * k / 24 for k in range(24)]
    return [[22 + radius * math.cos(a), 20 + 0.9 * radius * math.sin(a)] for a in angles]


def test_a_loose_circle_becomes_the_disc() -> None:
    assert iou(snapped(points=ring(18))) > 0.95


def test_a_circle_that_cuts_a_little_into_the_disc_still_finds_most_of_it() -> None:
    assert iou(snapped(points=ring(12.5))) > 0.9


def test_three_corners_go_around() -> None:
    assert iou(snapped(points=[[22, -8], [52, 39], [-8, 39]])) > 0.95


def test_a_scribble_becomes_what_it_lies_on() -> None:
    assert iou(snapped(points=[[14, 20], [24, 16], [30, 22]], width=2)) > 0.95
    assert iou(snapped(points=[[14, 20], [18, 21], [30, 22]], closed=False)) > 0.95
    assert iou(snapped(points=[[22, 20]])) > 0.95


@pytest.mark.parametrize(
    ("options", "around"),
    [
        ({"points": ring(18)}, True),
        ({"points": ring(18), "width": 3}, False),
        ({"points": ring(18, turns=0.4)}, False),
        ({"points": [[0, 0], [9, 0]]}, False),
        ({"points": [[0, 0], [5, 1], [9, 0]]}, True),
        ({"points": [[0, 0], [5, 0], [9, 0]]}, False),
        ({"points": [[0, 0], [9, 0], [9, 9], [0, 9]]}, True),
    ],
)
def test_whether_a_line_goes_around(options: dict[str, Any], around: bool) -> None:
    assert circles(SnapOptions(**options)) is around


def test_too_little_to_go_around_is_said() -> None:
    with pytest.raises(SelectionError, match="A line of 2 points circles nothing"):
        snapped(points=[[0, 0], [9, 9]], closed=True)
    with pytest.raises(SelectionError, match="outside of the picture"):
        snapped(points=[[100, 0], [120, 0], [120, 20]])
    with pytest.raises(SelectionError, match="outside of the picture"):
        snapped(points=[[100, 100]], width=3)
