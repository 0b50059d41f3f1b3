"""Dragging, on arrays: warp, make anew what was stretched too far, measure where the handles came to lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.warping.flow import Watch, flow
from keepdial.warping.mend import mended, overstretched
from keepdial.warping.sample import sample
from keepdial.warping.track import track

if TYPE_CHECKING:
    from numpy.typing import NDArray

INSET = 3.0
"""A handle that cannot reach its target is taken this near to what stops it, in px."""

WARP, MEND = 0.6, 0.9
"""Parts of the progress after which the warp and the new texture are done."""

LOOK_AGAIN = 10.0
"""How far around a target a handle is looked for at least, px; else as far as it was to go."""


@dataclass(frozen=True, eq=False, slots=True)
class Reach:
    """How far handles can go.

    Attributes:
        end: (n, 2) float64, where each is taken: its target, or as near to that as it can come.
        why: for each, "" or what stops it.
    """

    end: NDArray[np.float64]
    why: tuple[str, ...]


def reached(
    start: NDArray[np.float64], end: NDArray[np.float64], free: NDArray[np.bool_], held: NDArray[np.bool_]
) -> Reach:
    """Return how far each handle can go inside of what is `free` (h, w).

    `held` (h, w) is True on what is pinned; all else that is not free is simply outside of the area.
    """
    import cv2

    h, w = free.shape
    # The picture's own borders hold nothing back.
    room = cv2.distanceTransform(
        np.pad(free.astype(np.uint8), 1, constant_values=1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE
    )[1:-1, 1:-1]
    taken, why = end.copy(), list[str]()
    for i, (a, b) in enumerate(zip(start, end, strict=True)):
        if (a == b).all():
            why.append("")
            continue
        x, y = np.rint(a).astype(np.int64)
        if not free[y, x]:
            taken[i] = a
            why.append("it is pinned" if held[y, x] else "it lies outside of what may change")
            continue
        count = int(np.ceil(np.hypot(*(b - a)) * 2)) + 1
        line = a + np.linspace(0, 1, count)[:, None] * (b - a)
        at = np.rint(line).astype(np.int64)
        out = (at[:, 0] < 0) | (at[:, 0] >= w) | (at[:, 1] < 0) | (at[:, 1] >= h)
        cx, cy = np.clip(at[:, 0], 0, w - 1), np.clip(at[:, 1], 0, h - 1)
        shut = out | ~free[cy, cx]
        if not shut.any():
            why.append("")
            continue
        last = int(np.argmax(shut))
        if out[last]:
            reason = "its target lies outside of the picture"
        elif held[cy[last], cx[last]]:
            reason = "pinned pixels are in its way"
        else:
            reason = "its target lies outside of what may change"
        near = np.flatnonzero(room[cy[:last], cx[:last]] >= min(INSET, float(room[cy[0], cx[0]])))
        taken[i] = line[near[-1] if near.size else 0]
        why.append(reason)
    return Reach(taken, tuple(why))


@dataclass(frozen=True, eq=False, slots=True)
class Dragged:
    """What came of it.

    Attributes:
        pixels: (h, w, C) float32 in [0, 1].
        map: (h, w, 2) float32, where each pixel was read before texture was made anew.
        anew: (h, w) bool, True where texture was made anew.
        done: how much of the way was gone, 0 to 1.
    """

    pixels: NDArray[np.float32]
    map: NDArray[np.float32]
    anew: NDArray[np.bool_]
    done: float


def dragged(
    source: NDArray[np.float32],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    free: NDArray[np.bool_],
    *,
    stiff: NDArray[np.float32] | None = None,
    usable: NDArray[np.bool_] | None = None,
    mend: bool = True,
    seed: int = 0,
    watch: Watch | None = None,
    report: Callable[[float], None] = lambda done: None,
) -> Dragged:
    """Return the source with its handles taken from `start` to `end`; nothing outside of `free` changes.

    Args:
        source: (h, w, C) float32 in [0, 1], C = 1 or 3.
        start, end: (n, 2) px.
        free: (h, w) bool, True where pixels may change.
        stiff: (h, w) float32 in [0, 1], 1 = keeps its shape.
        usable: (h, w) bool, True where the source may serve as example; None = everywhere.
        mend: whether overstretched texture is made anew.
        seed: of the texture.
        watch: see `keepdial.warping.warp_map`.
        report: called with the share of the work that is done; may raise to stop it.
    """
    gone = flow(free.shape, start, end, free=free, stiff=stiff, watch=watch)
    report(WARP)
    warped = np.clip(sample(source, gone.map), 0, 1)
    anew = np.zeros_like(free)
    if mend:
        anew = overstretched(source, warped, gone.map, free, end)
        if anew.any():
            usable = np.ones_like(free) if usable is None else usable
            part = lambda done: report(WARP + (MEND - WARP) * done)  # noqa: E731
            warped = mended(warped, source, gone.map, anew, usable, seed=seed, report=part)
    report(MEND)
    return Dragged(np.clip(warped, 0, 1), gone.map, anew, gone.done)


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a handle came to lie.

    Attributes:
        distance: from its target, px; None where the handle's surroundings could not be recognised.
        x, y: where it was seen.
    """

    distance: float | None
    x: float = 0.0
    y: float = 0.0


def landings(
    source: NDArray[np.float32],
    result: NDArray[np.float32],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    *,
    radius: int,
) -> list[Landing]:
    """Return where each handle is seen in the result, by looks alone.

    The pictures are (h, w, C) in [0, 1]; `radius` is half the side of what is looked for, px.
    """
    before, after = (np.ascontiguousarray(p.mean(axis=2, dtype=np.float32)) for p in (source, result))
    found = []
    for a, b in zip(start, end, strict=True):
        reach = max(LOOK_AGAIN, float(np.hypot(*(b - a))) + 2)
        seen = track(before, after, (a[0], a[1]), (b[0], b[1]), reach=reach, radius=radius)
        if seen is None:
            found.append(Landing(None))
        else:
            found.append(Landing(float(np.hypot(seen.x - b[0], seen.y - b[1])), seen.x, seen.y))
    return found
