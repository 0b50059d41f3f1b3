"""Steps: from what a clause asks for to steps of a plan, with things, amounts and how sure they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from annotated_types import Ge, Gt, Le, Lt

from keepdial.errors import ParameterError
from keepdial.operations import Operation, is_file
from keepdial.understand import amounts, english, nouns
from keepdial.understand.plan import SURE, Amount, Choice, Question, Step, Target
from keepdial.understand.reading import Reading, candidates, content, rivals
from keepdial.understand.telling import told
from keepdial.understand.tokens import Token, words_of

UNUSED = 0.87
"""What each word that nothing was made of leaves of how sure a step is."""

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
    keep: float | None,
    files: Collection[str] | None,
) -> list[Made]:
    """Return the steps that a clause's readings stand for, after the steps `before`."""
    out: list[Made] = []
    for one in found:
        out.append(
            _made(
                tokens, one, [*before, *(m.step for m in out if m.step)], keep, files, alone=len(found) == 1
            )
        )
    return out


def _made(
    tokens: list[Token],
    reading: Reading,
    before: list[Step],
    keep: float | None,
    files: Collection[str] | None,
    *,
    alone: bool,
) -> Made:
    step, replaces = _step(tokens, reading, before, keep, files)
    if not alone or reading.quality:
        return Made(step, replaces=replaces)
    others = rivals(candidates(tokens), reading)
    if not others:
        return Made(step, replaces=replaces)
    choices = [step, *(_step(tokens, other, before, keep, files)[0] for other in others[:3])]
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
    keep: float | None,
    files: Collection[str] | None,
) -> tuple[Step, bool]:
    unit, params = reading.unit, dict(reading.params)
    sure = reading.sure
    free = {i for i in range(len(tokens)) if i not in reading.used}
    amount, taken = _amount(tokens, reading, free, params)
    free -= taken
    where = _where(unit, reading, tokens, params)
    if where is not None:
        named = nouns.target_of(where)
        left: list[str] = (
            [] if reading.thing is None else content(tokens[i] for i in sorted(free - set(reading.thing)))
        )
    elif reading.thing is not None:
        thing = [i for i in reading.thing if i in free or i not in reading.used]
        named = nouns.target_of([tokens[i] for i in thing])
        left = content(tokens[i] for i in sorted(free - set(thing)))
    else:
        named, left = _left(tokens, free)
    target = _extended(named.target, tokens, reading)
    target, replaces = _pointed(unit, target, tokens, reading, before)
    if target is not None and unit.name in ("background", "cutout") and _only_describes(target):
        target = None
    if named.odd:
        sure *= ODD
    left = [*left, *named.unused]
    sure *= UNUSED ** len(left)
    if not reading.quality and len(reading.because) == 1 and target is not None and reading.thing is None:
        (only,) = reading.because
        noun = "NOUN" in english.lemmas(tokens[only].word) and not english.is_verb(tokens[only].word)
        if noun and len(target.words.split()) > 2:
            # "the match last NIGHT": one noun among many words hardly asks for anything.
            sure *= ODD
    if any(tokens[i].corrected for i in reading.because):
        sure *= CORRECTED
    if target is not None and unit.target == "none":
        left = [*left, *target.words.split()]
        sure *= ODD
        target = None
    for name in params:
        field = unit.params.model_fields.get(name)
        if field is not None and is_file(field) and files is not None and str(params[name]) not in files:
            raise ParameterError(
                "file", str(params[name]), "a picture that was handed over beside the sentence"
            )
    return (
        Step(
            operation=unit.name,
            params=params,
            target=target,
            amount=amount,
            keep=keep,
            words=words_of(tokens)[:4000],
            because=tuple(tokens[i].text for i in sorted(reading.because)),
            unused=tuple(left[:100]),
            sure=round(max(0.0, min(1.0, sure)), 3),
        ),
        replaces,
    )


def _where(
    unit: Operation, reading: Reading, tokens: list[Token], params: dict[str, Any]
) -> list[Token] | None:
    """Return where a new thing goes, and take it off the words for the thing itself."""
    prompt = str(params.get("prompt", ""))
    if unit.name != "add" or not prompt:
        return None
    new = nouns.tokens_of_words(prompt)
    thing, place = nouns.parted(new)
    if not place or not thing:
        return None
    if reading.thing is not None:
        return None
    params["prompt"] = words_of(thing)
    return place


