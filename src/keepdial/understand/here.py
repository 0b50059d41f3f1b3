"""Here: whether what a plan asks for can be done on this machine, and what would do it.

Nothing is loaded and no picture is looked at: operations and backends say what they lack, and the router
answers as it would when the work begins. Asked anew each time, so that a model that was fetched in between
counts: it takes about 0.1 ms, the first time in a process about 0.2 s for the declarations of all backends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keepdial.errors import RouteError
from keepdial.operations import Operation, operation, shown
from keepdial.route import Job, allowed, possible
from keepdial.settings import Settings

if TYPE_CHECKING:
    from keepdial.select import Finder
    from keepdial.select._phrase import Part
    from keepdial.understand.plan import Plan, Step, Target

ANYTHING = "owlv2"
"""The model that finds a thing by any words."""


def needs(step: Step, settings: Settings | None = None) -> str:
    """Return what is missing here to do a step, as sentences that say what would do it; "" = nothing.

    Whether the step's thing is in the picture, and whether its options are within their ranges, is not
    looked at. `settings` say what may be used; None = as the environment says. Raises `ParameterError` for an
    operation that is not known.
    """
    from keepdial.backends import backends

    job = job_of(step, settings)
    if job.keep >= 1:  # the picture comes back as it is, whatever was asked
        return ""
    if lacks := stage_needs(step):
        return lacks
    try:
        possible(job, backends())
    except RouteError as problem:
        return str(problem)
    return ""


def job_of(step: Step, settings: Settings | None = None) -> Job:
    """Return what the router has to know of a step, as far as it is known without a picture."""
    unit = operation(step.operation)
    whole = unit.target == "optional" and unit.default_target == "all" and step.target is None
    whole = whole or unit.from_nothing
    return Job(
        operation=unit.name,
        keep=unit.default_keep if step.keep is None else step.keep,
        prompt=_told(unit, step.params),
        references=shown(unit.params, step.params),
        masked=not whole,
        **allowed(settings or Settings.from_environment()),
    )


def stage_needs(step: Step) -> str:
    """Return what the operation's own stage lacks here, whichever backend does the rest; "" = nothing."""
    return _lacks(operation(step.operation), step.params)


def judged(plan: Plan, settings: Settings) -> Plan:
    """Return the plan with what its steps, and those of its choices, need by other settings."""

    def anew(step: Step) -> Step:
        return step.model_copy(update={"needs": needs(step, settings)})

    questions = tuple(
        question.model_copy(
            update={
                "choices": tuple(
                    choice.model_copy(update={"steps": tuple(map(anew, choice.steps))})
                    for choice in question.choices
                )
            }
        )
        for question in plan.questions
    )
    return plan.model_copy(update={"steps": tuple(map(anew, plan.steps)), "questions": questions})


def target_needs(target: Target) -> str:
    """Return why a target's thing cannot be found here by its name, and what would find it; "" = it can.

    For a warning, no refusal: what no finder knows can be shown by a click, and what one knows need not be in
    the picture.
    """
    from keepdial.regions.colours import COLOURS
    from keepdial.select._phrase import parse
    from keepdial.select._resolve import vocabulary
    from keepdial.understand.asking import selector_of

    known = vocabulary()
    words = str(selector_of(target).options["words"])
    phrase = parse(words, colours=COLOURS, nouns=frozenset(known))
    parts = [*phrase.parts, *(phrase.without.parts if phrase.without else ())]
    return next((lacks for part in parts if (lacks := _unfound(part, known))), "")


def _unfound(part: Part, known: Mapping[str, tuple[Finder, ...]]) -> str:
    from keepdial.select import finders
    from keepdial.select._phrase import singular
    from keepdial.select._resolve import SHOW_IT

    noun = part.noun or ("text" if part.text else "")
    if not noun:  # a colour or a side alone
        return ""
    able = known.get(noun) or known.get(singular(noun)) or ()
    if any(not unit.missing() for unit in able):
        return ""
    if able:
        # "the red car" where nobody knows cars: what is red is taken, and the report says so.
        lacks = able[0].missing().rstrip(".")
        return "" if part.colours else f"Nothing here can find {noun!r}. {lacks}. {SHOW_IT}"
    if any(unit.anything() for unit in finders().values()):
        return ""
    return (
        f"Nothing here knows what {noun!r} looks like. A model that takes any words does: "
        f"keepdial models get {ANYTHING}. {SHOW_IT}"
    )


def _told(unit: Operation, params: Mapping[str, Any]) -> bool:
    """Whether the step comes with words to paint from, or cannot be done without."""
    return bool(params.get("prompt")) or (unit.params.told and not shown(unit.params, params))


def _lacks(unit: Operation, params: Mapping[str, Any]) -> str:
    """Return what the operation's own stage lacks here; backends that lack something say so to the router."""
    from keepdial.select import finder

    if unit.name == "restore":
        from keepdial.networks.realesrgan import missing as no_network

        return f"It works by a network that is not installed. {lacks}" if (lacks := no_network()) else ""
    # Red eyes can be shown by a click, and need no face then.
    if unit.group != "Faces" or unit.name == "red-eye":
        return ""
    if lacks := finder("faces").missing():
        return f"Faces cannot be found here. {lacks}"
    if unit.name == "hair-colour" and (lacks := finder("hair").missing()):
        return f"Hair cannot be found here. {lacks}"
    if unit.name == "lips" or params.get("smile"):
        from keepdial.faces.landmarks import missing as no_mesh

        if lacks := no_mesh():
            return f"The outline of the lips cannot be seen here. {lacks}"
    return ""
