from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone.denoise import without_noise
from keepdial.tone.noise import OPPONENT, SIDE, cosines, deviation, find_noise
from tests.tone.frames import adjusted, frame_of, look_of, rounded

Pixels = Any


def psnr(a: Pixels, b: Pixels) -> float:
    return float(10 * np.log10(255**2 / np.mean((a.astype(np.float64) - b) ** 2)))


def noisy(photo: Pixels, sigma: float, seed: int = 0) -> Pixels:
    grain = np.random.default_rng(seed).normal(0, sigma, photo.shape)
    return np.clip(np.rint(photo + grain), 0, 255).astype(np.uint8)


def test_transforms_are_orthonormal() -> None:
    assert np.allclose(cosines() @ cosines().T, np.eye(SIDE), atol=1e-6)
    assert np.allclose(OPPONENT @ OPPONENT.T, np.eye(3), atol=1e-6)
    assert np.allclose(OPPONENT[1:] @ np.ones(3), 0, atol=1e-6)


def test_noise_alone_is_measured() -> None:
    blocks = np.random.default_rng(0).normal(0.5, 0.04, (4000, 8, 8)).astype(np.float32)
    assert deviation(blocks) == pytest.approx(0.04, rel=0.05)
    assert deviation(np.full((9, 8, 8), 0.3, np.float32)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("sigma", [5, 10, 20])
def test_noise_upon_a_photograph_is_measured(sigma: float, photos: Path) -> None:
    found = find_noise(look_of(noisy(open_image(photos / "coffee.png").pixels, sigma)))
    for one in found.each:
        assert 255 * one == pytest.approx(sigma, rel=0.15)


def test_what_is_not_edited_does_not_count() -> None:
    pixels = np.full((64, 64, 3), 120, np.uint8)
    pixels[32:] = noisy(pixels[32:], 12)
    mask = np.zeros((64, 64), np.float32)
    mask[:32] = 1
    look = look_of(pixels)
    calm = type(look)(frame_of(pixels, mask=mask), look.space, 0)
    assert find_noise(calm).light < 0.001
    assert 255 * find_noise(look_of(pixels[32:])).light == pytest.approx(12, rel=0.2)


def test_a_picture_smaller_than_a_block_has_no_noise() -> None:
    assert find_noise(look_of(np.zeros((5, 40, 3), np.uint8))).each == (0, 0, 0)


@pytest.mark.parametrize(("sigma", "gain"), [(5, 2.5), (20, 5)])
def test_denoise_gains_and_an_edge_stays(sigma: float, gain: float, photos: Path) -> None:
    photo = open_image(photos / "coffee.png").pixels[100:300, 100:400]
    bad = noisy(photo, sigma)
    better = rounded(adjusted("denoise", bad), bad)
    assert psnr(better, photo) > psnr(bad, photo) + gain
    edge = np.full((96, 96, 3), 60, np.uint8)
    edge[:, 48:] = 200
    kept = rounded(adjusted("denoise", noisy(edge, sigma)), edge).astype(np.float64).mean(axis=(0, 2))
    assert kept[47] == pytest.approx(60, abs=4)
    assert kept[48] == pytest.approx(200, abs=4)


def test_sixteen_bits_are_kept() -> None:
    smooth = np.tile(np.linspace(20000, 21000, 256), (64, 1))
    grain = np.random.default_rng(1).normal(0, 300, (64, 256, 3))
    deep = np.rint(smooth[..., None] + grain).astype(np.uint16)
    out = rounded(adjusted("denoise", deep), deep)
    assert np.abs(out[8:-8, 8:-8].astype(np.float64) - smooth[8:-8, 8:-8, None]).mean() < 60
    assert len(np.unique(out)) > 256  # 1000 levels of 16 bits are 4 of 8


def test_colour_alone_and_light_alone(photos: Path) -> None:
    photo = open_image(photos / "coffee.png").pixels[30:126, 250:346]
    bad = noisy(80 + photo // 3, 6)
    colour = adjusted("denoise", bad, light=0, colour=50) * 255
    light = adjusted("denoise", bad, light=50, colour=0) * 255
    assert np.allclose(colour.sum(axis=2), bad.sum(axis=2), atol=0.1)
    assert np.allclose(light[..., 0] - light[..., 2], bad[..., 0].astype(float) - bad[..., 2], atol=0.1)
    assert np.abs(colour - bad).mean() > 1


def test_bands_meet_without_a_seam() -> None:
    rng = np.random.default_rng(4)
    tall = rng.normal(0.5, 0.05, (420, 24, 3)).astype(np.float32)
    pixels = np.rint(65535 * np.clip(tall, 0, 1)).astype(np.uint16)
    out = adjusted("denoise", pixels).mean(axis=(1, 2))
    steps = np.abs(np.diff(out))
    assert steps[191] < 6 * np.median(steps) + 1e-4
    assert steps[383] < 6 * np.median(steps) + 1e-4


def test_nothing_to_take_out() -> None:
    pixels = np.full((40, 40, 3), 90, np.uint8)
    assert np.array_equal(rounded(adjusted("denoise", pixels), pixels), pixels)
    values = np.random.default_rng(0).random((24, 24, 3)).astype(np.float32)
    assert np.allclose(without_noise(values, [0, 0, 0])[16:-16], values, atol=1e-5)
