"""One edit, end to end: the stages of the design, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from keepdial.autopin import watched
from keepdial.backends import backends
from keepdial.compiling import announced
from keepdial.composite import guard
from keepdial.errors import ParameterError
from keepdial.frame import holes, windows
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.keep import TOLERANCE, Held, Keep, Pin, Try, corrected, dial, hold, pinned
from keepdial.operations import Stage
from keepdial.progress import Cancel, Event, Listener, part_of, silent
from keepdial.propose import generate, seed_of, threads
from keepdial.request import Request
from keepdial.route import Job, Route, route
from keepdial.select import select
from keepdial.settings import Settings
from keepdial.understand import Plan, PlanStep, understand
from keepdial.verify import Evidence, Report, verify
from keepdial.verify.haarpsi import kept_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.record import EditRecord

MATTING_KERNELS = 3

CORRECTIONS = 2
"""How often the edit loop corrects the dial when the measured kept misses it."""


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
    """

    request: Request
    plan: Plan
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
        return _evidence(self.stage, held, self.changed, self.image, self.plan)

    def record(self) -> EditRecord:
        """Return the record that explains and replays this edit."""
        from keepdial.record import record_of

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
    plan = understand(request)
    (step,) = plan.steps

    progress(Event("select", 0.0))
    keep = dial(step.keep, image)
    selection = select(step.targets, image)
    pins = pinned(step.pins, keep, image)
    if _all_kept(keep):
        return _unchanged(request, plan, image, keep, pins, "keep is 1: the picture is returned as it was.")
    # A matte takes kernels, which are compiled where they are first used.
    announcing = (
        announced(progress, cancel, count=MATTING_KERNELS) if step.declared.subject else nullcontext()
    )
    with announcing, threads(settings.threads):
        stage = step.declared.stage(image, selection, step.options, settings)
    guarded, warnings = watched(step, selection, stage, image)
    pins += guarded
    held = hold(keep, pins, stage)
    if held.box is None:
        why = "everything selected is pinned" if selection.box else "nothing is selected"
        return _unchanged(request, plan, image, keep, pins, f"There is nothing to do: {why}.")
    guess = stage.guess and bool(np.max(held.keep) > 0)
    cancel.check()

    progress(Event("route", 0.0))
    found = holes(held.mask, held.box)
    chosen = route(_job(step, held, found.side), backends())
    backend = backends()[chosen.chosen]
    examples, selected = _examples(stage, held.keep, guess)
    seen = windows(stage.canvas, selected, found, backend.capabilities, examples=examples, guess=guess)
    cancel.check()

    def attempt(aim: Keep, start: float, stop: float) -> tuple[Image, tuple[str, ...]]:
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
            progress=watch,
            cancel=cancel,
        )

    with threads(settings.threads):
        result, tries, notes = _best(attempt, stage, held)
    cancel.check()
    progress(Event("generate", 1.0))
    progress(Event("composite", 1.0))
    free = held.mask > 0
    guard(image, result, free, stage.placement)
    cancel.check()

    progress(Event("verify", 0.0))
    report = verify(_evidence(stage, held, free, result, plan, kept=_kept_by_best(held.keep, tries)))
    progress(Event("verify", 1.0))
    cancel.check()
    return Edit(
        request=request,
        plan=plan,
        source=image,
        image=result,
        stage=stage,
        keep=held.keep,
        mask=held.mask,
        box=held.box,
        pins=held.pins,
        routes=(chosen,),
        windows=tuple(window.box for window in seen),
        tries=tries,
        notes=(*selection.notes, *stage.notes, *warnings(), *_about_dial(stage, held.keep), *notes),
        report=report,
    )


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
        one = request.model_copy(update={"seed": seed_of(request.seed, i)})
        yield edit(one, image, progress=progress, cancel=cancel, settings=settings)


def _best(
    attempt: Callable[[Keep, float, float], tuple[Image, tuple[str, ...]]], stage: Stage, held: Held
) -> tuple[Image, tuple[Try, ...], tuple[str, ...]]:
    """Return the result nearest to the dial, the tries it took, and what is to be said of them.

    `attempt` takes the dial to aim at, and where its progress begins and ends. A map, a dial
    at one of its ends, or one that has nothing to keep, is not corrected: one try.
    """
    asked = held.keep
    if isinstance(asked, np.ndarray) or not stage.guess or asked in (0, 1) or held.box is None:
        result, notes = attempt(asked, 0.0, 1.0)
        return result, (), notes
    aim, tries = asked, list[Try]()
    best: tuple[float, Image, tuple[str, ...]] | None = None
    while True:
        n, most = len(tries), CORRECTIONS + 1
        result, notes = attempt(aim, n / most, (n + 1) / most)
        tries.append(Try(aim, kept_within(stage.canvas.pixels, result.pixels, held.box)))
        miss = abs(tries[-1].kept - asked)
        if best is None or miss < best[0]:
            best = miss, result, notes
        aim = corrected(asked, tries)
        if miss <= TOLERANCE or len(tries) > CORRECTIONS or abs(aim - tries[-1].aimed) < 0.005:
            return best[1], tuple(tries), (*best[2], *_about_tries(asked, tries))


def _kept_by_best(asked: Keep, tries: Sequence[Try]) -> float | None:
    """Return what the try that was taken has kept, as measured; None where nothing was measured."""
    if isinstance(asked, np.ndarray) or not tries:
        return None
    return min(tries, key=lambda t: abs(t.kept - asked)).kept


def _about_tries(asked: float, tries: list[Try]) -> tuple[str, ...]:
    if len(tries) == 1:
        return ()
    best = _kept_by_best(asked, tries)
    return (
        f"The first result kept {tries[0].kept:.2f} instead of {asked:.2f}; after {len(tries) - 1} "
        f"corrections of the dial the nearest keeps {best:.2f}.",
    )


def _about_dial(stage: Stage, keep: Keep) -> tuple[str, ...]:
    if stage.guess or float(np.max(keep)) == 0:
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


def _job(step: PlanStep, held: Held, side: int) -> Job:
    assert held.box is not None
    masked = not bool(held.mask.min() > 0)
    keep = held.keep
    if isinstance(keep, np.ndarray):
        keep = float(np.average(keep[held.box.slices], weights=held.mask[held.box.slices]))
    return Job(
        operation=step.operation,
        keep=keep,
        prompt=bool(step.params.get("prompt")),
        masked=masked,
        side=side,
        backend=step.backend,
    )


def _evidence(
    stage: Stage,
    held: Held,
    free: NDArray[np.bool_],
    result: Image,
    plan: Plan,
    *,
    kept: float | None = None,
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
    )


def _unchanged(
    request: Request, plan: Plan, image: Image, keep: Keep, pins: tuple[Pin, ...], why: str
) -> Edit:
    """Return the edit that gives the picture itself back."""
    empty = np.zeros((image.size.height, image.size.width), np.float32)
    stage = Stage(image, empty)
    held = Held(keep, empty, None, pins)
    return Edit(
        request=request,
        plan=plan,
        source=image,
        image=image,
        stage=stage,
        keep=keep,
        mask=empty,
        box=None,
        pins=pins,
        routes=(),
        windows=(),
        tries=(),
        notes=(why,),
        report=verify(_evidence(stage, held, empty > 0, image, plan)),
    )
