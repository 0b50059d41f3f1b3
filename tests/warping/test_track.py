from __future__ import annotations

import cv2
import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.warping import identity, sample, track


def texture(height: int = 90, width: int = 120) -> np.ndarray:
    noise = np.random.default_rng(3).random((height, width)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2), np.float32)
    return np.asarray((soft - soft.min()) / (soft.max() - soft.min()), np.float32)


def test_a_shift_is_found_to_a_fraction_of_a_pixel() -> None:
    source = texture()
    moved = sample(source, identity(source.shape) - np.array([7.4, -3.2], np.float32))
    found = track(source, moved, (50, 45), (56, 44), reach=12)
    assert found is not None
    assert (found.x, found.y) == pytest.approx((57.4, 41.8), abs=0.15)
    assert found.score > 0.98


def test_what_turned_and_grew_is_found() -> None:
    source = texture()
    matrix = cv2.getRotationMatrix2D((60, 45), 25, 1.15)
    turned = np.asarray(cv2.warpAffine(source, matrix, (120, 90)), np.float32)
    there = matrix @ (52, 40, 1)
    found = track(source, turned, (52, 40), (58, 47), reach=15)
    assert found is not None
    assert (found.x, found.y) == pytest.approx(tuple(there), abs=1.5)


def test_where_it_stayed_is_said_and_not_where_it_should_be() -> None:
    source = texture()
    found = track(source, source, (50, 45), (60, 45), reach=20)
    assert found is not None
    assert (found.x, found.y) == pytest.approx((50, 45), abs=0.05)


def test_nothing_is_claimed_of_what_is_flat_or_gone() -> None:
    source = texture()
    assert track(np.full_like(source, 0.5), source, (50, 45), (50, 45), reach=8) is None
    other = np.random.default_rng(9).random(source.shape).astype(np.float32)
    assert track(source, other, (50, 45), (50, 45), reach=8) is None


def test_at_the_border_of_the_picture_too() -> None:
    source = texture()
    moved = sample(source, identity(source.shape) - np.array([4, 0], np.float32))
    found = track(source, moved, (6, 45), (10, 45), reach=8)
    assert found is not None
    assert (found.x, found.y) == pytest.approx((10, 45), abs=0.5)


def test_arguments_outside_their_range_are_refused() -> None:
    source = texture()
    with pytest.raises(ParameterError, match="reach"):
        track(source, source, (1, 1), (1, 1), reach=0)
    with pytest.raises(ParameterError, match="source"):
        track(source.astype(np.float64), source, (1, 1), (1, 1), reach=3)
