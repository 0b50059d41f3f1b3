"""Steps: from what a clause asks for to steps of a plan, with things, amounts and how sure they are."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt

from keepdial.errors import ParameterError
from keepdial.operations import Operation, is_file, operation
from keepdial.understand import amounts, english, nouns
from keepdial.understand.lexicon import MAKE, NOT, SIDES, word_set
from keepdial.understand.numbers import MEASURES
from keepdial.understand.plan import SURE, Amount, Choice, Question, Step, Target
from keepdial.understand.reading import Reading, candidates, content, rivals
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
    meeting day pencil homework life mind money idea dream memory memories hiccups pain virus tab
    window-tab browser printer computer's system program language word-file essay poem story joke
    recipe weather news price-list ticket flight hotel-room username profile-page comment post"""
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
class Context:
    """What holds for a clause.

    Attributes:
        keep: the dial, where the sentence turned it.
        files: the names of pictures that may be named, None = any.
        selected: whether something is selected beside the sentence.
        topic: what "it" points to where no step did: "the sky is dull, make it bluer".
        fresh: whether the topic was named right before, so that it is meant where no thing is.
        only: what the clause after it narrows it to: "brighter, but only the sky".
    """

    keep: float | None = None
    files: Collection[str] | None = None
    selected: bool = False
    topic: Target | None = None
    fresh: bool = False
    only: Target | None = None


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
    keep, files, selected = context.keep, context.files, context.selected
    reading = _by_unit(tokens, reading)
    unit, params = reading.unit, dict(reading.params)
    sure = reading.sure
    free = {i for i in range(len(tokens)) if i not in reading.used and not _recipient(tokens, i)}
    amount, taken = _amount(tokens, reading, free, params)
    free -= taken
    where = _where(unit, reading, tokens, params)
    if where is not None:
        named = nouns.target_of(where)
        left: list[str] = (
            [] if reading.thing is None else content(tokens[i] for i in sorted(free - set(reading.thing)))
        )
    elif reading.thing is not None:
        thing = [i for i in reading.thing if (i in free or i not in reading.used) and i not in taken]
        thing = _with_owner(tokens, reading, thing, free)
        named = nouns.target_of([tokens[i] for i in thing])
        left = content(tokens[i] for i in sorted(free - set(thing)))
    else:
        named, left = _left(tokens, free)
    target = _extended(named.target, tokens, reading)
    target, replaces = _pointed(unit, target, tokens, reading, before, context)
    exception = next(
        (i for i in sorted(free) if tokens[i].word in ("except", "excluding", "excepting")), None
    )
    if (
        exception is not None
        and unit.target != "none"
        and "except" not in (target.words if target else "").split()
    ):
        base = [] if reading.thing is None else [tokens[i] for i in reading.thing if i < exception]
        if nouns.target_of(base).target is None:
            base = []
        said = nouns.target_of([*base, *(tokens[i] for i in sorted(free) if i >= exception)]).target
        if said is not None and said.without:
            target, left = said, []
    if context.only is not None and target is None and unit.target != "none":
        target = context.only
    if target is not None and unit.name in ("background", "cutout") and _only_describes(target):
        target = None
    if named.odd:
        sure *= ODD
    left = [*left, *named.unused]
    if reading.several:
        left = [word for word in left if not any(c.isdigit() for c in word)]
    for word in left:
        sure *= TELLING if _tells(word) else UNUSED
    if target is not None and target.head in UNSEEN | (
        EDITS | VAGUE if unit.name == "remove" else frozenset()
    ):
        sure *= ODD
    if unit.name in ("add", "replace") and set(str(params.get("prompt", "")).split()) & UNSEEN:
        sure *= ODD
    if unit.target == "required" and target is None and not selected:
        sure *= ODD
    if not reading.quality and len(reading.because) == 1 and target is not None and reading.thing is None:
        (only,) = reading.because
        kinds = english.lemmas(tokens[only].word)
        noun = ("NOUN" in kinds or "ADJ" in kinds) and not any(t.word in MAKE for t in tokens)
        if noun and ("VERB" not in kinds or "ADJ" in kinds) and len(target.words.split()) > 2:
            # "the match last NIGHT": one noun among many words hardly asks for anything.
            sure *= ODD
    if any(tokens[i].corrected for i in reading.because):
        sure *= CORRECTED
    if target is not None and unit.target == "none":
        left = [*left, *target.words.split()]
        sure *= ODD
        target = None
    _typed(unit, params)
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


