from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from keepdial.color import unit
from keepdial.geometry import Box
from keepdial.registration import Motion, find, moved_back

from .drifting import Singles, moved, photo, rebuilt


def grey(picture: Singles) -> Singles:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


MOTIONS = [
    Motion(0.37, -0.21),
    Motion(1.5, 0.5),
    Motion(-6.3, 4.9),
    Motion(0.4, 0, 0.01, 0.01),
    Motion(-2.2, 3.1, -0.03, -0.03),
    Motion(1.0, 0.0, 0.02, 0.0),
]


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png", "rocket.jpg"])
def test_a_motion_is_found_within_a_tenth_of_a_pixel(photos: Path, name: str, motion: Motion) -> None:
    picture = unit(photo(photos, name, box=Box(60, 80, 320, 256)))
    kept = np.ones(picture.shape[:2], np.bool_)
    kept[90:170, 120:220] = False
    proposal = moved(picture, motion) * 0.9 + 0.05
    proposal[~kept] = 0.5
    found = find(grey(picture), grey(proposal.astype(np.float32)), kept)
    assert found is not None
    assert found.sure
    assert found.motion.minus(motion).farthest(320, 256) < 0.1


def test_what_did_not_move_is_not_said_to_have(photos: Path) -> None:
    picture = unit(photo(photos))
    kept = np.ones(picture.shape[:2], np.bool_)
    for proposal in (picture, rebuilt(picture), rebuilt(picture) * 0.8 + 0.1):
        found = find(grey(picture), grey(np.asarray(proposal, np.float32)), kept)
        assert found is not None
        assert not found.sure


def test_another_picture_or_a_thing_that_moved_is_no_drift(photos: Path) -> None:
    picture = unit(photo(photos))
    kept = np.ones(picture.shape[:2], np.bool_)
    other = unit(photo(photos, "coffee.png"))
    half = picture.copy()
    half[40:220, 60:220] = moved(picture, Motion(9, 3))[40:220, 60:220]
    for proposal in (other, half):
        found = find(grey(picture), grey(proposal), kept)
        assert found is not None
        assert not found.sure


def test_with_next_to_nothing_to_compare_nothing_is_said() -> None:
    flat = np.full((64, 64), 0.5, np.float32)
    kept = np.ones((64, 64), np.bool_)
    assert find(flat, flat, kept) is None
    noise = np.random.default_rng(0).random((64, 64), np.float32)
    assert find(noise, noise, ~kept) is None
    for shape in ((1, 1), (2, 5), (5, 1)):
        assert (
            find(np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.ones(shape, np.bool_)) is None
        )


def test_what_moved_is_moved_back(photos: Path) -> None:
    picture = unit(photo(photos))
    motion = Motion(2.4, -1.3, 0.02, 0.01)
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)
    back = moved_back(moved(soft, motion), motion)
    assert np.abs(back - soft)[12:-12, 12:-12].max() < 0.02
    assert back.shape == picture.shape
    assert np.abs(moved_back(soft, Motion()) - soft).max() < 1e-4


def test_the_corner_that_moves_farthest_says_how_far() -> None:
    assert Motion(3, 4).farthest(100, 100) == 5
    assert Motion(0, 0, 0.02, 0.0).farthest(100, 50) == pytest.approx(1)
    assert Motion(1, 0, -0.02, 0.0).farthest(100, 50) == pytest.approx(2)
    assert Motion(0, 0, 0.02, 0.04).zoom == pytest.approx(1.03)
