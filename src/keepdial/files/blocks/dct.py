"""The 8x8 DCT of JPEG and its zigzag order (ITU-T T.81, A.3.3 and A.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def dct_rows() -> NDArray[np.float64]:
    """Return (8, 8): row k is the one-dimensional basis function k, orthonormal."""
    k, n = np.arange(8)[:, None], np.arange(8)[None, :]
    return np.asarray(np.sqrt(np.where(k == 0, 1, 2) / 8) * np.cos((2 * n + 1) * k * np.pi / 16))


def zigzag() -> NDArray[np.int64]:
    """Return (64,): the row-major index, vertical frequency * 8 + horizontal, of each zigzag index."""

    def place(i: int) -> tuple[int, int]:
        row, column = divmod(i, 8)
        return row + column, row if (row + column) % 2 else column

    return np.array(sorted(range(64), key=place), np.int64)
