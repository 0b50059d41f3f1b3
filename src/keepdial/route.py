"""Routing: which backend does a step, which were turned down, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keepdial.errors import ParameterError, RouteError
from keepdial.operations import operations

if TYPE_CHECKING:
    from keepdial.backends import Backend

PAINTER = "a model that paints from words (for inpainting, fill, edits by instruction, or text to image)"
"""What does a job that comes with words, for people."""

PAINTERS = "Put a diffusers checkpoint of one into the models' folder, or set up an images server."
"""How to come by one, for people; docs/generating.md tells more."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the router has to know of a step.

    Attributes:
        operation: the operation's name.
        keep: the dial as one number, in [0, 1].
        prompt: whether words are given.
        references: whether a reference picture is given: a picture of what is meant.
        masked: whether anything outside of the mask must hold still.
        side: the longest side of the largest hole, in pixels.
        backend: the backend asked for by name, or None.
        remote: whether pixels may leave this machine.
        commercial: whether the result must be free for commercial use.
    """

    operation: str
    keep: float
    prompt: bool = False
    references: bool = False
    masked: bool = True
    side: int = 1
    backend: str | None = None
    remote: bool = False
    commercial: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """The chosen backend, why, and the others as (name, the reason it was turned down)."""

    chosen: str
    runners_up: tuple[tuple[str, str], ...]
    why: str


def route(job: Job, known: Mapping[str, Backend]) -> Route:
    """Choose among the backends `known` by name.

    First come those that can and may do the job; then the nearest to the dial range it was built for, then
    quality, then speed, then the name. Raises `ParameterError` when the backend asked for is not there,
    `RouteError` when it, or every one, is turned down.
    """
    if job.backend is not None and job.backend not in known:
        raise ParameterError("backend", job.backend, f"one of {', '.join(sorted(known))}")
    refused = {name: reason for name in sorted(known) if (reason := obstacle(job, name, known[name]))}
    able = sorted((n for n in known if n not in refused), key=lambda n: _rank(job, n, known[n]))
    if job.backend is not None and job.backend in refused:
        raise RouteError(
            f"The backend {job.backend!r} cannot do this: it {refused[job.backend]}.",
            hint="Leave the backend out to let keepdial choose." if able else "",
        )
    if not able:
        raise _nobody(job, known, refused)
    best = able[0] if job.backend is None else job.backend
    losers = {name: _lost(job, name, best, known) for name in able if name != best} | refused
    return Route(best, tuple(sorted(losers.items())), _why(job, best, known[best], alone=len(able) == 1))


def possible(job: Job, known: Mapping[str, Backend]) -> None:
    """Raise as `route` does where no backend `known` by name can do a job: for asking before the work begins.

    An operation that no backend does, and that comes without words, does its work in its own stage (a crop).
    """
    served = any(job.operation in b.capabilities.operations for b in known.values())
    if job.prompt or job.references or served:
        route(job, known)


def obstacle(job: Job, name: str, backend: Backend) -> str:
    """Return why the backend cannot or may not do the job, as words after its name; empty when it can."""
    can = backend.capabilities
    if job.operation not in can.operations:
        return f"does not do {job.operation}"
    if can.missing:
        return f"is not ready here: {can.missing}"
    if can.by_name_only and job.backend != name:
        return "is used only when it is asked for by name"
    if can.remote and not job.remote:
        return "would send the picture to another machine, which is not allowed"
    if job.commercial and not can.commercial:
        return f"has a licence without commercial use ({can.licence})"
    if job.masked and not can.takes_mask:
        return "takes no mask, so it could not hold the rest of the picture still"
    if job.prompt and not can.takes_prompt:
        return "does not understand words"
    if job.references and not can.takes_references:
        return "takes no reference picture"
    if can.needs_prompt and not job.prompt:
        return "needs words to work from, and there are none"
    if can.maximum and job.side > can.maximum:
        return f"sees at most {can.maximum} px, and the region is {job.side} px long"
    return ""


def _nobody(job: Job, known: Mapping[str, Backend], refused: Mapping[str, str]) -> RouteError:
    """Return the error for a job that every backend was turned down for: why, and what would do it."""
    serving = {name for name in known if job.operation in known[name].capabilities.operations}
    # Those for tests and the like are named only where there is nobody else.
    told = {name for name in serving if not known[name].capabilities.by_name_only} or serving
    reasons = "; ".join(f"{name} {refused[name]}" for name in sorted(told))
    if reasons:
        message = f"No backend here does {job.operation} as asked: {reasons.rstrip('.')}."
        hint = "Change what the reasons name, or install a backend that can."
    else:
        message = f"No backend here does {job.operation}{'' if known else ': none is installed'}."
        hint = "Install one that does."
    if job.prompt and not any(_paints(known[name]) for name in told):
        # Nothing that could be changed in what was asked would help.
        elsewhere = any(_paints(b) for b in known.values() if not b.capabilities.by_name_only)
        hint = f"It takes {PAINTER}{', and those here do not do it' if elsewhere else ''}. {PAINTERS}"
        if unit := operations().get(job.operation):
            hint = f"{hint} {unit.unpainted}".strip()
    return RouteError(message, hint=hint)


def _paints(backend: Backend) -> bool:
    """Whether it is ready here and takes words."""
    return backend.capabilities.takes_prompt and not backend.capabilities.missing


def _outside(job: Job, backend: Backend) -> float:
    """Return how far the dial lies outside of the range the backend was built for; 0 = inside."""
    low, high = backend.capabilities.keep
    return max(0.0, low - job.keep, job.keep - high)


def _rank(job: Job, name: str, backend: Backend) -> tuple[float, float, float, str]:
    can = backend.capabilities
    return _outside(job, backend), -can.quality, can.seconds_per_mp, name


def _lost(job: Job, name: str, best: str, known: Mapping[str, Backend]) -> str:
    if job.backend is not None:
        return f"was not asked for, {best} was"
    mine, theirs = _rank(job, name, known[name]), _rank(job, best, known[best])
    low, high = known[name].capabilities.keep
    if mine[0] != theirs[0]:
        return f"was built for keep {low:g} to {high:g}, farther from {job.keep:g} than {best}"
    if mine[1] != theirs[1]:
        return f"has lower measured quality for this ({-mine[1]:g}) than {best} ({-theirs[1]:g})"
    if mine[2] != theirs[2]:
        return f"is slower ({mine[2]:g} s a megapixel) than {best} ({theirs[2]:g})"
    return f"is as good as {best}, which comes first by name"


def _why(job: Job, name: str, backend: Backend, *, alone: bool) -> str:
    can = backend.capabilities
    low, high = can.keep
    fits = (
        f"keep {job.keep:g} lies in its range {low:g} to {high:g}"
        if _outside(job, backend) == 0
        else f"keep {job.keep:g} lies outside its range {low:g} to {high:g}, but no other comes nearer"
    )
    how = (
        "was asked for by name"
        if job.backend is not None
        else f"is the only backend here that does {job.operation}"
        if alone
        else f"is the best of the backends that do {job.operation}"
    )
    where = "sends the picture to another machine" if can.remote else "works on this machine"
    return f"{name} {how}; {fits}; it {where}."
