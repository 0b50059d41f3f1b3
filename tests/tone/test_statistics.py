from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone import space_of
from keepdial.tone.statistics import SIDE, TINT, WARM, Statistics, looked_at, measure, strips
from tests.tone.values import f32

LUMA = space_of(None).luma


def measured(values: Any) -> Statistics:
    return measure(np.asarray(values, np.float32), np.ones(values.shape[:2], np.float32), LUMA)


def photo(photos: Path, name: str = "astronaut.png") -> Any:
    return open_image(photos / name).pixels.astype(np.float32) / 255


def test_directions_are_square_and_of_length_one() -> None:
    assert np.dot(WARM, TINT) == pytest.approx(0, abs=1e-3)
    assert np.hypot(*WARM) == pytest.approx(1, abs=5e-3)


def test_a_large_picture_is_made_smaller() -> None:
    assert looked_at(np.zeros((100, 2 * SIDE, 3), np.float32)).shape == (50, SIDE, 3)
    assert looked_at(np.zeros((10, 20), np.float32)).shape == (10, 20)


def test_grey_stripes() -> None:
    values = np.tile(f32([0.2, 0.6]), (8, 8))[..., None].repeat(3, axis=2)
    found = measured(values)
    assert (found.black, found.white) == pytest.approx((0.2, 0.6))
    assert found.contrast == pytest.approx(0.2, abs=0.01)
    assert found.warmth == pytest.approx(0, abs=1e-6)
    assert found.spread == pytest.approx(0, abs=1e-6)


def test_what_is_even_does_not_count_for_exposure(photos: Path) -> None:
    values = photo(photos)
    sky = np.concatenate([np.ones_like(values[:300]), values])
    assert measured(sky).exposure == pytest.approx(measured(values).exposure, abs=0.01)
    assert sky.mean() > values.mean() + 0.1


def test_a_cast_is_seen_in_what_changes_and_clipping_does_not_hide_it(photos: Path) -> None:
    values = photo(photos, "coffee.png") * 0.8
    before = measured(values)
    red, blue = 2**0.3, 2**-0.4
    found = measured(np.clip(values * f32([red, 1, blue]), 0, 1))
    assert found.cast[0] - before.cast[0] == pytest.approx(0.3, abs=0.1)
    assert found.cast[1] - before.cast[1] == pytest.approx(-0.4, abs=0.05)
    assert found.warmth > before.warmth + 0.3


def test_half_the_saturation_is_one_less_on_the_scale(photos: Path) -> None:
    values = photo(photos)
    grey = (values @ LUMA)[..., None]
    less = measured(grey + 0.5 * (values - grey))
    assert less.colour - measured(values).colour == pytest.approx(-1, abs=0.15)


def test_only_what_is_inside_counts(photos: Path) -> None:
    values = photo(photos)
    inside = np.zeros(values.shape[:2], np.float32)
    inside[:, :200] = 1
    alone = measured(values[:, :200])
    assert measure(values, inside, LUMA).exposure == pytest.approx(alone.exposure, abs=0.01)
    assert measure(values, inside, LUMA).white == alone.white


def test_one_pixel_and_nothing_inside() -> None:
    one = measure(np.full((1, 1, 3), 0.5, np.float32), np.zeros((1, 1), np.float32), LUMA)
    assert one.exposure == pytest.approx(0.5)
    assert np.isfinite([one.colour, *one.cast, one.contrast]).all()


def test_size_hardly_matters(photos: Path) -> None:
    values = photo(photos)
    large = cv2.resize(values, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    one, other = measured(values), measured(looked_at(np.clip(large, 0, 1)))
    assert one.exposure == pytest.approx(other.exposure, abs=0.02)
    assert one.warmth == pytest.approx(other.warmth, abs=0.04)


def test_variety_is_of_colours_and_not_of_the_light(photos: Path) -> None:
    values = photo(photos, "coffee.png") * 0.9
    many = measured(values).variety
    assert many > 0.3
    assert measured(values * f32([0.8, 1, 0.7])).variety == pytest.approx(many, rel=0.1)
    red = np.random.default_rng(0).random((30, 30, 1)).astype(np.float32) * f32([0.9, 0.3, 0.2])
    assert measured(red).variety < 0.12


def test_a_third_of_the_rows_says_the_same(photos: Path) -> None:
    values = photo(photos)
    inside = np.ones(values.shape[:2], np.float32)
    some, counts = strips(values, inside)
    assert len(some) == pytest.approx(len(values) / 3, abs=8)
    assert not counts[5::6].any()
    one, other = measured(values), measure(some, counts, LUMA)
    assert one.exposure == pytest.approx(other.exposure, abs=0.03)
    assert one.warmth == pytest.approx(other.warmth, abs=0.03)
    assert one.colour == pytest.approx(other.colour, abs=0.1)
    small = values[:70]
    assert strips(small, inside[:70])[0] is small
