"""Moving a thing: lifted with its soft edge, its place filled from around, set down elsewhere in front."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.color import unit
from keepdial.errors import BackendError
from keepdial.geometry import Box, Size, size_of
from keepdial.progress import Cancel, Event, Listener, silent
from keepdial.warping.maps import identity
from keepdial.warping.sample import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Frame, Proposal, Step

OUTLINE = 0.02
"""Share of a thing under which a pixel counts as none of it."""

CONTEXT = 1.0
"""How far around a place that is to be filled the picture is looked at, in sizes of the place."""

LEAST = 48
"""The same in px, at least."""

COVER = 3
"""Px within the thing at its new place where what is behind it need not be known."""

WAYS = 48
"""Most places along the way that are looked at for the area that may change."""


@dataclass(frozen=True, eq=False, slots=True)
class Carry:
    """Which thing goes where.

    Attributes:
        matte: (H, W) float32 in [0, 1], the thing's share of each pixel.
        place: (H, W) bool, True on what it leaves behind, its soft edge included.
        middle: of its bounding box, (x, y) px.
        by: how far it goes, px.
        scale, turn: how large it becomes, and by how many degrees it turns clockwise.
        duplicate: whether the original stays.
    """

    matte: NDArray[np.float32]
    place: NDArray[np.bool_]
    middle: tuple[float, float]
    by: tuple[float, float]
    scale: float
    turn: float
    duplicate: bool

    def matrix(self, amount: float) -> NDArray[np.float64]:
        """Return (2, 3): from a place in the source to its place when `amount` of the change is made."""
        size = self.scale**amount
        angle = np.radians(self.turn * amount)
        c, s = size * np.cos(angle), size * np.sin(angle)
        (x, y), (dx, dy) = self.middle, self.by
        # y points down, so this turns clockwise on the screen.
        return np.array(
            [
                [c, -s, x + amount * dx - c * x + s * y],
                [s, c, y + amount * dy - s * x - c * y],
            ]
        )

    def box(self, amount: float) -> Box:
        """Return the box of the thing at its place, inside the picture; empty where none of it is."""
        own = Box.of(self.matte > OUTLINE)
        assert own is not None
        corners = np.array(
            [(x, y, 1) for x in (own.x - 1, own.right + 1) for y in (own.y - 1, own.bottom + 1)],
            np.float64,
        )
        there = corners @ self.matrix(amount).T
        low, high = np.floor(there.min(axis=0)).astype(int), np.ceil(there.max(axis=0)).astype(int)
        width, height = (high - low).tolist()
        return Box(int(low[0]), int(low[1]), int(width), int(height)).clip(size_of(self.matte))

    def places(self, amount: float, box: Box) -> NDArray[np.float32]:
        """Return the map (h, w, 2) of a box of the result to the source."""
        a = np.vstack([self.matrix(amount), (0, 0, 1)])
        back = np.linalg.inv(a)[:2]
        at = identity((box.height, box.width)).astype(np.float64) + np.array([box.x, box.y])
        return np.asarray(at @ back[:, :2].T + back[:, 2], np.float32)

    def seen(self) -> bool:
        """Whether any of the thing lies in the picture at its new place."""
        box = self.box(1.0)
        return box.area > 0 and bool((self.there(1.0, box) > OUTLINE).any())

    def there(self, amount: float, box: Box) -> NDArray[np.float32]:
        """Return the thing's share (h, w) of a box of the result; nothing of it lies beyond the picture."""
        at = self.places(amount, box)
        shown = np.clip(sample(self.matte, at), 0, 1)
        h, w = self.matte.shape
        x, y = at[..., 0], at[..., 1]
        outside = (x < -0.5) | (y < -0.5) | (x > w - 0.5) | (y > h - 0.5)
        return np.where(outside, np.float32(0), shown)

    def area(self) -> NDArray[np.float32]:
        """Return (H, W) float32, 1 where pixels may change: the place it leaves, the way, the new place."""
        import cv2

        h, w = self.matte.shape
        scale = min(1.0, 400 / max(h, w))
        size = (max(1, round(w * scale)), max(1, round(h * scale)))
        small = cv2.resize((self.matte > 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
        inside = np.asarray(small > 0, np.uint8)
        shrink = np.diag([scale, scale, 1.0])
        made = np.zeros_like(inside)
        longest = float(np.hypot(*self.by)) * scale + max(size) * abs(np.log(self.scale)) + abs(self.turn)
        for amount in np.linspace(0, 1, int(np.clip(longest / 3, 2, WAYS)) + 1)[1:]:
            turn: Any = (shrink @ np.vstack([self.matrix(amount), (0, 0, 1)]) @ np.linalg.inv(shrink))[:2]
            made |= np.asarray(cv2.warpAffine(inside, turn, size, flags=cv2.INTER_LINEAR), np.uint8)
        # Places that were left out lie within a step of those that were looked at.
        step = 2 + int(np.ceil(longest / max(1.0, min(longest / 3, WAYS)) / 2))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * step + 1, 2 * step + 1))
        made = np.asarray(cv2.dilate(made, disc), np.uint8)
        full = np.asarray(cv2.resize(made, (w, h), interpolation=cv2.INTER_NEAREST)) > 0
        if not self.duplicate:
            full |= self.place
        return full.astype(np.float32)


