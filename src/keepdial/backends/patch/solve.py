"""Coarse-to-fine patch synthesis: enter the hole, then search and vote on ever finer levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends.patch import colours, kernels
from keepdial.backends.patch.finish import finish
from keepdial.backends.patch.pyramid import RADIUS, Level, nearest
from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Options:
    """How hard to work. The defaults were chosen on cases of ``benches/quality.py``; see ``docs/engine.md``.

    Attributes:
        starts: depths of the hole, in pixels of the level, at which a start is tried; the one whose patches
            fit best goes on.
        largest, largest_finest: most pixels of a hole that is entered on a level, and on the finest one,
            where long thin holes would cost most and gain least.
        rounds: rounds of search and vote on the finest level, the next coarser, and so on.
        sweeps: sweeps of the search in each round.
        draws: random candidates of a sweep.
        entry: random candidates when a hole is entered.
        pull: cost of taking a patch from one pixel farther away, in mean squared grey levels.
        confidence: how fast the say of a patch falls with its depth in the hole, for each pixel.
        hold: how strongly the final colours follow the vote; their steps follow the elected pixels.
        edge: grey levels of disagreement from which two pieces are not joined smoothly.
        reuse: cost of a pixel's every further use as example, in mean squared grey levels.
        edge_floor: urgency, in grey levels a pixel, of a rim without edges when edges come first.
        wait: share of the rim that waits for the next ring then.
    """

    starts: tuple[tuple[float, bool], ...] = (
        (8, False),
        (12, False),
        (24, False),
        (40, False),
        (24, True),
        (40, True),
    )
    largest: int = 40000
    largest_finest: int = 4000
    rounds: tuple[int, ...] = (1, 2, 3, 4)
    sweeps: int = 1
    draws: int = 2
    entry: int = 600
    pull: float = 4.0
    confidence: float = 1.35
    hold: float = 0.02
    edge: float = 40.0
    reuse: float = 50.0
    edge_floor: float = 1.0
    wait: float = 0.5

    def rounds_at(self, level: int) -> int:
        """Return the number of rounds on `level`, 0 = finest."""
        return self.rounds[min(level, len(self.rounds) - 1)]


def weights(level: Level, options: Options) -> NDArray[np.float32]:
    """Return each patch's say in the vote: how well it fits, and how near it is to what is known.

    The fit is measured against the third quartile of all costs (Wexler 2007, section 3.2).
    """
    cost = level.cost / kernels.SAMPLES
    spread = max(float(np.percentile(cost, 75)), 1.0)
    say = np.exp(cost / (-2 * spread)) + 1e-6
    return np.asarray(say * options.confidence ** -np.minimum(level.depth, 40), np.float32)


def vote(level: Level, options: Options) -> NDArray[np.float32]:
    """Return the colours (m, 3) of the hole's pixels that the patches vote for."""
    out = np.empty((level.hy.size, 3), np.float32)
    colours.vote(
        level.flat_example, level.index, level.hy, level.hx, level.ny, level.nx,
        weights(level, options), out,
    )  # fmt: skip
    return out


def improve(level: Level, number: int, rounds: int, options: Options, seed: int) -> None:
    """Search and vote in turn on one level."""
    pull = np.float32(options.pull * kernels.SAMPLES)
    reach = max(level.height, level.width)
    for i in range(rounds):
        extra = _overuse(level, options)
        state = (level.flat, level.flat_example, extra, level.ty, level.tx)
        found = (level.ny, level.nx, level.cost)
        kernels.refresh(*state, *found, pull)
        for k in range(options.sweeps):
            kernels.sweep(
                *state[:3], level.valid, level.index, level.ty, level.tx, *found,
                level.ny.copy(), level.nx.copy(), level.strips,
                (i + k) % 2 == 0, _seed(seed, number, i, k), reach, options.draws, pull,
            )  # fmt: skip
        colours.put(level.flat, level.hy, level.hx, vote(level, options))


