"""Pictures from nothing, and words for filling, extending and backgrounds, with a stand-in that paints."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import keepdial
from keepdial.backends import Capabilities
from keepdial.blank import begun, canvas
from keepdial.discover import units
from keepdial.edit import Edit, edit, variations
from keepdial.errors import (
    BackendError,
    Cancelled,
    CorruptFile,
    FileError,
    ParameterError,
    RecordError,
    RouteError,
    SelectionError,
    TooLarge,
)
from keepdial.explain import explain
from keepdial.files import encode_image
from keepdial.geometry import Size
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.operations._prompt import MOST_REFERENCES, Painted, pictures
from keepdial.progress import Cancel, Event
from keepdial.record import EditRecord, parse_record
from keepdial.replay import replay
from keepdial.request import Request
from keepdial.settings import Settings
from tests.painters import PAINTED, SAMPLES, Painter
from tests.pictures import box, mask_selector, noise

PLACED = tuple(name for name in PAINTED if name not in ("generate", "extend"))
"""Those that act on a part of a picture."""


@pytest.fixture
def painter(monkeypatch: pytest.MonkeyPatch) -> Painter:
    made = Painter(colourful=True)
    monkeypatch.setitem(units("keepdial.backends", "BACKEND"), made.name, made)
    return made


def asked(name: str, **more: Any) -> Request:
    """Return a request for an operation with words, on a part of a picture where it takes one."""
    params = {"prompt": "a red barn", **more.pop("params", {})}
    if name == "background":
        params |= {"to": "prompt", "edge": "hard"}
    if name == "extend":
        params |= {"right": 16}
    if name in PLACED and "targets" not in more:
        more["targets"] = (box(8, 6, 20, 16),)
    return Request(operation=name, params=params, auto_pin=False, **{"keep": 0.0, **more})


def made(request: Request, image: Image, **more: Any) -> Edit:
    if request.operation == "generate":
        request, image = begun(request)
    return edit(request, image, **more)


def reference(seed: int = 3) -> str:
    return base64.b64encode(encode_image(noise(12, 10, seed=seed), format="png").data).decode("ascii")


def kept(name: str, done: Edit) -> NDArray[np.bool_]:
    """Return where the source must have come through, over the source."""
    if name == "extend":
        return np.ones((40, 48), bool)
    inside = np.zeros((40, 48), bool)
    inside[6:22, 8:28] = True
    return inside if name == "background" else ~inside


SMALL = {"params": {"size": "48x40"}}


def request_for(name: str, **more: Any) -> Request:
    if name == "generate":
        more["params"] = {**SMALL["params"], **more.get("params", {})}
        more["keep"] = None
    return asked(name, **more)


@pytest.mark.parametrize("name", PAINTED)
def test_words_and_options_arrive_and_what_is_kept_is_the_source(name: str, painter: Painter) -> None:
    image = noise(48, 40, seed=1)
    options = {"negative": "people", "guidance": 5.0, "steps": 12, "reference": [reference()]}
    done = made(request_for(name, params=options, seed=4), image)
    assert done.routes[0].chosen == "painter"
    (step,) = painter.asked
    assert (step.operation, step.prompt) == (name, "a red barn")
    assert {option: step.params[option] for option in options} == options
    assert step.params["image_guidance"] is None
    assert done.report.verdict != "fail"
    paint = painter.colour(step)
    if name == "generate":
        assert np.abs(done.image.pixels / 255 - paint).max() < 0.01
        return
    still = kept(name, done)
    assert np.array_equal(done.image.pixels[:, :48][still], image.pixels[still])
    assert np.abs(done.image.pixels[30, -1] / 255 - paint).max() < 0.01 or name not in (
        "extend",
        "background",
    )


@pytest.mark.parametrize("name", PAINTED)
def test_a_seed_gives_the_same_bytes_and_another_others(name: str, painter: Painter) -> None:
    image = noise(48, 40, seed=1)
    first, again, other = (made(request_for(name, seed=seed), image).image for seed in (5, 5, 6))
    assert first.digest() == again.digest() != other.digest()


@pytest.mark.parametrize("name", PAINTED)
def test_the_record_tells_it_and_replays_it(name: str, painter: Painter) -> None:
    image = noise(48, 40, seed=1)
    options = {"negative": "people", "guidance": 5.0, "reference": [reference(), reference(4)]}
    done = made(request_for(name, params=options, seed=9), image)
    record = parse_record(done.record().model_dump_json())
    assert record.request.params["prompt"] == "a red barn"
    assert record.request.params["guidance"] == 5.0
    said = record.params["reference"]
    assert isinstance(said, list)
    assert all(str(one).startswith("the file sha256:") for one in said)
    story = " ".join(explain(record).split())
    assert "prompt = a red barn" in story
    assert "guidance = 5" in story
    assert "negative = people" in story
    assert "sha256" in story
    assert "seed 9" in story
    assert replay(record, None if name == "generate" else image).identical


@pytest.mark.parametrize("name", PAINTED)
def test_progress_is_told_and_a_flag_stops_it_within_a_step(name: str, painter: Painter) -> None:
    image, events, flag = noise(48, 40, seed=1), list[Event](), Cancel()
    made(request_for(name), image, progress=events.append)
    shares = [event.done for event in events if event.stage == "generate"]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert any(event.preview is not None for event in events)

    def stop(event: Event) -> None:
        if event.stage == "generate" and event.done >= 2 / SAMPLES:
            flag.set()

    with pytest.raises(Cancelled):
        made(request_for(name), image, progress=stop, cancel=flag)


@pytest.mark.parametrize("name", [name for name in PLACED if name != "background"])
def test_pins_hold(name: str, painter: Painter) -> None:
    image = noise(48, 40, seed=1)
    done = made(asked(name, pins=(box(12, 10, 5, 5),)), image)
    assert np.array_equal(done.image.pixels[10:15, 12:17], image.pixels[10:15, 12:17])
    assert not np.array_equal(done.image.pixels[16:20, 20:26], image.pixels[16:20, 20:26])


def test_behind_a_painted_background_the_subject_stays_and_its_edge_is_shared(painter: Painter) -> None:
    image = noise(48, 40, seed=1)
    matte = np.zeros((40, 48), np.uint8)
    matte[8:32, 10:30] = 255
    matte[8:32, 30:34] = 128
    done = edit(asked("background", targets=(mask_selector(matte),)), image)
    assert np.array_equal(done.image.pixels[matte == 255], image.pixels[matte == 255])
    paint = painter.colour(painter.asked[0]) * 255
    there = matte == 128
    shared = image.pixels[there] * (128 / 255) + paint * (127 / 255)
    assert np.abs(done.image.pixels[there] - shared).max() < 2
    assert np.abs(done.image.pixels[matte == 0] - paint).max() < 2


@pytest.mark.parametrize("option", ["harmonise", "shadow"])
def test_a_painted_background_takes_no_light_of_ours(option: str) -> None:
    with pytest.raises(ParameterError, match=f"{option} is 0.5; allowed: 0 where the background is painted"):
        operations()["background"].params.build(to="prompt", prompt="a beach", **{option: 0.5})


class TestWithoutWords:
    """What needs no words does what it did, and options for painters are refused there."""

    @pytest.mark.parametrize("name", ["fill", "extend", "background"])
    def test_the_options_of_a_painter_mean_nothing(self, name: str) -> None:
        params = operations()[name].params
        usual = {"extend": {"right": 5}}.get(name, {})
        for option, value in {
            "negative": "people",
            "guidance": 3.0,
            "image_guidance": 1.5,
            "steps": 4,
            "reference": [reference()],
            "structure": "canny",
        }.items():
            with pytest.raises(ParameterError, match=f"{option} is .*nothing where there are no words"):
                params.build(**usual, **{option: value})
        params.build(**usual)

    def test_a_hole_is_filled_from_its_surroundings(self, painter: Painter) -> None:
        request = Request(operation="fill", targets=(box(8, 6, 6, 6),), auto_pin=False)
        painter.capabilities = Capabilities(
            operations=frozenset(PAINTED), takes_prompt=True, needs_prompt=True, quality=0.9
        )
        assert edit(request, noise(48, 40)).routes[0].chosen == "patch"

    @pytest.mark.parametrize("name", ["fill", "extend", "background", "generate"])
    def test_without_a_painter_words_are_refused_and_it_is_said_what_takes_them(self, name: str) -> None:
        with pytest.raises(RouteError, match="paints from words"):
            made(request_for(name), noise(48, 40))

    def test_everything_may_be_filled_with_words_but_not_without(self, painter: Painter) -> None:
        image, everything = noise(48, 40), mask_selector(np.full((40, 48), 255, np.uint8))
        assert edit(asked("fill", targets=(everything,)), image).routes[0].chosen == "painter"
        with pytest.raises(SelectionError, match="Nothing is left to fill from"):
            edit(
                Request(operation="fill", targets=(everything,), auto_pin=False, keep=0.0, backend="patch"),
                image,
            )


class TestFromNothing:
    """A picture where there was none."""

    def test_the_picture_has_the_size_that_was_asked_for(self, painter: Painter) -> None:
        done = keepdial.generate("a castle", size="48x32", seed=3)
        assert done.image.size == Size(48, 32)
        assert done.source.blank
        assert not done.image.blank
        assert not painter.seen[0].guess
        assert not painter.seen[0].usable.any()
        assert "It was painted from nothing, 48x32." in done.notes
        assert keepdial.generate("a castle", size=(48, 32), seed=3).image.digest() == done.image.digest()
        assert painter.asked[-1].params["size"] == "48x32"

    def test_without_a_size_it_suits_the_model(self, painter: Painter) -> None:
        wanted = Request(operation="generate", params={"prompt": "a castle"})
        assert begun(wanted)[1].size == Size(1024, 1024)
        painter.capabilities = Capabilities(
            operations=frozenset(PAINTED), takes_prompt=True, best=512, multiple_of=64
        )
        assert begun(wanted)[1].size == Size(512, 512)
        wide = Request(operation="generate", params={"prompt": "a castle", "aspect": "16:9"})
        request, empty = begun(wide)
        assert empty.size == Size(704, 384)
        assert (request.params["size"], request.params["aspect"]) == ("704x384", None)

    @pytest.mark.parametrize(
        "size",
        ["", "0x0", "15x40", "40x15", "16385x16", "1e9x5", "-5x5", "12", "axb", "9999999999x9", "5x5x5"],
    )
    def test_a_size_that_is_none_is_refused(self, size: str) -> None:
        with pytest.raises(ParameterError, match=r"size is .*such as 768x512"):
            keepdial.generate("a castle", size=size)

    @pytest.mark.parametrize("size", ["768x512", "768X512", "768×512", " 768x512 ", "0768x512"])
    def test_a_size_is_read_however_it_is_written(self, size: str) -> None:
        assert operations()["generate"].params.build(prompt="a castle", size=size).size == "768x512"

    def test_shapes_that_cannot_be(self, painter: Painter) -> None:
        with pytest.raises(ParameterError, match="either a size or an aspect"):
            keepdial.generate("a castle", size="40x40", options={"aspect": "1:1"})
        for aspect in ("99999:1", "1:99999"):
            with pytest.raises(ParameterError, match="aspect"):
                keepdial.generate("a castle", options={"aspect": aspect})

    def test_more_pixels_than_the_limit_are_refused(self, painter: Painter) -> None:
        with pytest.raises(TooLarge, match="10,000 pixels; the limit is 9,999"):
            keepdial.generate("a castle", size="100x100", settings=Settings(max_pixels=9999))
        assert not painter.asked

    def test_there_is_nothing_to_keep_or_to_pin(self, painter: Painter) -> None:
        for more, said in (
            ({"keep": 0.5}, "keep is 0.5; allowed: 0, or nothing"),
            ({"pins": (box(1, 1, 2, 2),)}, "nothing to pin"),
        ):
            with pytest.raises(ParameterError, match=said):
                begun(Request(operation="generate", params={"prompt": "a castle"}, **more))
        with pytest.raises(ParameterError, match="whose structure could be held"):
            keepdial.generate("a castle", size="40x40", options={"structure": "canny"})
        with pytest.raises(ParameterError, match="a picture for fill to work on"):
            begun(Request(operation="fill"))
        with pytest.raises(SelectionError, match="makes its own mask"):
            made(request_for("generate", targets=(box(1, 1, 5, 5),)), noise())

    def test_on_a_picture_it_has_to_be_said_how_much_is_kept(self, painter: Painter) -> None:
        image = noise(48, 40)
        plain = Request(operation="generate", params={"prompt": "a castle"})
        with pytest.raises(
            ParameterError, match="keep is not given; allowed: 0 to 1 where generate is given"
        ):
            edit(plain, image)
        moved = []
        for keep in (0.0, 0.3, 0.7, 1.0):
            done = edit(plain.model_copy(update={"keep": keep}), image)
            assert done.image.size == image.size
            moved.append(float(np.abs(done.image.pixels.astype(float) - image.pixels).mean()))
        assert moved == sorted(moved, reverse=True)
        assert moved[-1] == 0
        assert painter.seen[-1].guess
        for option, value in (("size", "48x40"), ("aspect", "1:1")):
            sized = Request(operation="generate", params={"prompt": "a castle", option: value}, keep=0.5)
            with pytest.raises(ParameterError, match=f"{option} is .*nothing where a picture is given"):
                edit(sized, image)

    def test_what_follows_is_done_to_the_painted_picture(self, painter: Painter) -> None:
        then = (
            Request(operation="black-and-white"),
            Request(operation="border", params={"width": 10.0}),
        )
        request, empty = begun(request_for("generate").model_copy(update={"then": then}))
        done = edit(request, empty)
        pixels = done.image.pixels
        assert np.ptp(pixels[20, 24].astype(int)) <= 1  # grey
        assert done.image.size.width > 48
        record = parse_record(done.record().model_dump_json())
        assert replay(record).identical

    def test_variations_differ_and_each_replays_alone(self, painter: Painter) -> None:
        request, empty = begun(request_for("generate"))
        found = list(variations(request, empty, 3))
        assert len({one.image.digest() for one in found}) == 3
        for one in found:
            assert replay(parse_record(one.record().model_dump_json())).identical

    def test_a_record_of_a_picture_is_not_replayed_without_it(self, painter: Painter) -> None:
        record: EditRecord = made(asked("fill"), noise(48, 40)).record()
        with pytest.raises(RecordError, match="was made from a picture"):
            replay(record)

    def test_it_is_told_as_what_it_is(self, painter: Painter) -> None:
        story = " ".join(explain(keepdial.generate("a castle", size="48x32").record()).split())
        assert "on an empty canvas of 48x32 pixels" in story
        assert "nothing was there yet that could be kept" in story
        assert "copied from the original" not in story

    def test_an_empty_canvas_is_white_and_no_file(self) -> None:
        empty = canvas(Size(7, 5))
        assert empty.blank
        assert empty.pixels.shape == (5, 7, 3)
        assert (empty.pixels == 255).all()
        assert not noise().blank

    def test_what_a_model_returns_that_is_no_picture_is_refused(
        self, painter: Painter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(painter, "colour", lambda step: np.full(3, np.nan, np.float32))
        with pytest.raises(BackendError, match="no colours"):
            keepdial.generate("a castle", size="48x32")


class TestReferences:
    """Pictures of what is meant."""

    def test_who_takes_none_is_turned_down(self, painter: Painter) -> None:
        painter.capabilities = Capabilities(operations=frozenset(PAINTED), takes_prompt=True)
        with pytest.raises(RouteError, match="painter takes no reference picture"):
            made(asked("fill", params={"reference": [reference()]}), noise(48, 40))

    @pytest.mark.parametrize("name", PAINTED)
    def test_one_that_cannot_be_read_is_named(self, name: str, painter: Painter) -> None:
        text = base64.b64encode(b"not a picture at all").decode()
        with pytest.raises(FileError, match="Reference picture 2 cannot be used"):
            made(request_for(name, params={"reference": [reference(), text]}), noise(48, 40))
        assert not painter.asked

    def test_they_have_their_limits(self) -> None:
        params = operations()["fill"].params
        params.build(prompt="x", reference=[reference()] * MOST_REFERENCES)
        with pytest.raises(ParameterError, match="reference"):
            params.build(prompt="x", reference=[reference()] * (MOST_REFERENCES + 1))
        with pytest.raises(ParameterError, match="base64"):
            pictures(["~~~"])
        cut = base64.b64decode(reference())[:60]
        with pytest.raises(CorruptFile, match="The reference picture cannot be used"):
            pictures([base64.b64encode(cut).decode()])
        (read,) = pictures([f"data:image/png;base64,{reference()}"])
        assert read.size == Size(12, 10)

    def test_the_record_holds_their_pixels_and_nothing_else(self, painter: Painter) -> None:
        record = made(asked("fill", params={"reference": [reference()]}), noise(48, 40)).record()
        (held,) = pictures(record.request.params["reference"])  # type: ignore[arg-type]
        assert held.digest() == noise(12, 10, seed=3).digest()


def test_ranges_of_the_options_of_painters() -> None:
    params = operations()["instruct"].params
    for option, values in {
        "guidance": (-0.1, 50.1, float("nan"), "much"),
        "image_guidance": (-0.1, 50.1),
        "steps": (0, 1001, 1.5),
        "structure": ("lines",),
        "negative": ("a\0b", "x" * 4001),
    }.items():
        for value in values:
            with pytest.raises(ParameterError, match=option):
                params.build(prompt="make it snow", **{option: value})
    built = params.build(prompt="make it snow")
    assert all(getattr(built, name) == field.default for name, field in Painted.model_fields.items())
