"""From a plan to the request that does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from keepdial.errors import InputError, ParameterError, RouteError, Unclear
from keepdial.operations import Operation, is_file, is_files, operation
from keepdial.request import Reading, Request, Selector
from keepdial.understand.plan import SURE, Choice, Plan, Question, Step, Target

PEOPLE = {
    "him": "the person",
    "her": "the person",
    "he": "the person",
    "she": "the person",
    "me": "the person",
}
"""Whom a pronoun points to in a picture, as the finders take it."""


def asked(
    plan: Plan,
    *,
    files: Mapping[str, str] | None = None,
    selected: Sequence[Selector] = (),
    pins: Sequence[Selector] = (),
    anyway: bool = False,
) -> Request:
    """Return the request that does a plan, its steps in order.

    Args:
        plan: what was understood.
        files: the pictures that the sentence may name, as base64 by name; nothing is read from a disk.
        selected: what was selected beside the sentence: the place of every step that names none.
        pins: what must survive in every step, beside what the sentence protects.
        anyway: whether to take a plan that is not sure, leaving out what has to be asked.

    Raises `Unclear` with the questions where something has to be asked first, `RouteError` where something
    that is not installed here would be needed, `ParameterError` for a picture that was not handed over, or an
    option out of its range.
    """
    if not anyway:
        refuse(plan)
    if not plan.steps:
        raise InputError(
            "Nothing is left to do in the sentence.",
            hint='Say what is wanted, for example "make it a bit warmer and remove the text".',
        )
    held = (*(selector_of(one) for one in plan.protected), *pins)
    given = {} if files is None else files
    made = [_request(plan, step, held, selected, given) for step in plan.steps]
    return made[0].model_copy(update={"then": tuple(made[1:])})


def refuse(plan: Plan) -> None:
    """Raise what keeps a plan from running: `Unclear` with questions, `RouteError` with what is missing."""
    if plan.questions:
        raise Unclear(plan)
    if plan.needs:
        raise RouteError(" ".join(plan.needs), hint="Nothing was changed.")
    doubtful = [(i, step) for i, step in enumerate(plan.steps) if step.sure < SURE]
    if doubtful:
        left = tuple(step for step in plan.steps if step.sure >= SURE)
        # Each question stands where its step stood among those that are left.
        asks = tuple(_whether(i - before, step) for before, (i, step) in enumerate(doubtful))
        raise Unclear(plan.model_copy(update={"steps": left, "questions": asks}))


def _whether(at: int, step: Step) -> Question:
    from keepdial.understand.telling import told

    meant = told(step)
    same = meant.lower() == step.words.lower()
    asks = f'"{step.words}" is not certain.' if same else f'Is "{step.words}" meant as: {meant}?'
    choices = (Choice(says=meant, steps=(step,)), Choice(says="leave it out"))
    return Question(asks=asks, words=step.words, choices=choices, at=at)


def selector_of(target: Target) -> Selector:
    """Return the region that a target stands for, in words that the finders take."""
    words = PEOPLE.get(target.words.lower(), target.words) if target.pronoun else target.words
    return Selector(kind="what", options={"words": words})


def _region(unit: Operation, target: Target) -> tuple[Selector, ...]:
    """Return the region that a target stands for; of an operation on faces, "her" is the face itself."""
    if unit.group != "Faces" or not target.pronoun:
        return (selector_of(target),)
    if target.words.lower() in ("them", "their", "they", "us", "our"):
        return ()
    return (Selector(kind="what", options={"words": "the face"}),)


def _request(
    plan: Plan, step: Step, pins: tuple[Selector, ...], selected: Sequence[Selector], files: Mapping[str, str]
) -> Request:
    unit = operation(step.operation)
    targets: tuple[Selector, ...] = ()
    if unit.target != "none":
        targets = tuple(selected) if step.target is None else _region(unit, step.target)
    elif step.target is not None:
        raise InputError(
            f"{unit.name} acts on the whole picture, so {step.target.words!r} has no place in it.",
            hint="Leave it out, or say it as a step of its own.",
        )
    params: dict[str, JsonValue] = dict(step.params)
    for name, value in params.items():
        field = unit.params.model_fields.get(name)
        if field is not None and is_files(field) and isinstance(value, list | tuple):
            params[name] = [_file(str(one), files) for one in value]
        elif field is not None and is_file(field):
            params[name] = _file(str(value), files)
    made: Request = Request.build(
        operation=unit.name,
        params=params,
        targets=targets,
        pins=pins,
        keep=step.keep,
        read=Reading(
            sentence=plan.sentence,
            words=step.words,
            because=step.because,
            unused=step.unused,
            sure=step.sure,
            by=plan.by,
        ),
    )
    return made


def _file(name: str, files: Mapping[str, str]) -> str:
    if name not in files:
        raise ParameterError("file", name, "a picture that was handed over beside the sentence")
    return files[name]
