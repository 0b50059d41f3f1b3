"""Jobs: what the router is asked for a step of an edit, before its region is known and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.operations import shown
from keepdial.request import KeepMap
from keepdial.route import Job, allowed, possible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keepdial.keep import Held
    from keepdial.route import Candidate
    from keepdial.settings import Settings
    from keepdial.understand.resolve import ResolvedStep


def attainable(step: ResolvedStep, settings: Settings, known: Mapping[str, Candidate]) -> None:
    """Raise `RouteError` for what none of the backends `known` can do, before anything is looked for.

    What depends on the region is left to the route. With keep = 1 the picture comes back whatever is asked.
    """
    if isinstance(step.keep, KeepMap) or step.keep == 1:
        return
    prompt = bool(step.params.get("prompt"))
    pictures = shown(step.declared.params, step.params)
    job = Job(
        step.operation,
        step.keep,
        prompt=prompt,
        references=pictures,
        masked=False,
        backend=step.backend,
        **allowed(settings),
    )
    possible(job, known)


def job_of(step: ResolvedStep, held: Held, side: int, settings: Settings) -> Job:
    """Return what the router has to know of a step whose region is known.

    `side` is the longest side of the largest hole, in px. A dial that is a map counts by its mean over the
    region.
    """
    assert held.box is not None
    masked = not bool(held.mask.min() > 0)
    keep = held.keep
    if isinstance(keep, np.ndarray):
        keep = float(np.average(keep[held.box.slices], weights=held.mask[held.box.slices]))
    return Job(
        operation=step.operation,
        keep=keep,
        prompt=bool(step.params.get("prompt")),
        references=shown(step.declared.params, step.params),
        masked=masked,
        side=side,
        backend=step.backend,
        **allowed(settings),
    )
