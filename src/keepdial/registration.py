"""Registration: where a proposal shows what the source shows, to a fraction of a pixel.

Models that paint a whole frame anew may return it shifted, or larger by a percent or two along one side or
both; none turns it. So four numbers are looked for: a shift and a stretch along x and y.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Singles = NDArray[np.float32]
    Doubles = NDArray[np.float64]

POINTS = 16_000
"""Most pixels that are compared: those with the strongest edges, spread over the picture."""
FEWEST = 200
"""With fewer than this, nothing is said."""
LEVELS, SMALLEST = 6, 24
"""Halvings at most, and the side in px below which there is no other."""
STEPS = 12
FINE, BAND = 0.8, 3.0
"""Sigmas in px of the grain and of the light that are taken off, so that only edges are compared."""
BLOCKS, BLOCK = 16, 8.0
"""Blocks along the longer side, and their least side in px; by turns they make the two halves that check each
other."""
LARGEST = 32_000
"""OpenCV's remap takes no longer side."""

GAIN = 0.1
"""The error on the half that was not fitted has to fall by this share, or the motion is not believed."""
AGREE = 0.25, 0.15
"""The halves may differ by this many px, or by this share of the motion, at the farthest corner."""
LEAST, MOST = 0.1, 0.15
"""A motion below this many px is none; above this share of the longer side it is no drift."""
CONSENT = 0.6
"""Share of the blocks whose error has to fall: a thing that moved is not the picture that moved."""


@dataclass(frozen=True, slots=True)
class Motion:
    """What the source has at `u`, in px from the frame's middle, the proposal has at ``u + d + z u``.

    Attributes:
        dx, dy: the shift in px; to the right and down are positive.
        zx, zy: the stretch along x and y, 0.01 = 1 % larger.
    """

    dx: float = 0.0
    dy: float = 0.0
    zx: float = 0.0
    zy: float = 0.0

    def farthest(self, width: int, height: int) -> float:
        """Return how far in px it moves that corner of a frame which it moves farthest."""
        return float(
            np.hypot(abs(self.dx) + abs(self.zx) * width / 2, abs(self.dy) + abs(self.zy) * height / 2)
        )

    @property
    def zoom(self) -> float:
        """How much larger the proposal shows things, 1 = as large."""
        return 1 + (self.zx + self.zy) / 2

    def minus(self, other: Motion) -> Motion:
        """Return the difference to another motion, for small stretches."""
        return Motion(self.dx - other.dx, self.dy - other.dy, self.zx - other.zx, self.zy - other.zy)


@dataclass(frozen=True, slots=True)
class Found:
    """A motion and how far it can be trusted.

    Attributes:
        motion: what was estimated.
        sure: whether it lowers the error where it was not fitted, the same one is found on both halves, and
            most of the picture agrees.
        consent: the share of the blocks with edges in which the error falls, 0 to 1.
        blocks: how many blocks have edges.
    """

    motion: Motion
    sure: bool
    consent: float
    blocks: int


def find(source: Singles, proposal: Singles, kept: NDArray[np.bool_]) -> Found | None:
    """Return how the proposal lies on the source; None where there is too little to compare.

    Args:
        source, proposal: (H, W) float32, grey, of one size.
        kept: (H, W) bool, True where both should show the same; at least some of it must hold edges.
    """
    levels = list(_pyramid(source, proposal, kept))
    fine = levels[0]
    if len(fine.x) < FEWEST:
        return None
    none = np.zeros(4)
    whole = _fitted(levels)
    halves = [_refined(fine, fine.half == half, whole) for half in (0, 1)]
    before = fine.errors(none)
    limit = float(np.quantile(before, 0.9))
    held_out = [
        (np.minimum(before, limit)[~mine].mean(), np.minimum(fine.errors(fit), limit)[~mine].mean())
        for fit, mine in zip(halves, (fine.half == 0, fine.half == 1), strict=True)
    ]
    motion = _motion(whole)
    height, width = source.shape
    far = motion.farthest(width, height)
    apart = _motion(halves[0]).minus(_motion(halves[1])).farthest(width, height)
    consent, blocks = _consent(fine, np.minimum(before, limit), np.minimum(fine.errors(whole), limit))
    sure = (
        LEAST <= far <= MOST * max(height, width)
        and all(after < (1 - GAIN) * b for b, after in held_out)
        and apart <= max(AGREE[0], AGREE[1] * far)
        and consent >= CONSENT
    )
    return Found(motion, sure, consent, blocks)


