"""Variations: the picture's own patches put together again, starting from the picture, disturbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends.patch import kernels
from keepdial.backends.patch.pyramid import Level, build
from keepdial.backends.patch.solve import Options, improve, refine, vote

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

GRAIN = 8.0
"""Wave length of the disturbance, in pixels of the level where it is made."""


def vary(
    picture: NDArray[np.float32],
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    hold: float | NDArray[np.float32],
    separate: bool,
    options: Options,
    seed: int,
    report: Callable[[float], None],
) -> NDArray[np.float32]:
    """Return the picture with the hole's patches moved about and made to fit again.

    Every patch starts with the correspondence to itself plus a smooth random shift. The shift's size is the
    knob: 0 where all is held, as large as the hole where nothing is. Synthesis starts on the level where the
    shift is a few pixels, so that small changes keep what is large, as the scale does at which GPNN starts
    (Granot 2022, arXiv:2103.15545, section 4).
    """
    span = float(np.sqrt(np.count_nonzero(hole)))
    loose = 1.0 - np.asarray(hold, np.float32)
    most = float(loose.max())
    if most <= 0:
        return picture
    # Cubed, since most of what is kept is lost with the first few pixels of shift.
    reach = np.maximum(span * loose**3, 0.0)
    levels = build(picture, hole, usable, separate=separate, shallow=4.0)
    first = int(np.clip(np.log2(max(span * most**3, 1.0) / 4.0), 0, len(levels) - 1))
    _disturb(levels[first], reach, first, seed)
    work = [options.rounds_at(i) * levels[i].ty.size for i in range(first + 1)]
    done = 0.0
    for i in range(first, -1, -1):
        if i < first:
            refine(levels[i + 1], levels[i], options)
        improve(levels[i], i, options.rounds_at(i), options, seed)
        done += work[i]
        report(done / sum(work))
    return levels[0].picture


def _disturb(level: Level, reach: NDArray[np.float32], number: int, seed: int) -> None:
    import cv2

    rng = np.random.default_rng((seed, number))
    grid = (int(level.height / GRAIN) + 2, int(level.width / GRAIN) + 2)
    size = (level.width, level.height)
    dy, dx = (
        cv2.resize(rng.standard_normal(grid).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
        for _ in range(2)
    )
    far = reach / 2**number
    if far.ndim == 2:
        far = cv2.resize(far, size, interpolation=cv2.INTER_AREA)[level.ty, level.tx]
    at = (level.ty, level.tx)
    level.set_correspondence(
        level.ty + np.rint(dy[at] * far).astype(np.int64), level.tx + np.rint(dx[at] * far).astype(np.int64)
    )
    kernels.put(level.flat, level.hy, level.hx, vote(level, options=Options()))
