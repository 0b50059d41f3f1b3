"""Asking a backend for proposals, and trusting none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends import Backend, Frame, Proposal, Step
from keepdial.composite import Composite
from keepdial.errors import BackendError, KeepdialError
from keepdial.fitting import detailed, fitted, fitted_knob, restored
from keepdial.geometry import size_of
from keepdial.keep import Keep, knob
from keepdial.parallel import over
from keepdial.progress import Cancel, Event, Listener, silent
from keepdial.settle import Drift, settle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.frame import Window
    from keepdial.image import Image
    from keepdial.understand.resolve import ResolvedStep


@dataclass(frozen=True, eq=False, slots=True)
class Made:
    """What came of asking a backend.

    Attributes:
        image: the canvas with the proposals in it.
        notes: how they were made, in words.
        drift: how the proposals lay on the picture, the worst of them; None where the backend does not drift.
    """

    image: Image
    notes: tuple[str, ...] = ()
    drift: Drift | None = None


def generate(
    backend: Backend,
    step: ResolvedStep,
    keep: Keep,
    canvas: Image,
    mask: NDArray[np.float32],
    seen: Sequence[Window],
    *,
    guess: bool = False,
    matte: NDArray[np.float32] | None = None,
    guide: object = None,
    remote: bool = False,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> Made:
    """Return the canvas with what the backend proposes for each window, and its notes.

    A backend with a best size sees each frame at that size; the proposals of one that drifts are settled on
    the picture (`keepdial.settle`).

    `keep` is the dial in the canvas' coordinates, a number or (H, W) float32; each frame gets its part of it
    through the backend's calibration curve, or 0 where there is no guess. `mask` is (H, W) float32, 1 =
    edit here; `matte` (H, W) float32 is the share of the subject, where the operation has one; `guide` is
    what the operation found; `remote` is whether pixels may leave this machine. Raises
    `BackendError` when the backend fails or returns what is no proposal.
    """
    work = Composite(
        canvas, mask, pieces=any(window.own is not None for window in seen), matte=matte, guide=guide
    )
    can = backend.capabilities
    notes: dict[str, None] = {}
    drift: Drift | None = None
    for i, window in enumerate(seen):
        if cancel is not None:
            cancel.check()
        frame = work.frame(window, can, guess=guess)
        shown = fitted(frame, can)
        asked = Step(
            operation=step.operation,
            knob=fitted_knob(_knob_of(backend, frame, step.operation, keep), shown),
            seed=seed_of(step.seed, i),
            params=dict(step.params),
            prompt=str(step.params.get("prompt", "")),
            also=tuple((more.operation, dict(more.params)) for more in step.also),
            remote=remote,
        )
        proposal = propose(backend, shown, asked, progress=_part(progress, i, len(seen)), cancel=cancel)
        if shown is not frame:
            proposal = _returned(proposal, frame)
        if can.drifts:
            proposal, found = settle(frame, proposal, blends=step.declared.blends)
            drift = found.worse(drift)
        seen_at = size_of(shown.mask)
        if frame.guess and seen_at.area < size_of(frame.mask).area:
            proposal = replace(proposal, pixels=detailed(proposal.pixels, frame, seen_at))
        work.add(frame, proposal)
        notes.update(dict.fromkeys(proposal.notes))
    return Made(work.image(), tuple(notes), drift)


def _returned(proposal: Proposal, frame: Frame) -> Proposal:
    """Return a proposal for the frame as the backend saw it, at the frame's own size."""
    size = size_of(frame.mask)
    alpha = None if proposal.alpha is None else restored(proposal.alpha, size)
    return replace(proposal, pixels=restored(proposal.pixels, size), alpha=alpha)


def seed_of(seed: int, index: int) -> int:
    """Return the seed of the `index`-th of several draws, below 2**32; the first has `seed` itself."""
    if index == 0:
        return seed
    return int(np.random.SeedSequence((seed, index)).generate_state(1)[0])


def _knob_of(backend: Backend, frame: Frame, operation: str, keep: Keep) -> Keep:
    if not frame.guess:
        return 0.0
    curve = backend.curve(operation)
    if not isinstance(keep, np.ndarray):
        return knob(curve, keep)
    part = keep[frame.box.slices]
    rim = [(0, n - have) for n, have in zip(frame.mask.shape, part.shape, strict=True)]
    return knob(curve, np.pad(part, rim))


def _part(progress: Listener, index: int, count: int) -> Listener:
    """Return a listener for the `index`-th of `count` frames, so that progress runs once from 0 to 1."""

    def listen(event: Event, /) -> None:
        progress(Event(event.stage, (index + event.done) / count, event.preview))

    return progress if count == 1 else listen


def propose(
    backend: Backend,
    frame: Frame,
    step: Step,
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> Proposal:
    """Return the backend's proposal for the frame, or raise `BackendError` if it is none.

    A proposal is float32 of the frame's shape and finite; whatever the backend raises that is not one of
    our errors comes out as a `BackendError`.
    """
    try:
        proposal = backend.generate(frame, step, progress=progress, cancel=cancel)
    except KeepdialError:
        raise
    # A backend may be somebody else's and raise anything; whatever it is, the caller gets one kind of error.
    except Exception as problem:
        raise BackendError(
            f"The backend {backend.name!r} failed: {type(problem).__name__}.",
            hint="Nothing was written. Try again, or choose another backend.",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem
    pixels = getattr(proposal, "pixels", None)
    if not isinstance(pixels, np.ndarray) or pixels.shape != frame.pixels.shape or pixels.dtype != np.float32:
        got = f"{pixels.shape} {pixels.dtype}" if isinstance(pixels, np.ndarray) else type(proposal).__name__
        raise BackendError(
            f"The backend {backend.name!r} returned {got} for a frame of {frame.pixels.shape} float32.",
            hint="Nothing was written. This is a defect of the backend.",
        )
    alpha = proposal.alpha
    if alpha is not None and (frame.alpha is None or alpha.shape != frame.mask.shape):
        raise BackendError(
            f"The backend {backend.name!r} returned alpha of {alpha.shape} for a frame of "
            f"{frame.mask.shape} {'without' if frame.alpha is None else 'with'} alpha.",
            hint="Nothing was written. This is a defect of the backend.",
        )
    # One NaN or infinity makes the sum one too, and finite float32 cannot overflow it.
    bands = range(0, len(pixels), 256)
    finite = sum(over(bands, lambda top: float(pixels[top : top + 256].sum(dtype=np.float64))))
    if not np.isfinite(finite + (0 if alpha is None else alpha.sum(dtype=np.float64))):
        raise BackendError(
            f"The backend {backend.name!r} returned values that are no colours (NaN or infinity).",
            hint="Nothing was written. Try another seed or another backend.",
        )
    return proposal


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let kernels use at most `count` threads inside the block; 0 = as many as there are."""
    if count <= 0:
        yield
        return
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(min(count, before))
    try:
        yield
    finally:
        numba.set_num_threads(before)
