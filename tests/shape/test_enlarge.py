"""Enlarging, and holding what was enlarged to its source."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.color import unit
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.shape.enlarge import Enlargement, enlarge, held, interpolated, reduced, solid
from tests.pictures import noise

Array = NDArray[np.float32]


def test_held_to_the_source() -> None:
    """Whatever stood there before, reduced again it is the source, nearly."""
    source = np.random.default_rng(0).random((12, 10, 3)).astype(np.float32)
    wild = np.random.default_rng(1).random((24, 20, 3)).astype(np.float32)
    before = np.abs(reduced(wild, 2) - source).mean()
    assert np.abs(reduced(held(wild, source), 2) - source).mean() < 0.1 * before
    assert np.array_equal(held(wild, source, 0.0), wild)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("channels", [1, 3])
def test_even_areas_stay_as_they_are(factor: int, channels: int) -> None:
    image = Image(np.full((9, 7, channels), 140, np.uint8))
    pixels, alpha = enlarge(Enlargement(image, factor, "fast", 1.0, 1.0))
    assert pixels.shape == (9 * factor, 7 * factor, channels)
    assert alpha is None
    assert np.abs(pixels * 255 - 140).max() < 1e-3


def test_a_network_gets_three_channels_and_grey_comes_back() -> None:
    seen = []

    def network(rgb: Array) -> Array:
        seen.append(rgb.shape)
        return interpolated(rgb, 2)

    pixels, _ = enlarge(Enlargement(noise(6, 5, channels=1), 2, "fast", 1.0, 1.0), network)
    assert seen == [(5, 6, 3)]
    assert pixels.shape == (10, 12, 1)


def test_a_part_of_the_detail() -> None:
    image = noise(8, 8)

    def network(rgb: Array) -> Array:
        return np.full((16, 16, 3), 0.5, np.float32)

    smooth = np.clip(interpolated(unit(image.pixels), 2), 0, 1)
    half, _ = enlarge(Enlargement(image, 2, "fast", 0.0, 0.5), network)
    whole, _ = enlarge(Enlargement(image, 2, "fast", 0.0, 1.0), network)
    assert np.abs(whole - 0.5).max() == 0
    inner = (interpolated(unit(image.pixels), 2) == smooth).all(axis=2)
    assert np.abs(half - (smooth + 0.5) / 2)[inner].max() < 1e-6


def test_alpha_grows_and_hidden_colours_do_not_bleed() -> None:
    pixels = np.full((8, 8, 3), 60, np.uint8)
    pixels[:, 4:] = (255, 0, 0)
    alpha = np.zeros((8, 8), np.uint8)
    alpha[:, :4] = 255
    out, clear = enlarge(Enlargement(Image(pixels, alpha), 2, "fast", 1.0, 1.0))
    assert clear is not None
    assert clear[:, :6].min() > 0.9
    assert clear[:, 10:].max() < 0.1
    assert np.abs(out * 255 - 60).max() < 1e-3
    assert solid(unit(pixels), np.zeros((8, 8), np.uint8)) is not None


@pytest.mark.parametrize(("factor", "gain"), [(2, 0.25), (4, 0.1)])
def test_nearer_to_the_truth_than_a_cubic(photos: Path, factor: int, gain: float) -> None:
    truth = unit(open_image(photos / "coffee.png").pixels[:400, :600])
    small = np.asarray(cv2.resize(truth, (600 // factor, 400 // factor), interpolation=cv2.INTER_AREA))
    image = Image(np.round(small * 255).astype(np.uint8))
    made, _ = enlarge(Enlargement(image, factor, "fast", 1.0, 1.0))
    plain = np.clip(interpolated(unit(image.pixels), factor), 0, 1)

    def psnr(picture: Array) -> float:
        return float(-10 * np.log10(((picture - truth) ** 2).mean()))

    assert psnr(made) > psnr(plain) + gain
