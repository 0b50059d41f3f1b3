"""What a language model may answer: one closed model, made from the operations' declarations.

It is both the schema that the model is asked to fill in and the validator of what it filled in. There is no
key for pins, for consent, for a backend, a path or an address: what is not here cannot be asked for.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from keepdial.errors import ParameterError
from keepdial.operations import Operation, is_file, is_files, operations
from keepdial.remote.words import short

MOST_STEPS = 100
LONGEST_TARGET = 200
LONGEST_SAYING = 500
DEEPEST = 16
"""Objects and lists within each other; a valid answer has 8."""
MOST_VALUES = 20_000
SHOWN = 5
"""Mistakes that are told at once."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TARGET, pattern=r"\S")]
Saying = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SAYING, pattern=r"\S")]
Part = Annotated[float, Field(ge=0, le=1)]


class Refused(Exception):
    """An answer that cannot be taken; `str` says why, in words for the model and for a person."""


class Closed(BaseModel):
    """Base: no other keys, no other types, no NaN or infinity."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class AnsweredStep(Closed):
    """What all steps have."""

    words: str = Field(max_length=4000)
    operation: str
    target: str | None = None
    keep: Part | None = None
    sure: Part = 0.7


class AnsweredChoice(Closed):
    """One answer to a question."""

    says: str
    steps: tuple[AnsweredStep, ...]


class AnsweredQuestion(Closed):
    """What has to be asked first."""

    asks: str
    choices: tuple[AnsweredChoice, ...]


class Answer(Closed):
    """The whole answer."""

    steps: tuple[AnsweredStep, ...]
    protected: tuple[str, ...] = ()
    question: AnsweredQuestion | None = None


@lru_cache(maxsize=16)
def answer_model(files: tuple[str, ...] = (), selected: bool = False) -> type[Answer]:
    """Return the class of the answers that are possible with these files, of all operations there are."""
    kinds = [
        _step_model(unit, files, selected)
        for _, unit in sorted(operations().items())
        if files or not _needs_a_picture(unit)
    ]
    step: Any = Annotated[Union[tuple(kinds)], Field(discriminator="operation")]  # noqa: UP007
    steps: Any = tuple[step, ...]
    choice: Any = create_model(
        "Choice",
        __base__=AnsweredChoice,
        says=(Saying, ...),
        steps=(steps, Field(max_length=20)),
    )
    question: Any = create_model(
        "Question",
        __base__=AnsweredQuestion,
        asks=(Saying, ...),
        choices=(tuple[choice, ...], Field(max_length=8)),
    )
    return create_model(
        "Answer",
        __base__=Answer,
        steps=(steps, Field(max_length=MOST_STEPS)),
        protected=(tuple[Words, ...], Field(default=(), max_length=100)),
        question=(question | None, None),
    )


def _needs_a_picture(unit: Operation) -> bool:
    return any(is_file(field) and field.is_required() for field in unit.params.model_fields.values())


def _step_model(unit: Operation, files: tuple[str, ...], selected: bool) -> type[AnsweredStep]:
    target: Any = (Words | None, None)
    if unit.target == "none":
        target = (None, None)
    elif unit.target == "required" and not selected:
        target = (Words, ...)
    fields: dict[str, Any] = {
        "operation": (Literal[unit.name], ...),
        "target": target,
        "params": (_options_model(unit, files), ...),
    }
    made: type[AnsweredStep] = create_model(f"Step-{unit.name}", __base__=AnsweredStep, **fields)
    return made


def _options_model(unit: Operation, files: tuple[str, ...]) -> type[Closed]:
    """Return the class of an operation's options; each that has a default may be null, which means it."""
    fields: dict[str, Any] = {}
    for name, field in unit.params.model_fields.items():
        kind: Any = field.annotation
        for rule in field.metadata:
            kind = Annotated[kind, rule]
        if is_file(field):
            if not files:
                continue
            named: Any = Literal[files]
            kind = tuple[named, ...] if is_files(field) else named
        fields[name] = (kind, ...) if field.is_required() else (kind | None, None)
    made: type[Closed] = create_model(f"Options-{unit.name}", __base__=Closed, **fields)
    return made


def answered(text: str, files: tuple[str, ...] = (), selected: bool = False) -> Answer:
    """Return the valid answer in a text; raise `Refused` with what is wrong.

    Around the JSON there may be code fences and thinking. A key that is given twice, a number that is not
    finite, control characters, and more than `DEEPEST` levels or `MOST_VALUES` values are refused.
    """
    found = _checked(_object_in(text))
    try:
        answer = answer_model(files, selected).model_validate_json(json.dumps(found))
    except ValidationError as problem:
        raise Refused(_told(problem, found)) from None
    except ParameterError as problem:
        raise Refused(short(str(problem), 300)) from None
    choices = () if answer.question is None else answer.question.choices
    for place, step in (
        *((f"steps[{i}]", step) for i, step in enumerate(answer.steps)),
        *((f"choices[{i}]", step) for i, choice in enumerate(choices) for step in choice.steps),
    ):
        try:
            options_of(step)
        except ParameterError as problem:
            raise Refused(f"{place}, {step.operation}: {short(str(problem), 300)}") from None
    return answer


