from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keepdial.regions.shadow import shadow_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Scene = tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.bool_]]


def _scene(darker: float, tint: tuple[float, float, float] = (1, 1, 1)) -> Scene:
    """Return picture, thing and shadow: a post on rough ground, its shadow to the right of its foot."""
    rng = np.random.default_rng(0)
    ground = np.array((170, 160, 150)) + rng.normal(0, 2, (160, 200, 1))
    shadow = np.zeros((160, 200), np.bool_)
    shadow[96:112, 100:140] = True
    thing = np.zeros((160, 200), np.bool_)
    thing[50:112, 80:100] = True
    ground[shadow] *= darker * np.array(tint)
    ground[thing] = (60, 20, 20)
    return np.clip(ground, 0, 255).astype(np.uint8), thing.astype(np.float32), shadow


@pytest.mark.parametrize("darker", [0.4, 0.6, 0.8])
def test_a_shadow_is_found(darker: float) -> None:
    rgb, thing, shadow = _scene(darker)
    found = shadow_of(rgb, thing) > 0.5
    assert (found & shadow).sum() / (found | shadow).sum() > 0.8


def test_the_thing_itself_is_left_out() -> None:
    rgb, thing, _ = _scene(0.6)
    assert not shadow_of(rgb, thing)[thing > 0.5].any()


def test_no_shadow_no_answer() -> None:
    rgb, thing, _ = _scene(1.0)
    assert not shadow_of(rgb, thing).any()


def test_a_patch_of_another_colour_is_no_shadow() -> None:
    rgb, thing, shadow = _scene(0.7, (0.6, 1.2, 0.7))
    assert shadow_of(rgb, thing)[shadow].mean() < 0.1


def test_a_shadow_apart_from_the_thing_belongs_to_something_else() -> None:
    rgb, thing, shadow = _scene(0.6)
    moved = np.roll(thing, -60, axis=1)
    rgb[thing > 0.5] = (170, 160, 150)
    rgb[moved > 0.5] = (60, 20, 20)
    assert not shadow_of(rgb, moved)[shadow].any()


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (20, 20)])
@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_tiny_pictures_answer(shape: tuple[int, int], value: float) -> None:
    mask = np.zeros(shape, np.float32)
    mask[0, 0] = value
    found = shadow_of(np.full((*shape, 3), 90, np.uint8), mask)
    assert found.shape == shape
    assert found.dtype == np.float32
    assert not found.any()
