"""Coarse-to-fine patch synthesis: enter the hole, then search and vote on ever finer levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends.patch import kernels
from keepdial.backends.patch.pyramid import RADIUS, Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Options:
    """How hard to work. The defaults measured best on the sets of ``benches/quality.py``.

    Attributes:
        starts: depths of the hole, in pixels of the level, at which a start is tried; the one whose patches
            fit best goes on.
        rounds: rounds of search and vote on the finest level, the next coarser, and so on.
        sweeps: sweeps of the search in each round.
        draws: random candidates of a sweep.
        entry: random candidates when a hole is entered.
        pull: cost of taking a patch from one pixel farther away, in mean squared grey levels.
        confidence: how fast the say of a patch falls with its depth in the hole, for each pixel.
        exact: largest number of sample differences for which all correspondences are tried.
    """

    starts: tuple[float, ...] = (10.0, 20.0, 40.0)
    rounds: tuple[int, ...] = (2, 3, 4, 6)
    sweeps: int = 2
    draws: int = 6
    entry: int = 600
    entry_radius: int = 3
    pull: float = 1.0
    confidence: float = 1.1
    exact: float = 6e7
    judge: str = "mean"
    final: str = "vote"
    sharp: float = 1.0
    tolerance: float = 0.0
    reuse: float = 0.0

    def rounds_at(self, level: int) -> int:
        """Return the number of rounds on `level`, 0 = finest."""
        return self.rounds[min(level, len(self.rounds) - 1)]


def weights(level: Level, options: Options, sharpness: float = 1.0) -> NDArray[np.float32]:
    """Return each patch's say in the vote: how well it fits, and how near it is to what is known.

    The fit is measured against the third quartile of all costs (Wexler 2007, section 3.2).
    """
    cost = level.cost / kernels.SAMPLES
    spread = max(float(np.percentile(cost, 75)), 1.0) * sharpness
    say = np.exp(cost / (-2 * spread)) + 1e-6
    return np.asarray(say * options.confidence ** -np.minimum(level.depth, 40), np.float32)


def vote(level: Level, options: Options, sharpness: float = 1.0) -> NDArray[np.float32]:
    """Return the colours (m, 3) of the hole's pixels that the patches vote for."""
    out = np.empty((level.hy.size, 3), np.float32)
    kernels.vote(
        level.flat_example, level.index, level.hy, level.hx, level.ny, level.nx,
        weights(level, options, sharpness), out,
    )  # fmt: skip
    return out


def improve(level: Level, number: int, rounds: int, options: Options, seed: int) -> None:
    """Search and vote in turn on one level."""
    pull = np.float32(options.pull * kernels.SAMPLES)
    reach = max(level.height, level.width)
    places = int(np.count_nonzero(level.valid))
    exact = level.ty.size * places * kernels.SAMPLES <= options.exact
    vy, vx = (a.astype(np.int32) for a in np.nonzero(level.valid)) if exact else (level.ny, level.nx)
    for i in range(rounds):
        state = (level.flat, level.flat_example, level.ty, level.tx, level.ny, level.nx, level.cost, pull)
        kernels.refresh(*state)
        if exact:
            kernels.exhaust(*state[:4], vy, vx, *state[4:])
        else:
            for k in range(options.sweeps):
                kernels.sweep(
                    level.flat, level.flat_example, level.valid, level.index, level.ty, level.tx,
                    level.ny, level.nx, level.cost, level.ny.copy(), level.nx.copy(), level.strips,
                    (i + k) % 2 == 0, _seed(seed, number, i, k), reach, options.draws, pull,
                )  # fmt: skip
        kernels.put(level.flat, level.hy, level.hx, vote(level, options))


