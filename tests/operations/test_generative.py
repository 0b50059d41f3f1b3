"""What only a model that paints from words can do: declared, staged, and plainly refused without one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.backends import Capabilities
from keepdial.cli import main
from keepdial.discover import units
from keepdial.edit import edit
from keepdial.errors import ParameterError, RouteError, SelectionError
from keepdial.operations import operations
from keepdial.operations.add import NO_PLACE
from keepdial.record import parse_record
from keepdial.request import Request, Selector
from keepdial.understand.resolve import resolve
from tests.painters import TOLD, Painter
from tests.pictures import box, mask_selector, noise

NAMES = TOLD
PLACE = box(8, 6, 10, 8)
PAINTS = Capabilities(operations=frozenset(NAMES), takes_prompt=True, needs_prompt=True)


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    """A backend that paints from words, as if it were installed."""
    made = Painter(capabilities=PAINTS)
    monkeypatch.setitem(units("keepdial.backends", "BACKEND"), made.name, made)
    return made


def asked(name: str, *targets: Selector, prompt: str = "a cat", **more: Any) -> Request:
    return Request(operation=name, params={"prompt": prompt}, targets=targets, auto_pin=False, **more)


@pytest.mark.parametrize("name", NAMES)
def test_they_need_words(name: str) -> None:
    params = operations()[name].params
    assert params.told
    for words in ("", "  \n", "a\0b", "\ud800", "x" * 4001, 7):
        with pytest.raises(ParameterError) as caught:
            params.build(prompt=words)
        assert "prompt" in str(caught.value)
        assert "allowed" in str(caught.value)
    with pytest.raises(ParameterError, match="prompt is not given"):
        params.build()
    assert params.build(prompt="x" * 4000).prompt == "x" * 4000


def test_where_they_act_when_nothing_is_said() -> None:
    with pytest.raises(SelectionError, match="needs to know where"):
        resolve(asked("replace"))
    for name in ("add", "restyle", "instruct"):
        (step,) = resolve(asked(name)).steps
        assert [target.kind for target in step.targets] == ["all"]


def test_the_dial_stands_between_painting_anew_and_leaving_it() -> None:
    keeps = {name: operations()[name].default_keep for name in NAMES}
    assert keeps["replace"] == 0
    assert 0 < keeps["restyle"] < keeps["add"] < keeps["instruct"] < 1


@pytest.mark.parametrize("name", NAMES)
def test_without_a_painter_they_say_what_would_do_it(name: str) -> None:
    with pytest.raises(RouteError) as caught:
        edit(asked(name, PLACE), noise())
    said = str(caught.value)
    assert f"No backend here does {name}" in said
    assert "paints from words" in said
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("name", NAMES)
def test_the_command_ends_with_5_one_line_and_no_file(
    name: str, tmp_path: Path, photos: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.png"
    where = ("--box", "100,100,60,60", "--prompt", "a cat", "--no-auto-pin", "--quiet")
    code = main([name, str(photos / "coffee.png"), *where, "-o", str(out)])
    printed, said = capfd.readouterr()
    assert code == 5
    assert printed == ""
    assert said.count("\n") == 1
    assert "paints from words" in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_with_a_painter_the_words_arrive_and_all_else_stays(name: str, painter: Painter) -> None:
    image = noise(40, 30)
    done = edit(asked(name, PLACE, keep=0.0), image)
    assert [step.prompt for step in painter.asked] == ["a cat"]
    assert done.routes[0].chosen == "painter"
    inside = np.zeros((30, 40), bool)
    inside[6:14, 8:18] = True
    assert np.array_equal(done.image.pixels[~inside], image.pixels[~inside])
    assert (np.abs(done.image.pixels[inside].astype(int) - 128) <= 1).all()
    assert done.report.verdict != "fail"
    record = parse_record(done.record().model_dump_json())
    assert record.request.params["prompt"] == "a cat"


@pytest.mark.parametrize("name", NAMES)
def test_the_dial_goes_from_the_paint_to_the_picture(name: str, painter: Painter) -> None:
    image = noise(120, 100)
    moved = []
    for keep in (0.0, 0.5, 1.0):
        out = edit(asked(name, box(20, 10, 80, 80), keep=keep), image).image.pixels
        moved.append(float(np.abs(out.astype(float) - image.pixels).mean()))
    assert moved[0] > moved[1] > moved[2] == 0


def test_what_is_replaced_is_taken_with_its_edge_and_shown_to_nobody(painter: Painter) -> None:
    image, mask = noise(40, 40), np.zeros((40, 40), np.uint8)
    mask[15:25, 15:25] = 255
    done = edit(asked("replace", mask_selector(mask)), image)
    assert "The mask was grown by 1 px to take the object's soft edge." in done.notes
    assert done.mask[20].nonzero()[0].tolist() == list(range(14, 26))
    (frame,) = painter.seen
    assert not frame.usable[frame.mask > 0].any()
    exact = Request(
        operation="replace",
        params={"prompt": "a cat", "grow": 0},
        targets=(mask_selector(mask),),
        auto_pin=False,
    )
    assert edit(exact, image).mask[20].nonzero()[0].tolist() == list(range(15, 25))


@pytest.mark.parametrize("name", ["add", "restyle", "instruct"])
def test_what_is_changed_is_seen_by_the_painter(name: str, painter: Painter) -> None:
    edit(asked(name, PLACE, keep=0.4), noise(40, 40))
    frame = painter.seen[0]
    assert frame.usable[frame.mask > 0].all()
    assert frame.guess


def test_adding_without_a_place_says_what_a_place_would_keep(painter: Painter) -> None:
    image = noise(40, 40)
    assert NO_PLACE in edit(asked("add"), image).notes
    assert NO_PLACE not in edit(asked("add", PLACE), image).notes


def test_the_edge_is_blended_inwards(painter: Painter) -> None:
    image = noise(40, 40)
    for name in NAMES:
        request = Request(
            operation=name,
            params={"prompt": "a cat", "feather": 3},
            targets=(PLACE,),
            auto_pin=False,
            keep=0.0,
        )
        done = edit(request, image)
        outside = np.ones((40, 40), bool)
        outside[6:14, 8:18] = False
        assert np.array_equal(done.image.pixels[outside], image.pixels[outside])
        assert abs(int(done.image.pixels[10, 13, 0]) - 128) <= 1
        assert np.abs(done.image.pixels[6, 8:18].astype(int) - 128).max() > 20  # still mostly the picture


def test_counts_and_kinds_have_their_range() -> None:
    add, instruct = operations()["add"].params, operations()["instruct"].params
    assert add.build(prompt="a boat", count=100)
    for count in (0, 101, 1.5):
        with pytest.raises(ParameterError, match="count"):
            add.build(prompt="a boat", count=count)
    assert instruct.build(prompt="make it snow").kind == "other"
    with pytest.raises(ParameterError, match="kind"):
        instruct.build(prompt="make it snow", kind="season")


def test_pins_hold_against_a_painter(painter: Painter) -> None:
    image = noise(40, 40)
    for name in NAMES:
        done = edit(asked(name, PLACE, keep=0.0, pins=(box(10, 8, 3, 3),)), image)
        assert np.array_equal(done.image.pixels[8:11, 10:13], image.pixels[8:11, 10:13])


def test_a_painter_without_a_mask_is_kept_from_a_part_of_the_picture(painter: Painter) -> None:
    painter.capabilities = replace(painter.capabilities, takes_mask=False)
    assert edit(asked("restyle"), noise()).routes[0].chosen == "painter"
    with pytest.raises(RouteError, match="takes no mask"):
        edit(asked("restyle", PLACE), noise())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_declared_in_words_fits_the_options(name: str) -> None:
    unit = operations()[name]
    assert 2 <= len(unit.asks) <= 3
    for saying in unit.says:
        unit.params.build(**{"prompt": "a cat", **saying.params})  # slots and all, they are within the ranges
    for quality in unit.qualities:
        for params in (quality.params, quality.fewer):
            unit.params.build(**{"prompt": "a cat", **params})
