"""Amounts: how much, in numbers with their units and in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from keepdial.understand.lexicon import AMOUNTS, SIDES
from keepdial.understand.tokens import Token

UNITS = {
    "percent": "%", "pct": "%", "stops": "stop", "ev": "stop", "kelvin": "k", "kelvins": "k",
    "degrees": "degree", "deg": "degree",
    "°": "degree", "pixels": "px", "pixel": "px", "times": "x", "points": "point", "mireds": "mired",
}  # fmt: skip
"""Other words for units, and the one that stands for all."""


@dataclass(frozen=True, slots=True)
class Said:
    """An amount as it was said: what becomes of the ordinary one, and the places of the words."""

    change: Callable[[float], float]
    used: frozenset[int]


def said(
    tokens: Sequence[Token],
    free: set[int],
    *,
    units: Sequence[str],
    per: float = 1.0,
    absolute: bool = False,
    within: frozenset[int] = frozenset(),
    near: int | None = None,
) -> Said | None:
    """Return the amount that the free tokens give: a number first, else a word; None if they give none.

    Args:
        tokens: the clause.
        free: the places of the tokens that may be taken.
        units: words after a number that mean the option's own unit.
        per: what a number is divided by.
        absolute: whether a number after "to" is the option's value as it stands.
        within: those of the places that belong to a thing: there "little" and "two" may describe it.
        near: the place of the word that the amount belongs to, where several are named: the number right
            after it is taken, and no other.
    """
    return (
        _number(tokens, free, units, per, absolute, within, near)
        or _half(tokens, free, units)
        or _words(tokens, free, within)
    )


def number_at(token: Token) -> float | None:
    """Return a token's number; None if it is none, or a pair."""
    if token.kind != "number" or ":" in token.word:
        return None
    try:
        return float(token.word.rstrip("x").replace(",", "."))
    except ValueError:
        return None


def _number(
    tokens: Sequence[Token],
    free: set[int],
    units: Sequence[str],
    per: float,
    absolute: bool,
    within: frozenset[int],
    near: int | None,
) -> Said | None:
    """Return the first number among the free tokens that is an amount of this option."""
    known = {UNITS.get(u, u) for u in units} | {"%", "point"}
    for i in sorted(free):
        value = number_at(tokens[i])
        if value is None or (near is not None and not near < i <= near + 2):
            continue
        after = tokens[i + 1].word if i + 1 < len(tokens) else ""
        unit = UNITS.get(after, after)
        before = tokens[i - 1].word if i else ""
        measured = unit in known or tokens[i].word.endswith("x")
        if not measured and (unit in UNITS.values() or after in UNITS):
            # "at 45 degrees": the number of another option.
            continue
        if not measured and (i in within or before in _NUMBERED or not _bare(tokens, i, before)):
            continue
        used = {i} | ({i + 1} if unit in known else set())
        if before in ("by", "to", "at", "of", "about", "around"):
            used.add(i - 1)
        signed = tokens[i].word[0] in "+-"
        as_it_stands = absolute and (before == "to" or not signed)
        if (
            before == "to"
            and unit == "%"
            and "%" in units
            and not absolute
            and not signed
            and 0 <= value <= 100
        ):
            return Said(partial(_down_to, value), frozenset(used))
        return Said(partial(_numbered, value / per, signed, as_it_stands), frozenset(used))
    return None


_NUMBERED = frozenset(
    ("bib", "number", "jersey", "no", "bus", "room", "house", "page", "lane", "gate", "route")
)
"""Things that go by a number: "the runner in BIB 42"."""


def _down_to(part: float, usual: float) -> float:
    """Return what is to go so that a part is left, in per cent: "DOWN TO 40 %"."""
    return part if usual >= 0 else part - 100.0


def _numbered(number: float, signed: bool, as_it_stands: bool, usual: float) -> float:
    """Return what a number makes of the ordinary amount: its own size, in that one's direction."""
    if as_it_stands or usual >= 0:
        return number
    return -abs(number) if signed or number >= 0 else number


