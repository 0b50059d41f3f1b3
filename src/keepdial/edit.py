"""One edit, end to end: the stages of the design, in their order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from keepdial.autopin import watched
from keepdial.backends import backends
from keepdial.compiling import announced
from keepdial.composite import guard
from keepdial.correct import as_made, best, nearest
from keepdial.errors import ParameterError, SelectionError
from keepdial.frame import holes, windows
from keepdial.geometry import Box, overlap
from keepdial.image import Image
from keepdial.jobs import attainable, job_of
from keepdial.keep import Held, Keep, Pin, Try, dial, hold, pinned
from keepdial.operations import Stage
from keepdial.progress import Cancel, Event, Listener, part_of, silent
from keepdial.propose import Made, generate, seed_of, threads
from keepdial.request import NotGiven, Request
from keepdial.route import Route, route
from keepdial.select import select
from keepdial.settings import Settings
from keepdial.understand.resolve import Resolved, ResolvedStep, resolve
from keepdial.verify import Evidence, Report, verify

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.record import EditRecord
    from keepdial.settle import Drift

MATTING_KERNELS = 3


@dataclass(frozen=True, eq=False, slots=True)
class Edit:
    """A finished edit, with everything that explains it.

    Attributes:
        request: what was asked.
        plan: what was understood.
        source: the picture before; image: the picture after.
        stage: the canvas, the mask before pins, and where in the canvas the source lies.
        keep: the dial that was asked for, a number or (H, W) float32 of the result.
        mask: (H, W) float32 in [0, 1] of the result, 1 = the edit acted here; 0 on every kept pixel.
        box: the bounding box of the mask; None when nothing was edited.
        pins: what was pinned, and by whom.
        routes: for each step the backend, why, and the ones turned down; empty when none was needed.
        windows: the parts of the canvas that the backend saw.
        tries: for a dial between 0 and 1, each attempt: the dial aimed at and what was kept.
        notes: what was decided along the way, in words.
        report: what was measured.
        steps: where the request has several steps, the edit of each; all else tells of them together.
        drift: how the backend's proposals lay on the picture; None where none was measured.
    """

    request: Request
    plan: Resolved
    source: Image
    image: Image
    stage: Stage
    keep: Keep
    mask: NDArray[np.float32]
    box: Box | None
    pins: tuple[Pin, ...]
    routes: tuple[Route, ...]
    windows: tuple[Box, ...]
    tries: tuple[Try, ...]
    notes: tuple[str, ...]
    report: Report
    steps: tuple[Edit, ...] = ()
    drift: Drift | None = None

    @property
    def changed(self) -> NDArray[np.bool_]:
        """(H, W) bool of the result: True where pixels were allowed to change."""
        return self.mask > 0

    @property
    def kept(self) -> float | None:
        """How much of the edited region was kept, as measured; None where there was nothing to keep."""
        return next((f.value for f in self.report.findings if f.signal == "kept"), None)

    @property
    def evidence(self) -> Evidence:
        """What the signals looked at."""
        held = Held(self.keep, self.mask, self.box, self.pins)
        return _evidence(self.stage, held, self.changed, self.image, self.plan, drift=self.drift)

    def record(self) -> EditRecord:
        """Return the record that explains and replays this edit."""
        from keepdial.recording import record_of

        return record_of(self)


def edit(
    request: Request,
    image: Image,
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
) -> Edit:
    """Do what the request asks and return the result with its proof; the image is not modified.

    Outside the mask, and on everything pinned, the result is the source bit for bit. With keep = 1, or
    nothing selected, the image itself comes back.

    Args:
        request: what to do.
        image: the picture to do it to.
        progress: called with each step's `Event`.
        cancel: a flag to stop the work with; looked at between all steps.
        settings: limits; default: `Settings.from_environment()`.

    Raises:
        ParameterError, SelectionError: something in the request is not possible as given.
        RouteError: no backend here can do it.
        BackendError: the backend failed.
        Cancelled: stopped on request.
        GuaranteeError: a kept pixel would have changed: a defect, nothing is delivered.
    """
    settings = settings or Settings.from_environment()
    cancel = cancel or Cancel()
    plan = resolve(request)
    for step in plan.steps:
        _turned(step, image)
        attainable(step, settings, backends())
    if len(plan.steps) == 1:
        return _one(request, plan, image, progress, cancel, settings)
    from keepdial.chain import chained

    return chained(request, plan, image, _one, progress=progress, cancel=cancel, settings=settings)


def _one(
    request: Request, plan: Resolved, image: Image, progress: Listener, cancel: Cancel, settings: Settings
) -> Edit:
    """Do a plan of one step."""
    (step,) = plan.steps
    progress(Event("select", 0.0))
    keep = dial(step.keep, image)
    selection = select(step.targets, image)
    pins = pinned(step.pins, keep, image)
    if _all_kept(keep):
        return _unchanged(request, plan, image, keep, pins, "keep is 1: the picture is returned as it was.")
    # A matte takes kernels, which are compiled where they are first used.
    matted = step.declared.subject or selection.hugs
    announcing = announced(progress, cancel, count=MATTING_KERNELS) if matted else nullcontext()
    with announcing, threads(settings.threads):
        stage = step.declared.stage(image, selection, step.options, settings)
    if stage.resampled and pins:
        raise SelectionError(
            f"{step.operation} computes every pixel anew, so that nothing can be pinned; {len(pins)} pins "
            "were given.",
            hint="Leave the pins out, or make this step before the one that needs them.",
        )
    _refuse_cutting(pins, stage, image)
    guarded, warnings = watched(step, selection, stage, image)
    pins += guarded
    held = hold(keep, pins, stage)
    if held.box is None and stage.placement is not None:
        # Nothing to generate, and yet another picture: a part of the source.
        guard(image, stage.canvas, held.mask > 0, stage.placement)
        report = verify(_evidence(stage, held, held.mask > 0, stage.canvas, plan))
        notes = (*selection.notes, *stage.notes)
        return _done(request, plan, image, stage.canvas, stage, held, notes=notes, report=report)
    if held.box is None:
        why = (
            "nothing is selected"
            if selection.box is None
            else "everything selected is pinned"
            if stage.mask.any()
            else "nothing there is to change"
        )
        notes = (*stage.notes, f"There is nothing to do: {why}.")
        return _unchanged(request, plan, image, keep, pins, *notes)
    guess = stage.guess and bool(np.max(held.keep) > 0)
    cancel.check()

    progress(Event("route", 0.0))
    found = holes(held.mask, held.box)
    job = job_of(step, held, found.side, settings)
    chosen = route(job, backends())
    backend = backends()[chosen.chosen]
    examples, selected = _examples(stage, held.keep, guess)
    known = guess or job.prompt or job.references
    seen = windows(stage.canvas, selected, found, backend.capabilities, examples=examples, guess=known)
    cancel.check()

    def attempt(aim: Keep, start: float, stop: float) -> Made:
        cancel.check()
        watch = part_of(progress, "generate", start, stop)
        watch(Event("generate", 0.0))
        return generate(
            backend,
            step,
            aim,
            stage.canvas,
            held.mask,
            seen,
            guess=guess,
            matte=stage.matte,
            guide=stage.guide,
            remote=settings.remote,
            progress=watch,
            cancel=cancel,
        )

    with threads(settings.threads), as_made(on=step.declared.begins and not step.keep_asked):
        made, tries, notes = best(attempt, stage, held, scales=step.declared.scales)
    result = made.image
    cancel.check()
    progress(Event("generate", 1.0))
    progress(Event("composite", 1.0))
    free = held.mask > 0
    if not stage.resampled:
        guard(image, result, free, stage.placement)
    cancel.check()

    progress(Event("verify", 0.0))
    taken = nearest(held.keep, tries, scales=step.declared.scales)
    kept = None if taken is None else taken.kept
    report = verify(_evidence(stage, held, free, result, plan, kept=kept, drift=made.drift))
    progress(Event("verify", 1.0))
    cancel.check()
    return _done(
        request,
        plan,
        image,
        result,
        stage,
        held,
        routes=(chosen,),
        windows=tuple(window.box for window in seen),
        tries=tries,
        drift=made.drift,
        notes=(
            *selection.notes,
            *stage.notes,
            *chosen.warnings,
            *warnings(),
            *_about_dial(stage, held.keep),
            *notes,
        ),
        report=report,
    )


def _refuse_cutting(pins: tuple[Pin, ...], stage: Stage, image: Image) -> None:
    """Raise `SelectionError` where the canvas shows a part of the picture and would cut off a pin."""
    if stage.placement is None:
        return
    _, here = overlap(stage.placement, stage.canvas.size)
    if here.area == image.size.area:
        return
    for pin in pins:
        lost = int(np.count_nonzero(pin.region)) - int(np.count_nonzero(pin.region[here.slices]))
        if lost:
            raise SelectionError(
                f"{lost:,} pinned pixels ({pin.what}) would be cut off.",
                hint=f"Leave a larger part of the picture. {pin.release}",
            )


def _done(
    request: Request, plan: Resolved, source: Image, image: Image, stage: Stage, held: Held, **more: Any
) -> Edit:
    """Return the finished edit."""
    rest = {"routes": (), "windows": (), "tries": (), **more}
    keep, mask, box, pins = held.keep, held.mask, held.box, held.pins
    return Edit(request, plan, source, image, stage, keep, mask, box, pins, **rest)


def variations(
    request: Request,
    image: Image,
    count: int,
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
) -> Iterator[Edit]:
    """Yield `count` edits of the same request, each with a seed of its own; the first has the request's.

    Each edit's request names its seed, so each replays alone. Raises as `edit` does, and `ParameterError`
    for a count outside 1 to 100.
    """
    if not 1 <= count <= 100:
        raise ParameterError("variations", count, "1 to 100")
    for i in range(count):
        then = tuple(s.model_copy(update={"seed": seed_of(s.seed, i)}) for s in request.then)
        one = request.model_copy(update={"seed": seed_of(request.seed, i), "then": then})
        yield edit(one, image, progress=progress, cancel=cancel, settings=settings)


def _about_dial(stage: Stage, keep: Keep) -> tuple[str, ...]:
    if stage.guess or stage.resampled or float(np.max(keep)) == 0:
        return ()
    return ("The new area holds nothing yet that could be kept, so the dial has no effect there.",)


def _examples(
    stage: Stage, keep: Keep, guess: bool
) -> tuple[Literal["around", "everywhere"], NDArray[np.float32]]:
    """Return what may serve as example: what is to be kept in part may, what is to go altogether may not.

    The second is (H, W) float32, above 0 where the first, if it is ``around``, forbids it.
    """
    if not guess or stage.examples == "everywhere":
        return stage.examples, stage.mask
    if not isinstance(keep, np.ndarray):
        return "everywhere", stage.mask
    return "around", np.where(keep > 0, np.float32(0), stage.mask)


def _all_kept(keep: Keep) -> bool:
    return bool(np.min(keep) >= 1)


def _turned(step: ResolvedStep, image: Image) -> None:
    """Raise `ParameterError` where what needs no picture is given one, and nobody said how much is kept."""
    if step.declared.from_nothing and not image.blank and not step.keep_asked:
        raise ParameterError(
            "keep",
            NotGiven(),
            f"0 to 1 where {step.operation} is given a picture: how much of it is kept",
            hint=f"Without a picture {step.operation} begins with nothing. To change this one in words, use "
            "instruct, restyle, or add.",
        )


def _evidence(
    stage: Stage,
    held: Held,
    free: NDArray[np.bool_],
    result: Image,
    plan: Resolved,
    *,
    kept: float | None = None,
    drift: Drift | None = None,
) -> Evidence:
    return Evidence(
        canvas=stage.canvas,
        result=result,
        mask=held.mask,
        free=free,
        operation=plan.steps[-1].operation,
        keep=held.keep,
        guess=stage.guess,
        placement=stage.placement,
        kept=kept,
        blends=plan.steps[-1].declared.blends,
        scales=plan.steps[-1].declared.scales,
        begun=plan.steps[-1].declared.begins and not plan.steps[-1].keep_asked,
        drift=drift,
    )


def _unchanged(
    request: Request, plan: Resolved, image: Image, keep: Keep, pins: tuple[Pin, ...], *why: str
) -> Edit:
    """Return the edit that gives the picture itself back."""
    empty = np.zeros((image.size.height, image.size.width), np.float32)
    stage = Stage(image, empty)
    held = Held(keep, empty, None, pins)
    report = verify(_evidence(stage, held, empty > 0, image, plan))
    return _done(request, plan, image, image, stage, held, notes=why, report=report)
