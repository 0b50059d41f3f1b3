from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.warping import composed, determinant, folds, identity, inverted, landed, strains, unfolded


def shifted(shape: tuple[int, int], dx: float, dy: float) -> np.ndarray:
    return identity(shape) + np.array([dx, dy], np.float32)


def bump(shape: tuple[int, int] = (40, 50), by: float = 6.0) -> np.ndarray:
    y, x = np.mgrid[: shape[0], : shape[1]]
    weight = np.exp(-((x - 25) ** 2 + (y - 20) ** 2) / (2 * 7.0**2))
    made = identity(shape)
    made[..., 0] -= (by * weight).astype(np.float32)
    return made


def test_identity_says_each_pixels_own_place() -> None:
    assert identity((2, 3)).tolist() == [[[0, 0], [1, 0], [2, 0]], [[0, 1], [1, 1], [2, 1]]]


def test_maps_are_composed_in_their_order() -> None:
    # Moved by (2, 0) and then by (0, 3): what lies at (5, 5) comes from (3, 2).
    both = composed(shifted((9, 9), -2, 0), shifted((9, 9), 0, -3))
    assert both[5, 5].tolist() == [3, 2]
    double = identity((9, 9)) * 2
    assert composed(double, shifted((9, 9), 1, 0))[2, 1].tolist() == [4, 4]
    assert composed(shifted((9, 9), 1, 0), double)[2, 1].tolist() == [3, 4]


def test_an_inverse_undoes_a_map() -> None:
    there = bump()
    both = composed(there, inverted(there))[3:-3, 3:-3]
    assert np.abs(both - identity(there.shape)[3:-3, 3:-3]).max() < 0.05


def test_landed_is_the_inverse_at_points() -> None:
    # Everything moves 3 px right and 1 up.
    there = shifted((20, 30), -3, 1)
    assert landed(there, np.array([[10, 10], [4.5, 7.25]])).tolist() == [[13, 9], [7.5, 6.25]]


def test_determinants_and_strains_of_a_stretch() -> None:
    # To twice the width and half the height.
    made = identity((6, 8)) * np.array([0.5, 2], np.float32)
    assert np.allclose(determinant(made), 1)
    least, most = strains(made)
    assert np.allclose(least, 0.5)
    assert np.allclose(most, 2)
    assert np.allclose(determinant(identity((6, 8)) * np.float32(3)), 9)


def test_folds_are_found_and_taken_out() -> None:
    folded = bump(by=22)
    assert folds(folded).any()
    assert not folds(bump(by=4)).any()
    opened = unfolded(folded)
    assert not folds(opened).any()
    assert np.abs(opened - folded)[0].max() < 0.1  # far from the fold nothing changes
    # It goes on moving the same way.
    assert (identity(folded.shape) - opened)[20, 25, 0] > 6


def test_what_is_held_stays() -> None:
    folded = bump(by=22)
    held = np.zeros(folded.shape[:2], bool)
    held[:, :20] = True
    assert np.array_equal(unfolded(folded, held=held)[held], folded[held])


@pytest.mark.parametrize("bad", [np.zeros((3, 4)), np.zeros((3, 4, 3)), np.full((3, 4, 2), np.nan)])
def test_what_is_no_map_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ParameterError, match="map"):
        determinant(bad)
