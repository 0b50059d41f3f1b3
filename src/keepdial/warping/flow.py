"""Handles drag a picture along: a smooth flow that bends as little as it can, and never folds over.

The way of the handles is gone in small steps. In each, the field that takes the handles on is the one with
the least as-rigid-as-possible energy for small movements, the Killing energy (Solomon et al.,
"As-Killing-As-Possible Vector Fields for Planar Deformation", SGP 2011; the flow along such fields is their
section 5), plus a little bending energy, so that a single handle pulls no spike. What is fixed does not move,
and at the picture's border things may slide along it only. Each step is a small smooth map without folds, and
so is their composition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError
from keepdial.warping.maps import composed, determinant, folds, identity, unfolded
from keepdial.warping.mls import pairs
from keepdial.warping.system import System

if TYPE_CHECKING:
    from numpy.typing import NDArray

NODES = 1400
"""About how many nodes the grid has over the part that may move."""

WORK = 200_000
"""Most pixels at which maps are composed; larger ones are enlarged at the end, since they are smooth."""

STEP = 1.5
"""Longest step of a handle, in cells of the grid."""

OPEN = 0.35
"""Least determinant of a step; where it would be less, the step is halved."""

SHORTEST = 1 / 256
"""Shortest step, as a part of the whole way; a way that needs shorter ones is given up."""

MOST = 200
"""Most steps of one way."""

CORRECTIONS, NEAR = 4, 0.1
"""Steps at the end that take the handles the rest of the way, and the miss in px that needs none."""

RAMP = 2.0
"""Cells of the grid over which the movement ends at what is fixed."""


Watch = Callable[[float, Callable[[], np.ndarray[Any, np.dtype[np.float32]]]], None]
"""Called after each step with how much of the way was gone and a function that returns the map so far."""


@dataclass(frozen=True, eq=False, slots=True)
class Flow:
    """A way that was gone.

    Attributes:
        map: (h, w, 2) float32, where each pixel of the result comes from.
        done: how much of the way was gone, 0 to 1; less than 1 where handles stand in each other's way.
    """

    map: NDArray[np.float32]
    done: float


def warp_map(
    shape: Sequence[int],
    handles_from: Any,
    handles_to: Any,
    *,
    free: NDArray[np.bool_] | None = None,
    stiff: NDArray[np.float32] | None = None,
    watch: Watch | None = None,
) -> NDArray[np.float32]:
    """Return the map (h, w, 2) float32 by which handles come to their targets, smooth and without folds.

    Handles whose target equals their place hold it: a handle for each landmark that is to stay. A handle
    outside of `free` has no effect. Two handles on the same spot with different targets are a contradiction;
    the way then ends early, see `flow`.

    Args:
        shape: (h, w) of the picture.
        handles_from: (n, 2) places (x, y) in the source, px.
        handles_to: (n, 2) where they are to come.
        free: (h, w) bool, True where pixels may move. Outside of it the map is exactly the identity, and it
            falls smoothly to that. None = everything, sliding along the borders.
        stiff: (h, w) float32 in [0, 1], 1 = stays as rigid as possible (an object), 0 = may stretch; it is
            given over the source and goes along. None = 0 everywhere.
        watch: called after each step with how much of the way was gone (0 to 1) and a function that returns
            the map so far; may raise to stop.

    Raises:
        ParameterError: shapes or types that are not as above.
    """
    return flow(shape, handles_from, handles_to, free=free, stiff=stiff, watch=watch).map


def flow(
    shape: Sequence[int],
    handles_from: Any,
    handles_to: Any,
    *,
    free: NDArray[np.bool_] | None = None,
    stiff: NDArray[np.float32] | None = None,
    watch: Watch | None = None,
) -> Flow:
    """Return the map as `warp_map` does, and how much of the way was gone."""
    h, w = int(shape[0]), int(shape[1])
    start, end = pairs(handles_from, handles_to)
    for name, array, kind in (("free", free, np.bool_), ("stiff", stiff, np.float32)):
        if array is not None and (array.shape != (h, w) or array.dtype != kind):
            raise ParameterError(name, f"{array.shape} {array.dtype}", f"{(h, w)} {np.dtype(kind)}")
    if free is None:
        free = np.ones((h, w), np.bool_)
    cells = _cells(free)
    if cells is None or not (start != end).any():
        return Flow(identity((h, w)), 1.0)
    return _Way(cells, free, stiff, start, end).gone(watch)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The grid: its top left node in the picture, the spacing in px, and its size in nodes."""

    x: int
    y: int
    spacing: float
    width: int
    height: int


def _cells(free: NDArray[np.bool_]) -> _Cells | None:
    """Return a grid over what is free and a cell around it, inside the picture; None where nothing is."""
    from keepdial.geometry import Box, size_of

    box = Box.of(free)
    if box is None:
        return None
    spacing = max(1.0, float(np.sqrt(np.count_nonzero(free) / NODES)))
    box = box.grow(int(np.ceil(spacing)) + 1).clip(size_of(free))
    width, height = (max(2, int(np.ceil((n - 1) / spacing)) + 1) for n in (box.width, box.height))
    return _Cells(box.x, box.y, spacing, width, height)


