"""Slots: which tokens of a clause fill a place of a phrase, and where a thing or a colour ends."""

from __future__ import annotations

import re

from keepdial.understand import english
from keepdial.understand.lexicon import AMOUNTS, ARTICLES, FUNCTION, PREPOSITIONS, PRONOUNS, WHOLE, word_set
from keepdial.understand.phrases import Slot
from keepdial.understand.tokens import Token

BETWEEN = (
    ARTICLES | frozenset(w for a in AMOUNTS for w in a.split()) | word_set("just please simply also more")
)
"""Words that may stand between those of a phrase."""

BEFORE_COLOUR = word_set(
    """vibrant bright lush rich deep vivid solid brilliant pale pure soft beautiful nice striking bold
    pastel more completely all shiny glossy matte darker lighter brighter deeper dark light shade of
    uniform warm cool plain hot burnt neon electric dusty deepest clean"""
)
AFTER_COLOUR = BETWEEN | word_set("colour shade hue tone tint instead too in of please now")


def colour_ends(tokens: list[Token], at: int) -> bool:
    """Whether a colour at the end of a phrase is not the attribute of a thing ("to a black dog")."""
    if at >= len(tokens):
        return True
    after = tokens[at]
    return after.kind == "sign" or after.word in AFTER_COLOUR or after.word in _AFTER_ALL


_AFTER_ALL = word_set(
    "with for on to from at by using like as so because and or it of in near under full filled covered during"
)
_THINGS = PRONOUNS | WHOLE | word_set("this that these those all both everyone everybody one ones")
SHADES = word_set("emerald forest sky royal baby lime mint lemon rose blood cherry midnight sea moss")
"""Things that name a shade where a colour follows: "emerald green"; after "the" they are themselves."""


def says_something(tokens: list[Token], span: list[int], name: str) -> bool:
    """Whether the tokens at some places may fill a long slot of that name."""
    if name == "thing" and any(tokens[i].word in _NO_THING for i in span):
        return False
    if name == "thing" and all(
        tokens[i].kind == "word" and tokens[i].word in FUNCTION - _THINGS for i in span
    ):
        return False
    last = next((tokens[i].word for i in reversed(span) if tokens[i].word not in ARTICLES), "")
    if last in _OPEN:
        # "add a tower in the background": what ends in a preposition goes on.
        return False
    return any(tokens[i].kind != "sign" and tokens[i].word not in ARTICLES - _POINTS for i in span)


_OPEN = word_set("in on at of from with by for to near behind under over above and")
_NO_THING = word_set(
    "wear wears look looks be becomes become seem appear make makes should must more less into"
)
"""Words that no thing is made of: a verb among them belongs to another phrase."""

_POINTS = word_set("this that these those all both each her his")


def short(slot: Slot, tokens: list[Token], at: int) -> int:
    """Return how many tokens from `at` on fill a short slot; 0 = they do not."""
    if at >= len(tokens):
        return 0
    kind, token = slot.kind, tokens[at]
    if slot.listed:
        return _listed(slot.listed, tokens, at)
    if kind == "colour":
        return colour(tokens, at)
    if kind == "number":
        return int(token.kind == "number" and ":" not in token.word and not re.search(r"\d,\d", token.word))
    if kind in ("point", "target"):
        return int(token.kind == "number" and bool(re.fullmatch(r"\d+(?:\.\d+)?,\d+(?:\.\d+)?", token.word)))
    if kind == "aspect":
        return int(token.kind == "number" and ":" in token.word)
    if kind == "text":
        return int(token.kind == "quote")
    return int(kind == token.kind == "file")


_HUES = word_set("red green blue yellow orange purple pink black white gray brown")


def colour(tokens: list[Token], at: int) -> int:
    """Return how many tokens from `at` on name a colour; 0 = they do not."""
    from keepdial.regions.colours import COLOURS

    if tokens[at].kind == "hex":
        return 1
    both = [t.word for t in tokens[at : at + 2]]
    if len(both) == 2 and (
        " ".join(both) in COLOURS or (set(both) <= COLOURS and both[0] not in _HUES and both[0] != both[1])
    ):
        # "light blue", and "navy blue", which is navy; "the man in red green" is two colours.
        return 2
    return int(both[0] in COLOURS)


def _listed(listed: tuple[tuple[str, ...], ...], tokens: list[Token], at: int) -> int:
    """Return how many tokens make one of the listed choices, with up to four words before it."""
    for length in range(6, 0, -1):
        here = tokens[at : at + length]
        if len(here) < length or any(t.word in PREPOSITIONS or t.word == "and" for t in here[:-1]):
            continue
        if any(t.kind == "sign" and t.word != "-" for t in here):
            continue
        last = english.stem(here[-1].word)
        for choice in listed:
            if (
                english.stem(choice[-1]) == last
                and len(choice) <= length
                and all(
                    english.stem(t.word) == english.stem(c)
                    for t, c in zip(here[-len(choice) :], choice, strict=True)
                )
            ):
                return length
    return 0
