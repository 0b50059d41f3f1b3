"""A border is of one colour, and the picture inside it is the source, bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError, TooLarge
from keepdial.files import encode_image, open_image
from keepdial.image import Image
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request
from keepdial.settings import Settings
from tests.pictures import noise


def framed(image: Image, *, keep: float = 0.0, **params: Any) -> Edit:
    return edit(Request(operation="border", params=params, keep=keep), image)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("alpha", [False, True])
def test_the_picture_inside_is_the_source(depth: int, channels: int, alpha: bool) -> None:
    image = noise(60, 40, channels=channels, depth=depth, alpha=alpha)
    done = framed(image, width=10, bottom=25, colour="white")
    out = done.image
    assert (out.size.width, out.size.height) == (68, 54)
    assert np.array_equal(out.pixels[4:44, 4:64], image.pixels)
    margin = np.ones((54, 68), bool)
    margin[4:44, 4:64] = False
    assert (out.pixels[margin] == out.white).all()
    if image.alpha is not None:
        assert out.alpha is not None
        assert np.array_equal(out.alpha[4:44, 4:64], image.alpha)
        assert (out.alpha[margin] == out.white).all()
    assert done.report.verdict == "pass"
    assert replay(parse_record(done.record().model_dump_json()), image).same_pixels


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("white", (255, 255, 255)), ("black", (0, 0, 0)), ("grey", (128, 128, 128)), ("#102030", (16, 32, 48))],
)
def test_the_colour_is_what_was_asked_for(colour: str, expected: tuple[int, int, int]) -> None:
    out = framed(noise(), colour=colour).image.pixels
    assert tuple(out[0, 0].tolist()) == expected


def test_a_grey_picture_gets_a_grey_border_and_is_told() -> None:
    done = framed(noise(channels=1), colour="blue")
    assert done.image.pixels.shape[2] == 1
    assert any("no colour" in note for note in done.notes)
    assert 0 < done.image.pixels[0, 0, 0] < 128


def test_the_dial_at_one_returns_the_picture() -> None:
    image = noise()
    assert framed(image, keep=1).image is image
    assert framed(image, keep=0.5).image.size != image.size


def test_it_joins_chains() -> None:
    image = noise(40, 30)
    light = Request(operation="exposure", params={"stops": 0.5})
    border = Request(operation="border", params={"width": 10})
    done = edit(border.model_copy(update={"then": (light, border)}), image)
    assert done.image.size.width == 40 + 2 * 3 + 2 * 4
    assert replay(parse_record(done.record().model_dump_json()), image).same_pixels


@pytest.mark.parametrize("bottom", [None, 20])
def test_the_blocks_of_a_jpeg_stay_as_they_are(photos: Path, bottom: float | None) -> None:
    rocket = open_image(photos / "rocket.jpg")
    done = framed(rocket, width=4, bottom=bottom)
    place = done.stage.placement
    assert place is not None
    assert place.x % 8 == place.y % 8 == 0
    delivered = encode_image(done.image, changed=done.changed, placement=place)
    assert any("moved with their DCT coefficients" in note for note in delivered.notes)
    back = open_image(delivered.data).pixels[place.slices]
    # Rows and columns that fill the picture's last blocks up are shared with the border.
    height, width = (side // 16 * 16 - 1 for side in rocket.pixels.shape[:2])
    assert np.array_equal(back[:height, :width], rocket.pixels[:height, :width])


def test_what_is_too_large_or_no_colour_is_refused() -> None:
    with pytest.raises(ParameterError, match="colour"):
        framed(noise(), colour="no such colour")
    with pytest.raises(ParameterError, match="width"):
        framed(noise(), width=0)
    small = Settings(max_pixels=noise().size.area)
    with pytest.raises(TooLarge, match="border"):
        edit(Request(operation="border"), noise(), settings=small)