def moved_back(proposal: Singles, motion: Motion) -> Singles:
    """Return a proposal (H, W, C) with what the motion moved where the source has it; the rim is mirrored."""
    import cv2

    height, width = proposal.shape[:2]
    x = _axis(width, motion.dx, motion.zx)
    y = _axis(height, motion.dy, motion.zy)
    map_x, map_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    made = cv2.remap(proposal, map_x, map_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return np.clip(np.asarray(made, np.float32).reshape(proposal.shape), 0, 1)


def _axis(length: int, shift: float, stretch: float) -> Doubles:
    middle = (length - 1) / 2
    u = np.arange(length) - middle
    return np.asarray(middle + u + shift + stretch * u)


def _motion(p: Doubles) -> Motion:
    return Motion(*(float(v) for v in p))


@dataclass(frozen=True, eq=False, slots=True)
class _Level:
    """One scale: chosen pixels of the source, and the proposal with its slopes, to look them up in.

    x, y: (n,) in px from the middle of this level; values: (n,) of the source, slopes: (2, n) of it along x
    and y; half: (n,) 0 or 1; block: (n,) the number of the block; planes: (h, w, 3), the proposal and its
    slopes along x and y; step: px of the finest level per px of this one.
    """

    x: Doubles
    y: Doubles
    values: Doubles
    slopes: Doubles
    half: NDArray[np.int64]
    block: NDArray[np.int64]
    planes: Singles
    step: float

    def look(self, p: Doubles, mine: NDArray[np.bool_]) -> Doubles:
        """Return (n, 3), the planes where the motion `p`, px of the finest level, has the pixels `mine`."""
        import cv2

        x, y = self.x[mine], self.y[mine]
        h, w = self.planes.shape[:2]
        xs = (w - 1) / 2 + x + p[0] / self.step + p[2] * x
        ys = (h - 1) / 2 + y + p[1] / self.step + p[3] * y
        rest = -len(xs) % 256
        at_x, at_y = (np.pad(v, (0, rest)).astype(np.float32).reshape(-1, 256) for v in (xs, ys))
        found = cv2.remap(self.planes, at_x, at_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float64).reshape(-1, 3)[: len(xs)]

    def errors(self, p: Doubles) -> Doubles:
        """Return (n,) how far source and proposal are apart at each pixel, at the gain that suits them."""
        there = self.look(p, np.ones(len(self.x), np.bool_))[:, 0]
        return np.abs(self.values - _gain(self.values, there) * there)


def _gain(values: Doubles, there: Doubles) -> float:
    """Return the factor between contrasts; a proposal that shows something else does not get to have none."""
    return float(np.clip((values * there).sum() / max((there * there).sum(), 1e-12), 0.5, 2.0))


def _pyramid(source: Singles, proposal: Singles, kept: NDArray[np.bool_]) -> Iterator[_Level]:
    """Yield the levels, the finest first."""
    import cv2

    share = kept.astype(np.float32)
    width = source.shape[1]
    for _ in range(LEVELS):
        h, w = source.shape
        step = width / w
        band = [_edges(plane, share) for plane in (source, proposal)]
        own, slopes = (
            [cv2.Scharr(plane, cv2.CV_32F, *d) / np.float32(32) for d in ((1, 0), (0, 1))] for plane in band
        )
        inside = share > 0.999
        inside[[0, -1]] = False
        inside[:, [0, -1]] = False
        ys, xs = _strongest(np.where(inside, np.hypot(*own), -1))
        side = max(BLOCK, max(h, w) / BLOCKS)
        by, bx = (ys // side).astype(np.int64), (xs // side).astype(np.int64)
        yield _Level(
            x=xs - (w - 1) / 2,
            y=ys - (h - 1) / 2,
            values=band[0][ys, xs].astype(np.float64),
            slopes=np.stack([plane[ys, xs] for plane in own]).astype(np.float64),
            half=(by + bx) % 2,
            block=by * (BLOCKS + 1) + bx,
            planes=np.ascontiguousarray(np.dstack([band[1], *slopes]), np.float32),
            step=step,
        )
        if min(h, w) < 2 * SMALLEST:
            return
        size = (w // 2, h // 2)
        source, proposal, share = (
            np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA), np.float32)
            for a in (source, proposal, share)
        )


def _edges(plane: Singles, share: Singles) -> Singles:
    """Return a plane without its finest grain and without its light, so that only edges are left.

    What is not kept takes no part: the edge of the mask is none of the picture.
    """
    import cv2

    known = plane * share
    fine, light = (
        np.asarray(cv2.GaussianBlur(known, (0, 0), sigma), np.float32)
        / np.maximum(cv2.GaussianBlur(share, (0, 0), sigma), np.float32(1e-3))
        for sigma in (FINE, BAND)
    )
    return np.asarray(fine - light, np.float32)


def _strongest(strength: Singles) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return rows and columns of the pixels with the strongest edges of each part of the picture.

    A part without edges gives none: what counts is a third of the strongest twentieth of all.
    """
    known = strength[strength >= 0]
    if known.size == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    floor = max(float(np.quantile(known, 0.95)) / 3, 3e-6)
    ys, xs = np.nonzero(strength > floor)
    every = -(-len(ys) // POINTS)
    # A stride that no column repeats at: the pixels that are left are spread.
    chosen = np.sort(np.random.default_rng(0).permutation(len(ys))[: len(ys) // every]) if every > 1 else None
    if chosen is not None:
        ys, xs = ys[chosen], xs[chosen]
    return ys.astype(np.int64), xs.astype(np.int64)


def _fitted(levels: list[_Level]) -> Doubles:
    """Return the motion (dx, dy, zx, zy), coarse to fine.

    Coarse levels may mislead, in a lattice or along a wire: so the way down is begun at each of them, from
    where nothing moved and from where the coarsest fits best, and what fits best near the end is refined.
    """
    used = [level for level in levels if len(level.x) >= FEWEST // 5]
    judge = used[min(1, len(used) - 1)]
    limit = float(np.quantile(judge.errors(np.zeros(4)), 0.9))
    starts = [(_searched(used[-1]), len(used)), *((np.zeros(4), n) for n in range(len(used), 1, -1))]
    best, least_error = np.zeros(4), np.inf
    for start, n in starts:
        p = start
        for level in reversed(used[1:n]):
            p = _refined(level, level.half >= 0, p)
        error = float(np.minimum(judge.errors(p), limit).mean())
        if error < least_error:
            best, least_error = p, error
    return _refined(used[0], used[0].half >= 0, best)


def _searched(level: _Level) -> Doubles:
    """Return the best of all whole-pixel shifts, for the coarsest level."""
    reach = 3
    best, least = np.zeros(4), np.inf
    every = level.half >= 0
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            p = np.array([dx, dy, 0, 0]) * level.step
            there = level.look(p, every)[:, 0]
            error = float(np.abs(level.values - _gain(level.values, there) * there).mean())
            if error < least:
                best, least = p, error
    return best


def _refined(level: _Level, mine: NDArray[np.bool_], p: Doubles) -> Doubles:
    """Return the motion after Gauss-Newton steps, each pixel weighted by how well it fits (Tukey)."""
    x, y, values, own = level.x[mine], level.y[mine], level.values[mine], level.slopes[:, mine]
    h, w = level.planes.shape[:2]
    for _ in range(STEPS):
        there, *theirs = level.look(p, mine).T
        gain = _gain(values, there)
        # The mean of both slopes reaches farther than either (Benhimane and Malis 2004, eq. 16).
        sx, sy = ((a + gain * b) / 2 for a, b in zip(own, theirs, strict=True))
        rest = values - gain * there
        scale = max(1.4826 * float(np.median(np.abs(rest))), 1e-5) * 4
        weight = np.clip(1 - (rest / scale) ** 2, 0, None) ** 2
        # Stretches are solved for as px at the frame's edge, so that all four have one unit.
        rows = np.stack([sx, sy, sx * x / (w / 2), sy * y / (h / 2), there / max(gain, 1e-6)], axis=1)
        matrix = (rows * weight[:, None]).T @ rows
        # A stretch that the pixels say little about stays as it was.
        damp = 1e-3 * np.array([1, 1, 4, 4, 1]) * np.diag(matrix) + 1e-9
        step = np.linalg.solve(matrix + np.diag(damp), (rows * weight[:, None]).T @ rest)[:4]
        step = np.clip(step, -2, 2)
        p = p + step * np.array([level.step, level.step, 2 / w, 2 / h])
        if np.abs(step).max() < 0.003:
            break
    return p


def _consent(level: _Level, before: Doubles, after: Doubles) -> tuple[float, int]:
    """Return the share of the blocks with enough edges in which the error fell, and how many those are."""
    count = np.bincount(level.block)
    judged = count >= 12
    if not judged.any():
        return 0.0, 0
    fell = np.bincount(level.block, weights=before - after)[judged] > 0
    return float(fell.mean()), len(fell)
