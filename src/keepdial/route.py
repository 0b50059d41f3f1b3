"""Routing: which backend does a step, which were turned down, and why, in words.

First come those that can and may: what they do and take, licence, consent to send the picture away, memory.
A model that was trained only to paint pictures from words comes after every other where something has to be
held. Then the nearest to the dial range it was built for, then quality, then what it costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypedDict

from keepdial.errors import InputError, ModelRefused, ParameterError, RouteError
from keepdial.machine import Fit, Machine, here
from keepdial.operations import operations

if TYPE_CHECKING:
    from keepdial.backends import Capabilities
    from keepdial.settings import Settings

PAINTER = "a model that paints from words (for inpainting, fill, edits by instruction, or text to image)"
"""What does a job that comes with words, for people."""

LARGE_MB = 1000
"""From this much on it is asked whether the memory suffices; what needs less runs wherever keepdial does."""

CONSENT = "--allow-remote allows it for this edit"
SEE = "keepdial route shows what would run here."

PAINTERS = (
    "Put a diffusers checkpoint of one into the models' folder (keepdial route shows which run here, and how "
    "to fetch them), or set up an images server."
)
"""How to come by one, for people; docs/generating.md tells more."""


class Candidate(Protocol):
    """What can be chosen: a backend, or what stands for one that is not installed."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...


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
        offline: whether the network must not be used.
        machine: what tells what the machine has; asked only where a candidate needs much.
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
    offline: bool = False
    machine: Callable[[], Machine] = here

    @property
    def holds(self) -> bool:
        """Whether something has to be held: a part of what is there, or what lies outside of the mask."""
        return self.masked or self.keep > 0


class Allowed(TypedDict):
    """What the settings say of a job."""

    remote: bool
    commercial: bool
    offline: bool


def allowed(settings: Settings) -> Allowed:
    """Return what the settings say of a job: whether pixels may leave, licences, the network."""
    return {"remote": settings.remote, "commercial": settings.commercial, "offline": settings.offline}


@dataclass(frozen=True, slots=True)
class Route:
    """The chosen backend, why, and the others as (name, the reason it was turned down).

    `warnings` say what the user has to know of the choice; the edit carries them as notes.
    """

    chosen: str
    runners_up: tuple[tuple[str, str], ...]
    why: str
    warnings: tuple[str, ...] = ()


def route(job: Job, known: Mapping[str, Candidate]) -> Route:
    """Choose among the backends `known` by name.

    Raises `ParameterError` when the backend asked for is not there, `ModelRefused` when it is a damaged
    checkpoint, `RouteError` when it, or every one, is turned down.
    """
    if job.backend is not None and job.backend not in known:
        raise _absent(job.backend, known)
    # Asking a GPU's driver takes longer than all the rest: once for each route is enough.
    job = replace(job, machine=cache(job.machine))
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
    return Route(
        best,
        tuple(sorted(losers.items())),
        _why(job, best, known[best], alone=len(able) == 1),
        _warnings(job, best, known[best]),
    )


def _absent(name: str, known: Mapping[str, Candidate]) -> InputError:
    """Return the error for a backend that was asked for and is not there, or is a damaged checkpoint."""
    from keepdial.diffusion.backend import stranded

    if (checkpoint := stranded().get(name)) is not None:
        return ModelRefused(f"The checkpoint {name!r} cannot be used: {checkpoint.wrong}")
    return ParameterError("backend", name, f"one of {', '.join(sorted(known))}")


def possible(job: Job, known: Mapping[str, Candidate]) -> None:
    """Raise as `route` does where no backend `known` by name can do a job: for asking before the work begins.

    An operation that no backend does, and that comes without words, does its work in its own stage (a crop).
    """
    served = any(job.operation in b.capabilities.operations for b in known.values())
    if job.prompt or job.references or served:
        route(job, known)


def obstacle(job: Job, name: str, backend: Candidate) -> str:
    """Return why the backend cannot or may not do the job, as words after its name; empty when it can."""
    can = backend.capabilities
    if job.operation not in can.operations:
        return f"does not do {job.operation}"
    if can.missing:
        return f"is not ready here: {can.missing}"
    if can.by_name_only and job.backend != name:
        return "is used only when it is asked for by name"
    if can.remote and job.offline:
        return "would send the picture to another machine, and the network must not be used (offline)"
    if can.remote and not job.remote:
        return f"would send the picture to another machine, which is not allowed; {CONSENT}"
    if job.commercial and not can.commercial:
        return f"has no licence that is known to allow commercial use ({can.licence})"
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
    return job.machine().lacking(can) if _asks_much(can) else ""


