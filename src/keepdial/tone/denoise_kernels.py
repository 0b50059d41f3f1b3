"""Noise out of a plane: sliding cosine transforms of 8x8 px, small coefficients dropped, then weighed.

G. Yu, G. Sapiro, DCT image denoising: a simple and effective image denoising algorithm, IPOL 2011; the second
round, which weighs each coefficient by what the first round found there (Wiener), is from K. Dabov et al.,
Image Denoising by Sparse 3-D Transform-Domain Collaborative Filtering, IEEE TIP 16, 2007.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keepdial.compiling import jit
from keepdial.tone.noise import cosines

SIDE = 8
TABLE = cosines(SIDE)


@jit(nogil=True, fastmath=True)
def _down(plane: Any, y: int, out: Any) -> None:
    """Transform the 8 rows from y on, downwards: out (w, 8)."""
    for x in range(plane.shape[1]):
        for k in range(8):
            out[x, k] = (
                TABLE[k, 0] * plane[y, x]
                + TABLE[k, 1] * plane[y + 1, x]
                + TABLE[k, 2] * plane[y + 2, x]
                + TABLE[k, 3] * plane[y + 3, x]
                + TABLE[k, 4] * plane[y + 4, x]
                + TABLE[k, 5] * plane[y + 5, x]
                + TABLE[k, 6] * plane[y + 6, x]
                + TABLE[k, 7] * plane[y + 7, x]
            )


@jit(nogil=True, fastmath=True)
def _across(tall: Any, x: int, out: Any) -> None:
    """Transform 8 columns of `tall` (w, 8) from x on: out (8, 8), frequencies across by down."""
    for f in range(8):
        for k in range(8):
            out[f, k] = (
                TABLE[f, 0] * tall[x, k]
                + TABLE[f, 1] * tall[x + 1, k]
                + TABLE[f, 2] * tall[x + 2, k]
                + TABLE[f, 3] * tall[x + 3, k]
                + TABLE[f, 4] * tall[x + 4, k]
                + TABLE[f, 5] * tall[x + 5, k]
                + TABLE[f, 6] * tall[x + 6, k]
                + TABLE[f, 7] * tall[x + 7, k]
            )


@jit(nogil=True, fastmath=True)
def _back(block: Any, x: int, weight: Any, tall: Any) -> None:
    """Add the inverse of `_across`, weighted, to 8 columns of `tall` (w, 8)."""
    for i in range(8):
        for k in range(8):
            tall[x + i, k] += weight * (
                TABLE[0, i] * block[0, k]
                + TABLE[1, i] * block[1, k]
                + TABLE[2, i] * block[2, k]
                + TABLE[3, i] * block[3, k]
                + TABLE[4, i] * block[4, k]
                + TABLE[5, i] * block[5, k]
                + TABLE[6, i] * block[6, k]
                + TABLE[7, i] * block[7, k]
            )


@jit(nogil=True, fastmath=True)
def _up(tall: Any, weights: Any, y: int, out: Any, total: Any) -> None:
    """Add the inverse of `_down` to the 8 rows of `out` (h, w) from y on, and the weights to `total`."""
    for j in range(8):
        for x in range(out.shape[1]):
            out[y + j, x] += (
                TABLE[0, j] * tall[x, 0]
                + TABLE[1, j] * tall[x, 1]
                + TABLE[2, j] * tall[x, 2]
                + TABLE[3, j] * tall[x, 3]
                + TABLE[4, j] * tall[x, 4]
                + TABLE[5, j] * tall[x, 5]
                + TABLE[6, j] * tall[x, 6]
                + TABLE[7, j] * tall[x, 7]
            )
            total[y + j, x] += weights[x]


@jit(nogil=True, fastmath=True)
def smoothed(plane: Any, oracle: Any, stride: int, deviation: Any, keep_above: Any, guided: bool) -> Any:
    """Return the plane (h, w) float32 without noise; h and w at least 8.

    Args:
        plane: with noise.
        oracle: (h, w), what is known of the plane without noise; read where `guided`.
        stride: blocks begin at every so manieth row and column.
        deviation: standard deviation of the noise.
        keep_above: coefficients up to so many deviations are dropped, where not `guided`.
        guided: whether coefficients are weighed by the oracle's.
    """
    height, width = plane.shape
    out = np.zeros((height, width), np.float32)
    total = np.zeros((height, width), np.float32)
    tall = np.empty((width, 8), np.float32)
    known = np.empty((width, 8), np.float32)
    added = np.empty((width, 8), np.float32)
    weights = np.empty(width, np.float32)
    block = np.empty((8, 8), np.float32)
    likely = np.empty((8, 8), np.float32)
    power = np.float32(deviation * deviation)
    limit = np.float32(keep_above * keep_above) * power
    one = np.float32(1)
    for y in range(0, height - 7, stride):
        _down(plane, y, tall)
        if guided:
            _down(oracle, y, known)
        added[:] = 0
        weights[:] = 0
        for x in range(0, width - 7, stride):
            _across(tall, x, block)
            mean = block[0, 0]
            kept = np.float32(0)
            if guided:
                _across(known, x, likely)
                for f in range(8):
                    for k in range(8):
                        square = likely[f, k] * likely[f, k]
                        share = square / (square + power)
                        block[f, k] *= share
                        kept += share * share
            else:
                for f in range(8):
                    for k in range(8):
                        stays = one if block[f, k] * block[f, k] > limit else np.float32(0)
                        block[f, k] *= stays
                        kept += stays
            block[0, 0] = mean
            weight = one / max(kept, one)
            _back(block, x, weight, added)
            for i in range(8):
                weights[x + i] += weight
        _up(added, weights, y, out, total)
    for y in range(height):
        for x in range(width):
            # Where no block lies, at the far end of the rows that were not a multiple of the stride.
            out[y, x] = out[y, x] / total[y, x] if total[y, x] > 0 else plane[y, x]
    return out
