from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from keepdial.color import unit
from keepdial.geometry import Box
from keepdial.tint import difference, matched

from .drifting import Singles, photo, rebuilt

HOLE = Box(120, 80, 90, 80)


def kept_of(picture: Singles) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    kept = np.ones(picture.shape[:2], np.bool_)
    kept[HOLE.slices] = False
    return kept


def offset(p: Singles) -> Singles:
    return p * 0.85 + np.array([0.06, 0.03, 0.08], np.float32)


def mixed(p: Singles) -> Singles:
    matrix = np.array([[0.85, 0.05, 0.02], [0.0, 0.9, 0.03], [0.04, 0.0, 0.8]], np.float32)
    return np.asarray(p @ matrix.T + np.float32(0.05), np.float32)


def balanced(p: Singles) -> Singles:
    light = np.where(p <= 0.04045, p / 12.92, ((p + 0.055) / 1.055) ** 2.4)
    light = light * [0.8, 0.9, 0.7] + 0.01
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


@pytest.mark.parametrize("change", [offset, mixed, balanced])
@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png"])
def test_an_affine_change_is_undone_to_less_than_a_level_where_nobody_looked(
    photos: Path, name: str, change: Callable[[Singles], Singles]
) -> None:
    picture = unit(photo(photos, name))
    tint = matched(picture, change(picture), kept_of(picture))
    assert tint.changed
    assert tint.before > 3
    inside = (change(picture)[HOLE.slices] < 0.999).all(axis=2)
    error = np.abs(tint.pixels - picture)[HOLE.slices][inside]
    assert error.mean() < 0.5 / 255
    # Squares are compared in the picture's encoding, where means of light are not exact.
    assert error.max() < (1 if change is not balanced else 4) / 255
    assert tint.after < 0.3


def test_a_change_that_grows_across_the_picture_is_evened(photos: Path) -> None:
    picture = unit(photo(photos))
    ramp = np.linspace(0, 0.1, picture.shape[1], dtype=np.float32)[None, :, None]
    tint = matched(picture, picture * 0.9 + ramp, kept_of(picture))
    before = np.abs(picture * 0.9 + ramp - picture)[HOLE.slices].mean()
    assert np.abs(tint.pixels - picture)[HOLE.slices].mean() < 0.35 * before
    assert tint.after < 0.25 * tint.before


def test_grain_and_softness_are_no_tint(photos: Path) -> None:
    picture = unit(photo(photos))
    proposal = rebuilt(picture)
    tint = matched(picture, proposal, kept_of(picture))
    assert not tint.changed
    assert tint.pixels is proposal


def test_what_was_painted_anew_outside_of_the_mask_does_not_count(photos: Path) -> None:
    picture = unit(photo(photos))
    proposal = offset(picture)
    proposal[150:250, 10:110] = [0.9, 0.1, 0.1]
    tint = matched(picture, proposal, kept_of(picture))
    assert np.abs(tint.pixels - picture)[HOLE.slices].mean() < 1.5 / 255


def test_another_picture_is_not_forced_into_these_colours(photos: Path) -> None:
    picture, other = unit(photo(photos)), unit(photo(photos, "coffee.png"))
    tint = matched(picture, other, kept_of(picture))
    assert not tint.changed or np.abs(tint.pixels - other).mean() < np.abs(other - picture).mean()


def test_a_colour_that_is_nowhere_among_the_kept_stays_what_it_is() -> None:
    rng = np.random.default_rng(0)
    grey = np.repeat(cv2.GaussianBlur(rng.random((64, 64, 1), np.float32), (0, 0), 4)[..., None], 3, 2)
    grey = (grey - grey.min()) / (grey.max() - grey.min()) * np.float32(0.8) + np.float32(0.1)
    proposal = grey * np.float32(0.9) + np.float32(0.03)
    proposal[20:40, 20:40] = [0.8, 0.2, 0.1]
    kept = np.ones((64, 64), np.bool_)
    kept[20:40, 20:40] = False
    tint = matched(grey, proposal, kept)
    red = tint.pixels[28:32, 28:32].reshape(-1, 3).mean(axis=0)
    assert np.abs(red - [0.86, 0.19, 0.08]).max() < 0.05


def test_an_edit_that_is_not_to_blend_in_keeps_its_colours(photos: Path) -> None:
    picture = unit(photo(photos))
    strong, slight = offset(picture) * np.float32(0.6), picture + np.float32(3 / 255)
    kept = kept_of(picture)
    assert not matched(picture, strong, kept, blends=False).changed
    assert matched(picture, strong, kept).changed
    assert matched(picture, slight, kept, blends=False).changed
    assert not matched(picture, slight, ~kept, blends=False).changed


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 9, 1), (4, 4, 3), (17, 40, 1)])
def test_small_and_grey_pictures(shape: tuple[int, int, int]) -> None:
    rng = np.random.default_rng(0)
    source = rng.random(shape, np.float32)
    kept = np.ones(shape[:2], np.bool_)
    tint = matched(source, source * np.float32(0.8), kept)
    assert tint.pixels.shape == shape
    assert np.isfinite(tint.pixels).all()
    assert tint.after <= tint.before
    assert difference(source, source, ~kept) == 0
