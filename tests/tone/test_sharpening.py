from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone.sharpening import radius_of
from tests.tone.frames import adjusted, look_of, rounded

Pixels = Any


def edge() -> Pixels:
    values = np.where(np.arange(80) < 40, 0.25, 0.7)
    soft = cv2.GaussianBlur(np.tile(values, (40, 1)), (0, 0), 1.2)
    return np.rint(65535 * np.repeat(soft[..., None], 3, axis=2)).astype(np.uint16)


def test_an_edge_gets_steeper_without_a_line_beside_it() -> None:
    pixels = edge()
    out = adjusted("sharpen", pixels, amount=200, radius=1.5)[20, :, 0]
    before = pixels[20, :, 0] / 65535
    assert np.diff(out).max() > 1.3 * np.diff(before).max()
    over = max(out.max() - 0.7, 0.25 - out.min()) / 0.45
    blurred = cv2.GaussianBlur(before[None].astype(np.float32), (0, 0), 1.5)[0]
    plain = before + 2 * (before - blurred)
    assert over < 0.05
    assert over < 0.4 * (plain.max() - 0.7) / 0.45


def test_differences_below_the_threshold_stay() -> None:
    rng = np.random.default_rng(0)
    pixels = (120 + rng.integers(-2, 3, (40, 40, 1))).repeat(3, axis=2).astype(np.uint8)
    assert np.array_equal(rounded(adjusted("sharpen", pixels, amount=300, threshold=2), pixels), pixels)
    assert not np.array_equal(rounded(adjusted("sharpen", pixels, amount=300, threshold=0), pixels), pixels)


def test_colour_is_not_sharpened(photos: Path) -> None:
    photo = open_image(photos / "coffee.png").pixels[:120, :160]
    out = adjusted("sharpen", photo, amount=150) * 255
    same = (out[..., 0] - out[..., 1]) - (photo[..., 0].astype(float) - photo[..., 1])
    inside = (out > 0.5).all(axis=2) & (out < 254.5).all(axis=2)
    assert np.abs(same[inside]).max() < 0.1


def test_nothing_becomes_black_or_white(photos: Path) -> None:
    photo = open_image(photos / "astronaut.png").pixels.astype(np.uint16) * np.uint16(257)
    out = rounded(adjusted("sharpen", photo, amount=300), photo)
    for limit in (0, 65535):
        assert (out == limit).any(axis=2).mean() <= (photo == limit).any(axis=2).mean()


def test_the_radius_grows_with_the_picture() -> None:
    assert radius_of(look_of(np.zeros((300, 400, 3), np.uint8)), None) == 0.7
    assert radius_of(look_of(np.zeros((3000, 4000, 3), np.uint8)), None) == pytest.approx(1.5)
    assert radius_of(look_of(np.zeros((3000, 4000, 3), np.uint8)), 3.0) == 3
