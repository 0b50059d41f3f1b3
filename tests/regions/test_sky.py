from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from keepdial.regions.sky import sky_map

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _landscape(sky: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return 120 x 160: a sky that gets lighter downwards, down to row 60, over rough dark green land."""
    rgb = np.zeros((120, 160, 3), np.uint8)
    rgb[:60] = np.clip(np.array(sky) + np.arange(60)[:, None, None] // 2, 0, 255)
    noise = np.random.default_rng(0).integers(-30, 30, (60, 160, 1))
    rgb[60:] = np.clip(np.array((60, 90, 45)) + noise, 0, 255)
    return rgb


@pytest.mark.parametrize("sky", [(90, 150, 215), (20, 36, 74), (170, 172, 178)])
def test_a_sky_over_land(sky: tuple[int, int, int]) -> None:
    found = sky_map(_landscape(sky))
    assert found[:57].mean() > 0.98
    assert found[63:].mean() < 0.02


def test_a_thing_in_front_of_the_sky_is_left_out() -> None:
    rgb = _landscape((90, 150, 215))
    rgb[20:100, 70:90] = (150, 60, 40)
    found = sky_map(rgb)
    assert found[24:56, 74:86].max() < 0.1
    assert found[24:56, :60].min() > 0.9


def test_a_wall_behind_a_thing_is_no_sky() -> None:
    wall = np.full((120, 160, 3), 205, np.uint8)
    wall += (np.arange(160) // 8).astype(np.uint8)[None, :, None]
    wall[50:, 50:110] = (90, 40, 30)
    assert not sky_map(wall).any()


def test_land_alone_has_no_sky() -> None:
    assert not sky_map(_landscape((90, 150, 215))[60:]).any()


@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (8, 8), (30, 9)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_tiny_and_flat_pictures_answer(shape: tuple[int, int], value: int) -> None:
    found = sky_map(np.full((*shape, 3), value, np.uint8))
    assert found.shape == shape
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


def test_indoor_photographs_have_none(photos: Path) -> None:
    for name in ("coffee.png", "astronaut.png"):
        assert not sky_map(np.asarray(Image.open(photos / name).convert("RGB"))).any()


def test_the_sky_behind_the_rocket(photos: Path) -> None:
    found = sky_map(np.asarray(Image.open(photos / "rocket.jpg").convert("RGB")))
    assert found[: found.shape[0] // 4, : found.shape[1] // 4].mean() > 0.75
    assert found[-20:].mean() < 0.3
