from collections.abc import Sequence

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.geometry import Size
from keepdial.matting import default_width, trimap_of
from keepdial.matting.trimap import despeckled, to_border


def row(values: Sequence[float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """A mask of nine equal rows."""
    return np.tile(np.array(values, np.float32), (9, 1))


def test_a_hard_edge_gets_half_the_width_on_both_sides() -> None:
    trimap = trimap_of(row([0] * 8 + [1] * 8), width=4)
    assert trimap[4].tolist() == [0] * 6 + [0.5] * 4 + [1] * 6


def test_a_soft_edge_gets_a_wider_band() -> None:
    trimap = trimap_of(row([0] * 8 + [0.25, 0.5, 0.75] + [1] * 8), width=4)
    assert trimap[4].tolist() == [0] * 6 + [0.5] * 7 + [1] * 6


def test_without_width_only_what_is_soft_is_unknown() -> None:
    trimap = trimap_of(row([0, 0, 0.04, 0.06, 0.5, 0.94, 0.96, 1, 1]), width=0)
    assert trimap[4].tolist() == [0, 0, 0, 0.5, 0.5, 0.5, 1, 1, 1]


def test_something_thin_keeps_its_middle() -> None:
    trimap = trimap_of(row([0] * 8 + [1] * 5 + [0] * 8), width=12)
    assert trimap[4, 8:13].tolist() == [0.5, 1, 1, 1, 0.5]


def test_the_pictures_border_is_no_edge() -> None:
    mask = np.ones((8, 8), np.float32)
    assert trimap_of(mask, width=6).min() == 1
    assert trimap_of(1 - mask, width=6).max() == 0


def test_the_mask_is_not_modified() -> None:
    mask = row([0] * 8 + [1] * 8)
    before = mask.copy()
    trimap_of(mask, width=4)
    assert np.array_equal(mask, before)


def test_what_is_no_mask_or_no_width_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"\(H, W\) float32"):
        trimap_of(np.ones((4, 4), np.float64), width=2)
    with pytest.raises(ParameterError, match="0 or more"):
        trimap_of(np.ones((4, 4), np.float32), width=-1)
    with pytest.raises(ParameterError, match="0 or more"):
        trimap_of(np.ones((4, 4), np.float32), width=float("nan"))


def test_the_default_width_follows_the_diagonal() -> None:
    assert default_width(Size(3000, 4000)) == 100
    assert default_width(Size(30, 40)) == 6


def test_specks_and_holes_are_named_apart() -> None:
    mask = np.zeros((40, 60), np.float32)
    mask[:, 30:] = 1
    mask[10:12, 8:10] = 1
    mask[20, 45] = 0
    cleaned, specks = despeckled(mask, 5)
    assert np.array_equal(cleaned[0], mask[0])
    assert cleaned[10, 8] == 0
    assert cleaned[20, 45] == 1
    # 5 pixels are at most 3 in a row: so far around.
    assert specks[20].nonzero()[0].tolist() == list(range(42, 49))
    assert specks[:, 45].nonzero()[0].tolist() == list(range(17, 24))
    assert not specks[:, 20:40].any()


def test_pieces_large_enough_stay() -> None:
    mask = np.zeros((20, 20), np.float32)
    mask[5:8, 5:8] = 1
    cleaned, specks = despeckled(mask, 5)
    assert np.array_equal(cleaned, mask)
    assert not specks.any()


def test_a_mask_of_nothing_but_specks_stays() -> None:
    mask = np.zeros((20, 20), np.float32)
    mask[5, 5] = 1
    assert np.array_equal(despeckled(mask, 5)[0], mask)


def test_a_mask_that_stops_short_of_the_border_goes_on() -> None:
    mask = np.zeros((20, 20), np.float32)
    mask[10:18, 5:12] = 1
    wanted = mask.copy()
    wanted[18:, 5:12] = 1
    assert np.array_equal(to_border(mask), wanted)
    assert np.array_equal(to_border(mask[:10, :10]), mask[:10, :10])
