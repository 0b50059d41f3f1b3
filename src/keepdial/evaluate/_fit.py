"""Logistic regression for several labels at once, and the threshold that is best for the micro-F1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

HELD = 1.0
"""Weight of the penalty on the squares of the coefficients, in examples."""
MOST = 100
"""Most steps of the search; scores change in the third digit at most after that."""


def chances(matrix: Any, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (rows, labels), the chance of each label, from (rows, features) and (features, labels)."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * (matrix @ weights))))


def fitted(
    matrix: Any, ticked: NDArray[np.float64], of: NDArray[np.float64], report: Callable[[float], None]
) -> NDArray[np.float64]:
    """Return (features, labels), the coefficients with the least penalised loss.

    `matrix` is (rows, features), dense or sparse, its last column 1 everywhere; `of` is (rows, 1), how many
    examples each row stands for, and `ticked` (rows, labels) in how many of them a label was ticked.
    """
    from scipy.optimize import minimize

    shape = (matrix.shape[1], ticked.shape[1])
    steps = 0

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(shape)
        logits = matrix @ weights
        held = weights.copy()
        held[-1] = 0.0
        value = (of * np.logaddexp(0.0, logits) - ticked * logits).sum() + 0.5 * HELD * (held**2).sum()
        slope = matrix.T @ (of * (0.5 * (1.0 + np.tanh(0.5 * logits))) - ticked) + HELD * held
        return float(value), np.asarray(slope).ravel()

    def step(_: NDArray[np.float64]) -> None:
        nonlocal steps
        steps += 1
        report(min(1.0, steps / MOST))

    start = np.zeros(shape)
    share = (ticked.sum(axis=0) + 0.5) / (of.sum() + 1.0)
    start[-1] = np.log(share / (1.0 - share))
    done = minimize(
        loss, start.ravel(), jac=True, method="L-BFGS-B", callback=step, options={"maxiter": MOST}
    )
    return np.asarray(done.x, dtype=np.float64).reshape(shape)


def best_threshold(
    chance: NDArray[np.float64], ticked: NDArray[np.float64], of: NDArray[np.float64], missed: int
) -> float:
    """Return the least chance to tick at, for the best micro-F1; `missed` more labels cannot be found."""
    order = np.argsort(-chance, axis=None, kind="stable")
    right = np.cumsum(ticked.ravel()[order])
    found = np.cumsum(np.broadcast_to(of, ticked.shape).ravel()[order])
    f1 = 2 * right / (found + ticked.sum() + missed)
    return float(chance.ravel()[order[int(np.argmax(f1))]])
