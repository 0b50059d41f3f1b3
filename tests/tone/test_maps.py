from __future__ import annotations

import numpy as np

from keepdial.tone.maps import Maps, luminance_by
from tests.tone.frames import look_of, ramp
from tests.tone.values import f32


def test_a_map_is_enlarged_between_its_samples() -> None:
    maps = Maps(f32([[0, 4]]).repeat(2, axis=0), 4, 4)
    assert np.allclose(maps.at(slice(0, 4), 4)[0], [0, 1, 3, 4])


def test_rows_do_not_depend_on_which_others_are_asked_for() -> None:
    values = np.random.default_rng(0).random((7, 5, 2)).astype(np.float32)
    maps = Maps(values, 33, 29)
    whole = maps.at(slice(0, 31), 27)
    assert whole.shape == (31, 27, 2)
    for top in (0, 5, 30):
        assert np.array_equal(maps.at(slice(top, top + 1), 27), whole[top : top + 1])


def test_luminance_is_averaged_over_squares() -> None:
    pixels = np.zeros((5, 7, 3), np.uint8)
    pixels[:, 4:] = 255
    found = luminance_by(look_of(pixels), 3)
    assert found.shape == (2, 3)
    assert np.allclose(found, [[0, 2 / 3, 1]] * 2)


def test_every_other_row_is_enough_of_a_large_square() -> None:
    look = look_of(ramp())
    exact = look.luminance(look.rows(slice(0, 256))).reshape(32, 8, 32, 8).mean(axis=(1, 3))
    # Neighbouring rows of the ramp are a 256th apart, of which a half is not seen.
    assert np.abs(luminance_by(look, 8) - exact).max() < 0.005
