"""Chains: several steps on one picture, rendered from the original in one go.

Between two steps the picture is held at 16 bits per sample, and neighbours on colour and light are one step
(`keepdial.understand`), so a chain loses nothing on the way. What no step touched is the original bit for
bit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.composite import guard
from keepdial.geometry import Box, overlap, size_of
from keepdial.keep import Held, Pin
from keepdial.mask import bounds
from keepdial.progress import Cancel, Event, Listener
from keepdial.verify import Finding, Report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.edit import Edit
    from keepdial.image import Image
    from keepdial.operations import Stage
    from keepdial.request import Request
    from keepdial.settings import Settings
    from keepdial.understand.resolve import Resolved

One = Callable[["Request", "Resolved", "Image", Listener, Cancel, "Settings"], "Edit"]
WORST = ("pass", "warn", "fail")


def chained(
    request: Request,
    plan: Resolved,
    image: Image,
    one: One,
    *,
    progress: Listener,
    cancel: Cancel,
    settings: Settings,
) -> Edit:
    """Do the plan's steps in order and return them as one edit of `image`; `one` does a single step."""
    from keepdial.understand.resolve import Resolved

    done: list[Edit] = []
    now = deepened(image)
    for i, (step, asked) in enumerate(zip(plan.steps, parts(request, plan), strict=True)):
        cancel.check()
        watch = _numbered(progress, i, len(plan.steps))
        done.append(one(asked, Resolved(steps=(step,)), now, watch, cancel, settings))
        now = done[-1].image
    result = shallowed(now, image)
    stage, mask = _together(image, done)
    if not stage.resampled:
        guard(image, result, mask > 0, stage.placement)
    last = done[-1]
    return replace(
        last,
        request=request,
        plan=plan,
        source=image,
        image=result,
        stage=stage,
        mask=mask,
        box=bounds(mask),
        pins=tuple(_pins(done, mask.shape)),
        routes=tuple(route for each in done for route in each.routes),
        windows=(),
        tries=(),
        notes=tuple(dict.fromkeys(note for each in done for note in each.notes)),
        report=_report(done, Held(last.keep, mask, bounds(mask), ()), stage, result),
        steps=tuple(done),
    )


def parts(request: Request, plan: Resolved) -> list[Request]:
    """Return the request of each step; those that are done in one walk stay together."""
    asked = [request.model_copy(update={"then": ()}), *request.then]
    out = []
    for step in plan.steps:
        count = 1 + len(step.also)
        first, *rest = asked[:count]
        out.append(first.model_copy(update={"then": tuple(rest)}))
        asked = asked[count:]
    return out


def deepened(image: Image) -> Image:
    """Return the picture at 16 bits per sample; `shallowed` is the exact way back."""
    if image.depth == 16:
        return image

    def deep(samples: NDArray[Any]) -> NDArray[np.uint16]:
        return samples.astype(np.uint16) * np.uint16(257)

    alpha = None if image.alpha is None else deep(image.alpha)
    return image.with_pixels(deep(image.pixels), alpha)


def shallowed(image: Image, like: Image) -> Image:
    """Return the picture at the depth of `like`, rounded to the nearest sample."""
    if image.depth == like.depth:
        return image

    def shallow(samples: NDArray[Any]) -> NDArray[np.uint8]:
        return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)

    alpha = None if image.alpha is None else shallow(image.alpha)
    return image.with_pixels(shallow(image.pixels), alpha)


def _numbered(progress: Listener, index: int, count: int) -> Listener:
    """Return a listener that says which step an event belongs to."""

    def listen(event: Event, /) -> None:
        progress(Event(f"{event.stage} ({index + 1} of {count})", event.done, event.preview))

    return listen


def _together(source: Image, done: list[Edit]) -> tuple[Stage, NDArray[np.float32]]:
    """Return the stage and the mask of all steps together, over the last result.

    The canvas is the source where no step acted, and holds what a later step brought in where that is larger.
    """
    from keepdial.operations import Stage

    canvas, mask = source, np.zeros(source.pixels.shape[:2], np.float32)
    placement, resampled, guess = Box(0, 0, source.size.width, source.size.height), False, True
    for each in done:
        stage = each.stage
        resampled = resampled or stage.resampled
        guess = guess and stage.guess
        if stage.placement is None and not stage.resampled:
            mask = np.maximum(mask, each.mask)
            continue
        new = shallowed(stage.canvas, source)
        if stage.placement is None:
            canvas, mask = new, each.mask
            continue
        there, here = overlap(stage.placement, new.size)
        pixels = new.pixels.copy()
        pixels[there.slices] = canvas.pixels[here.slices]
        alpha = None if new.alpha is None else new.alpha.copy()
        if alpha is not None:
            old = canvas.alpha
            alpha[there.slices] = new.white if old is None else old[here.slices]
        joined = each.mask.copy()
        np.maximum(joined[there.slices], mask[here.slices], out=joined[there.slices])
        placement = placement.shift(stage.placement.x, stage.placement.y)
        canvas, mask = new.with_pixels(pixels, alpha), joined
    moved = placement != Box(0, 0, *_sides(mask)) and not resampled
    return Stage(canvas, mask, placement if moved else None, guess=guess, resampled=resampled), mask


def _sides(mask: NDArray[np.float32]) -> tuple[int, int]:
    size = size_of(mask)
    return size.width, size.height


def _pins(done: list[Edit], shape: tuple[int, ...]) -> list[Pin]:
    """Return what every step pinned that is given over a picture of the last one's size, each once."""
    kept: dict[tuple[str, str, int], Pin] = {}
    for each in done:
        for pin in each.pins:
            if pin.region.shape == shape:
                kept[pin.what, pin.asked_by, int(pin.region.sum())] = pin
    return list(kept.values())


def _report(done: list[Edit], held: Held, stage: Stage, result: Image) -> Report:
    """Return for each signal its worst finding of all steps, which says which step it is about.

    What was preserved is measured over all steps together.
    """
    from keepdial.verify import Evidence
    from keepdial.verify.preserved import SIGNAL

    worst: dict[str, tuple[int, Finding]] = {}
    for i, each in enumerate(done):
        for finding in each.report.findings:
            have = worst.get(finding.signal)
            if have is None or WORST.index(finding.verdict) > WORST.index(have[1].verdict):
                worst[finding.signal] = i, finding
    worst.pop(SIGNAL.name, None)
    names = [
        ", ".join((s.operation, *(more.operation for more in s.also))) for e in done for s in e.plan.steps
    ]
    found = [
        finding.model_copy(update={"meaning": f"Step {i + 1} ({names[i]}): {finding.meaning}"})
        for i, finding in worst.values()
    ]
    operation = done[-1].plan.steps[-1].operation
    together = Evidence(stage.canvas, result, held.mask, held.mask > 0, operation, held.keep)
    kept = None if stage.resampled else SIGNAL.measure(together)
    return Report(findings=tuple(found if kept is None else [kept, *found]))
