"""A tint changes colours and keeps luminance; a toned print has one hue."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.edit import edit
from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.request import Request
from keepdial.tone.oklab import to_oklab
from keepdial.tone.paint import encoded
from keepdial.tone.space import space_of

SPACE = space_of(None, exact=True)


def tinted(image: Image, **params: Any) -> Image:
    return edit(Request(operation="tint", params=params), image).image


def lab(image: Image) -> NDArray[np.float32]:
    return np.asarray(to_oklab(SPACE.light(image.pixels), SPACE), np.float32)


def luminance(image: Image) -> NDArray[np.float32]:
    return np.asarray(SPACE.light(image.pixels) @ SPACE.luma, np.float32)


def grey(value: float) -> Image:
    return Image(np.full((6, 6, 3), round(value * 65535), np.uint16))


def deep(photo: Image) -> Image:
    return photo.with_pixels(photo.pixels.astype(np.uint16) * np.uint16(257))


@pytest.mark.parametrize("colour", ["blue", "red", "light orange", "green", "sepia", "#40e0d0"])
@pytest.mark.parametrize("amount", [30, 100])
def test_luminance_stays(photos: Path, colour: str, amount: float) -> None:
    photo = deep(open_image(photos / "astronaut.png"))
    before, after = luminance(photo), luminance(tinted(photo, colour=colour, amount=amount))
    off = np.abs(before - after)
    assert float(off.mean()) < 2e-4
    assert float(np.quantile(off, 0.999)) < 8e-3


@pytest.mark.parametrize("colour", ["blue", "red", "green", "#e0701c"])
def test_the_amount_is_the_part_of_the_colours_chroma(colour: str) -> None:
    image = grey(0.46)
    chroma = [
        float(np.hypot(*lab(tinted(image, colour=colour, amount=a))[0, 0, 1:])) for a in (0, 25, 50, 100)
    ]
    assert chroma[0] < 1e-4
    assert chroma[1] == pytest.approx(chroma[3] / 4, abs=0.004)
    assert chroma[2] == pytest.approx(chroma[3] / 2, abs=0.004)
    assert chroma[3] > 0.1


@pytest.mark.parametrize("colour", ["blue", "red", "green", "orange", "purple"])
def test_a_grey_takes_the_hue_of_the_colour(colour: str) -> None:
    _, x, y = to_oklab(SPACE.decode(np.array([encoded(colour)], np.float32)), SPACE)[0]
    for amount in (25, 50, 100):
        _, a, b = lab(tinted(grey(0.46), colour=colour, amount=amount))[0, 0]
        turned = np.degrees(np.arctan2(b, a) - np.arctan2(y, x))
        assert (turned + 180) % 360 - 180 == pytest.approx(0, abs=3)


def test_black_and_white_stay_black_and_white() -> None:
    for value in (0.0, 1.0):
        out = tinted(grey(value), colour="blue", amount=100).pixels.astype(float) / 65535
        assert np.abs(out - value).max() < 0.012


def test_a_toned_print_has_one_hue(photos: Path) -> None:
    photo = deep(open_image(photos / "astronaut.png"))
    _, a, b = np.moveaxis(lab(tinted(photo, colour="sepia", mono=True, amount=80)), -1, 0)
    strong = np.hypot(a, b) > 0.02
    assert strong.mean() > 0.5
    hues = np.degrees(np.arctan2(b[strong], a[strong]))
    low, high = np.quantile(hues, (0.01, 0.99))
    assert 50 < low < high < 85
    assert high - low < 15


def test_a_faded_print_has_neither_black_nor_white() -> None:
    ramp = np.repeat(np.linspace(0, 65535, 64).astype(np.uint16)[None, :, None], 3, axis=2)
    image = Image(np.ascontiguousarray(np.broadcast_to(ramp, (4, 64, 3))))
    out = luminance(tinted(image, colour="sepia", mono=True, fade=100))[0]
    samples = SPACE.encode(np.repeat(out[:, None], 3, axis=1))[:, 0]
    assert samples[0] == pytest.approx(0.10, abs=0.005)
    assert samples[-1] == pytest.approx(0.90, abs=0.005)
    assert all(x < y for x, y in itertools.pairwise(samples))


def test_a_grey_glass_tints_nothing_and_says_so() -> None:
    image = Image(np.arange(60, dtype=np.uint8).reshape(4, 5, 3) * 4)
    done = edit(Request(operation="tint", params={"colour": "grey"}), image)
    assert np.array_equal(done.image.pixels, image.pixels)
    assert any("tints nothing" in note for note in done.notes)


def test_what_is_no_colour_is_refused() -> None:
    with pytest.raises(ParameterError, match="colour"):
        tinted(grey(0.5), colour="no such colour")
    with pytest.raises(ParameterError, match="amount"):
        tinted(grey(0.5), colour="blue", amount=101)
