"""Verbs: which words begin an order, as operations declare them."""

from __future__ import annotations

from functools import cache

from keepdial.understand import english
from keepdial.understand.lexicon import word_set
from keepdial.understand.phrases import Word, phrases
from keepdial.understand.qualities import named
from keepdial.understand.tokens import Token


def begins_order(tokens: list[Token]) -> bool:
    """Whether tokens begin with a verb, in its plain form, that an operation declares."""
    word = tokens[0].word
    if word == "close" and len(tokens) > 1 and tokens[1].word in ("to", "up"):
        return False
    return is_order(word, gerund=False)


def orders_by_gerund(word: str) -> bool:
    """Whether a word in -ing may begin an order ("making it brighter"), and does not only describe."""
    return any(english.stem(p) in _ordering() for p in english.lemmas(word).get("VERB", ()))


_COMMON = word_set(
    """make remove delete erase add change replace turn give increase decrease reduce enhance improve
    boost adjust fix crop blur convert swap insert correct raise lower apply bring smooth straighten"""
)
"""The verbs of the commonest requests."""


@cache
def _ordering() -> frozenset[str]:
    """Return the stems of the verbs that begin an order in -ing."""
    found = {english.stem(w) for w in _COMMON}
    for those in named().values():
        found |= {english.stem(n.words[0]) for n in those if n.role in ("raises", "lowers")}
    return frozenset(found)


def is_order(word: str, *, gerund: bool) -> bool:
    """Whether a word is a verb that an operation declares, in the form that goes after "to" or "by"."""
    plain = english.lemmas(word).get("VERB", ())
    if gerund:
        return word.endswith("ing") and any(english.stem(p) in _verbs() for p in plain)
    return (
        word in plain
        and english.stem(word) in _verbs()
        and word not in ("light", "color", "colour", "like", "water", "frame", "crop")
    ) or word in ("make", "crop")


_CHANGING = word_set(
    "make increase decrease reduce adjust fix enhance improve boost add change raise lower give"
)
"""Verbs that are said with every quality."""


@cache
def _verbs() -> frozenset[str]:
    """Return the stems of the verbs that begin a declared phrase or change a quality."""
    found = {english.stem(w) for w in _CHANGING}
    for phrase in phrases():
        first = phrase.parts[0]
        if isinstance(first, Word):
            found |= {english.stem(w) for w in first.words if english.is_verb(w)}
    for those in named().values():
        found |= {english.stem(n.words[0]) for n in those if n.role in ("raises", "lowers")}
    return frozenset(found)


@cache
def naming() -> frozenset[str]:
    """Return the first words of all declared phrases and qualities."""
    return frozenset(n.words[0] for those in named().values() for n in those) | frozenset(
        w for p in phrases() if isinstance(p.parts[0], Word) for w in p.parts[0].words
    )
