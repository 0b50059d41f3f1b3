"""Amounts: how much, in numbers with their units and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from keepdial.understand.lexicon import AMOUNTS
from keepdial.understand.tokens import Token

UNITS = {
    "percent": "%", "pct": "%", "stops": "stop", "ev": "stop", "kelvin": "k", "kelvins": "k", "degrees": "degree", "deg": "degree",
    "°": "degree", "pixels": "px", "pixel": "px", "times": "x", "points": "point", "mireds": "mired",
}  # fmt: skip
"""Other words for units, and the one that stands for all."""


@dataclass(frozen=True, slots=True)
class Said:
    """An amount as it was said: what becomes of the ordinary one, and the places of the words."""

    change: Callable[[float], float]
    used: frozenset[int]


def said(
    tokens: Sequence[Token], free: set[int], *, units: Sequence[str], per: float = 1.0, absolute: bool = False
) -> Said | None:
    """Return the amount that the free tokens give: a number first, else a word; None if they give none.

    Args:
        tokens: the clause.
        free: the places of the tokens that may be taken.
        units: words after a number that mean the option's own unit.
        per: what a number is divided by.
        absolute: whether a number after "to" is the option's value as it stands.
    """
    return _number(tokens, free, units, per, absolute) or _words(tokens, free)


def number_at(token: Token) -> float | None:
    """Return a token's number; None if it is none, or a pair."""
    if token.kind != "number" or ":" in token.word:
        return None
    try:
        return float(token.word.rstrip("x").replace(",", "."))
    except ValueError:
        return None


def _number(
    tokens: Sequence[Token], free: set[int], units: Sequence[str], per: float, absolute: bool
) -> Said | None:
    known = {UNITS.get(u, u) for u in units} | {"%", "point"}
    for i in sorted(free):
        value = number_at(tokens[i])
        if value is None:
            continue
        after = tokens[i + 1].word if i + 1 < len(tokens) else ""
        unit = UNITS.get(after, after)
        before = tokens[i - 1].word if i else ""
        measured = unit in known or tokens[i].word.endswith("x")
        if not measured and not _bare(tokens, i, before):
            continue
        used = {i} | ({i + 1} if unit in known else set())
        if before in ("by", "to", "at", "of", "about", "around"):
            used.add(i - 1)
        signed = tokens[i].word[0] in "+-"
        to, number = before == "to", value / per

        def change(usual: float, number: float = number, to: bool = to, signed: bool = signed) -> float:
            if absolute and (to or not signed):
                return number
            if usual >= 0:
                return number
            return -abs(number) if signed or number >= 0 else number

        return Said(change, frozenset(used))
    return None


def _bare(tokens: Sequence[Token], at: int, before: str) -> bool:
    """Whether a number without a unit is an amount: signed, after "by" or "to", or at the end."""
    return tokens[at].word[0] in "+-" or before in ("by", "to", "at") or at == len(tokens) - 1


@cache
def _amounts() -> dict[str, tuple[tuple[tuple[str, ...], float], ...]]:
    """Return the amounts in words by their first word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for words, factor in AMOUNTS.items():
        parts = tuple(words.split())
        found.setdefault(parts[0], []).append((parts, factor))
    return {first: tuple(sorted(those, key=lambda pair: -len(pair[0]))) for first, those in found.items()}


WORDS = frozenset(word for words in AMOUNTS for word in words.split())


def _words(tokens: Sequence[Token], free: set[int]) -> Said | None:
    """Return the longest amount in words among the free tokens."""
    best: tuple[int, float, range] | None = None
    for i in sorted(free):
        for words, factor in _amounts().get(tokens[i].word, ()):
            places = range(i, i + len(words))
            if places.stop > len(tokens) or (words == ("some",) and places.stop == len(tokens)):
                continue
            if all(j in free and tokens[j].word == w for j, w in zip(places, words, strict=True)):
                if best is None or len(words) > best[0]:
                    best = len(words), factor, places
                break
    if best is None:
        return None
    factor = best[1]
    return Said(lambda usual: usual * factor, frozenset(best[2]))
