"""Putting texture under the light of its new place: steps between pixels from one, levels from the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

DIRECT = 250_000
"""Most pixels that are solved directly (a second, 190 MB); beyond, by conjugate gradients."""
TOLERANCE = 1e-4
WAYS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def poisson(picture: Array, hole: NDArray[np.bool_], source: Array, known: NDArray[np.bool_]) -> Array:
    """Return (H, W, C) float32: `picture`, but in the hole the steps of `source` between pixels.

    The discrete Poisson equation with the known pixels beside the hole as its boundary (Perez et al., eq. 7).
    At the picture's border, and beside what is neither known nor in the hole, there is no boundary.

    Args:
        picture: (H, W, C) float32.
        hole: (H, W) bool, True = compute.
        source: (H, W, C) float32, the texture, in the hole and one pixel around it.
        known: (H, W) bool, where `picture` counts as boundary.
    """
    out = picture.copy()
    box = Box.of(hole)
    if box is None:
        return out
    box = box.grow(1).clip(size_of(hole))
    inside, part, texture = hole[box.slices], picture[box.slices], source[box.slices]
    steps = np.stack([_forward(texture, axis) for axis in (1, 0)])
    out[box.slices][inside] = solved(inside, part, known[box.slices], steps)
    return out


def _forward(values: Array, axis: int) -> Array:
    """Return the step to the next pixel along an axis, 0 at the end."""
    step = np.zeros_like(values)
    if axis == 1:
        step[:, :-1] = values[:, 1:] - values[:, :-1]
    else:
        step[:-1] = values[1:] - values[:-1]
    return step


def solved(inside: NDArray[np.bool_], picture: Array, known: NDArray[np.bool_], steps: Array) -> Array:
    """Return (n, C) the values of the pixels inside, in the order of `picture[inside]`.

    `steps` (2, H, W, C) are the wanted steps to the right and down. Pixels whose piece has no boundary at
    all keep the mean of the picture there.
    """
    from scipy import sparse
    from scipy.sparse.linalg import cg, splu

    h, w = inside.shape
    count = int(inside.sum())
    order = np.full((h, w), -1, np.int64)
    order[inside] = np.arange(count)
    ys, xs = np.nonzero(inside)
    degree = np.full(count, 1e-6)
    aim = 1e-6 * picture[inside].astype(np.float64)
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    for dy, dx in WAYS:
        ny, nx = ys + dy, xs + dx
        there = (ny >= 0) & (ny < h) & (nx >= 0) & (nx < w)
        ny, nx = np.clip(ny, 0, h - 1), np.clip(nx, 0, w - 1)
        partner = np.where(there, order[ny, nx], -1)
        fixed = there & (partner < 0) & known[ny, nx]
        counted = (partner >= 0) | fixed
        degree += counted
        along = steps[0 if dx else 1]
        forward = along[ys, xs] if dy + dx > 0 else -along[ny, nx]
        aim -= np.where(counted[:, None], forward, 0)
        aim += np.where(fixed[:, None], picture[ny, nx], 0)
        pair = np.flatnonzero(partner >= 0)
        rows.append(pair)
        columns.append(partner[pair])
    row, column = np.concatenate(rows), np.concatenate(columns)
    matrix = sparse.csc_matrix((np.full(len(row), -1.0), (row, column)), (count, count))
    matrix = (matrix + sparse.diags(degree)).tocsc()
    if count <= DIRECT:
        # Symmetric and diagonally dominant: no pivots, and half the fill of an ordering for any matrix.
        factors = splu(
            matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True}
        )
        return np.asarray(factors.solve(aim), np.float32)
    start = picture[inside].astype(np.float64)
    scale = sparse.diags(1 / degree)
    found = [
        cg(matrix, aim[:, c], x0=start[:, c], rtol=TOLERANCE, maxiter=600, M=scale)[0]
        for c in range(aim.shape[1])
    ]
    return np.asarray(np.stack(found, axis=1), np.float32)
