from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keepdial.geometry import Box
from keepdial.regions.skin import skin_map

# Light, olive and dark skin in ordinary light, and things that are none.
SKIN = [(224, 172, 145), (198, 134, 100), (141, 85, 60), (95, 60, 45)]
OTHER = [(40, 90, 160), (60, 120, 50), (200, 200, 200), (20, 20, 20), (250, 220, 40), (255, 255, 255)]


@pytest.mark.parametrize("colour", SKIN)
def test_skin_of_several_complexions(colour: tuple[int, int, int]) -> None:
    assert skin_map(np.full((20, 20, 3), colour, np.uint8)).min() > 0.5


@pytest.mark.parametrize("colour", OTHER)
def test_other_colours_are_none(colour: tuple[int, int, int]) -> None:
    assert not skin_map(np.full((20, 20, 3), colour, np.uint8)).any()


def test_a_face_teaches_its_colour() -> None:
    rgb = np.full((80, 120, 3), (150, 150, 150), np.uint8)
    noise = np.random.default_rng(0).integers(-4, 5, (80, 120, 1))
    rgb[10:50, 10:50] = (172, 166, 92)  # a face in green light
    rgb[55:75, 60:110] = (150, 144, 76)  # a hand in the same light, darker
    rgb[10:40, 70:110] = (198, 134, 100)  # wood of skin's usual colour
    rgb = np.clip(rgb + noise, 0, 255).astype(np.uint8)
    found = skin_map(rgb, faces=(Box(10, 10, 40, 40),))
    assert found[15:45, 15:45].mean() > 0.9
    assert found[58:72, 64:106].mean() > 0.6
    assert found[14:36, 74:106].max() < 0.2
    assert found[60:, :50].max() < 0.1


def test_faces_outside_of_the_picture_and_tiny_pictures_answer() -> None:
    faces = (Box(-50, -50, 20, 20), Box(500, 500, 9, 9), Box(0, 0, 1, 1))
    for shape in ((1, 1), (2, 9), (30, 30)):
        found = skin_map(np.full((*shape, 3), (198, 134, 100), np.uint8), faces=faces)
        assert found.shape == shape
        assert np.isfinite(found).all()


def test_a_grey_picture_has_none() -> None:
    grey = np.random.default_rng(1).integers(0, 256, (40, 40, 1), dtype=np.uint8).repeat(3, 2)
    assert not skin_map(grey).any()


def test_the_astronaut(photos: Path) -> None:
    rgb = np.asarray(Image.open(photos / "astronaut.png").convert("RGB"))
    found = skin_map(rgb, faces=(Box(170, 70, 105, 105),))
    assert found[100:150, 195:250].mean() > 0.7
    assert found[:200, 320:].mean() < 0.1
