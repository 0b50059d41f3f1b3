"""Automatic pins: faces, text and the main subject survive, where the edit is not about them.

What a person drew is obeyed: it says where better than any finder, and half an edit would be worse than
either. Then the finders only warn. Where a person named a thing, or meant the whole picture, what a finder
guards is pinned, unless most of one lies inside of the other: the label on the cup goes with the cup, and
whoever names the eyes means the face.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import KeepdialError
from keepdial.geometry import Box
from keepdial.keep import Pin
from keepdial.mask import bounds
from keepdial.scene import scene_of
from keepdial.select import Finder, Instance, Region, Selection, finders

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.operations import Stage
    from keepdial.understand.resolve import ResolvedStep

LEAST_SIDE = 32
"""Pictures (or parts of them) with a shorter side hold no face and no text that anybody could recognise."""

MOSTLY = 0.5
"""What lies inside of another thing with more than this share of its area is part of it."""


@dataclass(frozen=True, eq=False, slots=True)
class Automatic:
    """What the finders pinned, and what they have to say where they did not."""

    pins: tuple[Pin, ...] = ()
    notes: tuple[str, ...] = ()


def watched(
    step: ResolvedStep, selection: Selection, stage: Stage, image: Image
) -> tuple[tuple[Pin, ...], Callable[[], tuple[str, ...]]]:
    """Return the automatic pins, and a function that returns the notes for the report.

    Where the region was drawn there are only notes, so that the finders look while the edit goes on: the
    function waits for them.
    """
    if not step.auto_pin or not step.declared.auto_pins:
        return (), lambda: ()
    if not selection.drawn:
        found = automatic(step, selection, stage, image)
        return found.pins, lambda: found.notes
    look = ThreadPoolExecutor(1, thread_name_prefix="keepdial-look")
    later = look.submit(automatic, step, selection, stage, image)
    look.shutdown(wait=False)

    def notes() -> tuple[str, ...]:
        try:
            return later.result().notes
        except KeepdialError as error:
            return (f"Whether your selection covers a face or text was not found out: {error}",)

    return (), notes


def automatic(step: ResolvedStep, selection: Selection, stage: Stage, image: Image) -> Automatic:
    """Return the automatic pins for a step, over the upright source, and notes for the report.

    Nothing is looked for where the edit does not act. `stage.mask` is what may change, 1 = edit here.
    """
    box = bounds(stage.mask) if stage.placement is None else None
    # Where the target is what stays, its inside is out of reach already; a pin along its soft edge would keep
    # the old background's colours there. What lies in the background is replaced with it.
    if box is None or step.declared.subject:
        return Automatic()
    pins, notes = list[Pin](), list[str]()
    for unit in finders().values():
        if unit.guards == "no" or (unit.guards == "else" and not _about_else(step, unit, selection)):
            continue
        if _targeted(step, unit):
            notes.append(f"The {unit.name} finder pinned nothing, since you named what it guards.")
            continue
        if unit.missing():
            if not selection.drawn:
                notes.append(f"No {unit.name} could be pinned: {unit.missing()}")
            continue
        for instance in guarded(unit, image, box, glance=selection.drawn):
            if instance.score < unit.guard_least:
                continue
            decided = _decide(unit, instance, step, selection, stage)
            if isinstance(decided, Pin):
                pins.append(decided)
            elif decided:
                notes.append(decided)
    return Automatic(tuple(pins), tuple(notes))


def guarded(unit: Finder, image: Image, box: Box, *, glance: bool = False) -> tuple[Instance, ...]:
    """Return what `unit` finds in the part of the picture around `box`, in the picture's coordinates.

    With `glance` it looks as quickly as it can: enough for a warning, not for a pin.
    """
    side = max(64, box.width // 2, box.height // 2)
    part = box.grow(side).clip(image.size)
    whole = Box(0, 0, image.size.width, image.size.height)
    if min(part.width, part.height) < LEAST_SIDE:
        return ()
    if unit.guards == "else" or part.area > 0.6 * whole.area:
        part = whole  # what is seen as a whole is looked for only once

    def find() -> tuple[Instance, ...]:
        assert unit.find is not None
        alpha = None if image.alpha is None else image.alpha[part.slices]
        shown = image if part == whole else image.with_pixels(image.pixels[part.slices], alpha)
        quick = unit.glance if glance else None
        found = unit.find(unit.options.build(), shown) if quick is None else quick(shown)
        return tuple(
            replace(i, region=Region(i.region.box.shift(part.x, part.y), i.region.values)) for i in found
        )

    return scene_of(image).once(("guarded", unit.name, part, glance), find)


def _about_else(step: ResolvedStep, unit: Finder, selection: Selection) -> bool:
    """Whether the edit is about something else than the subject: it was named, and it is not the subject."""
    by_words = any(target.kind not in ("all", unit.name) for target in step.targets)
    return by_words and not selection.drawn


def _targeted(step: ResolvedStep, unit: Finder) -> bool:
    """Whether a target names what the finder guards."""
    from keepdial.select._resolve import names

    for target in step.targets:
        if target.kind == unit.name:
            return True
        if target.kind == "what" and unit.name in names(str(target.options.get("words", ""))):
            return True
    return False


def _decide(
    unit: Finder, instance: Instance, step: ResolvedStep, selection: Selection, stage: Stage
) -> Pin | str:
    """Return the pin for an instance, or what there is to say instead, or "" where the edit is elsewhere."""
    box, inside = instance.region.box, instance.region.values > 0
    touched = inside & (stage.mask[box.slices] > 0)
    covered, area = int(np.count_nonzero(touched)), int(np.count_nonzero(inside))
    if covered == 0:
        return ""
    if selection.drawn:
        return (
            f"Your selection covers {covered:,} of {area:,} pixels of {instance.label} at {box}; what you "
            f'drew is obeyed. To keep it, add --pin "{unit.name}".'
        )
    elif any(target.kind != "all" for target in step.targets):
        named = int(np.count_nonzero(selection.mask))
        if covered > MOSTLY * area:
            return f"{_sentence(instance.label)} at {box} lies in what you named and goes with it."
        if covered > MOSTLY * named:
            return f"What you named is part of {instance.label}, which is not pinned therefore."
    region = np.zeros(stage.mask.shape, np.bool_)
    region[box.slices] = inside
    release = "Name it in --what, or add --no-auto-pin."
    return Pin(region, unit.name, instance.label, release, automatic=True)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
