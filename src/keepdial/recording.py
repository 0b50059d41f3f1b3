"""From a finished edit to its record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keepdial import __version__
from keepdial.embed import self_contained
from keepdial.operations import is_file
from keepdial.record import (
    Attempt,
    Chosen,
    Delivered,
    Done,
    EditRecord,
    Environment,
    More,
    Picture,
    Pinned,
    Region,
)

if TYPE_CHECKING:
    from keepdial.edit import Edit
    from keepdial.operations import Operation
    from keepdial.request import Request
    from keepdial.understand.resolve import ResolvedStep


def record_of(
    edit: Edit, *, delivered: Delivered | None = None, seconds: Mapping[str, float] | None = None
) -> EditRecord:
    """Return the record of a finished edit, perhaps with the file it became and a `Stopwatch`'s seconds."""
    step = edit.plan.steps[-1]
    names = [n for s in edit.plan.steps for n in (s.operation, *(more.operation for more in s.also))]
    return EditRecord(
        keepdial=__version__,
        environment=Environment.here(),
        request=_request(edit),
        operation=step.operation if not edit.steps else ", ".join(names),
        params=told(step.declared, step.params),
        also=_also(step) if not edit.steps else (),
        steps=tuple(_step(one) for one in edit.steps),
        keep=_number(edit.keep),
        keep_asked=step.keep_asked,
        source=Picture.of(edit.source),
        result=Picture.of(edit.image, file=False),
        extended=edit.stage.placement is not None,
        guess=edit.stage.guess,
        region=_region(edit),
        pins=tuple(
            Pinned(what=p.what, asked_by=p.asked_by, pixels=int(p.region.sum()), release=p.release)
            for p in edit.pins
        ),
        routes=_routes(edit),
        attempts=tuple(Attempt(aimed=t.aimed, kept=t.kept, given_back=t.given_back) for t in edit.tries),
        notes=(*edit.source.source.notes, *edit.notes),
        report=edit.report,
        delivered=delivered,
        seconds={stage: round(spent, 4) for stage, spent in (seconds or {}).items()},
    )


def _request(edit: Edit) -> Request:
    """Return the request, self-contained: of a chain each step with what was found in the picture it had."""
    if edit.steps:
        first, *rest = [part for one in edit.steps for part in _apart(_request(one))]
        return first.model_copy(update={"then": tuple(rest)})
    request, (step,) = edit.request, edit.plan.steps
    parts = []
    for part in (request.model_copy(update={"then": ()}), *request.then):
        if not part.targets and step.declared.default_target != "all":
            # What was found where nothing was selected goes on record like anything else that was found.
            part = part.model_copy(update={"targets": step.targets})
        guarded = [pin for pin in edit.pins if pin.automatic]
        parts.append(self_contained(part, edit.source, automatic=guarded))
    return parts[0].model_copy(update={"then": tuple(parts[1:])})


def _apart(request: Request) -> list[Request]:
    return [request.model_copy(update={"then": ()}), *request.then]


def _also(step: ResolvedStep) -> tuple[More, ...]:
    from keepdial.operations import operation

    return tuple(
        More(operation=m.operation, params=told(operation(m.operation), m.params)) for m in step.also
    )


def _step(edit: Edit) -> Done:
    """Return what there is to say of one step of a chain."""
    (step,) = edit.plan.steps
    return Done(
        operation=step.operation,
        params=told(step.declared, step.params),
        also=_also(step),
        keep=_number(edit.keep),
        keep_asked=step.keep_asked,
        region=_region(edit),
        routes=_routes(edit),
        attempts=tuple(Attempt(aimed=t.aimed, kept=t.kept, given_back=t.given_back) for t in edit.tries),
        notes=edit.notes,
        report=edit.report,
    )


def _routes(edit: Edit) -> tuple[Chosen, ...]:
    from keepdial.backends import backends
    from keepdial.correct import nearest

    if edit.steps:
        return tuple(chosen for one in edit.steps for chosen in _routes(one))
    (step,) = edit.plan.steps
    taken = nearest(edit.keep, edit.tries, scales=step.declared.scales)
    aimed = edit.keep if taken is None else taken.aimed
    known = backends()
    return tuple(
        Chosen(
            backend=route.chosen,
            version=known[route.chosen].version,
            knob=_knob(known[route.chosen].curve(step.operation), aimed) if edit.stage.guess else 0.0,
            why=route.why,
            turned_down=route.runners_up,
        )
        for route in edit.routes
    )


def told(operation: Operation, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return an operation's options for people: a picture file among them is named by its hash."""
    files = {name for name, field in operation.params.model_fields.items() if is_file(field)}

    def shown(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [shown(one) for one in value]
        if not isinstance(value, str):
            return value
        return f"the file sha256:{hashlib.sha256(value.encode()).hexdigest()[:12]}"

    return {name: shown(value) if name in files else value for name, value in params.items()}


def _number(keep: Any) -> float | None:
    return float(keep) if isinstance(keep, float | int) else None


def _knob(curve: Any, keep: Any) -> float | None:
    from keepdial.keep import knob

    return None if _number(keep) is None else float(knob(curve, keep))


def _region(edit: Edit) -> Region | None:
    import numpy as np

    if edit.box is None:
        return None
    box = edit.box
    pixels = int(np.count_nonzero(edit.mask[box.slices]))
    share = pixels / edit.image.size.area
    return Region(x=box.x, y=box.y, width=box.width, height=box.height, pixels=pixels, share=share)
