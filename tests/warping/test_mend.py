from __future__ import annotations

import cv2
import numpy as np

from keepdial.warping import identity, sample
from keepdial.warping.mend import mended, overstretched


def grass(height: int = 96, width: int = 128) -> np.ndarray:
    noise = np.random.default_rng(4).random((height, width, 3)).astype(np.float32)
    return np.asarray(0.5 + 0.35 * (cv2.GaussianBlur(noise, (0, 0), 0.7) - 0.5), np.float32)


def stretched(times: float) -> np.ndarray:
    """The middle third of the columns to `times` its width, from column 40 on."""
    made = identity((96, 128))
    x = np.arange(128, dtype=np.float32)
    made[..., 0] = np.where(x < 40, x, np.where(x < 100, 40 + (x - 40) / times, x - 60 + 60 / times))
    return made


NOWHERE = np.array([[-100.0, -100.0]])


def test_texture_that_is_stretched_too_far_is_found() -> None:
    source, free = grass(), np.ones((96, 128), bool)
    for times, share in ((1.5, 0.0), (3.0, 0.9)):
        moved = stretched(times)
        found = overstretched(source, sample(source, moved), moved, free, NOWHERE)
        assert found[8:-8, 46:94].mean() >= share
        assert found[:, :30].mean() == 0
        if share == 0:
            assert not found.any()


def test_a_flat_surface_an_outline_and_a_handle_are_left() -> None:
    moved, free = stretched(3.0), np.ones((96, 128), bool)
    flat = np.full((96, 128, 3), 0.5, np.float32)
    assert not overstretched(flat, flat, moved, free, NOWHERE).any()
    source = grass()
    source[:48] *= 0.3
    warped = sample(source, moved)
    found = overstretched(source, warped, moved, free, np.array([[70.0, 75.0]]))
    assert not found[45:51, 50:90].any()
    assert not found[70:80, 65:75].any()
    assert found.any()


def test_new_texture_is_as_lively_as_the_source() -> None:
    source, moved = grass(), stretched(3.0)
    warped = np.clip(sample(source, moved), 0, 1)
    hole = np.zeros((96, 128), bool)
    hole[20:76, 48:92] = True
    made = mended(warped, source, moved, hole, np.ones_like(hole), seed=1)

    def liveliness(picture: np.ndarray) -> float:
        return float(np.abs(np.diff(picture, axis=1))[30:66, 54:86].mean())

    assert np.array_equal(made[~hole], warped[~hole])
    assert liveliness(warped) < 0.7 * liveliness(source)
    assert liveliness(made) > 0.85 * liveliness(source)
    again = mended(warped, source, moved, hole, np.ones_like(hole), seed=1)
    assert np.array_equal(made, again)


def test_grey_and_nothing_to_do() -> None:
    source, moved = grass()[..., :1], stretched(3.0)
    warped = np.clip(sample(np.ascontiguousarray(source), moved), 0, 1)
    hole = np.zeros((96, 128), bool)
    assert mended(warped, source, moved, hole, np.ones_like(hole)) is warped
    hole[30:60, 50:80] = True
    assert mended(warped, source, moved, hole, np.ones_like(hole)).shape == warped.shape
