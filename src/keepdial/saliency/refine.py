"""From a cut at working size to a mask at full size whose edge follows the picture and is 2 pixels soft."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TILE = 256
RADIUS = 4
EPSILON = 2e-4
GAIN = 3.0


def refine(mask: NDArray[np.float32], rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a small `mask` (h, w), 0 to 1, at the size of `rgb` (H, W, 3), its edge led by the picture.

    The mask doubles in size step by step; after each step a guided filter (He, Sun & Tang, ECCV 2010) moves
    the edge onto the picture's, in tiles that hold an edge, so the cost follows the outline's length.
    """
    import cv2

    height, width = rgb.shape[:2]
    mask = np.asarray(mask, np.float32)
    if mask.shape == (height, width):
        # A cut at full size is hard: let its edge move by a pixel, too.
        return _snapped(np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.8), np.float32), rgb)
    while mask.shape != (height, width):
        h, w = mask.shape
        double = h * 2 < height or w * 2 < width
        size = (min(w * 2, width), min(h * 2, height)) if double else (width, height)
        mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), np.float32)
        guide = rgb
        if size != (width, height):
            guide = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
        mask = _snapped(mask, guide)
    return mask


def _snapped(mask: NDArray[np.float32], rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    edge = (mask > 0.02) & (mask < 0.98)
    out = (mask >= 0.5).astype(np.float32)
    margin = 2 * RADIUS + 2
    for rows, columns in _tiles(edge.shape):
        if not _near(edge, rows, columns, RADIUS).any():
            continue
        top, left = max(0, rows.start - margin), max(0, columns.start - margin)
        wide = np.s_[top : rows.stop + margin, left : columns.stop + margin]
        soft = guided(mask[wide], rgb[wide])
        inner = soft[rows.start - top :, columns.start - left :][
            : rows.stop - rows.start, : columns.stop - columns.start
        ]
        out[rows, columns] = np.clip((inner - 0.5) * GAIN + 0.5, 0, 1)
    return out


def _near(edge: NDArray[np.bool_], rows: slice, columns: slice, by: int) -> NDArray[np.bool_]:
    return edge[max(0, rows.start - by) : rows.stop + by, max(0, columns.start - by) : columns.stop + by]


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[slice, slice]]:
    for y in range(0, shape[0], TILE):
        for x in range(0, shape[1], TILE):
            yield slice(y, min(y + TILE, shape[0])), slice(x, min(x + TILE, shape[1]))


def guided(
    mask: NDArray[np.float32], rgb: NDArray[np.uint8], *, radius: int = RADIUS, epsilon: float = EPSILON
) -> NDArray[np.float32]:
    """Return `mask` (H, W) as a locally linear function of the colours of `rgb` (He et al., equation 19)."""
    import cv2

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        side = 2 * radius + 1
        return np.asarray(
            cv2.boxFilter(values, -1, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32
        )

    guide = rgb.astype(np.float32) / np.float32(255)
    r, g, b = (np.ascontiguousarray(guide[..., c]) for c in range(3))
    mr, mg, mb, mp = mean(r), mean(g), mean(b), mean(mask)
    rr, rg, rb = mean(r * r) - mr * mr + epsilon, mean(r * g) - mr * mg, mean(r * b) - mr * mb
    gg, gb, bb = mean(g * g) - mg * mg + epsilon, mean(g * b) - mg * mb, mean(b * b) - mb * mb + epsilon
    pr, pg, pb = mean(r * mask) - mr * mp, mean(g * mask) - mg * mp, mean(b * mask) - mb * mp
    # The inverse of a symmetric 3 x 3 matrix by its cofactors, for all pixels at once.
    c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    c11, c12, c22 = rr * bb - rb * rb, rb * rg - rr * gb, rr * gg - rg * rg
    determinant = rr * c00 + rg * c01 + rb * c02
    ar = (c00 * pr + c01 * pg + c02 * pb) / determinant
    ag = (c01 * pr + c11 * pg + c12 * pb) / determinant
    ab = (c02 * pr + c12 * pg + c22 * pb) / determinant
    offset = mp - ar * mr - ag * mg - ab * mb
    return np.asarray(mean(ar) * r + mean(ag) * g + mean(ab) * b + mean(offset), np.float32)
