"""Directions: which of the qualities that a clause names it wants more of, and which less of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from keepdial.understand import english
from keepdial.understand.amounts import WORDS
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    DOWN,
    FIX,
    FUNCTION,
    MAKE,
    NEGATED,
    NOT,
    PICTURE,
    TOO,
    UP,
    WHO,
    word_set,
)
from keepdial.understand.qualities import Named, key_of, named, says
from keepdial.understand.tokens import Token
from keepdial.understand.turning import turned_after, turned_before


@dataclass(slots=True)
class Wanted:
    """A quality that a clause wants changed.

    Attributes:
        named: what names it.
        sign: 1 = more of it, -1 = less, 0 = the clause does not say.
        used: the places of the tokens that say so.
        sure: how sure the direction is.
        score: how much of the clause it explains, as for phrases.
        spoken: whether a verb, a comparison or a complaint is among the words; a bare name is not.
    """

    named: Named
    sign: int
    used: set[int] = field(default_factory=set)
    sure: float = 0.95
    score: float = 1.0
    spoken: bool = True

    @property
    def params(self) -> dict[str, Any]:
        """The options at an ordinary amount."""
        quality = self.named.quality
        if self.sign >= 0:
            return dict(quality.params)
        if quality.fewer:
            return dict(quality.fewer)
        return quality.params | {quality.amount: -quality.params[quality.amount]}


def wanted(tokens: list[Token], *, before: int = 0) -> Iterator[Wanted]:
    """Yield the qualities that the tokens of a clause name, each with its direction.

    `before` is the direction that the clause before had; a bare name takes it over.
    """
    words = [t.word if t.kind in ("word", "sign") else "" for t in tokens]
    for at, word in enumerate(words):
        if not word:
            continue
        taken: set[tuple[str, str]] = set()
        for name in named().get(key_of(word), ()):
            end = at + len(name.words)
            if (name.unit.name, name.role) in taken or not says(words[at:end], name):
                continue
            taken.add((name.unit.name, name.role))
            found = _direction(name, words, at, end, before)
            one_way = name.quality.sides == "less"
            if (
                found
                and name.role == "noun"
                and not found.spoken
                and not one_way
                and _numbered(tokens, at, end)
            ):
                found.sign, found.sure, found.spoken = 1, 0.95, True
                found.score = 1.0 + 0.95 * (end - at - 1)
            if found is not None:
                yield found


def _numbered(tokens: list[Token], at: int, end: int) -> bool:
    """Whether a number stands beside a name: "exposure +1 stop", "20 % contrast"."""
    near = [*tokens[end : end + 2], *tokens[max(0, at - 2) : at]]
    return any(t.kind == "number" for t in near)


def _direction(name: Named, words: list[str], at: int, end: int, before: int) -> Wanted | None:
    """Return what a clause wants of a quality that it names; None = nothing that an operation does."""
    if name.role == "noun":
        found = _of_noun(name, words, at, end, before)
    elif name.role in ("more", "less"):
        found = _of_adjective(name, words, at, end)
    else:
        found = _of_verb(name, words, at, end)
    if found is None:
        return None
    sides = name.quality.sides
    found.sure *= name.quality.sure
    if (sides == "more" and found.sign < 0) or (sides == "less" and found.sign > 0):
        return None
    return found


def _of_verb(name: Named, words: list[str], at: int, end: int) -> Wanted | None:
    """Return the direction of a verb that changes a quality: "BRIGHTEN it"."""
    sign = 1 if name.role == "raises" else -1
    previous = words[at - 1] if at else ""
    if previous in NEGATED or (previous in ARTICLES and previous not in ("it", "this")):
        return None
    if previous in ("super", "very", "too", "overly", "quite"):
        # "super COOL picture"
        return None
    told = [w for w in words[:at] if w and w not in FUNCTION and w not in WORDS and not w.endswith("ly")]
    if previous in WHO or (told and told[0] in english.lemmas(told[0]).get("VERB", ())):
        return None
    spoken = set(range(at, end))
    said = words[at:end]
    # "brightened", "darkening": a participle before a thing only describes it.
    base = english.lemmas(said[0]).get("VERB", (said[0],))[0]
    following = words[end] if end < len(words) else ""
    if said[0] != base and said[0].endswith("ed") and previous in ARTICLES and following:
        return None
    return Wanted(name, sign, spoken, 0.96, 1.0 + 0.95 * (end - at - 1) + 0.01)


def _heads(words: list[str], at: int) -> bool:
    """Whether an adjective is the noun of its phrase: "the second LIGHT"."""
    i = at - 1
    while (
        i >= 0
        and (english.is_adjective(words[i]) or words[i] in _NUMBER_WORDS)
        and words[i] not in ARTICLES
        and words[i] not in TOO
    ):
        i -= 1
    return (
        i >= 0
        and words[i] in ARTICLES - {"a", "all", "both", "some", "any"}
        and words[i] not in ("this", "that", "it")
    )


_NUMBER_WORDS = word_set("first second third fourth last next other one two three")


def _of_adjective(name: Named, words: list[str], at: int, end: int) -> Wanted | None:
    """Return the direction of an adjective: "brighter" asks for it, "too bright" complains of it."""
    own = 1 if name.role == "more" else -1
    used = set(range(at, end))
    length = 0.95 * (end - at - 1)
    if "NOUN" in english.lemmas(words[end - 1]) and _heads(words, at):
        return None
    compared = english.degree(words[end - 1])[1] and words[end - 1] != name.words[-1]
    window = range(max(0, at - 5), at)
    near = words[max(0, at - 5) : at]
    negated = next((i for i in reversed(window) if words[i] in NOT), None)
    if compared:
        if negated is not None and words[negated] in NEGATED and not set(near) & BE:
            return None
        # "darker than the other photos" tells, and asks for the opposite if for anything.
        sure = 0.5 if "than" in words[end : end + 2] else 0.96
        return Wanted(name, own, used, sure, 1.15 + length)
    previous = near[-1] if near else ""
    if previous == "more" or (len(near) > 1 and near[-2] == "more"):
        return Wanted(name, own, used | {at - 1 if previous == "more" else at - 2}, 0.96, 1.3 + length)
    if previous == "less" or (len(near) > 1 and near[-2] == "less"):
        return Wanted(name, -own, used | {at - 1 if previous == "less" else at - 2}, 0.95, 1.3 + length)
    if end < len(words) and words[end] == "enough":
        more = {end} | ({negated} if negated is not None else set())
        return Wanted(name, own, used | more, 0.9, 1.6 + length)
    states = _states(words, at) or words[0] == "why"
    attribute = end < len(words) and english.is_noun(words[end]) and words[end] not in _NOT_THINGS
    excess = next((i for i in reversed(window) if words[i] in ("too", "overly", "excessively")), None)
    if excess is None and "so" in near and states:
        excess = next(i for i in reversed(window) if words[i] == "so")
    if excess is not None and at - excess <= 3:
        if negated is not None and negated < excess and not states:
            # "but not too bright": a limit, and no wish of its own.
            return None
        return Wanted(name, -own, used | {excess}, 0.95, 1.5 + length)
    if negated is not None and at - negated <= 3:
        return Wanted(name, own if states else -own, used | {negated}, 0.8, 1.2 + length)
    of_it = attribute or (end < len(words) and words[end] in PICTURE)
    if of_it and not states and not _asked_for(words, at) and any(w in TOO for w in near):
        # "super cool picture": that is praise.
        return Wanted(name, own, used, 0.45, 0.9 + length)
    if attribute and words[end] not in PICTURE:
        return None
    if states:
        sure = 0.85 if (own < 0 or name.quality.fault) else 0.5
        return Wanted(name, -own, used, sure, 1.1 + length)
    hedged = any(w in _HEDGES for w in near) and not _asked_for(words, at)
    if hedged and (own < 0 or name.quality.fault):
        # "kinda dark": so one complains, and does not wish.
        return Wanted(name, -own, used, 0.75, 1.1 + length)
    if name.quality.fault and not _asked_for(words, at):
        return Wanted(name, -own, used, 0.8, 1.05 + length)
    if _asked_for(words, at) or all(w in _FILL for w in near):
        return Wanted(name, own, used, 0.9, 1.0 + length, spoken=bool(near))
    return Wanted(name, own, used, 0.7, 0.9 + length, spoken=False)


_HEDGES = word_set("kinda kind sort bit little rather pretty quite very really awfully so somewhat fairly")
_FILL = ARTICLES | TOO | MAKE | word_set("a bit little lot much and it please just to be look more up")
_NOT_THINGS = PICTURE | word_set("enough please and or look up down out on in now overall looking")


def _asked_for(words: list[str], at: int) -> bool:
    """Whether a verb before asks for what follows: make, want, should be, turn."""
    return any(
        w in MAKE or w in ("should", "must", "ought", "more", "become", "appear", "add") for w in words[:at]
    )


_ASKED = word_set("make makes should must ought want get to needs need let would like could ensure have")
"""With one of these a clause says how something is to be, and not how it is."""


def _states(words: list[str], at: int) -> bool:
    """Whether the words before state how the picture is: "the sky is a bit"."""
    early = words[max(0, at - 6) : at]
    if any(w in ("was", "were", "been") for w in early) and not any(
        w in PICTURE or w in ("it", "this") for w in early
    ):
        return False
    if not any(w in BE for w in early):
        return False
    if any(w in _ASKED for w in early):
        return False
    return not (early and early[0] in ("look", "be", "appear"))


def _describes_a_noun(after: str) -> bool:
    """Whether a name only describes the word after it: "the YELLOW necktie", "the LIGHT pole"."""
    if after in _AFTER_NOUN or after in FUNCTION or after in PICTURE or after in UP | DOWN:
        return False
    return "NOUN" in english.lemmas(after) and not english.degree(after)[1]


def _of_noun(name: Named, words: list[str], at: int, end: int, before: int) -> Wanted | None:
    """Return the direction that the words beside a noun give it: "LESS contrast", "contrast UP"."""
    fault = name.quality.fault
    used = set(range(at, end))
    length = 0.95 * (end - at - 1)
    if at and words[at - 1] in NEGATED and words[at - 1] != "no":
        return None
    after = words[end] if end < len(words) else ""
    if after in ARTICLES and at == 0 and words[at] in english.lemmas(words[at]).get("VERB", ()):
        # "blur the background"
        return None
    if after and _describes_a_noun(after):
        return None
    left = turned_before(words, at, fault)
    right = turned_after(words, end, fault)
    sign, more, sure = 0, set[int](), 0.0
    for found in (right, left):
        if found is not None and (sign == 0 or found[2] > sure):
            sign, more, sure = found[0], found[1], found[2]
    if sign:
        return Wanted(name, sign, used | more, sure, 1.0 + 0.9 * min(1, len(more)) + length)
    if any(w in FIX for w in words[max(0, at - 4) : at]):
        i = next(i for i in range(at - 1, -1, -1) if words[i] in FIX)
        # "fix the noise" is plain; "adjust the brightness" leaves open which way.
        open_way = 0.55 if words[i] in _EITHER_WAY else 0.62
        return Wanted(name, -1 if fault else 1, used | {i}, 0.9 if fault else open_way, 1.85 + length)
    if at > 1 and words[at - 1] == "of" and words[at - 2] in WORDS and not set(words[:at]) & BE:
        # "with a lot of grain"
        return Wanted(name, 1, used, 0.88, 0.9 + length)
    if before:
        return Wanted(name, before, used, 0.85, 0.8 + length, spoken=False)
    alone = all(
        w in _FILL or w in PICTURE or w in ("on", "in", "of", "for") for w in (*words[:at], *words[end:])
    )
    if alone:
        return Wanted(name, -1 if fault else 1, used, 0.8, 0.8 + length, spoken=False)
    return Wanted(name, -1 if fault else 1, used, 0.45, 0.6 + length, spoken=False)


_EITHER_WAY = word_set("change changed changing alter altered modify modified set edit edited")
"""Verbs that leave open which way: "change the contrast"."""

_AFTER_NOUN = word_set(
    """levels level settings setting effect effects tone tones amount balance artifacts overall slightly
    removal reduction enhancement correction adjustment overlay cast issues problems intensity values
    value parts areas look"""
)
