from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone.haze import dark_channel, find_haze
from tests.tone.frames import adjusted, look_of

Pixels = Any


def hazy(photo: Pixels, air: float = 0.85) -> tuple[Pixels, Pixels]:
    """Return a photograph with haze that grows upwards, and what gets through it (H, 1, 1)."""
    through = np.linspace(0.4, 0.95, photo.shape[0])[:, None, None]
    values = photo / 255.0 * through + air * (1 - through)
    return np.rint(255 * values).astype(np.uint8), through


def test_the_darkest_channel_around() -> None:
    values = np.full((5, 5, 3), 0.8, np.float32)
    values[2, 2, 1] = 0.1
    found = dark_channel(values, 1)
    assert found[1, 1] == found[3, 3] == np.float32(0.1)
    assert found[0, 0] == np.float32(0.8)


def test_haze_is_found_where_it_was_put(photos: Path) -> None:
    photo, through = hazy(open_image(photos / "coffee.png").pixels)
    look = look_of(photo)
    values = look.space.encode(look.small)
    luma = look.luminance(values)
    haze = find_haze(values, luma, look.height, look.width)
    assert haze.air.mean() == pytest.approx(0.85, abs=0.12)
    found = haze.through(luma, slice(0, look.height)).mean(axis=1)
    assert np.corrcoef(found, through[:, 0, 0])[0, 1] > 0.8


def test_dehaze_brings_the_photograph_nearer_and_more_haze_takes_it_away(photos: Path) -> None:
    photo = open_image(photos / "coffee.png").pixels
    veiled, _ = hazy(photo)

    def error(values: Pixels) -> float:
        return float(np.abs(values - photo / 255.0).mean())

    before = error(veiled / 255.0)
    assert error(adjusted("dehaze", veiled, amount=100)) < 0.6 * before
    assert error(adjusted("dehaze", veiled, amount=50)) < 0.85 * before
    assert error(adjusted("dehaze", veiled, amount=-50)) > 1.2 * before


def test_a_clear_picture_hardly_changes() -> None:
    rng = np.random.default_rng(0)
    pixels = (rng.random((120, 160, 3)) ** 2 * 255).astype(np.uint8)
    assert np.abs(adjusted("dehaze", pixels, amount=100) - pixels / 255.0).mean() < 0.01


def test_a_gradient_at_16_bits_stays_one() -> None:
    values = np.linspace(0.3, 0.8, 600)
    sky = np.rint(65535 * np.tile(values[None, :, None], (200, 1, 3))).astype(np.uint16)
    for amount in (80, -80):
        row = np.rint(65535 * adjusted("dehaze", sky, amount=amount)[100, 30:-30, 0].astype(np.float64))
        steps = np.diff(cv2.GaussianBlur(row[None], (0, 0), 1)[0])
        assert (steps > 0).all()
        assert steps.max() < 8 * np.median(steps)
