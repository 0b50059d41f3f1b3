"""Samples and colours: between a picture's own depth and float32 in [0, 1], in the picture's own encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def white_of(samples: NDArray[Any]) -> int:
    """Return the largest value of the samples' type: 255 for uint8, 65535 for uint16."""
    return int(np.iinfo(samples.dtype).max)


def unit(samples: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return samples as float32 from 0 (black) to exactly 1 (white); a new array of the same shape."""
    return np.true_divide(samples, np.float32(white_of(samples)), dtype=np.float32)


def samples_of(values: NDArray[np.float32], like: NDArray[Any]) -> NDArray[Any]:
    """Return values in [0, 1] as samples of `like`'s type, rounded to the nearest; outside is cut off.

    The inverse of `unit`, exactly, for both depths.
    """
    white = white_of(like)
    scaled = values * np.float32(white)
    np.clip(np.rint(scaled, out=scaled), 0, white, out=scaled)
    rounded: NDArray[Any] = scaled.astype(like.dtype)
    return rounded