def options_of(step: AnsweredStep) -> dict[str, Any]:
    """Return the options that a step sets, as JSON values; raise `ParameterError` where they do not fit.

    Files stand as names, so that a class that looks into files is not asked.
    """
    unit = operations()[step.operation]
    given: Any = getattr(step, "params")  # noqa: B009
    said = {name: value for name, value in given.model_dump(mode="json").items() if value is not None}
    unit.params.build(**said)
    return said


def _object_in(text: str) -> dict[str, Any]:
    """Return the JSON object in a text, in code fences or after some words; the last plan wins."""
    after = text.rpartition("</think>")[2].strip()
    decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
    found: list[dict[str, Any]] = []
    problem = "there is no JSON object in it"
    at, tries = after.find("{"), 0
    # So many tries, so that no text takes long: each may read all of it.
    while at >= 0 and tries < 40:
        tries += 1
        try:
            value, end = decoder.raw_decode(after, at)
        except RecursionError:
            raise Refused(f"it has more than {DEEPEST} levels") from None
        except json.JSONDecodeError as error:
            if tries == 1:
                problem = f"it is not JSON: {error.msg} at character {error.pos}"
            at = after.find("{", at + 1)
            continue
        except ValueError as error:
            raise Refused(short(str(error), 200)) from None
        found.append(value)
        at = after.find("{", end)
    plans = [one for one in found if "steps" in one]
    if plans:
        return plans[-1]
    if found and "not JSON" not in problem:
        return found[-1]
    raise Refused(problem)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1) if len(names) < 1000 else names[0]
        raise ValueError(f"{twice!r} is given twice")
    return made


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number here")


def _checked(value: Any) -> Any:
    """Return a JSON value with each text as one clean line; raise `Refused` for what no answer holds."""
    left = MOST_VALUES

    def walk(value: Any, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Refused(f"it has more than {MOST_VALUES:,} values; at most {MOST_STEPS} steps are taken")
        if depth > DEEPEST:
            raise Refused(f"it has more than {DEEPEST} levels")
        if isinstance(value, dict):
            return {_clean(name): walk(one, depth + 1) for name, one in value.items()}
        if isinstance(value, list):
            return [walk(one, depth + 1) for one in value]
        if isinstance(value, float) and (value != value or abs(value) == float("inf")):
            raise Refused("it holds a number that is not finite")
        return _clean(value) if isinstance(value, str) else value

    return walk(value, 0)


def _clean(text: str) -> str:
    """Return a text without line breaks and invisible marks; refuse what is no text."""
    made = []
    for c in text:
        kind = unicodedata.category(c)
        if c in "\t\n\r":
            made.append(" ")
        elif kind in ("Cc", "Cs", "Co", "Cn"):
            raise Refused(f"it holds a character that is no text (U+{ord(c):04X})")
        elif kind != "Cf":
            made.append(c)
    return "".join(made)


_SAYS: dict[str, Callable[[dict[str, Any]], str]] = {
    "missing": lambda e: "is missing",
    "extra_forbidden": lambda e: "is not known",
    "union_tag_not_found": lambda e: "has no operation",
    "union_tag_invalid": lambda e: f"{short(str(e['ctx']['tag']), 40)!r} is no operation that there is",
}


def _told(problem: ValidationError, found: Any) -> str:
    """Return the first mistakes in one line."""
    errors = problem.errors(include_url=False)
    said = []
    for error in errors[:SHOWN]:
        place = ""
        value: Any = found
        for part in error["loc"]:
            if isinstance(part, int):
                place += f"[{part}]"
            elif isinstance(value, dict) and (part in value or error["type"] == "missing"):
                place += f".{short(part, 40)}" if place else short(part, 40)
            else:
                continue
            try:
                value = value[part]
            except (LookupError, TypeError):
                value = None
        say = _SAYS.get(error["type"])
        words = say(dict(error)) if say else ""
        if not words:
            given = error["input"]
            shown = short(json.dumps(given), 60) if not isinstance(given, dict | list | tuple) else ""
            words = (
                f"is {shown}; {error['msg'][:1].lower()}{error['msg'][1:]}" if shown else error["msg"].lower()
            )
        said.append(f"{place or 'the answer'} {short(words, 200)}")
    more = f", and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
    return "; ".join(said) + more
