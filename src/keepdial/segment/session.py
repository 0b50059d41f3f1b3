"""One picture, many answers: what is computed once, and the answer after each click."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keepdial.compiling import announced
from keepdial.errors import ParameterError, SelectionError
from keepdial.geometry import Box, size_of
from keepdial.segment import fitted
from keepdial.segment.edge import sharpened
from keepdial.segment.evidence import State, Stroke, boxed, first, later, odds, votes
from keepdial.segment.look import Look, reached

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.segment import Click

WORKING = 250_000
"""Pixels at which a picture is understood; outlines are then sharpened at its own size."""

TRUST = 1.5
"""What a prior's logit counts for, before the colours have their say."""

HELD = 0.7
"""Least part of a patch that lies within a box, for the patch to be possible."""

LEAN = 1.0
"""Added to the logits of a box: what is a little more likely outside still raises the expected overlap. The
best of -2 to 2 on the tuning half (IoU 0.81 without, 0.86 with it)."""

POINTS = 48
"""Points that stand for a scribble."""


class Session:
    """The features of one picture (about 90 MB), for as many answers as are asked for.

    Answers are remembered: one more click at the end of the same list is answered from the answer before it.
    """

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        """Look at a picture (H, W, 3) uint8 sRGB, which is kept and must not change."""
        import cv2

        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
            raise ParameterError("rgb", f"{rgb.shape} {rgb.dtype}", "(H, W, 3) uint8, not empty")
        self.rgb = rgb
        self.size = size_of(rgb)
        scale = min(1.0, (WORKING / self.size.area) ** 0.5)
        small = max(1, round(self.size.width * scale)), max(1, round(self.size.height * scale))
        with announced(count=2):
            self.look = Look.at(np.asarray(cv2.resize(rgb, small, interpolation=cv2.INTER_AREA), np.uint8))
        self._scale = np.array(small) / (self.size.width, self.size.height)
        self._lock = threading.Lock()
        self._known: dict[tuple[object, ...], State | None] = {}

    def solve(
        self,
        *,
        clicks: Sequence[Click] = (),
        box: Box | None = None,
        hints: NDArray[np.int8] | None = None,
        prior: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """Return the mask as `keepdial.segment.segment` does."""
        self._check(clicks, box, hints, prior)
        with self._lock, announced(count=2):
            state = self._answer(tuple(clicks), box, self._shrunk(hints), self._averaged(prior))
        mask = sharpened(self.rgb, state.inside[self.look.patches.labels])
        if box is not None:
            inside = box.clip(self.size).slices
            kept = mask[inside].copy()
            mask[...] = 0
            mask[inside] = kept
        if hints is not None:
            mask[hints > 0], mask[hints < 0] = 1, 0
        for click in clicks:
            mask[int(click.y), int(click.x)] = click.inside
        return mask

    def enclosed(self, region: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the mask of the object that a rough outline (H, W) bool, True inside, was drawn around."""
        import cv2

        if region.shape != self.rgb.shape[:2] or not region.any():
            raise ParameterError("region", region.shape, f"{self.rgb.shape[:2]}, not empty")
        size = self.look.patches.labels.shape[::-1]
        small = cv2.resize(region.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        share = self.look.patches.mean(np.asarray(small, np.float32))
        with self._lock, announced(count=2):
            state = self.boxed(np.asarray(share >= min(HELD, float(share.max())), np.bool_))
        return sharpened(self.rgb, state.inside[self.look.patches.labels]) * region

    def _check(
        self,
        clicks: Sequence[Click],
        box: Box | None,
        hints: NDArray[np.int8] | None,
        prior: NDArray[np.float32] | None,
    ) -> None:
        for click in clicks:
            if not (0 <= click.x < self.size.width and 0 <= click.y < self.size.height):
                raise SelectionError(
                    f"The click at ({click.x:g}, {click.y:g}) lies outside of the picture, which is "
                    f"{self.size}.",
                    hint="Points are x,y in pixels of the upright picture, from its top left corner.",
                )
        if box is not None and box.clip(self.size).area == 0:
            raise SelectionError(
                f"The box {box} lies wholly outside of the picture, which is {self.size}.",
                hint="Boxes are x,y,width,height in pixels of the upright picture, from its top left corner.",
            )
        for name, array in (("hints", hints), ("prior", prior)):
            if array is not None and (array.ndim != 2 or size_of(array) != self.size):
                raise ParameterError(f"{name}.shape", array.shape, f"{self.rgb.shape[:2]}, as the picture")
        if prior is not None and not (prior.min() >= 0 and prior.max() <= 1):
            raise ParameterError("prior", "values outside of the range", "numbers from 0 to 1")
        told = any(click.inside for click in clicks) or (hints is not None and bool((hints > 0).any()))
        if not told and box is None and prior is None:
            outside = (
                "It was only said what lies outside" if clicks or hints is not None else "Nothing was given"
            )
            raise SelectionError(
                f"{outside}, so there is no object to take it from.",
                hint="Add a click inside the object, a scribble on it, or a box around it.",
            )

    def _shrunk(self, hints: NDArray[np.int8] | None) -> NDArray[np.int8] | None:
        """Return the hints at working size: 1 or -1 where there are more of one than of the other."""
        if hints is None or not hints.any():
            return None
        import cv2

        signs = np.sign(hints).astype(np.float32)
        size = self.look.patches.labels.shape[::-1]
        return np.sign(cv2.resize(signs, size, interpolation=cv2.INTER_AREA)).astype(np.int8)

    def _averaged(self, prior: NDArray[np.float32] | None) -> NDArray[np.float64] | None:
        """Return the prior's mean over each patch (N,)."""
        if prior is None:
            return None
        import cv2

        size = self.look.patches.labels.shape[::-1]
        small = cv2.resize(prior.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        return self.look.patches.mean(np.asarray(small, np.float32))

    def _answer(
        self,
        clicks: tuple[Click, ...],
        box: Box | None,
        hints: NDArray[np.int8] | None,
        prior: NDArray[np.float64] | None,
    ) -> State:
        """Return the state after all that was said, from the longest list of clicks that is known."""
        if box is None and hints is None and prior is None:
            # An object begins with what is inside.
            start = next(i for i, click in enumerate(clicks) if click.inside)
            clicks = (clicks[start], *clicks[:start], *clicks[start + 1 :])
        given = (box, *(None if a is None else a.tobytes() for a in (hints, prior)))
        done = len(clicks)
        while done and (*given, clicks[:done]) not in self._known:
            done -= 1
        state = self._known.get((*given, clicks[:done]))
        if done == 0 and state is None:
            self._known.clear()
            state = self._begun(box, hints, prior)
            self._known[(*given, ())] = state
        for k in range(done, len(clicks)):
            state = self.corrected(state, self.clicked(state, clicks[k]))
            self._known[(*given, clicks[: k + 1])] = state
        if state is None:
            raise SelectionError("Nothing says what is inside.", hint="Add a click inside the object.")
        return state

    def _begun(
        self, box: Box | None, hints: NDArray[np.int8] | None, prior: NDArray[np.float64] | None
    ) -> State | None:
        """Return the state that a box, hints and a prior lead to; None when there are none of them."""
        state = None
        within = None if box is None else self.within(box)
        if prior is not None:
            state = self.guessed(prior, within)
        elif within is not None:
            state = self.boxed(within)
        for sign in (1, -1):
            if hints is not None and (hints == sign).any():
                state = self.corrected(state, self._scribbled(state, hints == sign, sign))
        return state

    def within(self, box: Box) -> NDArray[np.bool_]:
        """Return the patches (N,) that lie in a box of the picture; at least one."""
        x0, y0 = np.array([box.x, box.y]) * self._scale
        x1, y1 = np.array([box.right, box.bottom]) * self._scale
        labels = self.look.patches.labels
        y, x = (np.arange(n) + 0.5 for n in labels.shape)
        held = ((y >= y0) & (y < y1))[:, None] & ((x >= x0) & (x < x1))
        share = self.look.patches.mean(held)
        return np.asarray(share >= min(HELD, float(share.max())), np.bool_)

    def clicked(self, state: State | None, click: Click) -> Stroke:
        """Return the stroke of a click."""
        at = np.minimum(
            (click.x, click.y) * self._scale, np.array(self.look.patches.labels.shape[::-1]) - 1e-6
        )
        x, y = int(at[0]), int(at[1])
        depth = self._depth(state, 1 if click.inside else -1)
        seeds = self.look.patches.labels[y : y + 1, x]
        return Stroke(
            at[None], seeds.astype(np.int64), 1 if click.inside else -1, max(3.0, float(depth[y, x]))
        )

    def _scribbled(self, state: State | None, where: NDArray[np.bool_], sign: int) -> Stroke:
        y, x = np.nonzero(where)
        some = np.linspace(0, y.size - 1, min(POINTS, y.size)).round().astype(int)
        points = np.stack([x[some], y[some]], 1) + 0.5
        seeds = np.unique(self.look.patches.labels[where]).astype(np.int64)
        return Stroke(points, seeds, sign, max(3.0, float(self._depth(state, sign)[where].max())))

    def _depth(self, state: State | None, sign: int) -> NDArray[np.float32]:
        """Return the distance (h, w) of what is not as `sign` says to what is, or to the picture's border."""
        labels = self.look.patches.labels
        wrong = np.ones(labels.shape, bool) if state is None else state.inside[labels] != (sign > 0)
        return _distance(wrong)

    def corrected(self, state: State | None, stroke: Stroke) -> State:
        """Return the state after a stroke; the first one, without a state, must be inside."""
        if state is None:
            logit = fitted.weighed(first(self.look, stroke), fitted.FIRST)
            count = self.look.patches.count
            state = State(
                np.zeros(count, bool), np.zeros(count, np.int8), (), {1: None, -1: None}, np.zeros(count)
            )
        else:
            state = self._nearer(state, stroke)
            columns = later(self.look, state, stroke)
            agreeing = state.inside == (stroke.sign > 0)
            logit = stroke.sign * np.where(
                agreeing, fitted.weighed(columns, fitted.STAY), fitted.weighed(columns, fitted.FLIP)
            )
            return self._cut(logit, state, stroke)
        return self._cut(logit, self._nearer(state, stroke), stroke)

    def _nearer(self, state: State, stroke: Stroke) -> State:
        """Return the state with the costs from its strokes updated by one more."""
        cost = np.stack([reached(road, stroke.seeds) for road in self.look.roads])
        old = state.near[stroke.sign]
        near = {**state.near, stroke.sign: cost if old is None else np.minimum(old, cost)}
        return State(state.inside, state.certain, state.strokes, near, state.depth)

    def _cut(self, logit: NDArray[np.float64], state: State, stroke: Stroke) -> State:
        certain = state.certain.copy()
        certain[stroke.seeds] = stroke.sign
        inside = self.look.cut(logit, certain)
        if not state.strokes and not state.inside.any():
            # One object was pointed at, not all of its colour.
            inside = self.look.connected(inside, stroke.seeds)
        return self._settled(inside, certain, (*state.strokes, stroke), state.near)

    def _settled(
        self,
        inside: NDArray[np.bool_],
        certain: NDArray[np.int8],
        strokes: tuple[Stroke, ...] = (),
        near: dict[int, NDArray[np.float64] | None] | None = None,
    ) -> State:
        taken = inside[self.look.patches.labels]
        depth = np.abs(self.look.patches.mean(_distance(taken) - _distance(~taken, open_border=True)))
        return State(inside, certain, strokes, near or {1: None, -1: None}, depth)

    def boxed(self, within: NDArray[np.bool_]) -> State:
        """Return the state after a box or a rough outline that holds the object: `within` (N,) bool."""
        certain = np.where(within, 0, -1).astype(np.int8)
        logit = fitted.weighed(self.box_columns(within), fitted.BOX)
        return self._settled(self._recoloured(logit + LEAN, certain), certain)

    def box_columns(self, within: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the evidence (N, 30) of a box: its own, and where iterated colour models end (GrabCut)."""
        columns = boxed(self.look, within)
        certain = np.where(within, 0, -1).astype(np.int8)
        ends = []
        for kernel in (0, 1):
            inside = within
            for _ in range(5):
                logit = odds(self.look, kernel, inside.astype(np.float64))
                found = self.look.cut(logit, certain)
                same = np.array_equal(found, inside)
                if same or not found.any():
                    break
                inside = found
            ends += [inside * 2.0 - 1, logit]
        return np.concatenate([columns, np.stack([*ends, ends[0] * ends[2]], 1)], 1)

    def guessed(self, prior: NDArray[np.float64], within: NDArray[np.bool_] | None = None) -> State:
        """Return the state after a prior (N,) in [0, 1], within a box if there is one."""
        p = prior.clip(0.02, 0.98)
        certain = np.zeros(p.size, np.int8) if within is None else np.where(within, 0, -1).astype(np.int8)
        return self._settled(self._recoloured(TRUST * np.log(p / (1 - p)), certain), certain)

    def _recoloured(self, logit: NDArray[np.float64], certain: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Return the cut for `logit`, its colours learnt and the cut repeated three times."""
        inside = self.look.cut(logit, certain)
        for _ in range(3):
            if not inside.any() or inside.all():
                break
            soft = inside.astype(np.float64)
            colours = odds(self.look, 0, soft) + 0.5 * votes(self.look, 2, soft)
            inside = self.look.cut(logit + colours, certain)
        return inside


def _distance(where: NDArray[np.bool_], *, open_border: bool = False) -> NDArray[np.float32]:
    """Return the distance (h, w) to the nearest pixel that is not `where`; the border is one unless open."""
    import cv2

    padded = np.pad(where, 1, constant_values=open_border).astype(np.uint8)
    if padded.all():
        return np.full(where.shape, float(np.hypot(*where.shape)), np.float32)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1], np.float32)