def _asks_much(can: Capabilities) -> bool:
    return not can.remote and (can.memory_mb >= LARGE_MB or can.device in ("cuda", "mps"))


def fit_of(job: Job, backend: Candidate) -> Fit | None:
    """Return how a backend runs on the job's machine; None where that need not be asked, or it does not."""
    can = backend.capabilities
    return job.machine().fit(can) if _asks_much(can) else None


def unsuited(job: Job, backend: Candidate) -> bool:
    """Whether something has to be held, and the backend was trained only to paint pictures from words."""
    return job.holds and backend.capabilities.trained == "generate"


def _nobody(job: Job, known: Mapping[str, Candidate], refused: Mapping[str, str]) -> RouteError:
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
    elif any(_asks_much(known[name].capabilities) for name in told):
        hint = f"{hint} {SEE}"
    return RouteError(message, hint=hint)


def _paints(backend: Candidate) -> bool:
    """Whether it is ready here and takes words."""
    return backend.capabilities.takes_prompt and not backend.capabilities.missing


def outside(job: Job, backend: Candidate) -> float:
    """Return how far the dial lies outside of the range the backend was built for; 0 = inside."""
    low, high = backend.capabilities.keep
    return max(0.0, low - job.keep, job.keep - high)


def _rank(job: Job, name: str, backend: Candidate) -> tuple[bool, float, float, int, float, str]:
    can, fit = backend.capabilities, fit_of(job, backend)
    slow = 0 if fit is None else fit.rank
    return unsuited(job, backend), outside(job, backend), -can.quality, slow, can.seconds_per_mp, name


def _lost(job: Job, name: str, best: str, known: Mapping[str, Candidate]) -> str:
    if job.backend is not None:
        return f"was not asked for, {best} was"
    mine, theirs = _rank(job, name, known[name]), _rank(job, best, known[best])
    low, high = known[name].capabilities.keep
    if mine[0] != theirs[0]:
        return f"was trained to paint pictures from words alone, and here {held(job)}; {best} was not"
    if mine[1] != theirs[1]:
        return f"was built for keep {low:g} to {high:g}, farther from {job.keep:g} than {best}"
    if mine[2] != theirs[2]:
        return f"is rated lower for quality ({-mine[2]:g}) than {best} ({-theirs[2]:g})"
    if mine[3] != theirs[3]:
        here, there = fit_of(job, known[name]), fit_of(job, known[best])
        where = "with less" if there is None else there.words
        return f"would run {'' if here is None else here.words}, {best} runs {where}"
    if mine[4] != theirs[4]:
        return f"is slower ({mine[4]:g} s a megapixel) than {best} ({theirs[4]:g})"
    return f"is as good as {best}, which comes first by name"


def held(job: Job) -> str:
    """Return what has to be held, in words."""
    outside = "what lies outside of the region has to stay" if job.masked else ""
    inside = f"{job.keep:g} of what is there is to be kept" if job.keep > 0 else ""
    return " and ".join(filter(None, (outside, inside)))


def _why(job: Job, name: str, backend: Candidate, *, alone: bool) -> str:
    can = backend.capabilities
    low, high = can.keep
    fits = (
        f"keep {job.keep:g} lies in its range {low:g} to {high:g}"
        if outside(job, backend) == 0
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
    fit = fit_of(job, backend)
    if fit is not None:
        where += f", {fit.words}"
    return f"{name} {how}; {fits}; it {where}."


def _warnings(job: Job, name: str, backend: Candidate) -> tuple[str, ...]:
    if not unsuited(job, backend):
        return ()
    better = " Nothing better is installed: keepdial route shows what there is."
    return (
        f"{name} was trained to paint pictures from words, not to change one, and here {held(job)}. What is "
        "outside of the region and what is pinned stays bit for bit all the same; what it paints may not fit "
        f"what is around it.{better if job.backend is None else ''}",
    )
