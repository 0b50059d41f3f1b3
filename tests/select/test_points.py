"""Clicks, scribbles and a box as a selector."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import InputError, ParameterError, SelectionError
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import select


def discs(*, channels: int = 3, depth: int = 8, alpha: bool = False) -> Image:
    """A light disc of radius 12 at (22, 20) on dark ground, 60 x 40."""
    y, x = np.mgrid[:40, :60] + 0.5
    inside = np.hypot(x - 22, y - 20) <= 12
    values = np.where(inside[..., None], [200, 150, 60], [30, 50, 90])[..., :channels]
    kind: Any = np.uint8 if depth == 8 else np.uint16
    clear: NDArray[Any] | None = np.full((40, 60), 255, np.uint8).astype(kind) if alpha else None
    return Image((values * (1 if depth == 8 else 257)).astype(kind), clear)


def truth() -> NDArray[np.bool_]:
    y, x = np.mgrid[:40, :60] + 0.5
    return np.asarray(np.hypot(x - 22, y - 20) <= 12, np.bool_)


def selected(image: Image, /, kind: str = "points", **options: Any) -> NDArray[np.float32]:
    return select([Selector(kind=kind, options={"embedded": True} | options)], image).mask


def iou(mask: NDArray[np.float32]) -> float:
    inside = mask >= 0.5
    return float((inside & truth()).sum() / (inside | truth()).sum())


@pytest.mark.parametrize("form", [{}, {"channels": 1}, {"depth": 16}, {"alpha": True}])
def test_a_click_selects_the_disc_in_any_kind_of_picture(form: dict[str, Any]) -> None:
    assert iou(selected(discs(**form), inside=[[22, 20]])) > 0.95


def test_points_in_order_and_lists_are_the_same_clicks() -> None:
    image = discs()
    listed = selected(image, inside=[[22, 20]], outside=[[50, 30]])
    assert np.array_equal(selected(image, points=[[22, 20, True], [50, 30, False]]), listed)
    assert listed[30, 50] == 0


def test_a_box_and_scribbles() -> None:
    image = discs()
    assert iou(selected(image, box={"x": 6, "y": 4, "width": 34, "height": 32})) > 0.95
    line = {"points": [[16, 20], [28, 20]], "width": 3}
    beside = {"points": [[45, 2], [45, 38]], "width": 3}
    assert iou(selected(image, strokes_inside=[line], strokes_outside=[beside])) > 0.95


def test_only_points_outside_say_what_to_add() -> None:
    with pytest.raises(SelectionError, match=r"only points outside.*Add a click on the object"):
        selected(discs(), outside=[[5, 5]])
    with pytest.raises(SelectionError, match="No points were given"):
        selected(discs())


def test_a_click_beside_the_picture_says_how_large_it_is() -> None:
    with pytest.raises(SelectionError, match=r"\(60, 3\) lies outside of the picture, which is 60x40"):
        selected(discs(), inside=[[60, 3]])
    with pytest.raises(SelectionError, match="wholly outside"):
        selected(discs(), box={"x": 100, "y": 0, "width": 5, "height": 5})


@pytest.mark.parametrize(
    "options",
    [
        {"inside": [[float("nan"), 2]]},
        {"inside": [[1]]},
        {"points": [[1, 2, "perhaps"]]},
        {"box": {"x": 0, "y": 0, "width": 0, "height": 3}},
        {"strokes_inside": [{"points": [[1, 1]], "width": 0}]},
        {"clicks": [[1, 1]]},
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        selected(discs(), **options)


def test_a_single_pixel() -> None:
    assert selected(Image(np.zeros((1, 1, 3), np.uint8)), inside=[[0.5, 0.5]]).tolist() == [[1.0]]


def test_parameter_errors_name_the_parameter() -> None:
    with pytest.raises(ParameterError, match="width"):
        selected(discs(), strokes_inside=[{"points": [[1, 1]], "width": -1}])