def carried(
    matte: NDArray[np.float32],
    *,
    by: tuple[float, float],
    to: tuple[float, float] | None,
    scale: float,
    turn: float,
    grow: int,
    duplicate: bool,
) -> Carry:
    """Return what goes where; `to` is where the middle of its box comes to lie, instead of `by`, px.

    `grow` is how far around the matte (H, W) its trace reaches, in px.
    """
    import cv2

    own = Box.of(matte > OUTLINE)
    assert own is not None, "the matte of a selection is not empty"
    middle = (own.x + (own.width - 1) / 2, own.y + (own.height - 1) / 2)
    if to is not None:
        by = (to[0] - middle[0], to[1] - middle[1])
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * grow + 1, 2 * grow + 1))
    place = np.asarray(cv2.dilate((matte > OUTLINE).astype(np.uint8), disc)) > 0
    return Carry(matte, place, middle, by, scale, turn, duplicate)


def moved(frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None) -> Proposal:
    """Propose the frame with the thing a share 1 - knob of its way further; a map counts with its mean."""
    from keepdial.backends import Proposal
    from keepdial.matting import foreground_of

    carry = frame.guide
    if not isinstance(carry, Carry):
        raise BackendError("warp was given nothing to move.", hint="This is a defect of the operation.")
    _tell(progress, cancel, 0.0)
    amount = 1 - float(np.average(step.knob, weights=carry.place) if _is_map(step.knob) else step.knob)
    whole = unit(frame.pixels)
    alpha = None if frame.alpha is None else unit(frame.alpha)
    own = Box.of(carry.place)
    assert own is not None
    near = own.grow(8).clip(size_of(frame.mask))
    lifted = unit(foreground_of(frame.pixels[near.slices], np.ascontiguousarray(carry.matte[near.slices])))
    _tell(progress, cancel, 0.1)
    target = carry.box(amount)
    share = carry.there(amount, target)
    notes: list[str] = []
    if not carry.duplicate:
        notes += _filled(whole, alpha, frame, step, carry, target, share, progress, cancel)
    _tell(progress, cancel, 0.9)
    if target.area:
        at = carry.places(amount, target) - np.array([near.x, near.y], np.float32)
        colours = np.clip(sample(_spread(lifted, carry.matte[near.slices]), at), 0, 1)
        part = whole[target.slices]
        part += share[..., None] * (colours - part)
        if alpha is not None:
            assert frame.alpha is not None
            own_alpha = np.clip(sample(unit(frame.alpha)[near.slices], at), 0, 1)
            alpha[target.slices] = np.maximum(alpha[target.slices] * (1 - share), share * own_alpha)
    x, y = carry.matrix(amount) @ (*carry.middle, 1)
    verb = "A second one was set" if carry.duplicate else "It was set"
    notes.append(f"{verb} down with its middle at ({x:.0f}, {y:.0f}), in front of what was there.")
    covered = share > OUTLINE
    pinned = int(np.count_nonzero(covered & (frame.mask[target.slices] <= 0)))
    if pinned:
        notes.append(f"{pinned:,} px of it lie behind what is pinned, or cannot be seen.")
    return Proposal(whole, tuple(notes), alpha=alpha, blended=True)


def _is_map(knob: float | NDArray[np.float32]) -> bool:
    return isinstance(knob, np.ndarray)


def _tell(progress: Listener, cancel: Cancel | None, done: float) -> None:
    if cancel is not None:
        cancel.check()
    progress(Event("generate", done))


def _spread(colours: NDArray[np.float32], matte: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the thing's colours carried on beyond its edge, so that nothing of the old place is read."""
    from keepdial.backends.patch.smooth import pull_push

    channels = colours.shape[2]
    three = np.repeat(colours, 3, axis=2) if channels == 1 else colours
    known = matte > OUTLINE
    made = pull_push(np.ascontiguousarray(three), known)
    return np.ascontiguousarray(made[..., :channels])


def _filled(
    whole: NDArray[np.float32],
    alpha: NDArray[np.float32] | None,
    frame: Frame,
    step: Step,
    carry: Carry,
    target: Box,
    share: NDArray[np.float32],
    progress: Listener,
    cancel: Cancel | None,
) -> tuple[str, ...]:
    """Fill the place the thing leaves, in place; what the thing covers again need not be known."""
    import cv2

    from keepdial.backends.patch.engine import synthesise

    hole = carry.place & (frame.mask > 0)
    if target.area:
        side = np.ones((2 * COVER + 1, 2 * COVER + 1), np.uint8)
        covered = cv2.erode((share > 0.999).astype(np.uint8), side, borderValue=0) > 0
        hole[target.slices] &= ~covered
    box = Box.of(hole)
    if box is None:
        return ()
    margin = max(LEAST, round(CONTEXT * float(np.sqrt(np.count_nonzero(hole)))))
    box = box.grow(margin).clip(Size(hole.shape[1], hole.shape[0]))
    part = box.slices
    usable = frame.usable[part] & ~carry.place[part]

    def report(done: float) -> None:
        _tell(progress, cancel, 0.1 + 0.8 * done)

    made, notes = synthesise(frame.pixels[part], hole[part], usable, seed=step.seed, report=report)
    np.copyto(whole[part], made, where=hole[part][..., None])
    if alpha is not None:
        around = np.asarray(cv2.dilate(alpha[part], np.ones((3, 3), np.uint8)))
        np.copyto(alpha[part], around, where=hole[part])
    return notes