def _only_describes(target: Target) -> bool:
    """Whether a target is nothing but an adjective: "make the BLUE background black"."""
    from keepdial.regions.colours import COLOURS

    words = [w for w in (*target.attributes, target.head) if w]
    return (
        bool(words)
        and target.relation is None
        and all(w in COLOURS or (english.is_adjective(w) and "NOUN" not in english.lemmas(w)) for w in words)
    )


def _extended(target: Target | None, tokens: list[Token], reading: Reading) -> Target | None:
    """Return the target; a bare place gets the thing that the phrase took: "slim the face on the left"."""
    if target is None or target.head or target.pronoun or not target.sides or target.relation is not None:
        return target
    last = tokens[max(reading.because)]
    from keepdial.understand.lexicon import FUNCTION

    if (
        reading.quality
        or last.word in FUNCTION
        or not english.is_noun(last.word)
        or reading.thing is not None
    ):
        return target
    if english.is_verb(last.word) and last.word not in (
        "face",
        "eyes",
        "eye",
        "hair",
        "skin",
        "lips",
        "nose",
    ):
        return target
    return target.model_copy(update={"words": f"the {last.word} {target.words}", "head": last.word})


def _pointed(
    unit: Operation, target: Target | None, tokens: list[Token], reading: Reading, before: list[Step]
) -> tuple[Target | None, bool]:
    """Return the target with "it" and "them" replaced by what they point to, and whether the step replaces
    the one before it ("remove the cup and replace it with a bowl")."""
    last = before[-1] if before else None
    places = range(len(tokens)) if reading.thing is None else reading.thing
    points = any(tokens[i].word in ("it", "them", "that", "they") for i in places if tokens[i].kind == "word")
    if last is None or last.target is None:
        return target, False
    missing = target is None or (target.pronoun and target.words in ("it", "them", "they"))
    if unit.name == "replace" and missing and last.operation == "remove":
        return last.target, True
    if not missing or not points:
        return target, False
    if last.operation in ("remove", "replace", "cutout", "background", "add"):
        return target, False
    return last.target, False


def _left(tokens: list[Token], free: set[int]) -> tuple[nouns.Named, list[str]]:
    """Return what the words that are left name: the best of their runs, with places joined to it."""
    runs: list[list[int]] = []
    for i in sorted(free):
        if runs and i == runs[-1][-1] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    found = [(run, nouns.target_of([tokens[i] for i in run])) for run in runs]
    good = [(run, named) for run, named in found if named.target is not None and not named.odd]
    if not good:
        odd = next((named for _, named in found if named.odd), None)
        if odd is not None and odd.target is not None:
            return nouns.Named(None), content(tokens[i] for i in sorted(free))
        return nouns.Named(None), [w for _, named in found for w in named.unused]
    # A thing with a noun before one that is only a place.
    run, best = max(
        good,
        key=lambda pair: (
            bool(pair[1].target and (pair[1].target.head or pair[1].target.pronoun)),
            bool(pair[1].target and pair[1].target.words.startswith("the")),
            -pair[0][0],
        ),
    )
    rest: list[str] = []
    for other, named in good:
        if other is run:
            continue
        place = named.target
        if place is not None and place.sides and not place.head and best.target is not None:
            words = f"{best.target.words} {words_of([tokens[i] for i in other])}"
            best = nouns.Named(
                best.target.model_copy(update={"words": words, "sides": (*best.target.sides, *place.sides)})
            )
            continue
        rest += content(tokens[i] for i in other)
    rest += [w for other, named in found if named.target is None or named.odd for w in (named.unused or ())]
    return best, rest


def _amount(
    tokens: list[Token], reading: Reading, free: set[int], params: dict[str, Any]
) -> tuple[Amount | None, set[int]]:
    """Set the option that holds the amount, and return it with the places of the words that gave it."""
    name = reading.amount
    if not name or name not in params or not isinstance(params[name], int | float):
        said = amounts.said(tokens, free - set(reading.thing or ()), units=()) if not name else None
        return None, set(said.used) if said is not None and not reading.params.get("prompt") else set()
    open_to = free - set(reading.thing or ()) if reading.thing else free
    said = amounts.said(tokens, open_to, units=reading.units, per=reading.per, absolute=reading.absolute)
    usual = float(params[name])
    value = usual if said is None else said.change(usual)
    exact = said is not None and any(tokens[i].kind == "number" for i in said.used)
    lowest, highest = limits(reading.unit, name)
    if not exact:
        value = min(max(value, lowest), highest)
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
