"""Targets: which thing a step acts on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from keepdial.operations import Operation
from keepdial.understand import english, nouns
from keepdial.understand.lexicon import FUNCTION, SIDES, word_set
from keepdial.understand.places import parted
from keepdial.understand.plan import Step, Target
from keepdial.understand.reading import Reading, content
from keepdial.understand.tokens import Token, tokens_of, words_of


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


def with_owner(tokens: list[Token], reading: Reading, thing: list[int], free: set[int]) -> list[int]:
    """Return a thing's places with where it is to be taken from: "take the glasses OFF THE WOMAN"."""
    last = max(reading.because)
    if tokens[last].word not in ("off", "out", "from") or not thing:
        return thing
    if min(thing) > last:
        # "take THE HAIR off the forehead"
        between = [i for i in sorted(free) if min(reading.because) < i < last]
        return [*between, last, *thing] if content(tokens[i] for i in between) else thing
    after = [i for i in sorted(free) if i > last]
    return [*thing, last, *after] if after and all(i not in thing for i in after) else thing


def with_exception(tokens: list[Token], reading: Reading, free: set[int]) -> Target | None:
    """Return the target, something left out of it: "everything EXCEPT THE DOG"; None where nothing is."""
    places = sorted(free)
    at = next((i for i in places if tokens[i].word in ("except", "excluding", "excepting")), None)
    if at is None:
        return None
    base = [tokens[i] for i in reading.thing or () if i < at]
    if nouns.target_of(base).target is None:
        base = []
    said = nouns.target_of([*base, *(tokens[i] for i in places if i >= at)]).target
    return said if said is not None and said.without else None


def recipient(tokens: list[Token], at: int) -> bool:
    """Whether a word is for whom something is done: "give ME more contrast"."""
    return (
        tokens[at].word in ("me", "us")
        and at > 0
        and tokens[at - 1].word in ("give", "show", "get", "make", "send")
    )


def place_of_new(unit: Operation, reading: Reading, params: dict[str, Any]) -> list[Token] | None:
    """Return where a new thing goes, and take it off the words for the thing itself."""
    prompt = str(params.get("prompt", ""))
    if unit.name != "add" or not prompt or reading.thing is not None:
        return None
    thing, place = parted(tokens_of(prompt))
    if not place or not thing:
        return None
    params["prompt"] = words_of(thing)
    return place


def only_describes(target: Target) -> bool:
    """Whether a target is nothing but an adjective: "make the BLUE background black"."""
    from keepdial.regions.colours import COLOURS

    words = [w for w in (*target.attributes, target.head) if w]
    return (
        bool(words)
        and target.relation is None
        and all(w in COLOURS or (english.is_adjective(w) and "NOUN" not in english.lemmas(w)) for w in words)
    )


_BODY = word_set("face eyes eye hair skin lips nose")
"""Nouns that are verbs as well, and name what a phrase acts on."""


def extended(target: Target | None, tokens: list[Token], reading: Reading) -> Target | None:
    """Return the target; a bare place gets the thing that the phrase took: "slim the face on the left"."""
    if target is None or target.head or target.pronoun or not target.sides or target.relation is not None:
        return target
    last = tokens[max(reading.because)]
    if (
        reading.quality
        or last.word in FUNCTION
        or not english.is_noun(last.word)
        or reading.thing is not None
    ):
        return target
    if english.is_verb(last.word) and last.word not in _BODY:
        return target
    return target.model_copy(update={"words": f"the {last.word} {target.words}", "head": last.word})


def pointed(
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


_POINTING = word_set(
    "it it's he's she's they're them that they him her he she both these those this its their his"
)


def named_by_the_rest(tokens: list[Token], free: set[int]) -> tuple[nouns.Named, list[str]]:
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
        named, others = named_by_the_rest(tokens, free - {i for run in ends for i in run})
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
    return words[0] in ("to", "into", "as", "than", "like", "with") and not set(words[1:3]) & set(SIDES)
