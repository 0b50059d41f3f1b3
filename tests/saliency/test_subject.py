from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keepdial.geometry import Box
from keepdial.saliency import subject_map, subject_mask

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _disc(height: int = 160, width: int = 200) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    y, x = np.mgrid[0:height, 0:width]
    inside = (y - height / 2) ** 2 + (x - width / 2) ** 2 < 40**2
    rgb = np.where(inside[..., None], (200, 60, 40), (90, 130, 150)) + ((x + y) % 5)[..., None]
    return rgb.astype(np.uint8), inside


def _iou(mask: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    found = mask > 0.5
    return float((found & truth).sum() / (found | truth).sum())


def test_a_disc_on_a_plain_ground_is_the_subject() -> None:
    rgb, inside = _disc()
    assert _iou(subject_mask(rgb), inside) > 0.97
    chance = subject_map(rgb)
    assert chance[inside].mean() > 0.9
    assert chance[~inside].mean() < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (9, 1), (2, 2), (8, 8), (40, 3)])
def test_tiny_pictures_answer(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    for answer in (subject_map(rgb), subject_mask(rgb), subject_mask(rgb, faces=(Box(0, 0, 1, 1),))):
        assert answer.shape == shape
        assert answer.dtype == np.float32
        assert np.isfinite(answer).all()


def test_a_flat_picture_has_no_subject() -> None:
    flat = np.full((60, 80, 3), 128, np.uint8)
    assert not subject_map(flat).any()
    assert not subject_mask(flat).any()


def test_the_input_is_left_alone() -> None:
    rgb, _ = _disc()
    before = rgb.copy()
    subject_mask(rgb, faces=(Box(80, 60, 20, 20),))
    np.testing.assert_array_equal(rgb, before)


def test_a_person_map_decides() -> None:
    rgb, inside = _disc()
    left = np.zeros(inside.shape, np.float32)
    left[40:120, 10:50] = 1.0
    assert _iou(subject_mask(rgb, person=left), left > 0.5) > 0.9
