"""The kernel that encodes touched blocks of one component again."""

from __future__ import annotations

from typing import Any

import numpy as np

from keepdial.files.blocks.entropy import kernel


@kernel  # type: ignore[untyped-decorator]
def replaced_blocks(
    old: Any,
    quant: Any,
    where: Any,
    picture: Any,
    changed: Any,
    weights: Any,
    centre: float,
    fy: int,
    fx: int,
    rows: Any,
    order: Any,
    new: Any,
) -> None:
    """Fill `new` (blocks, 64) int16, zigzag: `old` with the samples replaced that the edit changed.

    `where` (blocks, 2) are the blocks' rows and columns; a sample is the mean over `fy` x `fx` pixels of
    `picture` (H, W, C), weighted by `weights` (C,), less `centre`; it counts as changed if one of its pixels
    is. The others enter as the inverse DCT of `old`, so only the difference is transformed:
    new = round(old + DCT(wanted - IDCT(old)) / quant).
    """
    height, width = changed.shape
    channels = weights.size
    columns = np.ascontiguousarray(rows.T)
    one, half, delta = np.empty((8, 8)), np.empty((8, 8)), np.empty((8, 8))
    for b in range(where.shape[0]):
        # The inverse DCT, from the few coefficients that are not 0.
        half[:] = 0.0
        for z in range(64):
            if old[b, z] != 0:
                v, h, value = order[z] // 8, order[z] % 8, np.float64(old[b, z] * quant[z])
                for x in range(8):
                    half[v, x] += value * rows[h, x]
        delta[:] = 0.0
        for v in range(8):
            for y in range(8):
                for x in range(8):
                    delta[y, x] -= half[v, x] * rows[v, y]
        top, left = where[b, 0] * 8 * fy, where[b, 1] * 8 * fx
        for y in range(8):
            for x in range(8):
                hit = False
                mean = 0.0
                for j in range(fy):
                    py = min(top + y * fy + j, height - 1)
                    for i in range(fx):
                        px = min(left + x * fx + i, width - 1)
                        hit |= changed[py, px]
                        for c in range(channels):
                            mean += weights[c] * picture[py, px, c]
                delta[y, x] = delta[y, x] + mean / (fy * fx) - centre if hit else 0.0
        half[:] = 0.0
        one[:] = 0.0
        for v in range(8):
            for y in range(8):
                for x in range(8):
                    half[v, x] += delta[y, x] * rows[v, y]
        for v in range(8):
            for x in range(8):
                for h in range(8):
                    one[v, h] += half[v, x] * columns[x, h]
        for z in range(64):
            value = np.rint(old[b, z] + one[order[z] // 8, order[z] % 8] / quant[z])
            new[b, z] = min(1023.0, max(-1024.0 if z == 0 else -1023.0, value))
