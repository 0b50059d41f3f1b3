"""Turning: which way the words before and after a noun turn it, "less" of it or "more"."""

from __future__ import annotations

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    DOWN,
    GONE,
    MAKE,
    NEGATED,
    NOT,
    PREPOSITIONS,
    TOO,
    UP,
    word_set,
)
from keepdial.understand.qualities import key_of, named

_WITH_PARTICLE = word_set(
    """bring turn tone crank bump dial turned pump push scale clear clean punch pull take ramp knock move
    pulled pushed bumped cranked dialled dialed"""
)
"""Verbs whose particle says which way: "turn the contrast DOWN"."""

_HIGHER = word_set(
    "up higher stronger increase boost increased boosted raised enhancement improvement better"
)
_LOWER = word_set(
    """down lower weaker reduction removal reduced decreased lowered removed gone eliminated less away"""
)
_PASSED_AFTER = (
    BE | TOO | ARTICLES | word_set("bit little lot by should be needs to levels level in image photo picture")
)
"""Words between a noun and what says which way: "the contrast IS A BIT too low"."""


def turned_before(words: list[str], at: int, fault: bool) -> tuple[int, set[int], float] | None:
    """Return the direction that the words before a noun give it, the words, and how sure."""
    passed = 0
    for i in range(at - 1, max(-1, at - 8), -1):
        word, previous = words[i], words[i - 1] if i else ""
        if word in (",", ";"):
            return None
        sure = 0.96 - 0.02 * passed
        if word in ("much", "many") and previous in ("too", "so", "very"):
            return -1, {i, i - 1} | ({i - 2} if i > 1 and words[i - 2] in NOT else set()), sure
        if word in ("enough", "little", "low", "lower", "few") and (
            previous in NOT or previous in ("too", "so", "very") or word == "low"
        ):
            return 1, {i, i - 1} if i and word != "low" else {i}, sure
        if word in NEGATED and fault:
            return -1, {i}, sure
        if word in ("lack", "lacks", "lacking", "needs", "need", "missing"):
            return 1, {i}, sure
        if word in _WITH_PARTICLE:
            near = range(i + 1, min(len(words), at + 4))
            particle = next((j for j in near if words[j] in ("up", "down", "out", "back")), None)
            if particle is not None:
                down = words[particle] == "down" or (fault and word in ("clear", "clean"))
                return -1 if down else 1, {i, particle}, sure
            if word == "tone":
                return -1, {i}, sure
        if word in ("up", "down") and previous in _WITH_PARTICLE and not fault:
            return 1 if word == "up" else -1, {i, i - 1}, sure
        if word in GONE and word not in UP and (fault or word in DOWN):
            return -1, {i} | ({i + 1} if word in ("rid", "get") else set()), sure
        if word == "halve":
            return -1, set(), sure
        if word in DOWN and word not in ("down",):
            return -1, {i}, sure
        if word in UP and not (fault and word in _MENDS):
            if word in ("double", "triple"):
                return 1, set(), sure
            if word == "put" or (word == "up" and previous in ("clean", "clear")):
                continue
            return 1, {i}, sure
        if word in MAKE or word in ARTICLES or word in TOO or word in _QUIET:
            passed += word not in ARTICLES
            continue
        passed += 1
        thing = "NOUN" in english.lemmas(word) and not english.is_adjective(word)
        if "in" in words[i + 1 : at] and any(n.role == "noun" for n in named().get(key_of(word), ())):
            # "too much NOISE IN the dark areas"
            return None
        if (
            passed > 3
            or (word in PREPOSITIONS and word not in ("with", "up", "down", "out", "off"))
            or (fault and thing)
        ):
            # "remove the husky lying in the SNOW": another thing stands between.
            return None
    return None


_MENDS = word_set(
    """improve improved improving enhance enhanced enhancing better refine refining polish polishing
    perfect optimize upgrade"""
)
_QUIET = word_set(
    """overall general of in on total whole entire bit lot slightly image photo picture its and sense
    level amount levels"""
)


def turned_after(words: list[str], end: int, fault: bool) -> tuple[int, set[int], float] | None:
    """Return the direction that the words after a noun give it: "up", "is too high", "reduction"."""
    rest = words[end : end + 6]
    for i, word in enumerate(rest):
        at = end + i
        if word in _HIGHER:
            return 1, {at}, 0.9
        if word in _LOWER:
            return -1, {at}, 0.92
        if word in ("high", "strong", "much", "harsh", "intense", "heavy") and i and rest[i - 1] in TOO:
            return -1, {at, at - 1}, 0.92
        if (
            word in ("low", "weak", "little", "poor", "bad")
            and i
            and (rest[i - 1] in TOO or rest[i - 1] in BE)
        ):
            return 1 if not fault else -1, {at}, 0.88
        if word not in _PASSED_AFTER:
            return None
    return None