class _Way:
    """The state along the way: at working size, in the coordinates of the part that may move."""

    def __init__(
        self,
        cells: _Cells,
        free: NDArray[np.bool_],
        stiff: NDArray[np.float32] | None,
        start: NDArray[np.float64],
        end: NDArray[np.float64],
    ) -> None:
        import cv2

        self.cells, self.free = cells, free
        h, w = free.shape
        # The part of the picture under the grid, and a smaller picture of it to work in.
        self.width = min(w - cells.x, int(np.ceil((cells.width - 1) * cells.spacing)) + 1)
        self.height = min(h - cells.y, int(np.ceil((cells.height - 1) * cells.spacing)) + 1)
        self.scale = min(1.0, float(np.sqrt(WORK / (self.width * self.height))))
        size = (max(2, round(self.width * self.scale)), max(2, round(self.height * self.scale)))
        part = np.s_[cells.y : cells.y + self.height, cells.x : cells.x + self.width]
        self.part, self.size = part, size
        self.ramp = _ramp(free[part], RAMP * cells.spacing)
        self.small_ramp = np.asarray(cv2.resize(self.ramp, size, interpolation=cv2.INTER_AREA), np.float32)
        nodes = identity((cells.height, cells.width)) * np.float32(cells.spacing)
        at = np.minimum(nodes, np.array([self.width - 1, self.height - 1], np.float32))
        self.stiff = None if stiff is None else _looked_up(_even(stiff[part], cells.spacing), at)
        self.open = _looked_up(free[part].astype(np.float32), at) > 0.5
        # Nodes at the picture's own border slide along it: there is nothing beyond that could come in.
        self.across, self.down = self.open.copy(), self.open.copy()
        for axis, moves, low, high in (
            (1, self.across, cells.x == 0, cells.x + self.width == w),
            (0, self.down, cells.y == 0, cells.y + self.height == h),
        ):
            for there, index in ((low, 0), (high, -1)):
                if there:
                    moves[(slice(None), index) if axis == 1 else index] = False
        origin = np.array([cells.x, cells.y], np.float64)
        inside = _inside(free, start) | _inside(free, end)
        self.start, self.end = (start - origin)[inside], (end - origin)[inside]

    def gone(self, watch: Watch | None) -> Flow:
        """Go the way and return the map."""
        if not len(self.start):
            return Flow(identity(self.free.shape), 1.0)
        w, h = self.size
        shrink = np.array([w / self.width, h / self.height])
        total: NDArray[np.float32] = identity((h, w))
        system = System(self.across, self.down)
        way = _way(self.start, self.end)
        longest = float(np.hypot(*(self.end - self.start).T).max())
        step = 1 / max(2, np.ceil(longest / (STEP * self.cells.spacing)))
        done, steps, more = 0.0, 0, 0
        while steps < MOST and more < CORRECTIONS:
            step = min(step, 1 - done)
            at = way(done + step)
            # Where each handle is really, so that no error adds up.
            by = _shown(total, self.start, way(done), shrink) - at
            if done >= 1:
                more += 1
                if float(np.hypot(*by.T).max()) < NEAR:
                    break
            field = self._field(system, at, by, total, shrink)
            back = identity((h, w)) + field
            steps += 1
            if float(determinant(back).min()) < OPEN:
                if done >= 1:
                    break
                step /= 2
                if step < SHORTEST:
                    break
                continue
            total = composed(total, back)
            done = 1.0 if done + step > 1 - 1e-9 else done + step
            if watch is not None:
                seen = total
                watch(done, lambda seen=seen: self._whole(seen))  # type: ignore[misc]
        whole = self._whole(total)
        # Each step is open, but between two pixels of the working size a stiff edge can still turn over.
        if folds(whole[self.part]).any():
            whole[self.part] = unfolded(whole[self.part], least=0.0, held=~self.free[self.part])
        return Flow(whole, done)

    def _field(
        self,
        system: System,
        at: NDArray[np.float64],
        by: NDArray[np.float64],
        total: NDArray[np.float32],
        shrink: NDArray[np.float64],
    ) -> NDArray[np.float32]:
        """Return the step's field (h, w, 2) at working size: at the handles' places `at` it is `by`."""
        spacing = self.cells.spacing
        stiff = None
        if self.stiff is not None:
            nodes = identity(self.open.shape) * np.float32(spacing)
            small: Any = (nodes + np.float32(0.5)) * shrink.astype(np.float32) - np.float32(0.5)
            w, h = self.size
            small = np.clip(small, 0, np.array([w - 1, h - 1], np.float32))
            source: Any = _looked_up(total, small)
            source = (source + np.float32(0.5)) / shrink.astype(np.float32) - np.float32(0.5)
            stiff = _looked_up(self.stiff, np.asarray(source / np.float32(spacing), np.float32))
        field = system.solved(at / spacing, by, stiff)
        big = _enlarged(field, self.size, spacing * shrink)
        return np.asarray(big * self.small_ramp[..., None] * shrink.astype(np.float32), np.float32)

    def _whole(self, total: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the map of the whole picture."""
        import cv2

        made = identity(self.free.shape)
        w, h = self.size
        away: Any = total - identity((h, w))
        away /= np.array([w / self.width, h / self.height], np.float32)
        if (w, h) != (self.width, self.height):
            away = cv2.resize(away, (self.width, self.height), interpolation=cv2.INTER_LINEAR)
        away = np.where(self.free[self.part][..., None], away, np.float32(0))
        made[self.part] += away
        return made


def _way(start: NDArray[np.float64], end: NDArray[np.float64]) -> Callable[[float], NDArray[np.float64]]:
    """Return where the handles are at a time from 0 to 1: together along an arc, the rest straight.

    On straight ways to the other ends of a turn they would first come nearer to each other, and squeeze what
    is between them.
    """
    middle, to = start.mean(axis=0), end.mean(axis=0)
    a, b = start - middle, end - to
    turn = (np.conj(a @ (1, 1j)) * (b @ (1, 1j))).sum()
    angle = float(np.angle(turn)) if abs(turn) > 1e-9 else 0.0
    arms = a @ (1, 1j)
    rest = b @ (1, 1j) - arms * np.exp(1j * angle)

    def at(time: float) -> NDArray[np.float64]:
        placed = arms * np.exp(1j * angle * time) + time * rest
        return np.asarray(middle + time * (to - middle) + np.stack([placed.real, placed.imag], axis=1))

    return at


def _shown(
    total: NDArray[np.float32],
    points: NDArray[np.float64],
    near: NDArray[np.float64],
    shrink: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return where the map so far shows the source's points (n, 2), looked for from `near` on (Newton)."""
    h, w = total.shape[:2]
    goal = (points + 0.5) * shrink - 0.5
    at = (near + 0.5) * shrink - 0.5
    steps = np.array([(0, 0), (0.5, 0), (-0.5, 0), (0, 0.5), (0, -0.5)])
    for _ in range(3):
        seen = _looked_up(total, (at[:, None] + steps).astype(np.float32)).astype(np.float64)
        turn = np.stack([seen[:, 1] - seen[:, 2], seen[:, 3] - seen[:, 4]], axis=2)
        miss = goal - seen[:, 0]
        go = np.stack([np.linalg.lstsq(t, m, rcond=1e-3)[0] for t, m in zip(turn, miss, strict=True)])
        at = np.clip(at + np.clip(go, -4, 4), 0, (w - 1, h - 1))
    return np.asarray((at + 0.5) / shrink - 0.5)


def _inside(free: NDArray[np.bool_], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    h, w = free.shape
    x, y = np.rint(points.T).astype(np.int64)
    there = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    return np.asarray(there & free[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)])


def _ramp(free: NDArray[np.bool_], reach: float) -> NDArray[np.float32]:
    """Return (h, w) float32: 0 outside of what is free, rising smoothly to 1 over `reach` px inside of it.

    The picture's borders are no end of what is free; `free` is cut so that only they lie at its edges.
    """
    import cv2

    deep = cv2.distanceTransform(free.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    if free.all():
        return np.ones(free.shape, np.float32)
    t = np.clip(deep / np.float32(max(reach, 1.0)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def _even(values: NDArray[np.float32], spacing: float) -> NDArray[np.float32]:
    """Return values (h, w) averaged over about a cell, so that none is missed between the nodes."""
    import cv2

    side = max(1, round(spacing))
    return np.asarray(cv2.blur(values, (side, side)), np.float32)


def _looked_up(values: NDArray[np.float32], at: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values (h, w[, c]) at places (m, n, 2), linear between pixels; outside is the border."""
    import cv2

    h, w = values.shape[:2]
    x = np.ascontiguousarray(np.clip(at[..., 0], 0, w - 1), np.float32)
    y = np.ascontiguousarray(np.clip(at[..., 1], 0, h - 1), np.float32)
    made = cv2.remap(np.ascontiguousarray(values), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32).reshape(*x.shape, *values.shape[2:])


def _enlarged(
    field: NDArray[np.float32], size: tuple[int, int], spacing: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return a field of nodes (ny, nx, 2) at working size, by cubic splines through the nodes."""
    from scipy.interpolate import RectBivariateSpline

    w, h = size
    ny, nx = field.shape[:2]
    xs = np.clip((np.arange(w) + 0.5) / spacing[0] - 0.5 / spacing[0], 0, nx - 1)
    ys = np.clip((np.arange(h) + 0.5) / spacing[1] - 0.5 / spacing[1], 0, ny - 1)
    made = np.empty((h, w, 2), np.float32)
    for i in range(2):
        spline = RectBivariateSpline(
            np.arange(ny), np.arange(nx), field[..., i], kx=min(3, ny - 1), ky=min(3, nx - 1)
        )
        made[..., i] = spline(ys, xs)
    return made