def _with_owner(tokens: list[Token], reading: Reading, thing: list[int], free: set[int]) -> list[int]:
    """Return a thing's places with where it is to be taken from: "take the glasses OFF THE WOMAN"."""
    last = max(reading.because)
    if tokens[last].word not in ("off", "out", "from") or not thing or max(thing) > last:
        return thing
    after = [i for i in sorted(free) if i > last]
    return [*thing, last, *after] if after and all(i not in thing for i in after) else thing


def _recipient(tokens: list[Token], at: int) -> bool:
    """Whether a word is for whom something is done: "give ME more contrast"."""
    return (
        tokens[at].word in ("me", "us")
        and at > 0
        and tokens[at - 1].word in ("give", "show", "get", "make", "send")
    )


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
    unit: Operation,
    target: Target | None,
    tokens: list[Token],
    reading: Reading,
    before: list[Step],
    context: Context,
) -> tuple[Target | None, bool]:
    """Return the target with "it" and "them" replaced by what they point to, and whether the step replaces
    the one before it ("remove the cup and replace it with a bowl")."""
    last = before[-1] if before else None
    if unit.target == "none":
        return target, False
    places = range(len(tokens)) if reading.thing is None else reading.thing
    points = any(tokens[i].word in _POINTING for i in places if tokens[i].kind == "word")
    missing = target is None or (target.pronoun and target.words in _POINTING)
    if unit.name == "replace" and missing and last is not None and last.operation == "remove" and last.target:
        return last.target, True
    if context.topic is not None and missing and (points or context.fresh):
        return context.topic, False
    if target is not None and target.words in ("them", "they") and missing and _colours(before):
        # "the colours are dull, make them pop": what they are is the picture's.
        return None, False
    if last is None or last.target is None or not missing or not points:
        return target, False
    if last.operation in ("remove", "replace", "cutout", "background", "add"):
        return target, False
    if not any(tokens[i].word in _THINGS for i in places):
        # "her" is somebody, and no background.
        return target, False
    return last.target, False


_THINGS = word_set("it them that they both these those this")


def _colours(before: list[Step]) -> bool:
    return any(s.target is None and ("colours" in s.words or "tones" in s.words) for s in before)


_POINTING = word_set("it them that they him her he she both these those this its their his")


def _left(tokens: list[Token], free: set[int]) -> tuple[nouns.Named, list[str]]:
    """Return what the words that are left name: the best of their runs, with places joined to it."""
    runs: list[list[int]] = []
    for i in sorted(free):
        if runs and i == runs[-1][-1] + 1:
            runs[-1].append(i)
        else:
            runs.append([i])
    ends = [run for run in runs if _leads_on(tokens, run)]
    found = [(run, nouns.target_of([tokens[i] for i in run])) for run in runs if run not in ends]
    dropped = [w for run in ends for w in content(tokens[i] for i in run)]
    good = [(run, named) for run, named in found if named.target is not None and not named.odd]
    if dropped:
        named, others = _left(tokens, free - {i for run in ends for i in run})
        return named, [*others, *dropped]
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


def _leads_on(tokens: list[Token], run: list[int]) -> bool:
    """Whether words say what something is to become, and are no thing: "relight it TO CANDLELIGHT"."""
    words = [tokens[i].word for i in run]
    if any(t.word in ("add", "apply", "put", "give", "bring") for t in tokens[: run[0]]):
        # "add some blur to the car"
        return False
    return words[0] in ("to", "into", "as", "than", "like") and not set(words[1:3]) & set(SIDES)


def _amount(
    tokens: list[Token], reading: Reading, free: set[int], params: dict[str, Any]
) -> tuple[Amount | None, set[int]]:
    """Set the option that holds the amount, and return it with the places of the words that gave it."""
    name = reading.amount
    if not name or name not in params or not isinstance(params[name], int | float):
        said = amounts.said(tokens, free - set(reading.thing or ()), units=()) if not name else None
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
