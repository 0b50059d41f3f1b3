"""Setting a thing from another picture into this one: cut out, scaled to its place, set down in front.

What stood there before is filled from around, as for removing. Nothing is painted: the thing is the one of
the other picture, seen from where that was taken, and it throws no shadow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends.backdrop.assemble import GENTLE_SHIFT, GENTLE_STRETCH
from keepdial.backends.backdrop.light import look_of, moved
from keepdial.backends.backdrop.scenes import LUMA
from keepdial.color import unit
from keepdial.errors import BackendError, SelectionError
from keepdial.geometry import Box, Size, size_of
from keepdial.progress import Cancel, Event, Listener, silent
from keepdial.warping.moving import CONTEXT, COVER, LEAST

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Frame, Proposal, Step
    from keepdial.image import Image

    Singles = NDArray[np.float32]

HARMONY = 0.5
"""How far the thing's light goes towards that of its surroundings; more, and it is no more the thing."""

SPECK = 0.05
"""A part of the selection smaller than this share of the largest is no place of its own."""

ENLARGED = 1.5
"""From here on it is said that a thing was enlarged: it looks softer than what is around it."""


@dataclass(frozen=True, eq=False, slots=True)
class Places:
    """Where things are to stand.

    Attributes:
        boxes: each one's room, in the canvas' coordinates.
        old: (H, W) bool, True on what is to go, its soft edge included; None where nothing is.
    """

    boxes: tuple[Box, ...]
    old: NDArray[np.bool_] | None


def rooms(mask: Singles) -> tuple[Box, ...]:
    """Return the box of each connected part of a mask (H, W), from the left; specks are left out."""
    import cv2

    count, _, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8), connectivity=8)
    found = stats[1:count]
    large = found[found[:, cv2.CC_STAT_AREA] >= SPECK * found[:, cv2.CC_STAT_AREA].max(initial=0)]
    return tuple(Box(*(int(v) for v in row[:4])) for row in sorted(large.tolist()))


@dataclass(frozen=True, eq=False, slots=True)
class Thing:
    """What was cut out of a reference picture: colours (h, w, C) and share (h, w), float32 in [0, 1]."""

    colours: Singles
    share: Singles

    def sized(self, size: Size) -> Thing:
        """Return the thing at another size."""
        import cv2

        smaller = size.height <= len(self.share)
        way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        # Weighted by the share, so that what is transparent lends no colour.
        weighted = cv2.resize(
            self.colours * self.share[..., None], (size.width, size.height), interpolation=way
        )
        share = np.asarray(cv2.resize(self.share, (size.width, size.height), interpolation=way), np.float32)
        share = np.clip(share, 0, 1)
        colours = weighted.reshape(size.height, size.width, -1) / np.maximum(share, 1e-3)[..., None]
        return Thing(np.clip(colours, 0, 1).astype(np.float32), share)


def cut_out(picture: Image, channels: int) -> tuple[Thing, str]:
    """Return the thing that a picture shows, and how it was found.

    What is transparent around it is taken as it is; else the main subject is cut out. Raises
    `SelectionError` where none stands out.
    """
    from keepdial.matting import foreground_of
    from keepdial.operations.cutout import matte_of
    from keepdial.request import Selector
    from keepdial.select import select

    if picture.alpha is not None and bool((picture.alpha < picture.white).any()):
        share, how = unit(picture.alpha), "its transparency"
    else:
        try:
            share, _ = matte_of(picture, select([Selector(kind="subject")], picture), "auto")
        except SelectionError as problem:
            raise SelectionError(
                f"What the reference picture is to show was not found: {problem.message}",
                hint="Give one with nothing around the thing: keepdial cutout makes it.",
            ) from problem
        how = "its main subject, cut out"
    box = Box.of(share > 0.5)
    if box is None:
        raise SelectionError("The reference picture is transparent: there is nothing on it.")
    box = box.grow(2).clip(size_of(share))
    # Along a soft edge the old background is still in the colours, in many a cut-out too.
    colours, share = unit(foreground_of(picture.pixels, share))[box.slices], share[box.slices]
    if colours.shape[2] != channels:
        colours = (colours @ LUMA)[..., None] if channels == 1 else np.repeat(colours, 3, axis=2)
    return Thing(np.ascontiguousarray(colours, np.float32), np.ascontiguousarray(share)), how


