"""Boxes, polygons, strokes and everything: what is inside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.errors import InputError, ParameterError, SelectionError
from keepdial.geometry import Box
from keepdial.request import Selector
from keepdial.select import finders, select
from tests.pictures import box, noise


def region(kind: str, width: int = 6, height: int = 5, /, **options: Any) -> Any:
    return select([Selector(kind=kind, options=options)], noise(width, height)).mask


def test_every_finder_describes_each_of_its_options() -> None:
    assert set(finders()) >= {"all", "box", "mask", "polygon", "stroke"}
    for finder in finders().values():
        for name, field in finder.options.model_fields.items():
            assert field.description, f"{finder.name}.{name}"


def test_a_box_is_whole_pixels_and_is_cut_at_the_picture() -> None:
    assert region("box", x=4, y=-2, width=5, height=4).tolist() == [
        [0, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_a_polygon_of_whole_corners_is_the_box() -> None:
    for antialias in (True, False):
        square = region("polygon", points=[[1, 1], [4, 1], [4, 3], [1, 3]], antialias=antialias)
        assert np.array_equal(square, region("box", x=1, y=1, width=3, height=2))


def test_a_polygon_with_smooth_edges_covers_its_own_area() -> None:
    half = region("polygon", points=[[0, 0], [4, 0], [0, 4]])
    assert half[:4, :4].tolist() == [
        [1, 1, 1, 0.5],
        [1, 1, 0.5, 0],
        [1, 0.5, 0, 0],
        [0.5, 0, 0, 0],
    ]
    part = region("polygon", points=[[1.25, 1], [3, 1], [3, 2], [1.25, 2]])
    assert part[1].tolist() == [0, 0.75, 1, 0, 0, 0]


def test_a_polygon_without_smooth_edges_takes_pixels_whose_centre_is_inside() -> None:
    hard = region("polygon", points=[[1.4, 0], [3.6, 0], [3.6, 5], [1.4, 5]], antialias=False)
    assert hard[2].tolist() == [0, 1, 1, 1, 0, 0]


def test_a_polygon_that_crosses_itself_is_filled_by_even_and_odd() -> None:
    twice = [[0, 0], [6, 0], [6, 5], [0, 5], [0, 0], [6, 0], [6, 5], [0, 5]]
    assert region("polygon", points=twice).sum() == 0


def test_a_stroke_is_round_and_smooth() -> None:
    dot = region("stroke", 7, 7, points=[[3.5, 3.5]], width=5)
    assert dot[3].tolist() == [0, 1, 1, 1, 1, 1, 0]
    assert np.array_equal(dot, dot.T)
    assert np.array_equal(dot, dot[::-1])
    assert 0 < dot[1, 1] < 1
    assert dot.sum() == pytest.approx(np.pi * 2.5**2, rel=0.02)
    line = region("stroke", 9, 5, points=[[2.5, 2.5], [6.5, 2.5]], width=1)
    assert line[2].tolist() == [0, 0, 1, 1, 1, 1, 1, 0, 0]
    assert line[1].sum() == 0


def test_a_long_stroke_equals_its_pieces() -> None:
    whole = region("stroke", 300, 40, points=[[5, 8], [290, 31]], width=6)
    parts = region("stroke", 300, 40, points=[[5, 8], [100.0, 8 + 23 / 3], [290, 31]], width=6)
    assert np.abs(whole - parts).max() < 1e-3


def test_a_hand_drawn_stroke_of_many_points_is_the_line() -> None:
    line = [[5 + i * 0.05, 20 + 0.1 * np.sin(i)] for i in range(5000)]
    many = region("stroke", 300, 40, points=line, width=9)
    assert np.abs(many - region("stroke", 300, 40, points=[line[0], [254.95, 20]], width=9)).max() < 0.3


@pytest.mark.parametrize(("kind", "extra"), [("stroke", {"width": 900}), ("polygon", {})])
def test_what_would_take_minutes_to_draw_is_refused(kind: str, extra: dict[str, Any]) -> None:
    zigzag = [[x / 10, 900 * (x % 2)] for x in range(9000)]
    with pytest.raises(SelectionError, match="too often"):
        region(kind, 900, 900, points=zigzag, **extra)


def test_all_is_everything() -> None:
    assert region("all").min() == 1


def test_several_regions_are_united() -> None:
    both = select([box(0, 0, 2, 2), box(1, 1, 3, 2)], noise(6, 5))
    assert both.mask.sum() == 4 + 6 - 1
    assert both.box == Box(0, 0, 4, 3)
    assert not both.hugs


def test_an_outline_without_an_inside_selects_nothing() -> None:
    line = Selector(kind="polygon", options={"points": [[0, 1], [3, 1], [1, 1]]})
    assert select([line], noise(6, 5)).box is None
    square = Selector(kind="box", options={"x": 2, "y": 3, "width": 1, "height": 1})
    assert select([line, square], noise(6, 5)).box == Box(2, 3, 1, 1)


def test_nothing_selects_nothing() -> None:
    assert select([], noise()).box is None


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("box", {"x": 60, "y": 0, "width": 5, "height": 5}),
        ("box", {"x": -9, "y": 0, "width": 9, "height": 5}),
        ("polygon", {"points": [[-1, 0], [-1, 5], [-3, 2]]}),
        ("stroke", {"points": [[90, 90]], "width": 3}),
    ],
)
def test_outside_of_the_picture_is_said_with_its_size(kind: str, options: dict[str, Any]) -> None:
    with pytest.raises(SelectionError, match="24x18"):
        select([Selector(kind=kind, options=options)], noise())


@pytest.mark.parametrize(
    ("kind", "options", "name"),
    [
        ("box", {"x": 0, "y": 0, "width": 0, "height": 5}, "width"),
        ("box", {"x": 0, "y": 0, "width": -3, "height": 5}, "width"),
        ("box", {"x": 0.5, "y": 0, "width": 3, "height": 5}, "x"),
        ("box", {"x": float("nan"), "y": 0, "width": 3, "height": 5}, "x"),
        ("box", {"x": 1e999, "y": 0, "width": 3, "height": 5}, "x"),
        ("box", {"x": 10**30, "y": 0, "width": 3, "height": 5}, "x"),
        ("box", {"y": 0, "width": 3, "height": 5}, "x"),
        ("box", {"x": "left", "y": 0, "width": 3, "height": 5}, "x"),
        ("box", {"x": 0, "y": 0, "width": 3, "height": 5, "self": 1}, "self"),
        ("box", {"x": 0, "y": 0, "width": 3, "height": 5, "cls": 1}, "cls"),
        ("polygon", {"points": [[0, 0], [1, 1]]}, "points"),
        ("polygon", {"points": [[0, 0], [1, 1], [float("inf"), 2]]}, "points"),
        ("polygon", {"points": [[0, 0], [1, 1], [2]]}, "points"),
        ("stroke", {"points": [], "width": 3}, "points"),
        ("stroke", {"points": [[0, 0]], "width": 0}, "width"),
        ("stroke", {"points": [[0, 0]], "width": float("nan")}, "width"),
        ("all", {"x": 1}, "x"),
        ("circle", {}, "kind"),
    ],
)
def test_options_that_are_no_numbers_in_range_are_named(
    kind: str, options: dict[str, Any], name: str
) -> None:
    with pytest.raises(ParameterError, match=name):
        select([Selector(kind=kind, options=options)], noise())


numbers = st.floats(-60, 60) | st.integers(-60, 60)


@given(
    points=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=7),
    width=st.floats(0.01, 50),
    kind=st.sampled_from(["polygon", "stroke"]),
    antialias=st.booleans(),
)
def test_any_outline_gives_a_mask_or_one_of_our_errors(
    points: list[tuple[float, float]], width: float, kind: str, antialias: bool
) -> None:
    listed: list[Any] = [list(p) for p in points]
    extra: dict[str, Any] = {"width": width} if kind == "stroke" else {"antialias": antialias}
    selector = Selector(kind=kind, options={"points": listed, **extra})
    try:
        found = select([selector], noise(31, 23))
    except InputError:
        return
    assert found.mask.shape == (23, 31)
    assert found.mask.min() >= 0
    assert found.mask.max() <= 1
    assert (found.box is None) == (found.mask.max() == 0)
