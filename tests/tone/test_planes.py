from __future__ import annotations

import numpy as np

from keepdial.tone.planes import extremes, merge, mixed, split, weighted


def test_split_copies_and_merge_writes() -> None:
    tile = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    planes = split(tile)
    assert [plane[1, 0] for plane in planes] == [6, 7, 8]
    planes[0][:] = -1
    assert tile[0, 0, 0] == 0
    assert merge(planes, tile) is tile
    assert tile[..., 0].tolist() == [[-1, -1], [-1, -1]]


def test_a_matrix_is_applied_to_each_pixel() -> None:
    tile = np.array([[[1, 2, 3], [0, 1, 0]]], np.float32)
    out = mixed(tile, np.array([[0, 0, 1], [1, 0, 0], [1, 1, 1]]))
    assert out.tolist() == [[[3, 1, 6], [0, 0, 1]]]


def test_a_matrix_gives_each_row_the_same_wherever_a_tile_begins() -> None:
    tile = np.random.default_rng(0).random((9, 37, 3)).astype(np.float32)
    matrix = np.random.default_rng(1).random((3, 3))
    whole = mixed(tile, matrix)
    assert all(np.array_equal(mixed(tile[i : i + 1], matrix)[0], whole[i]) for i in range(9))


def test_weights_and_extremes() -> None:
    planes = split(np.array([[[1, 2, 4], [5, 3, 1]]], np.float32))
    assert weighted(planes, np.array([0.5, 0.25, 0.25])).tolist() == [[2, 3.5]]
    low, high = extremes(planes)
    assert low.tolist() == [[1, 1]]
    assert high.tolist() == [[4, 5]]
