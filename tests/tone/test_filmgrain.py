from __future__ import annotations

import numpy as np
import pytest

from keepdial.tone.filmgrain import grains


@pytest.mark.parametrize("size", [1.0, 1.5, 3.0, 10.0])
def test_variance_is_one_and_mean_nought(size: float) -> None:
    noise = grains(3, 0, slice(0, 600), 0, 600, size)
    assert noise.mean() == pytest.approx(0, abs=0.03 * size)
    assert noise.std() == pytest.approx(1, rel=0.04)


@pytest.mark.parametrize("size", [1.0, 2.0, 6.0])
def test_a_part_is_the_same_as_in_the_whole(size: float) -> None:
    whole = grains(9, 1, slice(0, 60), 0, 50, size)
    for rows in (slice(0, 1), slice(13, 37), slice(37, 60)):
        assert np.array_equal(grains(9, 1, rows, 0, 50, size), whole[rows])
    assert np.allclose(grains(9, 1, slice(10, 20), 7, 30, size), whole[10:20, 7:37], atol=1e-5)


def test_seeds_and_layers_differ() -> None:
    one = grains(0, 0, slice(0, 100), 0, 100, 1)
    for other in (grains(1, 0, slice(0, 100), 0, 100, 1), grains(0, 1, slice(0, 100), 0, 100, 1)):
        assert abs(float(np.corrcoef(one.ravel(), other.ravel())[0, 1])) < 0.05


def test_neighbours_are_unrelated_at_size_one_and_alike_at_four() -> None:
    fine, coarse = (grains(0, 0, slice(0, 200), 0, 200, size) for size in (1, 4))
    assert abs(float(np.mean(fine[:, 1:] * fine[:, :-1]))) < 0.02
    assert float(np.mean(coarse[:, 1:] * coarse[:, :-1])) > 0.7
    assert abs(float(np.mean(coarse[:, 12:] * coarse[:, :-12]))) < 0.1