def _half(tokens: Sequence[Token], free: set[int], units: Sequence[str]) -> Said | None:
    """Read "half as bright", "twice as much", "double", "by half": parts of what is there, in per cent."""
    if "%" not in units:
        return None
    for i in sorted(free):
        word, after = tokens[i].word, tokens[i + 1].word if i + 1 < len(tokens) else ""
        before = tokens[i - 1].word if i else ""
        if word in ("half", "twice") and after == "as":
            more = {i + 2} if i + 2 in free and tokens[i + 2].word in ("much", "many") else set()
            return Said(partial(_always, -50.0 if word == "half" else 100.0), frozenset({i, i + 1} | more))
        if word == "half" and before in ("by", "to"):
            return Said(lambda usual: 50.0 if usual >= 0 else -50.0, frozenset({i - 1, i}))
        if word in _FRACTIONS and before in ("a", "one") and (i < 2 or tokens[i - 2].word in ("by", "about")):
            part = _FRACTIONS[word]
            places = {i - 1, i} | ({i - 2} if i > 1 and i - 2 in free else set())
            return Said(partial(_signed, part), frozenset(places))
        if word in ("double", "doubled", "triple"):
            return Said(partial(_always, 100.0), frozenset({i}))
        if word in ("halve", "halved"):
            return Said(partial(_always, -50.0), frozenset({i}))
    return None


_FRACTIONS = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
"""Parts of what is there, in per cent: "by A THIRD"."""


def _signed(part: float, usual: float) -> float:
    """Return a part in the direction of the ordinary amount."""
    return part if usual >= 0 else -part


def _always(value: float, usual: float) -> float:
    """Return an amount that the ordinary one has no part in."""
    return value


def _bare(tokens: Sequence[Token], at: int, before: str) -> bool:
    """Whether a number without a unit is an amount: signed, after "by" or "to", or at the end."""
    more = tokens[at + 1].word if at + 1 < len(tokens) else ""
    return (
        tokens[at].word[0] in "+-"
        or before in ("by", "to", "at")
        or at == len(tokens) - 1
        or more in ("more", "less", "each")
    )


@cache
def _amounts() -> dict[str, tuple[tuple[tuple[str, ...], float], ...]]:
    """Return the amounts in words by their first word, the longest first."""
    found: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for words, factor in AMOUNTS.items():
        parts = tuple(words.split())
        found.setdefault(parts[0], []).append((parts, factor))
    return {first: tuple(sorted(those, key=lambda pair: -len(pair[0]))) for first, those in found.items()}


WORDS = frozenset(word for words in AMOUNTS for word in words.split())


def _attribute(tokens: Sequence[Token], at: int, words: tuple[str, ...], within: frozenset[int]) -> bool:
    """Whether a word of amount only describes the thing after it: "the LITTLE dog", "the left HALF"."""
    if words == ("half",):
        near = [tokens[j].word for j in (at - 1, at + 1) if 0 <= j < len(tokens)]
        return any(w in SIDES or w == "of" for w in near)
    return at in within and len(words) == 1 and not words[0].endswith("ly")


_STRESSED = frozenset(("very", "really", "so", "quite", "extremely", "super", "pretty", "just", "only"))
"""Words that stress the amount after them."""


def _weak(tokens: Sequence[Token], at: int) -> bool:
    """Whether an amount in words below the ordinary one begins at a place."""
    for words, factor in _amounts().get(tokens[at].word, ()):
        if tuple(t.word for t in tokens[at : at + len(words)]) == words:
            return factor < 1
    return False


def _words(tokens: Sequence[Token], free: set[int], within: frozenset[int]) -> Said | None:
    """Return the longest amount in words among the free tokens."""
    best: tuple[int, float, range] | None = None
    for i in sorted(free):
        if tokens[i].word in _STRESSED and i + 1 in free and _weak(tokens, i + 1):
            # "very slightly": a little, and less than that.
            continue
        if tokens[i].word == "far" and i + 1 < len(tokens) and tokens[i + 1].word in SIDES:
            # "on the FAR left"
            continue
        for words, factor in _amounts().get(tokens[i].word, ()):
            places = range(i, i + len(words))
            if places.stop > len(tokens) or (words == ("some",) and places.stop == len(tokens)):
                continue
            if _attribute(tokens, i, words, within):
                continue
            if all(j in free and tokens[j].word == w for j, w in zip(places, words, strict=True)):
                if best is None or len(words) > best[0]:
                    best = len(words), factor, places
                break
    if best is None:
        return None
    factor, used = best[1], set(best[2])
    before = best[2].start - 1
    if before in free and factor < 1 and tokens[before].word in _STRESSED:
        used.add(before)
        factor *= 0.7 if tokens[before].word not in ("quite", "pretty", "just", "only") else 1.0
    return Said(lambda usual: usual * factor, frozenset(used))
