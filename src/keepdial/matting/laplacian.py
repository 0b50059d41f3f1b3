"""The matting Laplacian of Levin, Lischinski and Weiss, rows of unknown pixels only.

"A Closed-Form Solution to Natural Image Matting" (PAMI 2008), eq. 12, over windows of 3 x 3 pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keepdial.backends.patch.compiled import Floats1, Floats2, Floats3, Ints2, kernel


@kernel(over="at", least=256)
def rows(
    lo: int,
    hi: int,
    at: Ints2,
    image: Floats3,
    trimap: Ints2,
    index: Ints2,
    smooth: np.float32,
    values: Floats2,
    columns: Ints2,
    right: Floats1,
) -> None:
    """Set the rows of the reduced system: known pixels are moved to the right hand side.

    Row i has 25 entries, one for each pixel within two of it: `values` (n, 25) and their `columns` (n, 25),
    where a known pixel's entry is 0 in column i. `right` (n,) gets the known foreground's share. `smooth`
    is the paper's epsilon: the variance, of colours in [0, 1], under which a window counts as flat.
    """
    h, w = trimap.shape
    flat = float(smooth)
    for i in range(lo, hi):
        y, x = at[i, 0], at[i, 1]
        for k in range(25):
            values[i, k] = 0
            columns[i, k] = i
        known = 0.0
        for cy in range(max(1, y - 1), min(h - 1, y + 2)):
            for cx in range(max(1, x - 1), min(w - 1, x + 2)):
                m0: Any = 0.0
                m1: Any = 0.0
                m2: Any = 0.0
                a00, a01, a02, a11, a12, a22 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
                for ny in range(cy - 1, cy + 2):
                    for nx in range(cx - 1, cx + 2):
                        m0 += image[ny, nx, 0]
                        m1 += image[ny, nx, 1]
                        m2 += image[ny, nx, 2]
                m0 /= 9.0
                m1 /= 9.0
                m2 /= 9.0
                for ny in range(cy - 1, cy + 2):
                    for nx in range(cx - 1, cx + 2):
                        c0 = image[ny, nx, 0] - m0
                        c1 = image[ny, nx, 1] - m1
                        c2 = image[ny, nx, 2] - m2
                        a00 += c0 * c0
                        a01 += c0 * c1
                        a02 += c0 * c2
                        a11 += c1 * c1
                        a12 += c1 * c2
                        a22 += c2 * c2
                a00 = (a00 + flat) / 9.0
                a11 = (a11 + flat) / 9.0
                a22 = (a22 + flat) / 9.0
                a01 /= 9.0
                a02 /= 9.0
                a12 /= 9.0
                # The inverse of the covariance, times this pixel's own colour.
                k00 = a11 * a22 - a12 * a12
                k01 = a02 * a12 - a01 * a22
                k02 = a01 * a12 - a02 * a11
                det = a00 * k00 + a01 * k01 + a02 * k02
                own0 = image[y, x, 0] - m0
                own1 = image[y, x, 1] - m1
                own2 = image[y, x, 2] - m2
                v0 = (k00 * own0 + k01 * own1 + k02 * own2) / det
                v1 = (k01 * own0 + (a00 * a22 - a02 * a02) * own1 + (a01 * a02 - a00 * a12) * own2) / det
                v2 = (k02 * own0 + (a01 * a02 - a00 * a12) * own1 + (a00 * a11 - a01 * a01) * own2) / det
                for ny in range(cy - 1, cy + 2):
                    for nx in range(cx - 1, cx + 2):
                        part = v0 * (image[ny, nx, 0] - m0)
                        part += v1 * (image[ny, nx, 1] - m1)
                        part += v2 * (image[ny, nx, 2] - m2)
                        part = -(1.0 + part) / 9.0
                        if ny == y and nx == x:
                            part += 1.0
                        j = index[ny, nx]
                        if j >= 0:
                            k = (ny - y + 2) * 5 + nx - x + 2
                            values[i, k] += part
                            columns[i, k] = j
                        elif trimap[ny, nx] == 1:
                            known -= part
        right[i] = known
