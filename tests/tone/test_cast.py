from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.files import open_image
from keepdial.tone import space_of
from keepdial.tone.cast import angle, cast
from keepdial.tone.white import rebalanced
from tests.tone.frames import look_of

SRGB = space_of(None)
Picture = NDArray[np.uint8]


def encoded(light: NDArray[np.floating]) -> Picture:
    shown = SRGB.encode(np.asarray(np.clip(light, 0, 1), np.float32))
    return np.asarray(np.round(shown * 255), np.uint8)


def of_one_colour(*colour: float) -> Picture:
    rng = np.random.default_rng(0)
    folds = cv2.GaussianBlur(rng.random((200, 200)).astype(np.float32), (0, 0), 3)
    shade = np.exp((folds - folds.mean()) / folds.std() * 0.4)[..., None]
    return encoded(np.array(colour) * shade * (1 + 0.03 * rng.standard_normal((200, 200, 3))))


def sunset() -> Picture:
    rng = np.random.default_rng(0)
    y, x = np.linspace(0, 1, 240)[:, None], np.linspace(0, 1, 360)[None]
    light = np.array([0.1, 0.12, 0.3]) + np.array([0.7, 0.23, -0.18]) * (y**1.5 * np.ones_like(x))[..., None]
    sun = np.exp(-((np.hypot((x - 0.6) * 1.5, y - 0.6) / 0.12) ** 2))
    light = light + sun[..., None] * np.array([1.5, 0.9, 0.4])
    ground = np.array([0.03, 0.025, 0.03]) * (0.5 + rng.random((240, 360, 1)))
    return encoded(np.where((y * np.ones_like(x) > 0.7)[..., None], ground, light))


def under(pixels: NDArray[Any], kelvin: float) -> tuple[Picture, NDArray[np.float64]]:
    """Return a picture as a camera set to 6500 K takes it under a light of `kelvin`, and the light."""
    matrix = rebalanced(SRGB, kelvin, 6500)
    return encoded(SRGB.light(pixels) @ matrix.T), matrix @ np.ones(3)


def test_a_photograph_that_looks_right_is_left_alone(photos: Path) -> None:
    for name in ("astronaut.png", "coffee.png", "rocket.jpg"):
        assert cast(look_of(open_image(photos / name).pixels)).confidence < 0.05, name


def test_a_strong_cast_is_found(photos: Path) -> None:
    yellow, light = under(open_image(photos / "astronaut.png").pixels, 3500)
    found = cast(look_of(yellow))
    assert found.confidence > 0.9
    assert angle(found.light, light) < 5
    assert found.light @ SRGB.luma == pytest.approx(1)


@pytest.mark.parametrize("colour", [(0.5, 0.08, 0.05), (0.1, 0.3, 0.05), (0.4, 0.3, 0.2)])
def test_a_picture_of_one_colour_is_left_alone(colour: tuple[float, float, float]) -> None:
    found = cast(look_of(of_one_colour(*colour)))
    assert found.confidence == 0
    assert found.why == "it is of one colour"


def test_a_sunset_is_left_alone() -> None:
    found = cast(look_of(sunset()))
    assert found.confidence == 0
    assert found.why


def test_nothing_is_said_of_black_or_white() -> None:
    for level in (0, 255):
        assert cast(look_of(np.full((40, 40, 3), level, np.uint8))).confidence == 0


@pytest.mark.shared
def test_casts_on_photographs_shrink_and_photographs_stay(shared: Path) -> None:
    before, after, harm = [], [], []
    for path in sorted((shared / "data" / "kodak24").glob("*.png"))[::4]:
        pixels = open_image(path).pixels
        plain = cast(look_of(pixels))
        harm.append(angle(plain.light**plain.confidence, np.ones(3)))
        yellow, light = under(pixels, 3500)
        found = cast(look_of(yellow))
        before.append(angle(light, np.ones(3)))
        after.append(angle(light / found.light**found.confidence, np.ones(3)))
    assert np.mean(after) < 0.5 * np.mean(before)
    assert np.mean(harm) < 1.5
