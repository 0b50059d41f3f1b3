"""Giving back what was changed least."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.giveback import LOOKS, given_back, level_for, ranked, share_of


@pytest.fixture
def pictures() -> tuple[np.ndarray, np.ndarray]:
    """A picture, and one whose left half changed a little and whose right half changed much."""
    rng = np.random.default_rng(0)
    source = rng.integers(60, 190, (48, 96, 3), np.uint8)
    made = source.copy()
    made[:, :48] += 6
    made[:, 48:] += 60
    return source, made


def test_what_changed_least_ranks_lowest(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    rank = ranked(*pictures)
    assert rank.shape == (48, 96)
    assert rank[:, :40].max() < 0.55 < rank[:, 56:].min()


def test_half_a_level_gives_the_little_change_back_and_leaves_the_large_one(
    pictures: tuple[np.ndarray, np.ndarray],
) -> None:
    source, made = pictures
    out = given_back(source, made, ranked(source, made), 0.5)
    assert out.dtype == np.uint8
    assert np.array_equal(out[:, 60:], made[:, 60:])
    assert (out == source)[:, :36].mean() > 0.9


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_the_ends_are_the_two_pictures(dtype: type[np.generic]) -> None:
    rng = np.random.default_rng(1)
    source = rng.integers(0, 255, (32, 40, 1)).astype(dtype)
    made = rng.integers(0, 255, (32, 40, 1)).astype(dtype)
    rank = ranked(source, made)
    assert np.array_equal(given_back(source, made, rank, 0.0), made)
    assert np.array_equal(given_back(source, made, rank, 1.0), source)


def test_more_is_given_back_as_the_level_rises(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    rank = ranked(*pictures)
    shares = [share_of(rank, level).mean() for level in np.linspace(0, 1, 21)]
    assert all(a >= b for a, b in pairwise(shares))


def test_only_what_counts_is_ranked(pictures: tuple[np.ndarray, np.ndarray]) -> None:
    source, made = pictures
    where = np.zeros((48, 96), bool)
    where[:, :48] = True
    assert ranked(source, made, where)[:, :40].mean() > 1.5 * ranked(source, made)[:, :40].mean()


def test_nothing_changed_has_no_ranks() -> None:
    same = np.full((16, 16, 3), 7, np.uint8)
    assert not ranked(same, same).any()
    assert not ranked(same, same + np.uint8(1), np.zeros((16, 16), bool)).any()


@given(power=st.floats(0.2, 5), low=st.floats(0, 0.9), part=st.floats(0.05, 0.95))
def test_the_level_is_found_in_a_few_looks(power: float, low: float, part: float) -> None:
    looks = []

    def kept(level: float) -> float:
        looks.append(level)
        return float(low + (1 - low) * level**power)

    asked = low + (1 - low) * part
    level = level_for(kept, asked, low)
    assert len(looks) <= LOOKS
    assert abs(kept(level) - asked) < 0.03


def test_a_level_is_not_looked_for_where_all_is_kept_already() -> None:
    assert level_for(lambda level: pytest.fail("looked"), 1.0, 1.0) == 0.0