def _overuse(level: Level, options: Options) -> NDArray[np.float32]:
    """Return what a patch of examples costs for being used too often already, (h, w).

    A hole filled in large pieces uses every pixel once; a flat blob uses the same few again and again
    (the occurrence map of Kaspar 2015, doi:10.1111/cgf.12565, section 4.3, with a free first use).
    """
    import cv2

    if options.reuse == 0:
        return np.zeros(level.hole.shape, np.float32)
    side = (2 * RADIUS + 1, 2 * RADIUS + 1)
    count = np.bincount(level.ny * level.width + level.nx, minlength=level.hole.size)
    uses = cv2.boxFilter(count.reshape(level.hole.shape).astype(np.float32), cv2.CV_32F, side)
    free = max(1.0, 1.5 * level.ty.size / max(1, int(np.count_nonzero(level.valid))))
    over = cv2.boxFilter(np.maximum(uses - free, 0), cv2.CV_32F, side)
    return np.asarray(over * np.float32(options.reuse * kernels.SAMPLES), np.float32)


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
        py, px = nearest(coarse.index >= 0, cy[lost], cx[lost])
        parent[lost] = coarse.index[py, px]
    fine.set_correspondence(
        2 * coarse.ny[parent] + fine.ty - 2 * coarse.ty[parent],
        2 * coarse.nx[parent] + fine.tx - 2 * coarse.tx[parent],
    )
    fine.cost = coarse.cost[parent]
    colours.put(fine.flat, fine.hy, fine.hx, vote(fine, options))


def enter(level: Level, options: Options, seed: int, *, edges_first: bool) -> None:
    """Fill the hole from its rim inwards, ring by ring, comparing only what is known (the first estimate)."""
    import cv2

    rim = ((RADIUS, RADIUS), (RADIUS, RADIUS))
    picture = np.pad(level.picture, (*rim, (0, 0)))
    hole = np.pad(level.hole, rim)
    whole = np.pad(level.valid, rim)
    vy, vx = (a.astype(np.int32) for a in np.nonzero(whole))
    state = np.where(whole, 2, 0).astype(np.int32)
    oy, ox = np.zeros(hole.shape, np.int32), np.zeros(hole.shape, np.int32)
    weight = np.repeat(np.pad(~level.hole, rim).astype(np.float32)[..., None], 3, axis=2)
    flat, trust = (a.reshape(a.shape[0], -1) for a in (picture, weight))
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    inside = np.pad(np.ones_like(level.hole), rim)
    # Everything that is asked anew for each ring looks at the hole's surroundings only.
    box = Box.of(hole)
    near = (box or Box(0, 0, 0, 0)).grow(4 * RADIUS).clip(size_of(hole))
    part = near.slices
    ring = 0
    while hole[part].any():
        edge = hole[part] & (cv2.dilate((~hole[part] & inside[part]).view(np.uint8), cross) > 0)
        y, x = (a.astype(np.int32) for a in np.nonzero(edge))
        if edges_first and y.size > 8:
            rank = _priority(picture[part], weight[(*part, 0)], y, x, options.edge_floor)
            chosen = rank >= np.quantile(rank, options.wait)
            y, x = y[chosen], x[chosen]
        y, x = y + np.int32(near.y), x + np.int32(near.x)
        ny, nx = np.empty_like(y), np.empty_like(x)
        kernels.enter(
            flat, trust, y, x, vy, vx, options.entry, state, oy, ox, _seed(seed, 77, ring),
            np.float32(options.pull), ny, nx,
        )  # fmt: skip
        picture[y, x] = picture[ny, nx]
        oy[y, x], ox[y, x], state[y, x] = ny, nx, 1
        weight[y, x] = 1
        hole[y, x] = False
        ring += 1
    level.picture[:] = picture[RADIUS:-RADIUS, RADIUS:-RADIUS]
    ty, tx = level.ty + RADIUS, level.tx + RADIUS
    entered = state[ty, tx] == 1
    level.set_correspondence(
        np.where(entered, oy[ty, tx] - RADIUS, level.ty), np.where(entered, ox[ty, tx] - RADIUS, level.tx)
    )


