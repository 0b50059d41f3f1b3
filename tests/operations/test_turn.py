"""Mirroring and quarter turns move samples and compute none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.edit import edit
from keepdial.errors import ParameterError, SelectionError
from keepdial.files import encode_image, open_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request
from keepdial.understand.grammar import understand_words
from keepdial.understand.plan import SURE
from tests.pictures import box, noise

STEPS = [
    ("flip", {"direction": "horizontal"}),
    ("flip", {"direction": "vertical"}),
    ("flip", {"direction": "both"}),
    ("rotate", {"turn": "right"}),
    ("rotate", {"turn": "left"}),
    ("rotate", {"turn": "around"}),
]
EXPECTED: dict[tuple[str, str], list[list[int]]] = {
    ("flip", "horizontal"): [[3, 2, 1], [6, 5, 4]],
    ("flip", "vertical"): [[4, 5, 6], [1, 2, 3]],
    ("flip", "both"): [[6, 5, 4], [3, 2, 1]],
    ("rotate", "right"): [[4, 1], [5, 2], [6, 3]],
    ("rotate", "left"): [[3, 6], [2, 5], [1, 4]],
    ("rotate", "around"): [[6, 5, 4], [3, 2, 1]],
}


def done(image: Image, operation: str, **params: Any) -> Image:
    return edit(Request(operation=operation, params=params), image).image


@pytest.mark.parametrize(("operation", "params"), STEPS)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_pixel_goes_where_it_should(operation: str, params: dict[str, str], dtype: type) -> None:
    pixels: NDArray[Any] = np.array([[1, 2, 3], [4, 5, 6]], dtype)
    image = Image(pixels[..., None] + np.zeros(3, dtype), pixels * 9, dpi=(300.0, 72.0))
    out = done(image, operation, **params)
    expected = np.array(EXPECTED[operation, next(iter(params.values()))])
    assert out.pixels.dtype == dtype
    assert np.array_equal(out.pixels[..., 0], expected)
    assert out.alpha is not None
    assert np.array_equal(out.alpha, expected * 9)
    assert out.dpi == ((72.0, 300.0) if expected.shape != pixels.shape else (300.0, 72.0))


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    ("operation", "params", "times"),
    [
        ("flip", {}, 2),
        ("flip", {"direction": "vertical"}, 2),
        ("rotate", {}, 4),
        ("rotate", {"turn": "around"}, 2),
    ],
)
def test_often_enough_it_is_the_picture_again(
    operation: str, params: dict[str, Any], times: int, depth: int, channels: int, alpha: bool
) -> None:
    image = noise(23, 17, channels=channels, depth=depth, alpha=alpha)
    step = Request(operation=operation, params=params)
    chain = edit(step.model_copy(update={"then": (step,) * (times - 1)}), image).image
    one_by_one = image
    for _ in range(times):
        one_by_one = done(one_by_one, operation, **params)
    for result in (chain, one_by_one):
        assert result.digest() == image.digest()


def test_left_and_right_undo_each_other_and_two_are_half_a_turn() -> None:
    image = noise(23, 17, depth=16)
    assert done(done(image, "rotate", turn="left"), "rotate", turn="right").digest() == image.digest()
    half = done(image, "rotate", turn="around").digest()
    assert done(done(image, "rotate"), "rotate").digest() == half
    assert done(image, "flip", direction="both").digest() == half


@pytest.mark.parametrize("operation", ["flip", "rotate"])
def test_the_dial_has_no_half_and_its_end_is_the_picture(operation: str) -> None:
    image = noise()
    half = edit(Request(operation=operation, keep=0.5), image)
    assert half.image.digest() == done(image, operation).digest()
    assert edit(Request(operation=operation, keep=1), image).image is image


@pytest.mark.parametrize("operation", ["flip", "rotate"])
def test_it_says_what_it_did_replays_and_joins_chains(operation: str) -> None:
    image = noise(32, 20)
    step = Request(operation=operation)
    first = edit(step, image)
    assert any("No pixel was computed" in note for note in first.notes)
    assert first.report.verdict == "pass"
    assert replay(parse_record(first.record().model_dump_json()), image).same_pixels
    light = Request(operation="exposure", params={"stops": 0.5}, targets=(box(2, 2, 8, 8),))
    cut = Request(operation="crop", params={"box_of": "1,1,12,10"})
    both = edit(light.model_copy(update={"then": (step, cut, light)}), image)
    assert replay(parse_record(both.record().model_dump_json()), image).same_pixels
    alone = done(image, operation)
    expected = edit(cut, alone).image.pixels
    unlit = edit(step.model_copy(update={"then": (cut,)}), image).image.pixels
    assert np.array_equal(unlit, expected)


def test_nothing_can_be_pinned() -> None:
    with pytest.raises(SelectionError, match="pinned"):
        edit(Request(operation="flip", pins=(box(1, 1, 2, 2),)), noise())


@pytest.mark.parametrize(("operation", "wrong"), [("flip", {"direction": "up"}), ("rotate", {"turn": "45"})])
def test_other_ways_are_refused(operation: str, wrong: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match=r"horizontal|right"):
        done(noise(), operation, **wrong)


@pytest.mark.parametrize("direction", ["horizontal", "vertical", "both"])
def test_a_lossless_file_holds_it_exactly(direction: str) -> None:
    image = noise(30, 22, depth=16)
    out = done(image, "flip", direction=direction)
    assert open_image(encode_image(out, format="png").data).digest() == out.digest()


def test_a_jpeg_is_encoded_with_its_own_tables(photos: Path) -> None:
    """The grid of the blocks is the mirrored one where the width is a multiple of 8, so little is lost."""
    rocket = open_image(photos / "rocket.jpg")
    made = edit(Request(operation="flip"), rocket)
    delivered = encode_image(made.image, changed=made.changed)
    assert delivered.format == "jpeg"
    off = np.abs(open_image(delivered.data).pixels.astype(int) - made.image.pixels)
    assert off.mean() < 0.3


@pytest.mark.parametrize(
    ("sentence", "operation", "params"),
    [
        ("rotate it 90 degrees", "rotate", {"turn": "right"}),
        ("rotate the picture by 90 degrees to the left", "rotate", {"turn": "left"}),
        ("rotate it 90° clockwise", "rotate", {"turn": "right"}),
        ("rotate by -90 degrees", "rotate", {"turn": "left"}),
        ("rotate the photo 180 degrees", "rotate", {"turn": "around"}),
        ("rotate 270 degrees", "rotate", {"turn": "left"}),
        ("rotate it to the right", "rotate", {"turn": "right"}),
        ("turn it upside down", "rotate", {"turn": "around"}),
        ("rotate by 5 degrees", "straighten", {"angle": 5.0}),
        ("rotate it by 2.5 degrees counterclockwise", "straighten", {"angle": -2.5}),
        ("rotate it 3 degrees to the left", "straighten", {"angle": -3.0}),
        ("rotate by -2", "straighten", {"angle": -2.0}),
        ("rotate it slightly to the left", "straighten", {"angle": -2.0}),
        ("straighten the horizon", "straighten", {}),
        ("flip it horizontally", "flip", {"direction": "horizontal"}),
        ("flip the photo upside down", "flip", {"direction": "vertical"}),
        ("mirror the image", "flip", {"direction": "horizontal"}),
    ],
)
def test_quarter_turns_and_small_ones_are_told_apart(
    sentence: str, operation: str, params: dict[str, Any]
) -> None:
    (step,) = understand_words(sentence).steps
    assert step.operation == operation
    assert step.sure >= SURE
    built = operations()[operation].params.build(**step.params).model_dump(exclude_unset=True)
    assert built == params


def test_to_the_left_by_less_than_nothing_is_to_the_right() -> None:
    image = noise(80, 60)
    right = edit(Request(operation="straighten", params={"angle": 5}), image).image
    odd = edit(Request(operation="straighten", params={"angle": "--5"}), image).image
    assert odd.digest() == right.digest()
