"""Regions joined into one mask, and the tools on it."""

from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.image import Image
from keepdial.request import MaskTool, Selector
from keepdial.select import select


@pytest.fixture
def image() -> Image:
    return Image(np.zeros((6, 8, 3), np.uint8))


def box(x: int, y: int, width: int, height: int, **more: object) -> Selector:
    made: Selector = Selector.build(
        kind="box", options={"x": x, "y": y, "width": width, "height": height}, **more
    )
    return made


def test_union_subtraction_intersection(image: Image) -> None:
    left, right = box(0, 0, 4, 2), box(2, 0, 4, 2)
    rows = {
        "add": [1, 1, 1, 1, 1, 1, 0, 0],
        "subtract": [1, 1, 0, 0, 0, 0, 0, 0],
        "intersect": [0, 0, 1, 1, 0, 0, 0, 0],
    }
    for how, row in rows.items():
        mask = select([left, right.model_copy(update={"combine": how})], image).mask
        assert mask[0].tolist() == row
        assert mask[2:].max() == 0


def test_nothing_is_left_of_what_is_taken_away_whole(image: Image) -> None:
    selection = select([box(0, 0, 4, 2), box(0, 0, 8, 6, combine="subtract")], image)
    assert selection.box is None


def test_tools_work_in_their_order(image: Image) -> None:
    grown = select([box(3, 2, 2, 2, tools=[MaskTool(name="grow", pixels=1), MaskTool(name="invert")])], image)
    assert grown.mask[2].tolist() == [1, 1, 0, 0, 0, 0, 1, 1]
    assert select([box(3, 2, 2, 2, tools=[MaskTool(name="invert")])], image).mask.sum() == 44


def test_a_tool_acts_on_its_own_region(image: Image) -> None:
    mask = select([box(0, 0, 1, 1), box(4, 3, 1, 1, tools=[MaskTool(name="grow", pixels=1)])], image).mask
    assert mask.sum() == 1 + 5


@pytest.mark.parametrize(("name", "pixels"), [("melt", 1.0), ("grow", -1.0), ("grow", float("nan"))])
def test_tools_that_do_not_exist_are_refused(name: str, pixels: float) -> None:
    with pytest.raises(ParameterError):
        MaskTool.build(name=name, pixels=pixels)


def test_drawn_regions_are_told_from_named_ones(image: Image) -> None:
    assert select([box(0, 0, 1, 1)], image).drawn
    assert not select([box(0, 0, 1, 1), Selector(kind="all")], image).drawn
    assert not select([Selector(kind="place", options={"name": "left half"})], image).drawn
