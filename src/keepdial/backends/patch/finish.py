"""The last step: true pixels of the photograph, joined without seams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends.patch import colours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends.patch.pyramid import Level

SWEEPS = 12
"""Enough for the reach of the screen: a disturbance falls to 1/e within 1 / sqrt(hold) pixels."""


def finish(
    level: Level,
    usable: NDArray[np.bool_],
    voted: NDArray[np.float32],
    weight: NDArray[np.float32],
    hold: float,
    edge: float,
) -> None:
    """Give the hole its final colours: slopes of elected pixels, levels of the vote.

    A mean of overlapping patches has no seams but no grain; single pixels of the photograph have grain but
    seams. So the steps between pixels come from the elected ones and the level, beyond a few pixels, from the
    vote: a screened Poisson equation (Bhat 2008, doi:10.1007/978-3-540-88688-4_9), with the known pixels
    around the hole as its boundary. `voted` (m, 3) and `weight` (n,) are the vote and the patches' say in it.
    """
    py, px = np.empty_like(level.hy), np.empty_like(level.hx)
    colours.elect(level.index, level.hy, level.hx, level.ny, level.nx, weight, py, px)
    order = np.full(level.hole.shape, -1, np.int32)
    order[level.hy, level.hx] = np.arange(level.hy.size, dtype=np.int32)
    colours.put(level.flat, level.hy, level.hx, level.example[py, px])
    steps, tie = np.zeros_like(voted), np.zeros((voted.shape[0], 4), np.float32)
    colours.slopes(
        level.flat_example,
        usable,
        order,
        level.hy,
        level.hx,
        py,
        px,
        level.flat,
        np.float32(edge),
        tie,
        steps,
    )
    aim = np.float32(hold) * voted - steps
    for _ in range(SWEEPS):
        for colour in (0, 1):
            colours.relax(level.flat, order, level.hy, level.hx, tie, aim, np.float32(hold), colour)
