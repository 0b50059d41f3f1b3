"""Variations: part of the picture, the larger the less is held, made new with its patches moved."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends.patch import colours
from keepdial.backends.patch.finish import finish
from keepdial.backends.patch.pyramid import RADIUS, Level, build
from keepdial.backends.patch.solve import Options, improve, refine, vote, weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

NEAR, FAR, POWER = 0.02, 0.5, 4
"""How far patches are moved, in sizes of the hole: NEAR + FAR * (1 - hold)^POWER."""

LEAST = 4.0
"""How far at least, in px. HaarPSI after a shift by 1, 2, 4 px: 0.78, 0.62, 0.47; then it falls slowly."""

STEP = 4.0
"""Length of the moves on the level where they are made, in px of that level: about the radius of a patch, so
that the search can still mend the seams between what moved and what did not."""

WAVE = 0.3
"""Size of the areas that are given up, and that move in about the same direction, in sizes of the hole."""

SPREAD = 2.5
"""By how many radians directions differ (standard deviation) where nothing is held; less in proportion."""

GUARDED, RIM = 2, 4.0
"""On how many levels after the first a patch may not fall back to its own place, and how deep in the part it
has to lie for that, in px of the level: nearer to the rim it has to fit what is held."""

HALVINGS = 9
"""Steps in which the share to give up is looked for: to 1/1024."""

RUNS, RUN = 16, 64
"""Large pictures are tried on at most this many runs of this many rows, and as many of columns."""

LOOK = 256
"""Longest side of the small picture on which detail is weighed, in px."""


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
    """Return the picture with part of the hole made new out of patches that were moved.

    The hole is given up in a fixed smooth order, and the rest stays bit for bit. How much is given up is
    found by trying, on the picture itself, what its patches would keep where they are to be moved to, so that
    what is kept rises smoothly with `hold`, much alike for all photographs and sizes. Moves are longer the
    less is held, and are made on the level where they are a few pixels long, so that small changes keep what
    is large, as the scale does at which GPNN starts (Granot 2022, arXiv:2103.15545, section 4).

    Args:
        picture: (h, w, 3) float32 in [0, 255].
        hole: (h, w) bool, True = may be made new.
        usable: (h, w) bool, True where patches may be copied from. Where the hole is not usable, what is
            given up is filled from around, as if nothing had been there.
        hold: how much of the look to hold, 0 to 1, a number or (h, w) float32.
        separate: whether any of the hole is usable.
        options: how hard to work.
        seed: another seed gives another result; the same seed gives up the same areas first.
        report: called with the share of the work that is done.
    """
    span = float(np.sqrt(np.count_nonzero(hole)))
    order = _order(picture, hole, span, seed)
    loose = _loose(picture, hole, order, np.asarray(hold, np.float32), span, seed)
    part = hole & (order < loose)
    if not part.any():
        return picture
    gone = part & ~usable
    if gone.any():
        part &= usable
        half = 0.5 if part.any() else 1.0
        picture = _filled(picture, gone, usable, options, seed, lambda done: report(half * done))
        if not part.any():
            return picture
    # A pull towards the own place, random draws and many rounds would all undo the moves; where nothing is
    # held, they join the pieces better.
    if float(np.max(hold)) <= 0:
        options = replace(options, pull=0.0, rounds=(2, 3, 4, 6))
    else:
        options = replace(options, pull=0.0, draws=0, rounds=(2,))
    levels = build(picture, part, usable, separate=True, shallow=1.0)
    moves = _Moves(loose, span, hole.shape, seed)
    first = min(int(moves.start(float(loose.max()))), len(levels) - 1)
    work = [options.rounds_at(i) * levels[i].ty.size for i in range(first + 1)]
    before, done = 0.5 if gone.any() else 0.0, 0.0
    for i in range(first, -1, -1):
        level = levels[i]
        if i < first:
            refine(levels[i + 1], level, options)
        ny, nx, length, start = moves.at(level, i)
        start = np.minimum(start, first)
        _take(level, start == i, ny, nx, options)
        for n in range(options.rounds_at(i)):
            improve(level, i, 1, options, seed + n)
            back = np.hypot(level.ny - level.ty, level.nx - level.tx) < length / 2
            _take(level, back & (level.depth > RIM) & (i + GUARDED >= start) & (i <= start), ny, nx, options)
        done += work[i]
        report(before + (1 - before) * done / sum(work))
    at = levels[0]
    finish(at, usable.copy(), vote(at, options), weights(at, options), options.hold, options.edge)
    return at.picture


def _filled(
    picture: NDArray[np.float32],
    gone: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    options: Options,
    seed: int,
    report: Callable[[float], None],
) -> NDArray[np.float32]:
    """Return the picture with what is `gone` filled from around."""
    from keepdial.backends.patch.engine import synthesise

    pixels = np.rint(picture * 257).astype(np.uint16)
    made, _ = synthesise(pixels, gone, usable, seed=seed, options=options, report=report)
    return np.where(gone[..., None], made * np.float32(255), picture)


def _loose(
    picture: NDArray[np.float32],
    hole: NDArray[np.bool_],
    order: NDArray[np.float32],
    hold: NDArray[np.float32],
    span: float,
    seed: int,
) -> NDArray[np.float32]:
    """Return which share of the order is to be given up, a number or (h, w), so that about `hold` is kept.

    The share is looked for by halving, with the moves made but nothing mended. For a map it is looked for at
    the mean of the map, and between 0 and 1 the share is (1 - hold)^g with the g found there.
    """
    from keepdial.verify.haarpsi import kept

    asked = float(hold if hold.ndim == 0 else hold[hole].mean())
    if asked <= 0 or asked >= 1:
        return 1 - hold
    ys, xs = (_sampled(np.flatnonzero(hole.any(axis=axis))) for axis in (1, 0))
    at = np.ix_(ys, xs)
    inside, turn = hole[at], order[at]
    source = picture[at].astype(np.uint8)

    def keeps(share: float) -> float:
        ny, nx = _Moves(np.asarray(share, np.float32), span, hole.shape, seed).onto(ys, xs, hole.shape)
        part = inside & (turn < share)
        result = source.copy()
        result[part] = picture[ny[part], nx[part]].astype(np.uint8)
        return kept(source, result, inside)

    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        low, high = (share, high) if keeps(share) > asked else (low, share)
    share = (low + high) / 2
    if hold.ndim == 0:
        return np.asarray(share, np.float32)
    return np.asarray((1 - hold) ** (np.log(share) / np.log(1 - asked)), np.float32)


def _sampled(lines: NDArray[np.int_]) -> NDArray[np.int_]:
    """Return the rows or columns from the first to the last; where they are many, evenly spread runs."""
    first, count = int(lines[0]), int(lines[-1] - lines[0]) + 1
    if count <= RUNS * RUN:
        return np.arange(first, first + count)
    starts = np.linspace(first, first + count - RUN, RUNS).astype(np.int_)
    return (starts[:, None] + np.arange(RUN)).ravel()


class _Moves:
    """Where patches are moved to, and on which level; the same on all levels but for rounding."""

    def __init__(self, loose: NDArray[np.float32], span: float, shape: tuple[int, ...], seed: int) -> None:
        rng = np.random.default_rng((seed, 2))
        heading = 2 * np.pi * rng.random()
        self.angle = heading + SPREAD * float(loose.max()) * _noise(rng, shape, WAVE * span)
        self.loose, self.span = loose, span

    def length(self, loose: NDArray[np.float32] | float) -> NDArray[np.float32]:
        """Return the length of the moves, in px of the picture."""
        far = self.span * (NEAR + FAR * np.asarray(loose, np.float32) ** POWER)
        return np.asarray(np.maximum(LEAST, far), np.float32)

    def start(self, loose: NDArray[np.float32] | float) -> NDArray[np.int_]:
        """Return the level on which they are made."""
        return np.asarray(np.maximum(np.rint(np.log2(self.length(loose) / STEP)), 0), np.int_)

    def at(
        self, level: Level, number: int
    ) -> tuple[NDArray[np.int_], NDArray[np.int_], NDArray[np.float32], NDArray[np.int_]]:
        """Return for each patch of the level its place after the move (y, x), the move's length and start."""
        import cv2

        size, at = (level.width, level.height), (level.ty, level.tx)
        angle = cv2.resize(self.angle, size, interpolation=cv2.INTER_CUBIC)[at]
        loose = self.loose
        if loose.ndim == 2:
            loose = np.asarray(cv2.resize(loose, size, interpolation=cv2.INTER_AREA), np.float32)[at]
        length = np.asarray(self.length(loose) / 2**number, np.float32)
        dy, dx = (np.rint(f(angle) * length).astype(np.int_) for f in (np.sin, np.cos))
        ny, nx = _inside(level.ty, dy, level.height), _inside(level.tx, dx, level.width)
        return ny, nx, length, self.start(loose)

    def onto(
        self, ys: NDArray[np.int_], xs: NDArray[np.int_], shape: tuple[int, ...]
    ) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
        """Return the places (y, x) that come to the rows `ys` and columns `xs` of a picture of `shape`."""
        import cv2

        # As cv2.resize enlarges, for some rows and columns only.
        (h, w), (rows, columns) = shape, self.angle.shape
        across = np.broadcast_to(((xs + 0.5) * columns / w - 0.5).astype(np.float32), (ys.size, xs.size))
        down = np.broadcast_to(((ys + 0.5) * rows / h - 0.5).astype(np.float32)[:, None], across.shape)
        angle = cv2.remap(self.angle, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        length = self.length(self.loose)
        dy, dx = (np.rint(f(angle) * length).astype(np.int_) for f in (np.sin, np.cos))
        return _inside(ys[:, None], dy, h), _inside(xs[None], dx, w)


def _inside(at: NDArray[np.integer], by: NDArray[np.int_], length: int) -> NDArray[np.int_]:
    """Return the coordinates moved: the other way where patches would leave the picture, never out of it."""
    to = at + by
    to = np.where((to < RADIUS) | (to >= length - RADIUS), at - by, to)
    return np.asarray(np.clip(to, 0, length - 1), np.int_)


def _take(
    level: Level, which: NDArray[np.bool_], ny: NDArray[np.int_], nx: NDArray[np.int_], options: Options
) -> None:
    """Take the correspondences (ny, nx) for the patches `which` (n,), and vote."""
    if which.any():
        level.set_correspondence(np.where(which, ny, level.ny), np.where(which, nx, level.nx))
        colours.put(level.flat, level.hy, level.hx, vote(level, options))


def _order(
    picture: NDArray[np.float32], hole: NDArray[np.bool_], span: float, seed: int
) -> NDArray[np.float32]:
    """Return (h, w) float32 in [0, 1]: the share of the detail that is given up before each pixel.

    Smooth noise, made uniform over the hole by its distribution weighted with detail, which is what counts
    for HaarPSI.
    """
    import cv2

    h, w = hole.shape
    grid = _noise(np.random.default_rng((seed, 1)), hole.shape, WAVE * span)
    field = cv2.resize(grid, (w, h), interpolation=cv2.INTER_CUBIC)
    scale = min(1.0, LOOK / max(h, w))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    grey = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).mean(axis=2)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    # Some weight for what is flat, since what comes there instead may have detail.
    detail = cv2.boxFilter(cv2.magnitude(across, down), -1, (9, 9)) + np.float32(1)
    inside = np.asarray(cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA))
    values = cv2.resize(field, size, interpolation=cv2.INTER_AREA).ravel()
    rising = np.argsort(values, kind="stable")
    given_up = np.cumsum((detail * inside).ravel()[rising], dtype=np.float64)
    # Below 1, so that with nothing held everything is given up.
    share = given_up / given_up[-1] * (1 - 1e-6)
    return np.asarray(np.interp(field, values[rising], share), np.float32)


def _noise(rng: np.random.Generator, shape: tuple[int, ...], wave: float) -> NDArray[np.float32]:
    """Return a grid of normal noise that, enlarged to `shape`, varies over about `wave` px (at least 3)."""
    h, w = (int(n / max(wave, 3.0)) + 2 for n in shape)
    return rng.standard_normal((h, w)).astype(np.float32)
