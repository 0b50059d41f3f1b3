"""What a click or a box says about each patch: columns of numbers that `fitted` weighs.

All of it is in the click's own frame: a positive sum agrees with the click ("inside" for a click inside).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.segment.look import Look, reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats = NDArray[np.float64] if TYPE_CHECKING else None


@dataclass(frozen=True, eq=False, slots=True)
class Stroke:
    """A click, or a scribble as many points.

    Attributes:
        points: (P, 2) x, y at working size.
        seeds: the patches under it.
        sign: 1 = inside, -1 = outside.
        reach: the distance from its deepest point to where what it changes must end.
    """

    points: NDArray[np.float64]
    seeds: NDArray[np.int64]
    sign: int
    reach: float


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """An answer, and what led to it.

    Attributes:
        inside: (N,) bool.
        certain: (N,) int8, 1 or -1 where somebody said so.
        strokes: in order.
        near: the cost from the nearest stroke inside (1) and outside (-1) over each road, (3, N) or None.
        depth: (N,) mean distance of a patch from the outline, in pixels at working size.
    """

    inside: NDArray[np.bool_]
    certain: NDArray[np.int8]
    strokes: tuple[Stroke, ...]
    near: dict[int, NDArray[np.float64] | None]
    depth: NDArray[np.float64]


def first(look: Look, stroke: Stroke) -> NDArray[np.float64]:
    """Return the columns (N, 23) of the first stroke inside, when nothing else is known."""
    p = look.patches
    away = _away(look, stroke)
    far = away / stroke.reach
    under = np.exp(-((away / (2 * look.step)) ** 2)) * p.area
    close, like = (_mixed(kernel, under / under.sum()) for kernel in look.like[:2])
    joins = look.tree.joins(stroke.seeds)
    columns = [np.exp(-((far / s) ** 2)) for s in (0.3, 0.6, 1.0)]
    columns += [np.minimum(far, 4), like, close, np.exp(-2 * joins), np.exp(-6 * joins), joins]
    for road, rim in zip(look.roads, look.rim, strict=True):
        cost = reached(road, stroke.seeds)
        own = float(rim[stroke.seeds].max())
        columns += [
            _log_ratio(rim, cost, 0.05 * float(np.median(rim)) + 1e-9),
            _log_ratio(np.full_like(cost, own), cost, 0.05 * own + 1e-3),
            np.exp(-cost / (0.5 * own + 1e-3)),
        ]
    columns += [look.alien, (p.border > 0).astype(float), np.full(p.count, np.log(stroke.reach / look.size))]
    guess = like.clip(0, 1) * np.exp(-((far / 0.7) ** 2))
    guess = (guess / guess.max()).clip(0, 1)
    columns += [votes(look, 1, guess), votes(look, 2, guess)]
    return np.stack(columns, 1)


def later(look: Look, state: State, stroke: Stroke) -> NDArray[np.float64]:
    """Return the columns (N, 33) of a stroke that corrects an answer; `state.near` already counts it."""
    p, sign = look.patches, stroke.sign
    away = _away(look, stroke)
    under = np.exp(-((away / (1.5 * look.step)) ** 2)) * p.area
    inside = state.inside.astype(np.float64)
    columns = [sign * odds(look, k, inside) for k in (1, 0)] + [sign * votes(look, 2, inside)]
    columns += [_mixed(look.like[k], under / under.sum()) for k in (1, 0)]
    far, joins = away / stroke.reach, look.tree.joins(stroke.seeds)
    columns += [np.exp(-((far / s) ** 2)) for s in (0.5, 1.0, 2.0)]
    columns += [np.log(far + 0.1), np.exp(-2 * joins), np.exp(-6 * joins)]
    for k, (road, rim) in enumerate(zip(look.roads, look.rim, strict=True)):
        cost = reached(road, stroke.seeds)
        usual = float(np.median(cost)) + 1e-9
        same, other = (_nearest(state, s, k, 2 * usual, p.count) for s in (sign, -sign))
        # The border counts as a weak stroke outside.
        if sign > 0:
            other = np.minimum(other, rim + 0.5 * usual)
        else:
            same = np.minimum(same, rim + 0.5 * usual)
        columns += [np.exp(-cost / (0.1 * usual)), np.exp(-cost / (0.3 * usual)), np.log(cost / usual + 0.02)]
        columns += [_log_ratio(other, cost, 0.02 * usual), _log_ratio(other, same, 0.02 * usual)]
    told = np.zeros(p.count)
    for old in state.strokes:
        told += old.sign * sign * np.exp(-((_away(look, old) / old.reach) ** 2))
    columns += [told, (state.depth / stroke.reach).clip(0, 4)]
    columns += [np.full(p.count, np.log(stroke.reach / look.size)), np.full(p.count, float(sign))]
    columns += [-sign * (p.border > 0).astype(float), np.full(p.count, 1 / (len(state.strokes) + 1))]
    return np.stack(columns, 1)


def boxed(look: Look, within: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the columns of a region (N,) bool that is known to hold the object: a box or a rough outline."""
    p = look.patches
    at = p.centre[within]
    low, high = at.min(0) - look.step / 2, at.max(0) + look.step / 2
    half = (high - low) / 2
    rx, ry = np.abs((p.centre - (low + high) / 2) / half).T
    beyond = np.maximum(0, np.maximum(low - p.centre, p.centre - high))
    near = np.exp(-((np.linalg.norm(beyond, axis=1) / (0.25 * 2 * np.sqrt(half.prod()))) ** 2))
    ring = np.flatnonzero(~within)
    if ring.size == 0:
        ring = np.flatnonzero(p.border)
    inner, outer = within.astype(float), (~within).astype(float) + 1e-6
    guess = inner * np.exp(-(rx**2 + ry**2) / 0.8)
    columns = [_contrast(look, k, guess, outer * where) for where in (1, near) for k in (1, 0)]
    columns.append(votes(look, 2, guess))
    guess = inner * np.exp(-(rx**2 + ry**2) / 2) / (1 + np.exp(-0.75 * (columns[0] + columns[2])))
    columns += [
        _contrast(look, 1, guess, outer),
        _contrast(look, 0, guess, outer * near),
        votes(look, 2, guess),
    ]
    middle = np.flatnonzero(within & (rx < 0.25) & (ry < 0.25))
    if middle.size == 0:
        middle = np.array([np.where(within, rx + ry, np.inf).argmin()])
    for road in look.roads:
        cost = reached(road, ring)
        most = float(np.quantile(cost[within], 0.9)) + 1e-6
        columns += [np.minimum(cost / most, 1.5), np.log(cost / most + 0.05)]
        columns.append(_log_ratio(cost, reached(road, middle), 0.05 * most))
    joins = look.tree.joins(ring)
    columns += [np.minimum(joins, 3), np.exp(-3 * joins)]
    columns += [rx**2, ry**2, np.maximum(rx, ry) ** 2, (rx * ry) ** 2]
    columns.append(np.full(p.count, np.log(half.prod() * 4 / look.size**2)))
    return np.stack(columns, 1)


