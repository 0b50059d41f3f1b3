"""Regions as people type them."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.cli import regions
from keepdial.errors import KeepdialError, ParameterError
from keepdial.request import Selector


def test_box() -> None:
    assert regions.box("10, 20,30,40").model_dump() == {
        "kind": "box",
        "options": {"x": 10, "y": 20, "width": 30, "height": 40},
    }


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


def test_pins_name_their_kind(tmp_path: Path) -> None:
    file = tmp_path / "box:1,2,3,4.png"
    file.write_bytes(b"x")
    assert regions.pin("box:1,2,3,4").kind == "box"
    assert regions.pin("polygon:0,0 1,0 1,1").kind == "polygon"
    assert regions.pin("stroke:0,0 1,0:2").kind == "stroke"
    assert regions.pin(str(file)).kind == "mask"
    with pytest.raises(ParameterError, match=r"--pin is 'circle:3'; allowed: box:x,y,w,h"):
        regions.pin("circle:3")


def test_targets_keep_the_order_of_the_options() -> None:
    found = regions.targets(
        masks=(), boxes=("0,0,1,1", "1,1,1,1"), polygons=("0,0 1,0 1,1",), strokes=("0,0:1",), all_of_it=True
    )
    assert [s.kind for s in found] == ["box", "box", "polygon", "stroke", "all"]


@given(st.text(max_size=40), st.sampled_from([regions.box, regions.polygon, regions.stroke, regions.pin]))
def test_any_text_is_a_region_or_an_error_that_teaches(text: str, parse: Callable[..., Selector]) -> None:
    try:
        answer = str(parse(text).kind)
    except KeepdialError as error:
        answer = str(error)
    assert answer in regions.KINDS or "allowed" in answer
