from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.warping import identity, sample


def test_a_pixels_own_place_is_the_pixel() -> None:
    pixels = np.random.default_rng(0).integers(0, 65536, (12, 15, 3)).astype(np.uint16)
    assert np.array_equal(sample(pixels, identity((12, 15))), pixels / np.float32(65535))


def test_whole_shifts_are_exact_and_borders_go_on() -> None:
    pixels = np.random.default_rng(1).random((9, 11, 1)).astype(np.float32)
    made = sample(pixels, identity((9, 11)) + np.array([2, -1], np.float32))
    assert np.array_equal(made[1:, :-2], pixels[:-1, 2:])
    assert np.array_equal(made[0, :-2], pixels[0, 2:])
    assert np.array_equal(made[1:, -1], pixels[:-1, -1])


def test_a_ramp_of_16_bits_stays_a_ramp() -> None:
    # 3 levels of 65535 a pixel: a place rounded to 1/32 px would show as steps.
    ramp = np.broadcast_to(np.arange(64, dtype=np.uint16) * 3 + 1000, (8, 64))[..., None]
    at = identity((8, 400)) * np.array([0.1, 1], np.float32) + np.array([5, 0], np.float32)
    made = sample(np.ascontiguousarray(ramp), at)[4, :, 0] * 65535
    assert np.abs(made - ((np.arange(400) * 0.1 + 5) * 3 + 1000)).max() < 0.35
    assert (np.diff(made) > -0.05).all()


def test_detail_survives_half_a_pixel() -> None:
    x = np.arange(80)
    wave = (0.5 + 0.4 * np.sin(x * 2 * np.pi / 5)).astype(np.float32)
    picture = np.ascontiguousarray(np.broadcast_to(wave, (12, 80))[..., None])
    made = sample(picture, identity((12, 80)) + np.array([0.5, 0], np.float32))[6, 5:-5, 0]
    expected = 0.5 + 0.4 * np.sin((x + 0.5) * 2 * np.pi / 5)[5:-5]
    assert np.abs(made - expected).max() < 0.04
    linear = (wave[:-1] + wave[1:])[5:-4] / 2
    assert np.abs(linear - expected).max() > 0.07


def test_an_edge_gets_no_halo() -> None:
    step = np.zeros((8, 30, 1), np.float32)
    step[:, 15:] = 1
    made = sample(step, identity((8, 30)) + np.array([0.3, 0.4], np.float32))
    assert made.min() >= -0.151
    assert made.max() <= 1.151
    assert np.array_equal(made[:, :13], np.zeros((8, 13, 1)))


def test_what_is_squeezed_is_averaged() -> None:
    stripes = np.zeros((32, 64, 1), np.float32)
    stripes[:, ::2] = 1
    made = sample(stripes, identity((8, 16)) * np.float32(4) + np.float32(0.25))[2:-2, 2:-2]
    assert np.abs(made - 0.5).max() < 0.1


def test_grey_without_an_axis_comes_back_so() -> None:
    grey = np.random.default_rng(2).random((5, 6)).astype(np.float32)
    assert sample(grey, identity((5, 6))).shape == (5, 6)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ParameterError, match="dtype"):
        sample(np.zeros((4, 4, 3), np.float64), identity((4, 4)))
    with pytest.raises(ParameterError, match="map"):
        sample(np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.float32))