def _priority(
    picture: NDArray[np.float32],
    known: NDArray[np.float32],
    y: NDArray[np.int32],
    x: NDArray[np.int32],
    floor: float,
) -> NDArray[np.float32]:
    """Return how urgent it is to fill the rim pixels (y, x): edges that run into the hole come first.

    Criminisi 2004 (doi:10.1109/TIP.2004.833105), equation 1: the known share of the patch times the strength
    with which isophotes hit the rim.
    """
    import cv2

    side = (2 * RADIUS + 1, 2 * RADIUS + 1)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    sure = cv2.erode(known, np.ones((3, 3), np.uint8))
    gy, gx = (cv2.Sobel(grey, cv2.CV_32F, *d, scale=0.125) * sure for d in ((0, 1), (1, 0)))
    soft = cv2.GaussianBlur(known, (0, 0), 2.0)
    fy, fx = (cv2.Sobel(soft, cv2.CV_32F, *d) for d in ((0, 1), (1, 0)))
    length = np.hypot(fy, fx) + 1e-6
    flow = cv2.dilate(np.abs(gx * fy - gy * fx) / length, np.ones(side, np.uint8))
    trust = cv2.boxFilter(known, cv2.CV_32F, side)
    return np.asarray(trust[y, x] * (flow[y, x] + np.float32(floor)), np.float32)


def energy(level: Level) -> float:
    """Return how badly the patches over the hole fit, per sample: what starts are judged by."""
    kernels.refresh(
        level.flat,
        level.flat_example,
        np.zeros(level.hole.shape, np.float32),
        level.ty,
        level.tx,
        level.ny,
        level.nx,
        level.cost,
        np.float32(0),
    )
    cost = level.cost / kernels.SAMPLES
    return float(np.percentile(cost, 90))


def _start(levels: list[Level], depth: float, options: Options) -> int:
    """Return the finest level where the hole is at most `depth` deep and cheap to enter."""
    for i, level in enumerate(levels):
        largest = options.largest if i > 0 else options.largest_finest
        if level.deepest <= depth and level.hy.size <= largest:
            return i
    return len(levels) - 1


def solve(
    levels: list[Level],
    options: Options,
    usable: NDArray[np.bool_],
    seed: int,
    report: Callable[[float], None],
) -> None:
    """Fill the hole of the finest level: several starts, the best one refined."""
    tries = {(_start(levels, depth, options), edges) for depth, edges in options.starts}
    judge = min(level for level, _ in tries)
    work = [options.rounds_at(i) * one.ty.size for i, one in enumerate(levels)]
    total = sum(sum(work[judge : start + 1]) for start, _ in tries) + sum(work[:judge])
    done = 0
    best: tuple[float, NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]] | None = None
    for n, (start, edges) in enumerate(sorted(tries)):
        for i in range(start, judge - 1, -1):
            if i == start:
                enter(levels[i], options, seed + n, edges_first=edges)
            else:
                refine(levels[i + 1], levels[i], options)
            improve(levels[i], i, options.rounds_at(i), options, seed + n)
            done += work[i]
            report(done / total)
        at = levels[judge]
        if len(tries) > 1:
            value = energy(at)
            if best is None or value < best[0]:
                best = (value, at.ny.copy(), at.nx.copy(), at.picture[at.hy, at.hx])
    if best is not None:
        at = levels[judge]
        _, at.ny, at.nx, voted = best
        colours.put(at.flat, at.hy, at.hx, voted)
        energy(at)
    for i in range(judge - 1, -1, -1):
        refine(levels[i + 1], levels[i], options)
        improve(levels[i], i, options.rounds_at(i), options, seed)
        done += work[i]
        report(done / total)
    at = levels[0]
    if options.hold > 0:
        finish(at, usable, vote(at, options), weights(at, options), options.hold, options.edge)