def _seed(*parts: int) -> int:
    value = 2166136261
    for part in parts:
        value = ((value ^ (part & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value


def refine(coarse: Level, fine: Level, options: Options) -> None:
    """Carry the correspondences to the finer level and take the colours from the finer photograph.

    Voted colours are never enlarged: each patch's doubled correspondence says which pixels of the finer
    photograph it means, so detail appears by itself.
    """
    cy = np.clip(fine.ty // 2, RADIUS, coarse.height - 1 - RADIUS)
    cx = np.clip(fine.tx // 2, RADIUS, coarse.width - 1 - RADIUS)
    parent = coarse.index[cy, cx]
    lost = np.flatnonzero(parent < 0)
    if lost.size:
        from keepdial.backends.patch.pyramid import nearest

        py, px = nearest(coarse.index >= 0, cy[lost], cx[lost])
        parent[lost] = coarse.index[py, px]
    fine.set_correspondence(
        2 * coarse.ny[parent] + fine.ty - 2 * coarse.ty[parent],
        2 * coarse.nx[parent] + fine.tx - 2 * coarse.tx[parent],
    )
    fine.cost = coarse.cost[parent]
    kernels.put(fine.flat, fine.hy, fine.hx, vote(fine, options))


def enter(level: Level, options: Options, seed: int) -> None:
    """Fill the hole from its rim inwards, ring by ring, comparing only what is known (the first estimate)."""
    import cv2

    radius = options.entry_radius
    rim = ((radius, radius), (radius, radius))
    picture = np.pad(level.picture, (*rim, (0, 0)))
    hole = np.pad(level.hole, rim)
    side = 2 * radius + 1
    whole = np.pad(level.valid, rim)
    if radius != RADIUS:
        whole = cv2.erode(whole.view(np.uint8), np.ones((side - 6, side - 6), np.uint8)).view(np.bool_)
    if not whole.any():
        whole = np.pad(level.valid, rim)
    vy, vx = (a.astype(np.int32) for a in np.nonzero(whole))
    state = np.where(whole, 2, 0).astype(np.int32)
    oy, ox = np.zeros(hole.shape, np.int32), np.zeros(hole.shape, np.int32)
    weight = np.repeat(np.pad(~level.hole, rim).astype(np.float32)[..., None], 3, axis=2)
    flat, trust = (a.reshape(a.shape[0], -1) for a in (picture, weight))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inside = np.pad(np.ones_like(level.hole), rim)
    ring = 0
    while hole.any():
        edge = hole & (cv2.dilate((~hole & inside).view(np.uint8), cross) > 0)
        y, x = (a.astype(np.int32) for a in np.nonzero(edge))
        ny, nx = np.empty_like(y), np.empty_like(x)
        kernels.enter(
            flat, trust, y, x, vy, vx, options.entry, state, oy, ox, _seed(seed, 77, ring),
            np.float32(options.pull), radius, ny, nx,
        )  # fmt: skip
        picture[y, x] = picture[ny, nx]
        oy[y, x], ox[y, x], state[y, x] = ny, nx, 1
        weight[y, x] = 1
        hole[y, x] = False
        ring += 1
    level.picture[:] = picture[radius:-radius, radius:-radius]
    ty, tx = level.ty + radius, level.tx + radius
    entered = state[ty, tx] == 1
    level.set_correspondence(
        np.where(entered, oy[ty, tx] - radius, level.ty), np.where(entered, ox[ty, tx] - radius, level.tx)
    )


def energy(level: Level, options: Options) -> float:
    """Return how badly the patches over the hole fit, per sample: what starts are judged by."""
    kernels.refresh(
        level.flat, level.flat_example, level.ty, level.tx, level.ny, level.nx, level.cost, np.float32(0)
    )
    cost = level.cost / kernels.SAMPLES
    if options.judge == "p90":
        return float(np.percentile(cost, 90))
    if options.judge == "near":
        return float(cost[level.depth <= 3].mean())
    if options.judge == "square":
        return float((cost**2).mean())
    return float(cost.mean())


def solve(
    levels: list[Level],
    options: Options,
    seed: int,
    report: Callable[[float], None],
) -> None:
    """Fill the hole of the finest level: several starts, the best one refined."""
    first = {
        next((i for i, one in enumerate(levels) if one.deepest <= d), len(levels) - 1) for d in options.starts
    }
    judge = min(first)
    best: tuple[float, NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]] | None = None
    for n, start in enumerate(sorted(first)):
        level = levels[start]
        enter(level, options, seed + n)
        improve(level, start, options.rounds_at(start), options, seed + n)
        for i in range(start - 1, judge - 1, -1):
            refine(levels[i + 1], levels[i], options)
            improve(levels[i], i, options.rounds_at(i), options, seed + n)
        at = levels[judge]
        if len(first) > 1:
            value = energy(at, options)
            if best is None or value < best[0]:
                best = (value, at.ny.copy(), at.nx.copy(), at.picture[at.hy, at.hx])
    if best is not None:
        at = levels[judge]
        _, at.ny, at.nx, colours = best
        kernels.put(at.flat, at.hy, at.hx, colours)
        energy(at, options)
    work = [options.rounds_at(i) * levels[i].ty.size for i in range(judge)]
    done = 0.0
    for i in range(judge - 1, -1, -1):
        refine(levels[i + 1], levels[i], options)
        improve(levels[i], i, options.rounds_at(i), options, seed)
        done += work[i]
        report(done / sum(work))
    at = levels[0]
    if options.final == "elect":
        mean = vote(at, options)
        out = np.empty_like(mean)
        kernels.elect(
            at.flat_example, at.index, at.hy, at.hx, at.ny, at.nx, weights(at, options, options.sharp), mean,
            np.float32(options.tolerance), out,
        )  # fmt: skip
        kernels.put(at.flat, at.hy, at.hx, out)
    elif options.sharp != 1.0:
        kernels.put(at.flat, at.hy, at.hx, vote(at, options, options.sharp))
