"""Fitting: a frame at the size at which a model works best, and the exact way back.

A generative model is trained at one size and falls apart far from it: below, it sees too little; above, it
repeats things. So a window is chosen to show about that many pixels of the picture as they are; what does not
fit is scaled, never cropped, and the proposal is scaled back.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.geometry import Box, Size, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Capabilities, Frame
    from keepdial.keep import Keep

    Singles = NDArray[np.float32]

NEAR = 0.7, 1.3
"""A frame whose area is within these shares of the best is shown pixel by pixel where its sides allow it."""

SEEN, CLOSEST = 1 / 12, 3.0
"""A hole is to span this share of a frame's side: what is a few pixels wide, a model that works on cells of
8 px does not see. A window shows a smaller hole larger, but at most CLOSEST times: beyond, all is blur."""

LONGEST = 2.0
"""Where the picture is narrow, a window may be this many times longer than the best side."""

NARROWEST = 3
"""A frame is at least this part of the best side wide: no model was trained on what is longer than 9:1."""


def room(hole: Box, can: Capabilities) -> float:
    """Return the side in px of the part of a picture that a window around `hole` is to show, as it is."""
    need = max(hole.width, hole.height) / SEEN
    return can.best / min(CLOSEST, max(1.0, can.best / need))


def roomy(window: Box, hole: Box, size: Size, can: Capabilities) -> Box:
    """Return `window`, inside a picture of `size`, grown to about the area at which the backend works best.

    Where the picture allows it the sides are multiples of what the backend accepts, so that nothing has to be
    scaled. A window that shows more than that already is left as large as it is.
    """
    box, side = window.clip(size), room(hole, can)
    width, height = max(box.width, side), max(box.height, side)
    if box.width > side:
        width, height = box.width, max(box.height, side * side / box.width)
    elif box.height > side:
        width, height = max(box.width, side * side / box.height), box.height
    if width > size.width:
        width, height = size.width, max(height, min(side * side / size.width, LONGEST * side))
    if height > size.height:
        width, height = max(width, min(side * side / size.height, LONGEST * side)), size.height
    x, wide = _placed(box.x, box.width, width, size.width, can.multiple_of)
    y, high = _placed(box.y, box.height, height, size.height, can.multiple_of)
    return Box(x, y, wide, high)


def _placed(start: int, length: int, want: float, limit: int, step: int) -> tuple[int, int]:
    """Return (start, length) of one side: about `want`, the given part in its middle, inside the limit."""
    side = -(-round(min(want, limit)) // step) * step
    if side > limit:
        # A little less of the surroundings, rather than all of it scaled.
        side = limit // step * step
    if side < length:
        side = limit if -(-length // step) * step > limit else -(-length // step) * step
    return min(max(0, start + length // 2 - side // 2), limit - side), side


def padded(size: Size, can: Capabilities) -> Size:
    """Return the least size, at least `size`, whose shape a backend with a best size accepts.

    Only what is extremely long needs padding: the rest is met by scaling.
    """
    low, high = _limits(can)
    low = max(low, can.best // NARROWEST)
    long = min(high, max(low, can.best * can.best // low))
    least = -(-max(size.width, size.height) * low // long)
    return Size(max(size.width, least), max(size.height, least))


def _limits(can: Capabilities) -> tuple[int, int]:
    """Return the smallest and the largest side of a frame that the backend accepts, in px."""
    step = can.multiple_of
    low = -(-max(can.minimum, 1) // step) * step
    return low, max(low, can.maximum // step * step if can.maximum else 1 << 20)


def shown_at(size: Size, can: Capabilities) -> Size:
    """Return the size at which a backend is to see a frame of `size`; without a best size, as it is.

    Sides are multiples of `multiple_of`, between `minimum` and `maximum`; the shape is the frame's to within
    what those allow.
    """
    if not can.best:
        return size
    step, (low, high), best = can.multiple_of, _limits(can), can.best * can.best
    fits = all(low <= side <= high and side % step == 0 for side in (size.width, size.height))
    near = NEAR[0] * best <= size.area <= NEAR[1] * best
    if fits and near:
        return size
    scale = 1.0 if near else (best / size.area) ** 0.5
    scale = min(max(scale, low / min(size.width, size.height)), high / max(size.width, size.height))
    width, height = size.width * scale, size.height * scale

    def cost(one: Size) -> float:
        shape = abs(np.log(one.width * size.height / (one.height * size.width)))
        return float(6 * shape + abs(np.log(one.area / (width * height))))

    found = [
        Size(w, h)
        for w in _multiples(width, step, low, high)
        for h in _multiples(w * size.height / size.width, step, low, high)
    ]
    return min(found, key=cost)


def _multiples(near: float, step: int, low: int, high: int) -> list[int]:
    """Return the multiples of `step` within 15 % of a length, and the nearest one, inside the limits."""
    first, last = int(0.85 * near // step), int(1.15 * near // step) + 1
    every = {min(max(n * step, low), high) for n in range(first, last + 1)}
    return sorted(every, key=lambda side: abs(side - near))[:12]


def fitted(frame: Frame, can: Capabilities) -> Frame:
    """Return the frame as the backend is to see it, the whole of it, at its best size.

    Whatever the mask touches stays in the mask, however small it gets, and no pixel beside the mask holds
    anything that was under it; what is usable is so through and through. A frame that has that size already
    is returned as it is.
    """
    have = size_of(frame.mask)
    size = shown_at(have, can)
    if size == have:
        return frame
    usable = frame.usable.astype(np.float32)
    own = frame.own
    arrays = {
        "pixels": resized(frame.pixels, size),
        "mask": _most(frame.mask, size),
        "usable": _most(1 - usable, size) <= 0,
        "own": None if own is None else _most(own.astype(np.float32), size) > 0,
        "matte": None if frame.matte is None else np.clip(resized(frame.matte, size), 0, 1),
        "alpha": None if frame.alpha is None else resized(frame.alpha, size),
    }
    for array in arrays.values():
        if array is not None:
            array.flags.writeable = False
    scale = frame.scale[0] * size.width / have.width, frame.scale[1] * size.height / have.height
    return replace(frame, **arrays, scale=scale)  # type: ignore[arg-type]


def fitted_knob(knob: Keep, frame: Frame) -> Keep:
    """Return the knob, a number or (H, W) float32, at the size of the frame that the backend sees."""
    if not isinstance(knob, np.ndarray) or knob.shape == frame.mask.shape:
        return knob
    return np.asarray(np.clip(resized(knob, size_of(frame.mask)), 0, 1), np.float32)


def restored(values: Singles, size: Size) -> Singles:
    """Return a proposal (h, w[, C]) float32 in [0, 1] at `size`; as it is where that is its size already."""
    if size_of(values) == size:
        return values
    return np.asarray(np.clip(resized(values, size), 0, 1), np.float32)


def resized(values: NDArray[Any], size: Size) -> NDArray[Any]:
    """Return (H, W[, C]) values at `size`, in their own type: means where it shrinks, Lanczos where it grows.

    Means take in exactly the pixels that a new one covers, so nothing bleeds across the edge of a mask.
    """
    import cv2

    have = size_of(values)
    if have.width < size.width and have.height > size.height:
        return resized(resized(values, Size(have.width, size.height)), size)
    if have.width > size.width and have.height < size.height:
        return resized(resized(values, Size(size.width, have.height)), size)
    grows = have.width < size.width or have.height < size.height
    how = cv2.INTER_LANCZOS4 if grows else cv2.INTER_AREA
    made = cv2.resize(values, (size.width, size.height), interpolation=how)
    return np.ascontiguousarray(made.reshape(size.height, size.width, *values.shape[2:]))


def _most(values: Singles, size: Size) -> Singles:
    """Return (h, w) values at `size`: each new pixel has the largest of those that it covers a part of."""
    for axis, new in ((0, size.height), (1, size.width)):
        old = values.shape[axis]
        edges = np.arange(new + 1) * old
        bounds = np.empty(2 * new, np.int64)
        bounds[::2] = edges[:-1] // new
        bounds[1::2] = np.maximum(-(-edges[1:] // new), bounds[::2] + 1)
        rim = [(0, 0), (0, 0)]
        rim[axis] = (0, 1)
        values = np.maximum.reduceat(np.pad(values, rim), bounds, axis=axis)
        values = values[::2] if axis == 0 else values[:, ::2]
    return np.ascontiguousarray(values)


RADIUS = 4
"""Half a side, in px of the model, of the squares in which a proposal is compared with the source."""

FAINT = 1e-4
"""Variance (of values in [0, 1]) below which a square holds no detail to compare."""


def detailed(proposal: Singles, frame: Frame, seen: Size) -> Singles:
    """Return the proposal (h, w, C) with the source's own detail where it shows the source's content.

    What the model saw at a smaller size came back without the finest detail. Where the proposal is, square by
    square, a linear function of what the model was shown, ``p = a s + b`` (He et al. 2013, eq. 5 and 6,
    doi:10.1109/TPAMI.2012.213), the detail that the model was not shown is added, `a` times, and by how well
    that holds: where something else was painted, next to nothing.

    Args:
        proposal: at the frame's size, aligned with it.
        frame: the frame at its own size; its pixels must be a starting point.
        seen: the size at which the model saw it, not larger.
    """
    import cv2

    from keepdial.color import unit

    source = unit(frame.pixels)
    have = size_of(source)
    # What was shown goes the same way as what came back: there, back, and there again.
    coarse = resized(resized(source, seen), have)
    small, given = resized(coarse, seen), resized(proposal, seen)
    side = (2 * RADIUS + 1,) * 2

    def mean(values: Singles) -> Singles:
        return np.asarray(cv2.blur(values, side), np.float32).reshape(values.shape)

    ms, mp = mean(small), mean(given)
    var_s, var_p = mean(small * small) - ms * ms, mean(given * given) - mp * mp
    both = mean(small * given) - ms * mp
    # All channels tell together whether the content is the same: the sum is what grey would say, and better.
    var_s, var_p, both = (v.sum(axis=2, keepdims=True) for v in (var_s, var_p, both))
    gain = np.clip(both / (var_s + FAINT), 0, 1.5)
    alike = np.clip(both, 0, None) ** 2 / ((var_s + FAINT) * (var_p + FAINT))
    # Half alike is another picture: edges that merely run the same way reach that.
    sure = np.clip((alike - 0.5) / 0.4, 0, 1)
    weight = resized(np.ascontiguousarray(mean(gain * sure)), have)
    weight = np.clip(weight, 0, 1.5).reshape(*weight.shape[:2], 1)
    return np.asarray(np.clip(proposal + weight * (source - coarse), 0, 1), np.float32)
