"""Noise that depends on a pixel's place and a seed alone, so that it is the same however work is divided."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

REACH = 3.0
"""How far a grain's bell reaches, in standard deviations."""


def grains(seed: int, layer: int, rows: slice, left: int, width: int, size: float) -> Array:
    """Return noise (h, W) float32 of mean 0 and variance 1 for some rows and columns of an endless plane.

    Args:
        seed: of all randomness.
        layer: independent noise for each.
        rows: of the plane; left, width: its columns.
        size: about how wide a grain is, in px; 1 = each pixel for itself.
    """
    import cv2

    if size <= 1:
        return _white(seed, layer, rows.start, rows.stop, left, left + width)
    bell = _bell(size)
    pad = len(bell) // 2
    wide = _white(seed, layer, rows.start - pad, rows.stop + pad, left - pad, left + width + pad)
    smooth = cv2.sepFilter2D(wide, -1, bell, bell)
    return np.asarray(smooth[pad : pad + rows.stop - rows.start, pad : pad + width])


@lru_cache(maxsize=8)
def _bell(size: float) -> Array:
    """Return a Gaussian (n,) whose squares add up to 1, so that variance stays."""
    sigma = 0.5 * (size * size - 1) ** 0.5
    pad = max(1, int(np.ceil(REACH * sigma)))
    bell = np.exp(-0.5 * (np.arange(-pad, pad + 1) / sigma) ** 2)
    return np.asarray(bell / np.sqrt(np.sum(bell**2)), np.float32)


def _white(seed: int, layer: int, top: int, bottom: int, left: int, right: int) -> Array:
    """Return one number for each pixel, the sum of four bytes of a hash: nearly normal."""
    key = _mixed(_mixed(np.array([seed & 0xFFFFFFFF], np.uint32)) + np.uint32(layer))
    rows = _mixed(np.arange(top, bottom).astype(np.uint32) ^ key)
    bits = np.arange(left, right).astype(np.uint32)[None, :] * np.uint32(0x9E3779B1) ^ rows[:, None]
    four = _mixed(bits).view(np.uint8).reshape(*bits.shape, 4)
    total: Array = four[..., 0].astype(np.float32)
    for i in range(1, 4):
        total += four[..., i]
    total -= np.float32(4 * 127.5)
    total *= np.float32(1 / np.sqrt(4 * (256**2 - 1) / 12))
    return total


def _mixed(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return every number hashed (Wellons, Hash Prospector, lowbias32, public domain)."""
    bits = bits ^ (bits >> np.uint32(16))
    bits *= np.uint32(0x7FEB352D)
    bits ^= bits >> np.uint32(15)
    bits *= np.uint32(0x846CA68B)
    bits ^= bits >> np.uint32(16)
    return bits