def fitted(thing: Size, room: Box, part: float) -> Box:
    """Return where a thing stands in its room: on its foot, with that part of the area that would fit."""
    scale = min(room.width / thing.width, room.height / thing.height) * part**0.5
    width, height = max(1, round(thing.width * scale)), max(1, round(thing.height * scale))
    return Box(room.x + (room.width - width) // 2, room.bottom - height, width, height)


def pasted(
    frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
) -> Proposal:
    """Propose the frame with the step's reference pictures in their places, one after the other.

    At knob k each has the part 1 - k of the area that it could have.
    """
    from keepdial.backends import Proposal
    from keepdial.operations._prompt import pictures

    places = frame.guide
    if not isinstance(places, Places):
        raise BackendError("paste was given no places.", hint="This is a defect of the operation.")

    def report(done: float) -> None:
        if cancel is not None:
            cancel.check()
        progress(Event("generate", done))

    report(0.0)
    whole = unit(frame.pixels)
    alpha = None if frame.alpha is None else unit(frame.alpha)
    shown = pictures(step.params.get("reference") or ())
    found = [cut_out(picture, whole.shape[2]) for picture in shown[: len(places.boxes)]]
    report(0.3)
    notes = [f"Of the reference picture {how} was taken." for how in dict.fromkeys(how for _, how in found)]
    standing: list[tuple[Box, Thing]] = []
    for i, room in enumerate(places.boxes):
        thing, _ = found[i % len(found)]
        part = 1 - float(np.mean(step.knob[room.slices]) if isinstance(step.knob, np.ndarray) else step.knob)
        box = fitted(size_of(thing.share), room, part)
        if box.height > ENLARGED * len(thing.share):
            times = box.height / len(thing.share)
            notes.append(f"It was enlarged {times:.1f} times, so it is softer than what is around.")
        standing.append((box, thing.sized(Size(box.width, box.height))))
    if places.old is not None:
        notes += _filled(whole, alpha, frame, step, places.old, standing, report)
    for box, thing in standing:
        _set_down(whole, alpha, box, thing)
    share = 1 - float(np.mean(step.knob))
    if share < 1:
        notes.append(f"It has {share:.0%} of the area that its place has room for; keep 0 fills it.")
    if standing:
        notes.append("Nothing was painted: it is the thing of the other picture, and it throws no shadow.")
    report(1.0)
    return Proposal(whole, tuple(notes), alpha=alpha, blended=True)


def _set_down(whole: Singles, alpha: Singles | None, box: Box, thing: Thing) -> None:
    """Set a thing down in place, in light a little like that around it."""
    around = box.grow(max(8, box.height // 4), max(8, box.height // 4)).clip(size_of(whole))
    weight = np.ones((around.height, around.width), np.float32)
    x, y = box.x - around.x, box.y - around.y
    weight[y : y + box.height, x : x + box.width] -= thing.share
    mine, theirs = look_of(thing.colours, thing.share), look_of(whole[around.slices], weight)
    colours = thing.colours
    if mine is not None and theirs is not None:
        colours = moved(colours, mine, theirs, amount=HARMONY, shift=GENTLE_SHIFT, stretch=GENTLE_STRETCH)
    part = whole[box.slices]
    part += thing.share[..., None] * (colours - part)
    if alpha is not None:
        np.maximum(alpha[box.slices], thing.share, out=alpha[box.slices])


def _filled(
    whole: Singles,
    alpha: Singles | None,
    frame: Frame,
    step: Step,
    old: NDArray[np.bool_],
    standing: list[tuple[Box, Thing]],
    report: Any,
) -> tuple[str, ...]:
    """Fill what is to go, in place; what the new things cover again need not be known."""
    import cv2

    from keepdial.backends.patch.engine import synthesise

    hole = old & (frame.mask > 0)
    side = np.ones((2 * COVER + 1, 2 * COVER + 1), np.uint8)
    for box, thing in standing:
        covered = cv2.erode((thing.share > 0.999).astype(np.uint8), side, borderValue=0) > 0
        hole[box.slices] &= ~covered
    left = Box.of(hole)
    if left is None:
        return ()
    margin = max(LEAST, round(CONTEXT * float(np.sqrt(np.count_nonzero(hole)))))
    part = left.grow(margin).clip(size_of(hole)).slices
    usable = ~old[part] if frame.alpha is None else ~old[part] & (frame.alpha[part] > 0)
    made, notes = synthesise(
        frame.pixels[part],
        hole[part],
        usable,
        seed=step.seed,
        report=lambda done: report(0.3 + 0.6 * done),
    )
    np.copyto(whole[part], made, where=hole[part][..., None])
    if alpha is not None:
        around = np.asarray(cv2.dilate(alpha[part], np.ones((3, 3), np.uint8)))
        np.copyto(alpha[part], around, where=hole[part])
    return notes
