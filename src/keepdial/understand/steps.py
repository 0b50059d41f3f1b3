"""Steps: from what a clause asks for to steps of a plan, with amounts and how sure they are."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt

from keepdial.errors import ParameterError
from keepdial.operations import Operation, is_file, is_files, operation
from keepdial.understand import amounts, english, nouns
from keepdial.understand.lexicon import MAKE, NOT, SIDES, word_set
from keepdial.understand.numbers import MEASURES
from keepdial.understand.plan import SURE, Amount, Choice, Question, Step, Target
from keepdial.understand.reading import Reading, candidates, content, rivals
from keepdial.understand.targets import (
    Context,
    extended,
    named_by_the_rest,
    only_describes,
    place_of_new,
    pointed,
    recipient,
    with_exception,
    with_owner,
)
from keepdial.understand.telling import told
from keepdial.understand.tokens import Token, words_of

UNUSED = 0.84
"""What each word that nothing was made of leaves of how sure a step is."""

TELLING = 0.5
"""The same of a word that surely meant something: a number, a unit, a side, a negation, a file, a colour."""

UNSEEN = word_set(
    """account app application row rows spreadsheet file files folder password metadata exif list timer
    alarm event music song volume chat subscription email mail message contact contacts video calendar
    internet history cookies cache code bug bugs database server payment order reservation appointment
    meeting day pencil homework life mind money idea dream memory memories hiccups pain virus tab skills
    faith mood atmosphere repository repo thoughts humanity soul feelings window-tab browser printer
    computer's system program language word-file essay poem story joke recipe weather news price-list
    ticket flight hotel-room username profile-page comment post"""
)
"""What cannot be seen in a picture: whoever wants it changed means another program."""

VAGUE = word_set(
    """disturbance disturbances distraction distractions interference artifact artifacts imperfection
    imperfections distortion distortions disruption disruptions issue issues problem problems flaw
    flaws mess stuff things clutter"""
)
"""What may be anything: whoever wants it gone has to say what it is."""

EDITS = word_set("filter crop effect edit edits change changes adjustment adjustments correction grading")
"""What was done to a picture before; it is undone by going back to the original, not by painting over."""

PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|tiff?|avif|heic|bmp)$")
ODD = 0.55
"""What a thing that can be no thing leaves of it."""

CORRECTED = 0.97
"""What a typing error in the words that name the operation leaves of it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A step or a question, and whether it takes the place of the step before it."""

    step: Step | None = None
    question: Question | None = None
    replaces: bool = False


def made(
    tokens: list[Token],
    found: list[Reading],
    before: list[Step],
    context: Context,
) -> list[Made]:
    """Return the steps that a clause's readings stand for, after the steps `before`."""
    out: list[Made] = []
    for one in found:
        out.append(
            _made(tokens, one, [*before, *(m.step for m in out if m.step)], context, alone=len(found) == 1)
        )
    return out


def _made(
    tokens: list[Token],
    reading: Reading,
    before: list[Step],
    context: Context,
    *,
    alone: bool,
) -> Made:
    """Return the step of a reading, or a question where others explain the clause as well."""
    step, replaces = _step(tokens, reading, before, context)
    if not alone or reading.quality:
        return Made(step, replaces=replaces)
    every = candidates(tokens)
    others = rivals(every, reading)
    if reading.sure < SURE:
        others = others or rivals(every, replace(reading, score=min(reading.score, 1.0)))
    if not others:
        return Made(step, replaces=replaces)
    choices = [step, *(_step(tokens, other, before, context)[0] for other in others[:3])]
    doubtful = tuple(s.model_copy(update={"sure": min(s.sure, SURE - 0.1)}) for s in choices)
    return Made(
        question=Question(
            asks=f'"{step.words}" may mean more than one thing.',
            words=step.words,
            choices=(*(Choice(says=told(s), steps=(s,)) for s in doubtful), Choice(says="leave it out")),
        )
    )