def odds(look: Look, kernel: int, inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log ratio (N,) of how usual each patch's colour is inside and outside."""
    area = look.patches.area
    mine, other = (
        _mixed(look.like[kernel], part) / (float(part.sum()) + 1e-9) + 1e-3
        for part in (inside * area, (1 - inside) * area)
    )
    return np.log(mine / other).clip(-4, 4)


def votes(look: Look, kernel: int, inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log ratio (N,) of how much of each patch's colour there is inside and outside."""
    area = look.patches.area
    least = 1e-3 * float(area.sum())
    mine, other = (_mixed(look.like[kernel], part * area) + least for part in (inside, 1 - inside))
    return np.log(mine / other).clip(-4, 4)


def _contrast(
    look: Look, kernel: int, mine: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return `odds` for two weights that need not sum to 1; rare colours say little."""
    area = look.patches.area
    least = 0.01 * _mixed(look.like[kernel], area) / float(area.sum()) + 1e-6
    a, b = (
        _mixed(look.like[kernel], w * area) / (float((w * area).sum()) + 1e-9) + least for w in (mine, other)
    )
    return np.log(a / b).clip(-4, 4)


def _mixed(kernel: NDArray[np.float32], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(kernel @ weights.astype(np.float32), np.float64)


def _away(look: Look, stroke: Stroke) -> NDArray[np.float64]:
    """Return each patch's distance (N,) to the nearest of the stroke's points, in pixels at working size."""
    offset = look.patches.centre[:, None] - stroke.points
    return np.asarray(np.linalg.norm(offset, axis=2).min(1), np.float64)


def _log_ratio(a: NDArray[np.float64], b: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = np.log((a + least) / (b + least))
    return ratio


def _nearest(state: State, sign: int, road: int, otherwise: float, count: int) -> NDArray[np.float64]:
    near = state.near[sign]
    return np.full(count, otherwise) if near is None else near[road]
