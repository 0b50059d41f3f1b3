"""Arithmetic on maps: where a result's pixels come from, how much that stretches, and where it folds over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

INVERSE_ROUNDS = 60
"""Most rounds of the search for an inverse; it halves its error in about each."""

NEAR = 0.01
"""Error in px at which the search ends."""

SMOOTHINGS = 40
"""Most rounds of smoothing while folds are taken out."""


def identity(shape: Sequence[int]) -> NDArray[np.float32]:
    """Return the map (h, w, 2) float32 that moves nothing, for a picture of `shape` (h, w)."""
    h, w = int(shape[0]), int(shape[1])
    made = np.empty((h, w, 2), np.float32)
    made[..., 0] = np.arange(w, dtype=np.float32)
    made[..., 1] = np.arange(h, dtype=np.float32)[:, None]
    return made


def checked(moved: NDArray[Any]) -> NDArray[np.float32]:
    """Return the map as contiguous float32; raise `ParameterError` where it is none."""
    if moved.ndim != 3 or moved.shape[2] != 2 or 0 in moved.shape:
        raise ParameterError("map", moved.shape, "(h, w, 2), not empty")
    made = np.ascontiguousarray(moved, np.float32)
    if not np.isfinite(made).all():
        raise ParameterError("map", "not finite", "places in px, without NaN and infinity")
    return made


def composed(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the map of a picture that was bent by `first` and then by `second`: first(second(x)).

    Outside of `first` its displacement at the border goes on.
    """
    import cv2

    first, second = checked(first), checked(second)
    h, w = first.shape[:2]
    at = [np.clip(second[..., i], 0, n - 1) for i, n in ((0, w), (1, h))]
    away = first - identity((h, w))
    moved = cv2.remap(away, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(second + moved.reshape(second.shape), np.float32)


def _derivatives(moved: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the derivatives (h, w, 2) of a map along x and along y, by central differences."""
    found = []
    for axis in (1, 0):
        if moved.shape[axis] > 1:
            found.append(np.asarray(np.gradient(moved, axis=axis), np.float32))
        else:  # a single row or column: nothing is known, so nothing is stretched
            found.append(np.broadcast_to(np.array([axis, 1 - axis], np.float32), moved.shape))
    return found[0], found[1]


def determinant(moved: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (h, w) float32: how many px² of the source go into one of the result; negative where it folds.

    The smaller of the determinants with forward and with backward differences, so that a fold between two
    pixels is not averaged away.
    """
    moved = checked(moved)
    if min(moved.shape[:2]) < 2:
        a, b = _derivatives(moved)
        return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0], np.float32)
    dx, dy = np.diff(moved, axis=1), np.diff(moved, axis=0)
    made = np.full(moved.shape[:2], np.inf, np.float32)
    for rows in (slice(None, -1), slice(1, None)):
        for columns in (slice(None, -1), slice(1, None)):
            a, b = dx[rows], dy[:, columns]
            corner = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
            part = made[rows, columns]
            np.minimum(part, corner, out=part)
    return made


def folds(moved: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (h, w) bool, True where the map folds over: neighbours come from places in another order."""
    return np.asarray(determinant(moved) <= 0)


def strains(moved: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return how far apart, at least and at most, the sources of two neighbours lie, both (h, w) float32, px.

    They are the singular values of the map's derivative. 1 = as in the source, below 1 = stretched (0.5 =
    to twice the length), above 1 = squeezed.
    """
    a, b = _derivatives(checked(moved))
    total = (a * a + b * b).sum(axis=2)
    area = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    spread = np.sqrt(np.maximum(total * total - 4 * area * area, 0))
    most = np.sqrt(np.maximum(total + spread, 0) / 2)
    least = np.abs(area) / np.maximum(most, np.float32(1e-12))
    return np.asarray(least, np.float32), np.asarray(most, np.float32)


def inverted(moved: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the inverse map: for each place of the source, where in the result it lies.

    Found by repeated correction, x <- x - (map(x) - y) (Chen et al., "A simple fixed-point approach to
    invert a deformation field", Medical Physics 2008), damped where it does not come nearer. Where a map
    folds over or leaves the picture there is no inverse, and what is returned is the nearest found.
    """
    import cv2

    moved = checked(moved)
    h, w = moved.shape[:2]
    goal = identity((h, w))
    away = moved - goal
    place = goal.copy()
    best = np.full((h, w), np.inf, np.float32)
    kept, step = goal.copy(), np.ones((h, w), np.float32)
    for _ in range(INVERSE_ROUNDS):
        x, y = (np.clip(place[..., i], 0, n - 1) for i, n in ((0, w), (1, h)))
        shift = cv2.remap(away, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).reshape(h, w, 2)
        miss = place + shift - goal
        far = np.hypot(miss[..., 0], miss[..., 1])
        better = far < best
        best[better], kept[better] = far[better], place[better]
        step = np.where(better, step, np.maximum(step / 2, np.float32(0.05)))
        if float(far.max()) < NEAR:
            break
        place = place - step[..., None] * miss
    return np.asarray(kept, np.float32)


def landed(moved: NDArray[np.float32], points: NDArray[Any]) -> NDArray[np.float32]:
    """Return (n, 2) float32: where in the result the source's points (n, 2) lie, by the map.

    The nearest pixel of the result is looked up and corrected by the map's derivative there.
    """
    moved = checked(moved)
    at = np.asarray(points, np.float32).reshape(-1, 2)
    a, b = _derivatives(moved)
    made = np.empty_like(at)
    for i, point in enumerate(at):
        off = point - moved
        y, x = np.unravel_index(int((off * off).sum(axis=2).argmin()), moved.shape[:2])
        turn = np.stack([a[y, x], b[y, x]], axis=1).astype(np.float64)
        step = np.linalg.lstsq(turn, off[y, x].astype(np.float64), rcond=1e-3)[0]
        made[i] = np.array([x, y]) + np.clip(step, -1, 1)
    return made


def unfolded(
    moved: NDArray[np.float32], *, least: float = 0.05, held: NDArray[np.bool_] | None = None
) -> NDArray[np.float32]:
    """Return the map with its folds taken out: smoothed around them until every determinant is `least`.

    `held` (h, w) bool is True where the map must stay as it is. What cannot be opened by smoothing (places
    that are held, and exchanged) stays folded: ask `folds`.
    """
    import cv2

    moved = checked(moved)
    base = identity(moved.shape[:2])
    away = moved - base
    best, fewest = away, -1
    for i in range(SMOOTHINGS):
        bad = determinant(base + away) < least
        if held is not None:
            bad &= ~held
        count = int(np.count_nonzero(bad))
        if fewest < 0 or count < fewest:
            best, fewest = away, count
        # A smoothing that opens nothing any more only spreads.
        if count == 0 or count > 4 * fewest + 16:
            break
        sigma = 1.0 + 0.5 * i
        soft = cv2.GaussianBlur(away, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
        near = cv2.dilate(bad.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2 + i)
        share = cv2.GaussianBlur(near.astype(np.float32), (0, 0), 1.0 + 0.25 * i)
        if held is not None:
            share = np.where(held, np.float32(0), share)
        away = away + share[..., None] * (soft - away)
    return np.asarray(base + best, np.float32)