def _step(
    tokens: list[Token],
    reading: Reading,
    before: list[Step],
    context: Context,
) -> tuple[Step, bool]:
    """Return the step of a reading, and whether it takes the place of the one before it."""
    reading = _by_unit(tokens, reading)
    unit, params = reading.unit, dict(reading.params)
    free = {i for i in range(len(tokens)) if i not in reading.used and not recipient(tokens, i)}
    amount, taken = _amount(tokens, reading, free, params)
    free -= taken
    where = place_of_new(unit, reading, params)
    left: list[str] = []
    if where is not None:
        named = nouns.target_of(where)
    elif reading.thing is not None:
        thing = [i for i in reading.thing if (i in free or i not in reading.used) and i not in taken]
        thing = with_owner(tokens, reading, thing, free)
        named = nouns.target_of([tokens[i] for i in thing])
        left = content(tokens[i] for i in sorted(free - set(thing)))
    else:
        named, left = named_by_the_rest(tokens, free)
    target = extended(named.target, tokens, reading)
    target, replaces = pointed(unit, target, tokens, reading, before, context)
    if unit.target != "none" and "except" not in (target.words if target else "").split():
        said = with_exception(tokens, reading, free)
        if said is not None:
            target, left = said, []
    if context.only is not None and target is None and unit.target != "none":
        target = context.only
    if target is not None and unit.name in ("background", "cutout") and only_describes(target):
        target = None
    left = [*left, *named.unused]
    if (
        target is not None
        and target.relation is None
        and (option := _range_of(unit, target)) in operation("hsl").params.model_fields
    ):
        unit, params = operation("hsl"), {option: params[reading.amount]}
        amount = amount and amount.model_copy(update={"option": option})
        target = None
    if reading.several:
        left = [word for word in left if not any(c.isdigit() for c in word)]
    sure = reading.sure * (ODD if named.odd else 1.0)
    for word in left:
        sure *= TELLING if _tells(word) else UNUSED
    for odd in _oddities(tokens, reading, target, params, selected=context.selected):
        sure *= ODD if odd else 1.0
    if any(tokens[i].corrected for i in reading.because):
        sure *= CORRECTED
    if target is not None and unit.target == "none":
        left = [*left, *target.words.split()]
        sure *= ODD
        target = None
    _typed(unit, params)
    _allowed(unit, params, context.files)
    return (
        Step(
            operation=unit.name,
            params=params,
            target=target,
            amount=amount,
            keep=context.keep,
            words=words_of(tokens)[:4000],
            because=tuple(tokens[i].text for i in sorted(reading.because)),
            unused=tuple(left[:100]),
            sure=round(max(0.0, min(1.0, sure)), 3),
        ),
        replaces,
    )


def _oddities(
    tokens: list[Token], reading: Reading, target: Target | None, params: dict[str, Any], *, selected: bool
) -> tuple[bool, ...]:
    """Return of several things whether they make it doubtful that a step was meant."""
    unit = reading.unit
    head = "" if target is None else target.head
    return (
        (head in UNSEEN and not (head == "post" and target is not None and target.attributes))
        or (unit.name == "remove" and head in EDITS | VAGUE),
        unit.name in ("add", "replace") and not UNSEEN.isdisjoint(str(params.get("prompt", "")).split()),
        unit.target == "required" and target is None and not selected,
        target is not None and _only_a_noun(tokens, reading) and len(target.words.split()) > 2,
        tokens[-1].kind == "word" and tokens[-1].word in ("the", "a", "an") and len(tokens) > 1,
        unit.name == "move"
        and target is not None
        and target.relation is not None
        and target.relation.how == "above",
        target is not None and target.words.startswith(("before ", "after ", "during ")),
        target is not None and _tells(target.without) and unit.name == "saturation",
        target is not None and target.head in _PARTS and not target.sides and target.relation is None,
    )


def _range_of(unit: Operation, target: Target) -> str:
    """Return the option of `hsl` that "the saturation of THE GREENS" means; "" for another thing."""
    plural = target.head.endswith("s") and not target.attributes
    return f"{target.head[:-1]}_saturation" if plural and unit.name == "saturation" else ""


_PARTS = word_set("third quarter fifth tenth thirds quarters")
"""Parts of a thing, which are none by themselves."""


def _only_a_noun(tokens: list[Token], reading: Reading) -> bool:
    """Whether one noun alone names an operation, which hardly asks for it: "the match last NIGHT"."""
    if reading.quality or len(reading.because) != 1 or reading.thing is not None:
        return False
    (only,) = reading.because
    kinds = english.lemmas(tokens[only].word)
    if any(t.word in MAKE for t in tokens):
        return False
    return "ADJ" in kinds or ("NOUN" in kinds and "VERB" not in kinds)


def _allowed(unit: Operation, params: dict[str, Any], files: Collection[str] | None) -> None:
    """Raise `ParameterError` where a picture is named that is none of `files`; None = any may be named."""
    for name, value in params.items():
        field = unit.params.model_fields.get(name)
        if files is None or field is None or not is_file(field):
            continue
        for one in value if is_files(field) else [value]:
            if str(one) not in files:
                raise ParameterError("file", str(one), "a picture that was handed over beside the sentence")


