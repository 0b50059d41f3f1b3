from __future__ import annotations

import numpy as np
import pytest

from keepdial.tone import Look, Pass, space_of
from tests.tone.frames import frame_of, look_of


def test_light_carries_out_what_was_pending() -> None:
    look = look_of(np.full((6, 4, 3), 188, np.uint8))
    assert look.light[0, 0, 0] == pytest.approx(0.5029, abs=1e-4)
    look.then((Pass(lambda light, rows: light * np.float32(2)),))
    assert len(look.pending) == 1
    assert look.light[0, 0, 0] == pytest.approx(1.0058, abs=1e-4)
    assert not look.pending
    assert look.rows(slice(2, 3)).shape == (1, 4, 3)
    assert look.rows(slice(0, 1))[0, 0, 0] == pytest.approx(1.0058, abs=1e-4)


def test_rows_are_new_and_before_the_pending_passes() -> None:
    look = look_of(np.full((6, 4, 3), 188, np.uint8))
    look.then((Pass(lambda light, rows: light * np.float32(2)),))
    rows = look.rows(slice(0, 2))
    rows[:] = 0
    assert look.rows(slice(0, 2))[0, 0, 0] == pytest.approx(0.5029, abs=1e-4)


def test_the_small_picture_is_small_and_like_the_large() -> None:
    ramp = np.tile(np.linspace(0, 255, 2000).astype(np.uint8)[None, :, None], (500, 1, 3))
    look = look_of(ramp)
    assert look.small.shape == (160, 640, 3)
    assert look.small_mask.shape == (160, 640)
    assert look.small[80, 320, 0] == pytest.approx(0.2159, abs=0.01)
    assert look.small[0, 0, 0] < 0.001 < look.small[0, -1, 0]
    tiny = look_of(ramp[:2, :3])
    assert tiny.small.shape == (2, 3, 3)


def test_the_sample_is_of_the_part_that_is_edited() -> None:
    pixels = np.zeros((20, 20, 3), np.uint8)
    pixels[:, 10:] = 255
    mask = np.zeros((20, 20), np.float32)
    mask[:, 10:] = 1
    look = Look(frame_of(pixels, mask=mask), space_of(None), 0)
    assert look.sample.shape == (200, 3)
    assert look.sample.min() == 1
    assert len(Look(frame_of(pixels, mask=np.zeros_like(mask)), space_of(None), 0).sample) == 400


def test_measures_and_notes() -> None:
    look = look_of(np.zeros((3, 4, 1), np.uint8))
    assert (look.height, look.width, look.diagonal) == (3, 4, 5)
    look.say("A sentence.")
    assert look.notes == ["A sentence."]
    assert look.rows(slice(0, 3)).shape == (3, 4, 3)  # grey counts as three equal channels
