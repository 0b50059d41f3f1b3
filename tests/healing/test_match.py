from __future__ import annotations

import numpy as np

from keepdial.geometry import Box
from keepdial.healing import Piece, heal, place, split

Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def stripes(h: int = 64, w: int = 96) -> Array:
    """Stripes of 8 px, under light that falls off to the right."""
    x = np.arange(w)
    row = 0.5 + 0.1 * np.sin(2 * np.pi * x / 8) - 0.002 * x
    return np.broadcast_to(row[None, :, None], (h, w, 1)).astype(np.float32)


def spot(h: int = 64, w: int = 96) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    hole = np.zeros((h, w), bool)
    hole[28:36, 44:52] = True
    return hole


def test_a_long_thing_is_split_and_small_ones_are_not() -> None:
    hole = np.zeros((20, 200), bool)
    hole[4, 2:190] = True
    hole[12:15, 5:8] = True
    pieces = split(hole)
    assert sorted(p.box.width for p in pieces) == [3, 47, 47, 47, 47]
    assert sum(int(p.own.sum()) for p in pieces) == int(hole.sum())


def test_the_place_has_the_same_phase_of_the_stripes() -> None:
    hole = spot()
    piece = Piece(Box(44, 28, 8, 8), np.ones((8, 8), bool))
    found = place(stripes(), piece, ~hole, ~hole)
    assert found is not None
    assert found[0] % 8 == 0
    assert found != (0, 0)


def test_nothing_is_taken_from_what_may_not_be_used() -> None:
    hole = spot()
    usable = ~hole
    usable[:, :60] = False
    piece = Piece(Box(44, 28, 8, 8), np.ones((8, 8), bool))
    found = place(stripes(), piece, ~hole, usable)
    assert found is not None
    assert 44 + found[0] - 4 >= 60  # the rim is 4 px wide
    assert place(stripes(), piece, ~hole, np.zeros_like(hole)) is None


def test_a_spot_on_stripes_is_healed_and_the_light_goes_on() -> None:
    truth, hole = stripes(), spot()
    picture = truth.copy()
    picture[hole] = 1.0
    done = heal(picture, hole, hole, ~hole)
    assert (done.pieces, done.smooth) == (1, 0)
    assert np.abs(picture - truth).max() < 0.01


def test_where_nothing_is_near_it_is_filled_smoothly() -> None:
    truth = np.full((12, 12, 3), 0.4, np.float32)
    hole = np.zeros((12, 12), bool)
    hole[3:9, 3:9] = True
    picture = truth.copy()
    picture[hole] = 0
    done = heal(picture, hole, hole, ~hole)
    assert done.smooth == 1
    assert np.abs(picture - truth).max() < 1e-4
