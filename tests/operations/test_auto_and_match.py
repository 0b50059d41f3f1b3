from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.errors import KeepdialError, ParameterError
from keepdial.files import encode_image, open_image
from keepdial.image import Image
from keepdial.request import Request
from tests.pictures import box


def given(image: Image) -> str:
    return base64.b64encode(encode_image(image, format="png").data).decode("ascii")


def match(image: Image, reference: Image, **params: Any) -> Any:
    return edit(Request(operation="match", params={"reference": given(reference), **params}), image)


def histograms(a: Any, b: Any) -> float:
    """Sum of the earth mover's distances of CIE L, a and b."""
    shares = np.linspace(0, 1, 401)
    first, second = (np.quantile(lab(p).reshape(-1, 3), shares, axis=0) for p in (a, b))
    return float(np.abs(first - second).mean(axis=0).sum())


def lab(pixels: Any) -> Any:
    return cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)


@pytest.mark.parametrize("one", ["astronaut.png", "coffee.png", "rocket.jpg"])
@pytest.mark.parametrize("other", ["astronaut.png", "coffee.png", "rocket.jpg"])
def test_match_more_than_halves_the_distance_of_the_histograms(one: str, other: str, photos: Path) -> None:
    photo, reference = open_image(photos / one), open_image(photos / other)
    before = histograms(photo.pixels, reference.pixels)
    after = histograms(match(photo, reference).image.pixels, reference.pixels)
    assert after < 0.5 * before + 1


def test_a_spoilt_photograph_gets_its_own_look_back(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    faded = 40 + 0.4 * photo.pixels * np.array([0.8, 1.0, 1.2])
    spoilt = photo.with_pixels(faded.clip(0, 255).astype(np.uint8))
    back = match(spoilt, photo).image.pixels
    assert histograms(back, photo.pixels) < 0.15 * histograms(spoilt.pixels, photo.pixels)


def test_a_gradient_stays_smooth(photos: Path) -> None:
    y = np.linspace(9000, 52000, 400)[:, None, None]
    sky = Image(np.rint(y * np.array([0.7, 0.85, 1.0]) * np.ones((1, 64, 1))).astype(np.uint16))
    out = match(sky, open_image(photos / "coffee.png")).image.pixels[:, 32].astype(int)
    steps = np.diff(out @ np.array([1, 2, 1]))
    assert (steps >= 0).all()
    assert steps.max() < 6 * np.median(steps)


def test_what_cannot_be_opened_is_said_at_once(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    for text in ("not base64!", base64.b64encode(b"no picture").decode()):
        with pytest.raises(KeepdialError):
            edit(Request(operation="match", params={"reference": text}), photo)
    clear = Image(np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8))
    with pytest.raises(ParameterError, match="transparent"):
        match(photo, clear)


def test_transparent_parts_of_a_reference_do_not_count(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[:, :20] = np.linspace(100, 200, 20)[None, :, None]
    alpha = np.zeros((40, 40), np.uint8)
    alpha[:, :20] = 255
    out = match(photo, Image(pixels, alpha)).image.pixels
    assert 120 < out.mean() < 180


def test_a_grey_picture_takes_the_light_and_says_so(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png")
    grey = Image(photo.pixels.mean(axis=2, keepdims=True).astype(np.uint8))
    done = match(grey, open_image(photos / "coffee.png"))
    assert done.image.pixels.shape == grey.pixels.shape
    assert any("The picture is grey" in note for note in done.notes)


def test_auto_says_what_it_did_and_acts_on_a_part(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    dark = photo.with_pixels((photo.pixels * 0.45).astype(np.uint8))
    done = edit(Request(operation="auto"), dark)
    assert any(n.startswith("Auto: ") and "stops" in n for n in done.notes)
    assert done.image.pixels.mean() > 1.3 * dark.pixels.mean()
    part = edit(Request(operation="auto", targets=(box(100, 100, 200, 200),)), dark)
    outside = (part.image.pixels != dark.pixels).any(axis=2)
    outside[100:300, 100:300] = False
    assert not outside.any()


def test_auto_of_an_even_picture_leaves_it() -> None:
    flat = Image(np.full((30, 40, 3), 97, np.uint8))
    assert np.array_equal(edit(Request(operation="auto"), flat).image.pixels, flat.pixels)


@pytest.mark.shared
def test_auto_restores_photographs_and_leaves_good_ones(shared: Path) -> None:
    def distance(a: Any, b: Any) -> float:
        return float(np.sqrt(((lab(a) - lab(b)) ** 2).sum(axis=2)).mean())

    left, moved = [], []
    for number in (5, 9, 13, 21):
        photo = open_image(shared / "data" / "kodak24" / f"kodim{number:02d}.png")
        photo = photo.with_pixels(photo.pixels[::2, ::2].copy())
        moved.append(distance(edit(Request(operation="auto"), photo).image.pixels, photo.pixels))
        light = (photo.pixels / 255.0) ** 2.2
        for wrong in (light * 0.35, light * np.array([1.4, 0.97, 0.5])):
            values = 255 * np.clip(wrong, 0, 1) ** (1 / 2.2)
            bad = photo.with_pixels(np.rint(values).astype(np.uint8))
            better = edit(Request(operation="auto"), bad).image.pixels
            left.append(distance(better, photo.pixels) / distance(bad.pixels, photo.pixels))
    assert np.median(left) < 0.5
    assert np.median(moved) < 2
