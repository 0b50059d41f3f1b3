"""Understanding: from what was asked to the ordered steps that are done, with nothing left open.

A request names one operation and those to follow. Neighbours on colour and light that act on the same region
become one step: they are done in one walk over the pixels, with nothing rounded in between.
"""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from keepdial.errors import ParameterError, SelectionError
from keepdial.operations import Operation, operation
from keepdial.request import Dial, KeepMap, Request, Selector, Value


class Further(Value):
    """An operation that is done in the same walk over the pixels as the one before it, with all its
    options."""

    operation: str
    params: dict[str, JsonValue]


class ResolvedStep(Value):
    """One operation on one target, resolved: every option and the dial have their value.

    Attributes:
        operation: the operation's name.
        params: all of the operation's options, defaults filled in.
        targets: the regions to act on; their union. Empty: none, for an operation that makes its own mask.
        pins: the regions that must survive bit for bit.
        auto_pin: whether finders pin faces, text and the main subject on their own.
        keep: the dial, a number or a map.
        keep_asked: whether the dial was turned, rather than the operation's default.
        seed: seed of all randomness.
        backend: the backend to use, by name; None lets the router choose.
        also: further operations on the same region, in the same pass, in order.
    """

    operation: str
    params: dict[str, JsonValue]
    targets: tuple[Selector, ...]
    pins: tuple[Selector, ...]
    auto_pin: bool
    keep: Dial | KeepMap
    keep_asked: bool
    seed: int
    backend: str | None
    also: tuple[Further, ...] = ()

    @property
    def declared(self) -> Operation:
        """The declaration of the step's operation."""
        return operation(self.operation)

    @property
    def options(self) -> Any:
        """The operation's options as its own class."""
        return self.declared.params.build(**self.params)


class Resolved(Value):
    """The ordered steps understood from a request; `model_dump_json` takes it to JSON."""

    steps: tuple[ResolvedStep, ...]


def resolve(request: Request) -> Resolved:
    """Return the plan for a request and those that follow it.

    Raises `ParameterError` for an unknown operation or an option outside its range, `SelectionError` when
    targets are missing, or given to an operation that makes its own.
    """
    steps: list[ResolvedStep] = []
    for one in (request, *request.then):
        step = _step(one)
        if steps and _fuse(steps[-1], step):
            more = Further(operation=step.operation, params=step.params)
            steps[-1] = steps[-1].model_copy(update={"also": (*steps[-1].also, more)})
        else:
            steps.append(step)
    return Resolved(steps=tuple(steps))


def _step(request: Request) -> ResolvedStep:
    asked = operation(request.operation)
    params = asked.params.build(**request.params)
    targets = request.targets
    if asked.target == "required" and not targets:
        raise SelectionError(
            f"{asked.name} needs to know where: no region was given.",
            hint="Name a thing (--what), or give a click, a mask, a box, a polygon or a stroke.",
        )
    if asked.target == "none" and targets:
        raise SelectionError(
            f"{asked.name} makes its own mask; {len(targets)} regions were given.",
            hint="Leave them out, or use fill to act inside the picture.",
        )
    if asked.target == "optional" and not targets:
        targets = (Selector(kind=asked.default_target),)
    keep = asked.default_keep if request.keep is None else request.keep
    if asked.scaled is not None:
        if isinstance(keep, KeepMap):
            raise ParameterError("keep", "a map", f"one number: {asked.name} acts on the picture as a whole")
        if 0 < keep < 1:
            params = asked.scaled(params, 1 - keep)
    return ResolvedStep(
        operation=asked.name,
        params=params.model_dump(mode="json"),
        targets=targets,
        pins=request.pins,
        auto_pin=request.auto_pin,
        keep=keep,
        keep_asked=request.keep is not None,
        seed=request.seed,
        backend=request.backend,
    )


def _fuse(first: ResolvedStep, second: ResolvedStep) -> bool:
    """Whether two neighbours can be done in one walk: colour and light, on one region, at one dial."""
    a, b = first.declared, second.declared
    if a.tone is None or b.tone is None or a.stage is not b.stage:
        return False
    same = ["targets", "pins", "keep", "backend"]
    if a.auto_pins or b.auto_pins:
        same.append("auto_pin")
    edge = first.params.get("feather") == second.params.get("feather")
    return edge and all(getattr(first, name) == getattr(second, name) for name in same)
