"""Understanding: from what was asked to the ordered steps that are done, with nothing left open.

A request names one operation, so its plan has one step; sentences that ask for several come in by this door.
"""

from __future__ import annotations

from typing import Any

from pydantic import JsonValue

from keepdial.errors import SelectionError
from keepdial.operations import Operation, operation
from keepdial.request import Dial, KeepMap, Request, Selector, Value


class PlanStep(Value):
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

    @property
    def declared(self) -> Operation:
        """The declaration of the step's operation."""
        return operation(self.operation)

    @property
    def options(self) -> Any:
        """The operation's options as its own class."""
        return self.declared.params.build(**self.params)


class Plan(Value):
    """The ordered steps understood from a request; `model_dump_json` takes it to JSON."""

    steps: tuple[PlanStep, ...]


def understand(request: Request) -> Plan:
    """Return the plan for a request.

    Raises `ParameterError` for an unknown operation or an option outside its range, `SelectionError` when
    targets are missing, or given to an operation that makes its own.
    """
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
    step = PlanStep(
        operation=asked.name,
        params=params.model_dump(mode="json"),
        targets=targets,
        pins=request.pins,
        auto_pin=request.auto_pin,
        keep=asked.default_keep if request.keep is None else request.keep,
        keep_asked=request.keep is not None,
        seed=request.seed,
        backend=request.backend,
    )
    return Plan(steps=(step,))
