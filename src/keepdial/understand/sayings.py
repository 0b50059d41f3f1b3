"""Which saying of which operation a clause holds: the longest one wins."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from keepdial.operations import Operation, Saying, operations
from keepdial.understand.lexicon import AMOUNTS, ARTICLES, EMPTY, PARTED

NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?[x×]?")
POINT = re.compile(r"\d+(?:\.\d+)?,\d+(?:\.\d+)?")
PICTURE = re.compile(r".+\.(?:jpe?g|png|webp|tiff?|avif|heic|bmp)")
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
SLOT = re.compile(r"\{(\w+)\}")
UNITS = {
    "percent": "%",
    "stops": "stop",
    "kelvin": "k",
    "degrees": "degree",
    "deg": "degree",
    "°": "degree",
    "pixels": "px",
    "pixel": "px",
}
"""Other words for units, and how operations write them."""


AMOUNT_WORDS = frozenset(word for words in AMOUNTS for word in words.split())


@dataclass(slots=True)
class Clause:
    """A clause, and what was found in it: which tokens the saying takes, and what fills its slots."""

    tokens: list[str]
    unit: Operation | None = None
    saying: Saying | None = None
    used: set[int] = field(default_factory=set)
    slots: dict[str, str] = field(default_factory=dict)


def normal(text: str) -> str:
    """Return a text with the signs that stand for words written out ("b&w" is "b and w")."""
    return text.replace("&", " and ")


@cache
def sayings() -> dict[tuple[str, ...], tuple[tuple[Operation, Saying], ...]]:
    """Return what may be meant by each phrase, as tokens without articles."""
    found: dict[tuple[str, ...], list[tuple[Operation, Saying]]] = {}
    for unit in operations().values():
        for saying in unit.says:
            for phrase in saying.words:
                words = normal(phrase).lower().split()
                tokens = tuple(t for t in words if t not in ARTICLES) or tuple(words)
                found.setdefault(tokens, []).append((unit, saying))
    return {tokens: tuple(meant) for tokens, meant in found.items()}


def inside_a_phrase(tokens: list[str], at: int) -> bool:
    """Whether the word at a place that would end a clause is part of a phrase ("black and white")."""
    for phrase in sayings():
        if tokens[at] in phrase:
            start = at - phrase.index(tokens[at])
            if start >= 0 and tuple(tokens[start : start + len(phrase)]) == phrase:
                return True
    return False


def begins(tokens: list[str]) -> bool:
    """Whether a new step begins here, after words of amount at most: "with a lot of grain"."""
    known = _beginning()
    for start, token in enumerate(tokens[:6]):
        if any(_match(phrase, tokens, start)[0] for phrase in known.get(_stem(token), ())):
            return True
        if token not in EMPTY and token not in AMOUNT_WORDS:
            return False
    return False


@cache
def _beginning() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the phrases by the stem of their first word; those that begin with a slot under ""."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sayings():
        found.setdefault("" if SLOT.fullmatch(phrase[0]) else _stem(phrase[0]), []).append(phrase)
    return {first: tuple(phrases) for first, phrases in found.items()}


def matched(tokens: list[str]) -> Clause:
    """Return the clause with the longest saying in it, if there is any.

    Of several as long: the one whose unit was said; the one that was said to the letter; the first. A slot
    alone ("blue") has to stand at the clause's end: "make the red car blue".
    """
    best: tuple[tuple[float, int, int, int], Clause] | None = None
    units = _units_in(tokens)
    known = _beginning()
    for start, token in enumerate(tokens):
        for phrase in (*known.get(_stem(token), ()), *known.get("", ())):
            used, slots = _match(phrase, tokens, start)
            if used is None:
                continue
            bare = all(SLOT.fullmatch(part) for part in phrase)
            if bare and not all(t in EMPTY for t in tokens[max(used) + 1 :]):
                continue
            exact = sum(tokens[i] in phrase for i in used)
            length = len(phrase) - 0.5 * _parted(used, tokens)
            for unit, saying in sayings()[phrase]:
                score = length, int(bool(units & set(saying.units))), exact, -start
                if best is None or score > best[0]:
                    best = score, Clause(tokens, unit, saying, used, slots)
    return Clause(tokens) if best is None else best[1]


def _units_in(tokens: list[str]) -> set[str]:
    return {UNITS.get(t, t) for before, t in pairwise(tokens) if NUMBER.fullmatch(before)} | {
        "x" for t in tokens if NUMBER.fullmatch(t) and t[-1] in "x×"
    }


def _match(phrase: tuple[str, ...], tokens: list[str], start: int) -> tuple[set[int] | None, dict[str, str]]:
    """Return which tokens from `start` on the phrase takes, and its slots; None where it does not fit.

    Articles between its words are passed over, and after some verbs the thing that is meant.
    """
    used: set[int] = set()
    slots: dict[str, str] = {}
    at = start
    for i, part in enumerate(phrase):
        while i > 0 and at < len(tokens) and tokens[at] in ARTICLES and tokens[at] != part:
            at += 1
        if i == 1 and phrase[0] in PARTED:
            at = next((j for j in range(at, len(tokens)) if _fits(part, tokens, j)), at)
        slot = SLOT.fullmatch(part)
        if slot:
            taken = _slot(slot.group(1), tokens, at)
            if not taken:
                return None, {}
            slots[slot.group(1)] = " ".join(tokens[at : at + taken])
            used |= set(range(at, at + taken))
            at += taken
        elif at < len(tokens) and _alike(tokens[at], part):
            used.add(at)
            at += 1
        else:
            return None, {}
    return used, slots


def _fits(part: str, tokens: list[str], at: int) -> bool:
    slot = SLOT.fullmatch(part)
    return bool(_slot(slot.group(1), tokens, at)) if slot else _alike(tokens[at], part)


def _parted(used: set[int], tokens: list[str]) -> bool:
    """Whether anything but articles stands between the words of a phrase."""
    between = set(range(min(used), max(used))) - used
    return any(tokens[i] not in ARTICLES for i in between)


def _slot(kind: str, tokens: list[str], at: int) -> int:
    """Return how many tokens from `at` on fill a slot of a kind; 0 = they do not."""
    from keepdial.regions.colours import COLOURS

    if at >= len(tokens):
        return 0
    if kind == "colour":
        both = tokens[at : at + 2]
        if len(both) == 2 and " ".join(both) in COLOURS:
            return 2
        return int(tokens[at] in COLOURS or bool(HEX.fullmatch(tokens[at])))
    if kind == "number":
        return int(bool(NUMBER.fullmatch(tokens[at])))
    if kind in ("point", "target"):
        return int(bool(POINT.fullmatch(tokens[at])))
    if kind == "aspect":
        return int(bool(re.fullmatch(r"\d+(?:\.\d+)?:\d+(?:\.\d+)?", tokens[at])))
    return int(kind == "file" and bool(PICTURE.fullmatch(tokens[at].lower())))


def _alike(said: str, declared: str) -> bool:
    return said == declared or (len(said) > 4 and _stem(said) == _stem(declared))


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
