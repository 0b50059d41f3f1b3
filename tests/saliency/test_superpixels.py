from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from keepdial.saliency.superpixels import superpixels

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _halves() -> NDArray[np.float32]:
    lab = np.zeros((20, 30, 3), np.float32)
    lab[:, 13:] = (80, 40, 20)
    return lab


def test_regions_do_not_cross_an_edge() -> None:
    regions = superpixels(_halves(), 24)
    left, right = set(regions.labels[:, :13].ravel()), set(regions.labels[:, 13:].ravel())
    assert not left & right
    assert set(np.unique(regions.lab[:, 0].round(3))) == {0.0, 80.0}


def test_what_is_counted_adds_up() -> None:
    regions = superpixels(_halves(), 24)
    assert regions.area.sum() == 600
    assert regions.border.sum() == 2 * 30 + 2 * 18
    assert (regions.edges[:, 0] < regions.edges[:, 1]).all()


def test_mean_and_spread() -> None:
    regions = superpixels(_halves(), 24)
    x = np.broadcast_to(np.arange(30, dtype=np.float32) + 0.5, (20, 30)) / 30
    np.testing.assert_allclose(regions.mean(x), regions.centre[:, 0], atol=1e-6)
    np.testing.assert_array_equal(regions.spread(np.arange(regions.count)), regions.labels)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 60))
def test_any_size_works(height: int, width: int, count: int) -> None:
    lab = np.random.default_rng(height).normal(50, 20, (height, width, 3)).astype(np.float32)
    regions = superpixels(lab, count)
    assert regions.labels.shape == (height, width)
    assert regions.area.min() > 0
    assert regions.labels.max() == regions.count - 1
