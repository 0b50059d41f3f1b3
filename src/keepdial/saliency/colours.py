"""What colours are inside and what colours are outside, from a soft guess of where inside is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = (20, 24, 24)
LOW = np.array([0.0, -60.0, -60.0], np.float32)
HIGH = np.array([100.0, 60.0, 60.0], np.float32)
BLUR = 1.0
FLOOR = 0.02


def bins_of(lab: NDArray[np.float32]) -> NDArray[np.int32]:
    """Return the number of each pixel's colour cell, (H, W) int32."""
    part = (lab - LOW) / (HIGH - LOW)
    cell = np.clip((part * BINS).astype(np.int32), 0, np.array(BINS) - 1)
    return np.asarray((cell[..., 0] * BINS[1] + cell[..., 1]) * BINS[2] + cell[..., 2], np.int32)


def histogram(bins: NDArray[np.int32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the smoothed share of `weights` (H, W) that falls on each colour cell; sums to 1."""
    from scipy.ndimage import gaussian_filter

    n = BINS[0] * BINS[1] * BINS[2]
    raw = np.bincount(bins.ravel(), weights.ravel(), n).reshape(BINS)
    smooth = gaussian_filter(raw, BLUR, mode="constant")
    return np.asarray(smooth / max(float(smooth.sum()), 1e-12)).ravel()


def colour_odds(
    bins: NDArray[np.int32], inside: NDArray[np.float32], outside: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the log of how much more likely each pixel's colour is inside than outside, (H, W).

    `inside` and `outside` (H, W) are weights, not labels. A colour that neither has seen gets 0.
    """
    a, b = histogram(bins, inside), histogram(bins, outside)
    # A cell must hold this part of an even share before it counts as evidence.
    floor = FLOOR / max(1, int(np.count_nonzero(a + b > 1e-6)))
    return np.log((a + floor) / (b + floor)).astype(np.float32)[bins]