def _by_unit(tokens: list[Token], reading: Reading) -> Reading:
    """Return the reading, or that of the operation which a unit belongs to: "one STOP brighter"."""
    for i in range(len(tokens) - 1):
        measure = amounts.UNITS.get(tokens[i + 1].word, tokens[i + 1].word)
        other = reading.elsewhere.get(measure)
        if other is None or amounts.number_at(tokens[i]) is None:
            continue
        unit = operation(other)
        sign = reading.sign or 1
        if measure == "k":
            return replace(
                reading,
                unit=unit,
                params={"kelvin": 5500},
                amount="kelvin",
                units=("k", "kelvin"),
                absolute=True,
                elsewhere={},
            )
        quality = next(q for q in unit.qualities if measure in q.units)
        params = {quality.amount: sign * abs(float(quality.params[quality.amount]))}
        return replace(
            reading, unit=unit, params=params, amount=quality.amount, units=quality.units, elsewhere={}
        )
    return reading


def _number_type(annotation: object) -> type | None:
    """Return int or float where an option is a number, None allowed or not."""
    kinds = [k for k in (annotation, *get_args(annotation)) if k in (int, float)]
    return kinds[0] if kinds else None


def _typed(unit: Operation, params: dict[str, Any]) -> None:
    """Make numbers of what slots filled in as text, where the option is a number."""
    for name, value in params.items():
        field = unit.params.model_fields.get(name)
        if isinstance(value, str) and field is not None and _number_type(field.annotation) is not None:
            try:
                params[name] = float(value.replace(",", "."))
            except ValueError:
                raise ParameterError(name.replace("_", " "), value, "a number") from None
            lowest, highest = limits(unit, name)
            if not lowest <= params[name] <= highest:
                raise ParameterError(name.replace("_", " "), params[name], f"{lowest:g} to {highest:g}")


def _tells(word: str) -> bool:
    """Whether a word that was left over surely meant something."""
    from keepdial.regions.colours import COLOURS

    low = word.lower()
    return (
        any(c.isdigit() for c in low)
        or low in MEASURES
        or low in SIDES
        or low in NOT
        or low in COLOURS
        or PICTURE_FILE.search(low) is not None
    )


def _amount(
    tokens: list[Token], reading: Reading, free: set[int], params: dict[str, Any]
) -> tuple[Amount | None, set[int]]:
    """Set the option that holds the amount, and return it with the places of the words that gave it."""
    name = reading.amount
    if not name or name not in params or not isinstance(params[name], int | float):
        said = amounts.said(tokens, free - set(reading.thing or ()), units=()) if not name else None
        if said is not None and any(tokens[i].kind == "number" for i in said.used):
            # Nothing takes the number: it must not be passed over.
            said = None
        return None, set(said.used) if said is not None and not reading.params.get("prompt") else set()
    said = amounts.said(
        tokens,
        free | set(reading.thing or ()),
        units=reading.units,
        per=reading.per,
        absolute=reading.absolute,
        within=frozenset(reading.thing or ()),
        near=max(reading.because) if reading.quality and reading.several else None,
    )
    usual = float(params[name])
    value = usual if said is None else said.change(usual)
    exact = said is not None and any(tokens[i].kind == "number" for i in said.used)
    lowest, highest = limits(reading.unit, name)
    if not exact:
        value = min(max(value, lowest), highest)
    elif not lowest <= value <= highest:
        raise ParameterError(name.replace("_", " "), value, f"{lowest:g} to {highest:g}")
    kind = reading.unit.params.model_fields[name].annotation
    params[name] = round(value) if kind is int else round(value, 6)
    words = "" if said is None else words_of([tokens[i] for i in sorted(said.used)])
    return Amount(option=name, value=float(params[name]), words=words), set() if said is None else set(
        said.used
    )


def limits(unit: Operation, name: str) -> tuple[float, float]:
    """Return the range of an option that is a number."""
    lowest, highest = float("-inf"), float("inf")
    for rule in unit.params.model_fields[name].metadata:
        if isinstance(rule, Ge | Gt):
            lowest = float(str(rule.ge if isinstance(rule, Ge) else rule.gt))
        if isinstance(rule, Le | Lt):
            highest = float(str(rule.le if isinstance(rule, Le) else rule.lt))
    return lowest, highest
