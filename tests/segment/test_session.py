"""Clicks, boxes, scribbles and priors on pictures whose objects are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import ParameterError, SelectionError
from keepdial.geometry import Box
from keepdial.segment import Click, segment
from keepdial.segment.edge import sharpened
from keepdial.segment.session import Session

HEIGHT, WIDTH = 90, 120


def disc(x: float, y: float, radius: float) -> NDArray[np.bool_]:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    return np.asarray(np.hypot(columns + 0.5 - x, rows + 0.5 - y) <= radius, np.bool_)


BALL, OTHER = disc(40, 45, 20), disc(95, 45, 14)


def picture() -> NDArray[np.uint8]:
    """Two balls of the same orange on a blue ground, with a little noise."""
    rgb = np.empty((HEIGHT, WIDTH, 3))
    rgb[...] = 60, 90, 150
    rgb[BALL | OTHER] = 220, 130, 40
    return (rgb + np.random.default_rng(0).normal(0, 4, rgb.shape)).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(picture())


def iou(mask: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    inside = mask >= 0.5
    return float((inside & truth).sum() / (inside | truth).sum())


def test_a_click_selects_the_ball_that_was_clicked(session: Session) -> None:
    mask = session.solve(clicks=[Click(40, 45)])
    assert mask.shape == (HEIGHT, WIDTH)
    assert mask.dtype == np.float32
    assert 0 <= mask.min() <= mask.max() <= 1
    assert iou(mask, BALL) > 0.97


def test_the_edge_is_soft_over_two_pixels_at_most(session: Session) -> None:
    mask = session.solve(clicks=[Click(40, 45)])
    soft = (mask > 0.02) & (mask < 0.98)
    assert 0 < soft.sum() < 2 * 2 * np.pi * 20


def test_another_click_inside_adds_and_one_outside_takes_away(session: Session) -> None:
    both = [Click(40, 45), Click(95, 45)]
    assert iou(session.solve(clicks=both), BALL | OTHER) > 0.97
    assert iou(session.solve(clicks=[*both, Click(40, 45, inside=False)]), OTHER) > 0.9


def test_a_box_selects_what_it_holds_and_nothing_beyond(session: Session) -> None:
    mask = session.solve(box=Box(15, 20, 50, 50))
    assert iou(mask, BALL) > 0.97
    assert mask[:, 66:].max() == 0


def test_a_rough_outline_selects_what_it_holds(session: Session) -> None:
    assert iou(session.enclosed(disc(42, 44, 28)), BALL) > 0.97


def test_scribbles_are_kept_as_they_are(session: Session) -> None:
    hints = np.zeros((HEIGHT, WIDTH), np.int8)
    hints[44:47, 30:50] = 1
    hints[5:8, 10:110] = -1
    mask = session.solve(hints=hints)
    assert iou(mask, BALL) > 0.95
    assert mask[hints == 1].min() == 1
    assert mask[hints == -1].max() == 0


def test_a_blurred_prior_comes_to_lie_on_the_object(session: Session) -> None:
    prior = np.where(disc(42, 47, 16), 0.9, 0.1).astype(np.float32)
    assert iou(session.solve(prior=prior), BALL) > 0.95


def test_the_same_clicks_give_the_same_mask_whatever_was_asked_before(session: Session) -> None:
    clicks = [Click(40, 45), Click(95, 45), Click(60, 10, inside=False)]
    other = session.solve(clicks=clicks[1:])
    for k in (1, 2, 3):
        kept = session.solve(clicks=clicks[:k])
    assert np.array_equal(segment(picture(), clicks=clicks), kept)
    assert np.array_equal(session.solve(clicks=clicks[1:]), other)


def test_a_click_outside_that_comes_first_waits_for_one_inside(session: Session) -> None:
    assert iou(session.solve(clicks=[Click(95, 45, inside=False), Click(40, 45)]), BALL) > 0.97


@pytest.mark.parametrize("side", [(1, 1), (1, 2), (3, 1), (2, 2), (5, 4), (1, 40)])
def test_tiny_pictures_are_answered(side: tuple[int, int]) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (*side, 3)).astype(np.uint8)
    given: list[dict[str, Any]] = [
        {"clicks": [Click(0.5, 0.5)]},
        {"clicks": [Click(0.5, 0.5), Click(side[1] - 0.5, side[0] - 0.5, inside=False)]},
        {"box": Box(0, 0, 1, 1)},
        {"box": Box(-5, -5, 100, 100)},
        {"prior": np.full(side, 0.5, np.float32)},
        {"hints": np.ones(side, np.int8)},
    ]
    for options in given:
        mask = segment(rgb, **options)
        assert mask.shape == side
        assert np.isfinite(mask).all()


def test_a_flat_picture_is_answered() -> None:
    mask = segment(np.full((30, 40, 3), 128, np.uint8), clicks=[Click(20, 15), Click(2, 2, inside=False)])
    assert mask[15, 20] == 1
    assert mask[2, 2] == 0


def test_clicked_pixels_are_as_was_said(session: Session) -> None:
    clicks = [Click(40, 45), Click(41.5, 45.5, inside=False), Click(10.2, 80.9)]
    mask = session.solve(clicks=clicks)
    assert [mask[45, 40], mask[45, 41], mask[80, 10]] == [1, 0, 1]


def test_nothing_inside_says_what_to_add(session: Session) -> None:
    with pytest.raises(SelectionError, match=r"only said what lies outside.*click inside"):
        session.solve(clicks=[Click(5, 5, inside=False)])
    with pytest.raises(SelectionError, match="Nothing was given"):
        session.solve()


def test_what_lies_outside_of_the_picture_is_refused(session: Session) -> None:
    with pytest.raises(SelectionError, match=r"\(120, 5\) lies outside of the picture, which is 120x90"):
        session.solve(clicks=[Click(120, 5)])
    with pytest.raises(SelectionError, match="wholly outside"):
        session.solve(box=Box(200, 0, 5, 5))


def test_arrays_of_another_shape_or_type_are_refused(session: Session) -> None:
    with pytest.raises(ParameterError, match=r"prior\.shape"):
        session.solve(prior=np.zeros((3, 3), np.float32))
    with pytest.raises(ParameterError, match="prior"):
        session.solve(prior=np.full((HEIGHT, WIDTH), np.nan, np.float32))
    with pytest.raises(ParameterError, match="rgb"):
        Session(np.zeros((4, 4), np.uint8))


def test_an_outline_known_at_a_quarter_of_the_size_finds_the_edge() -> None:
    """A coarse outline two pixels off comes to within one of a straight edge between two colours."""
    rgb = np.full((64, 64, 3), 40, np.uint8)
    rgb[:, 30:] = 200
    coarse = np.zeros((16, 16), bool)
    coarse[:, 8:] = True  # the picture's column 32
    mask = sharpened(rgb, coarse)
    assert (mask[:, :28] == 0).all()
    assert (mask[:, 29] < 0.5).all()
    assert (mask[:, 31] > 0.5).all()
    assert (mask[:, 33:] == 1).all()


def test_at_the_same_size_the_edge_lies_between_two_pixels() -> None:
    coarse = np.zeros((20, 20), bool)
    coarse[:, 8:] = True
    mask = sharpened(np.zeros((20, 20, 3), np.uint8), coarse)
    assert np.allclose(mask[10, 6:10], [0, 0, 1, 1], atol=0.05)


def test_all_or_nothing_stays_so() -> None:
    rgb = np.zeros((8, 9, 3), np.uint8)
    assert sharpened(rgb, np.ones((8, 9), bool)).tolist() == [[1.0] * 9] * 8
    assert sharpened(rgb, np.zeros((4, 5), bool)).max() == 0
