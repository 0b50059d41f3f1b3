"""Regions as people type them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from keepdial.cli import regions
from keepdial.cli.options import SELECTION
from keepdial.errors import KeepdialError, ParameterError
from keepdial.request import MaskTool, Selector


def test_box() -> None:
    options: dict[str, JsonValue] = {"x": 10, "y": 20, "width": 30, "height": 40}
    assert regions.box("10, 20,30,40") == Selector(kind="box", options=options)


def test_box_may_begin_outside_of_the_picture() -> None:
    assert regions.box("-5,-6,7,8").options["x"] == -5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "1,2,3,4,5",
        "a,b,c,d",
        "1,2,0,4",
        "1,2,3,-4",
        "1.5,2,3,4",
        "nan,0,1,1",
        "1e999,0,1,1",
        "9999999,0,1,1",
    ],
)
def test_bad_boxes_are_refused_with_the_form_that_is_wanted(text: str) -> None:
    with pytest.raises(ParameterError, match="x,y,width,height in whole pixels") as caught:
        regions.box(text)
    assert "--box" in str(caught.value)


def test_polygon() -> None:
    assert regions.polygon("0,0 10,0.5  5,8").options == {"points": [[0, 0], [10, 0.5], [5, 8]]}


@pytest.mark.parametrize(
    "text", ["", "0,0 1,1", "0,0 1,1 2", "0,0 1,1 x,y", "0,0 1,1 nan,2", "0,0 1,1 inf,2", "0;0 1;1 2;2"]
)
def test_bad_polygons_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="at least three corners"):
        regions.polygon(text)


def test_stroke() -> None:
    assert regions.stroke("0,0 10,10:2.5").options == {"points": [[0, 0], [10, 10]], "width": 2.5}


def test_stroke_of_one_point_is_a_dab() -> None:
    assert regions.stroke("4,5:3").options == {"points": [[4, 5]], "width": 3}


@pytest.mark.parametrize(
    "text", ["", ":4", "0,0 1,1", "0,0 1,1:", "0,0:0", "0,0:-3", "0,0:nan", "0,0:inf", "0:4", "a,b:4"]
)
def test_bad_strokes_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="points and a width"):
        regions.stroke(text)


def test_mask_file_travels_in_the_selector(tmp_path: Path) -> None:
    file = tmp_path / "m.png"
    file.write_bytes(b"some bytes")
    selector = regions.mask(str(file), invert=True, channel="alpha")
    assert selector.options == {
        "png": base64.b64encode(b"some bytes").decode(),
        "channel": "alpha",
        "invert": True,
    }


def test_missing_and_empty_masks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"--mask.*No such file"):
        regions.mask(str(tmp_path / "nowhere.png"))
    with pytest.raises(ParameterError, match="--mask"):
        regions.mask(str(tmp_path))
    with pytest.raises(ParameterError, match="--mask"):
        regions.mask("a\0b")
    empty = tmp_path / "empty.png"
    empty.touch()
    with pytest.raises(ParameterError, match="The file is empty"):
        regions.mask(str(empty))


def test_a_mask_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.png").write_bytes(b"12345")
    monkeypatch.setenv("KEEPDIAL_MAX_FILE_BYTES", "4")
    with pytest.raises(ParameterError, match="larger than 4 bytes"):
        regions.mask(str(tmp_path / "m.png"))


def region(text: str) -> Selector:
    return regions.region(text, option="--pin")


def test_regions_name_their_kind(tmp_path: Path) -> None:
    file = tmp_path / "box:1,2,3,4.png"
    file.write_bytes(b"x")
    assert region("box:1,2,3,4").kind == "box"
    assert region("polygon:0,0 1,0 1,1").kind == "polygon"
    assert region("stroke:0,0 1,0:2").kind == "stroke"
    assert region("points:3,4").options == {"inside": [[3, 4]], "outside": []}
    assert region("snap:0,0 9,0 9,9").kind == "snap"
    assert region(str(file)).kind == "mask"
    assert region("the red cup") == Selector(kind="what", options={"words": "the red cup"})


@pytest.mark.parametrize("text", ["circle:3", "nowhere.png", "a/b", "", "  ", "x" * 501])
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=r"--pin is .*; allowed: "):
        region(text)


def test_clicks() -> None:
    assert regions.points(["1,2", "3,4 5,6"], ["7,8"]).options == {
        "inside": [[1, 2], [3, 4], [5, 6]],
        "outside": [[7, 8]],
    }
    assert regions.points([], ["7,8"], "1,2,3,4").options["box"] == {"x": 1, "y": 2, "width": 3, "height": 4}
    with pytest.raises(ParameterError, match=r"--not-point is '7,8'.*at least one --point"):
        regions.points([], ["7,8"])


def test_snap() -> None:
    assert regions.snap("0,0 9,0 9,9").options == {"points": [[0, 0], [9, 0], [9, 9]]}
    assert regions.snap("0,0 9,0:4").options == {"points": [[0, 0], [9, 0]], "width": 4}


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("grow:3", MaskTool(name="grow", pixels=3)),
        ("smooth:1.5", MaskTool(name="smooth", pixels=1.5)),
        ("invert", MaskTool(name="invert")),
        ("fill-holes", MaskTool(name="fill-holes")),
    ],
)
def test_tools(text: str, made: MaskTool) -> None:
    assert regions.tool(text) == made


@pytest.mark.parametrize("text", ["", "grow", "grow:", "grow:-1", "grow:nan", "invert:3", "melt:3"])
def test_bad_tools_are_refused(text: str) -> None:
    with pytest.raises(ParameterError, match=r"--tool is .*; allowed: grow:PX"):
        regions.tool(text)


def targets(**given: object) -> tuple[Selector, ...]:
    nothing: dict[str, object] = dict.fromkeys(SELECTION)
    return regions.targets({**nothing, "mask_invert": False, "all": False, **given})


def test_targets_keep_the_order_of_the_options() -> None:
    found = targets(
        box=["0,0,1,1", "1,1,1,1"],
        polygon=["0,0 1,0 1,1"],
        stroke=["0,0:1"],
        what=["the cup"],
        all=True,
        without=["box:0,0,2,2"],
        suggestion=["2"],
        tool=["grow:2"],
    )
    assert [s.kind for s in found] == ["what", "box", "box", "polygon", "stroke", "suggestion", "all", "box"]
    assert [s.combine for s in found] == ["add"] * 7 + ["subtract"]
    assert found[0].tools == (MaskTool(name="grow", pixels=2),)
    assert found[-1].tools == ()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tool": ["grow:2"]}, "--tool is 'grow:2'; allowed: a region"),
        ({"without": ["faces"]}, "--except is 'faces'; allowed: a region to take it from"),
        ({"box": ["0,0,1,1", "0,0,2,2"], "tool": ["invert"]}, "one region only"),
        ({"suggestion": ["0"]}, "--suggestion is '0'"),
        ({"suggestion": ["x"]}, "--suggestion is 'x'"),
        ({"what": [" "]}, "--what is ' '"),
    ],
)
def test_targets_that_cannot_be_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(said)):
        targets(**given)


@given(st.text(max_size=40), st.sampled_from([regions.box, regions.polygon, regions.stroke, region]))
def test_any_text_is_a_region_or_an_error_that_teaches(text: str, parse: Callable[..., Selector]) -> None:
    try:
        answer = str(parse(text).kind)
    except KeepdialError as error:
        answer = str(error)
    assert answer in (*regions.KINDS, "what") or "allowed" in answer
