"""The linear system of a step: the field that takes the handles on and stretches least.

What is stiff resists stretching and bending alike, so that it moves by turning and shifting as a whole, and
what is soft around it gives way. Both energies are quadratic: one sparse system has the field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STIFF = 300.0
"""Stiffness where it is asked for in full, beside 1 of what may stretch."""

KILLING, BENDING = 0.02, 0.5
"""Weights of the two energies. Bending smooths over sqrt(BENDING / KILLING) = 5 cells of the grid."""

PULL = 1e4
"""Weight with which handles are held to their way."""


class System:
    """The linear system of one grid; only handles and stiffness change from step to step."""

    def __init__(self, across: NDArray[np.bool_], down: NDArray[np.bool_]) -> None:
        from scipy import sparse

        self.shape = across.shape
        ny, nx = self.shape
        n = ny * nx
        self.moves = np.flatnonzero(np.concatenate([across.ravel(), down.ravel()]))
        dx, dy = _difference(nx), _difference(ny)
        eye_x, eye_y = sparse.identity(nx, format="csr"), sparse.identity(ny, format="csr")
        mean_x, mean_y = abs(dx) / 2, abs(dy) / 2
        along_x, along_y = sparse.kron(eye_y, dx), sparse.kron(dy, eye_x)
        shear = sparse.hstack([sparse.kron(dy, mean_x), sparse.kron(mean_y, dx)])
        empty_x, empty_y = sparse.csr_matrix(along_x.shape), sparse.csr_matrix(along_y.shape)
        self.rows = sparse.vstack(
            [
                sparse.hstack([along_x, empty_x]),
                sparse.hstack([empty_y, along_y]),
                shear * np.sqrt(0.5),
            ],
            format="csr",
        )
        bend = sparse.vstack(
            [
                sparse.kron(eye_y, _second(nx)),
                sparse.kron(_second(ny), eye_x),
                sparse.kron(dy, dx) * np.sqrt(2),
            ]
        )
        self.bends = sparse.block_diag([bend, bend], format="csr")
        self.size = n

    def solved(
        self, at: NDArray[np.float64], by: NDArray[np.float64], stiff: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """Return the field (ny, nx, 2) that is `by` (n, 2) at the places `at` (n, 2), in cells."""
        from scipy import sparse

        ny, nx = self.shape
        flat = np.ones(self.size)
        if stiff is not None:
            flat += (STIFF - 1) * np.clip(stiff.astype(np.float64).ravel(), 0, 1)
        stretch, bend = _links(flat.reshape(ny, nx))
        energy = KILLING * (self.rows.T @ sparse.diags(stretch) @ self.rows)
        energy = energy + BENDING * (self.bends.T @ sparse.diags(bend) @ self.bends)
        x = np.clip(at[:, 0], 0, nx - 1)
        y = np.clip(at[:, 1], 0, ny - 1)
        x0, y0 = np.minimum(x.astype(np.int64), nx - 2), np.minimum(y.astype(np.int64), ny - 2)
        fx, fy = x - x0, y - y0
        columns = np.stack([y0 * nx + x0, y0 * nx + x0 + 1, (y0 + 1) * nx + x0, (y0 + 1) * nx + x0 + 1], 1)
        shares = np.stack([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy], axis=1)
        rows = np.repeat(np.arange(len(at)), 4)
        pick = sparse.csr_matrix((shares.ravel(), (rows, columns.ravel())), (len(at), self.size))
        pull = sparse.block_diag([pick, pick], format="csr")
        pull_weight = PULL * float(flat.max())
        matrix = (energy + pull_weight * (pull.T @ pull)).tocsr()
        right = pull_weight * (pull.T @ np.concatenate([by[:, 0], by[:, 1]]))
        solved = np.zeros(2 * self.size)
        # Where nothing is fixed, moving everything along costs nothing: the least of it is taken.
        solved[self.moves] = _solution(matrix[self.moves][:, self.moves], right[self.moves], 1e-9)
        return np.asarray(solved.reshape(2, ny, nx).transpose(1, 2, 0), np.float32)


def _links(flat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the stiffness of each row of the two energies, for that of the nodes (ny, nx).

    What links nodes is as stiff as the softest of them, so that a thing is not tied to what it is next to.
    """

    def least(values: NDArray[np.float64], axis: int, count: int) -> NDArray[np.float64]:
        n = values.shape[axis] - count + 1
        parts = [values.take(range(i, i + n), axis=axis) for i in range(count)] if n > 0 else [values[:0]]
        return np.asarray(np.minimum.reduce(parts))

    cells = least(least(flat, 1, 2), 0, 2).ravel()
    stretch = np.concatenate([least(flat, 1, 2).ravel(), least(flat, 0, 2).ravel(), cells])
    bend = np.concatenate([least(flat, 1, 3).ravel(), least(flat, 0, 3).ravel(), cells])
    return stretch, np.concatenate([bend, bend])


def _solution(matrix: Any, right: NDArray[np.float64], lean: float) -> NDArray[np.float64]:
    """Return the solution of a sparse, symmetric, positive definite system, in a fill-reducing order."""
    from scipy import sparse
    from scipy.sparse.linalg import splu

    matrix = (matrix + lean * sparse.identity(len(right), format="csr")).tocsc()
    options = {"SymmetricMode": True}  # no pivots are needed, which saves half of the time
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
    return np.asarray(factors.solve(right), np.float64)


def _difference(n: int) -> Any:
    from scipy import sparse

    return sparse.diags([-np.ones(n - 1), np.ones(n - 1)], [0, 1], shape=(n - 1, n), format="csr")


def _second(n: int) -> Any:
    """Return second differences (n - 2, n); none where there are too few nodes."""
    from scipy import sparse

    if n < 3:
        return sparse.csr_matrix((0, n))
    one, two = np.ones(n - 2), -2 * np.ones(n - 2)
    return sparse.diags([one, two, one], [0, 1, 2], shape=(n - 2, n), format="csr")
