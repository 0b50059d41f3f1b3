"""Frames: what "make X Y" and its like ask for, by what Y is.

make the lamp a candle       replace
make her smile               an action: an instruction model
make the wall wooden         a material: an instruction model
put a hat on the man         add
put her on a beach           another background
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from keepdial.operations import Operation, operations
from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    FUNCTION,
    PICTURE,
    PREPOSITIONS,
    PRONOUNS,
    SOMEONE,
    TOO,
    means_all,
    word_set,
)
from keepdial.understand.tokens import Token, words_of

_VERBS = word_set("make makes making made have having let render get turn want")
_GIVE = word_set("give gives giving wear dress")
_DEFINITE = word_set(
    "the his her their my its our your this that these those him them me us it he she they all both each"
)
_NEW = word_set("a an some another one two three four five six seven eight nine ten several many few")
_LIKE = (
    ["look", "like"],
    ["look", "as"],
    ["looks", "like"],
    ["into"],
    ["be"],
    ["appear", "as"],
    ["become"],
    ["to", "be"],
    ["to", "look", "like"],
    ["in", "to"],
    ["like"],
    ["resemble"],
    ["represent"],
)
_SMALL = ARTICLES - SOMEONE
"""What may stand beside the words for the whole picture; "her" and "them" mean somebody."""

_PUT = word_set("put place set position placing putting")


@dataclass(slots=True)
class Frame:
    """One reading by a frame; the fields are those of `keepdial.understand.reading.Reading`."""

    unit: Operation
    params: dict[str, Any]
    thing: list[int] | None
    used: set[int] = field(default_factory=set)
    because: set[int] = field(default_factory=set)
    sure: float = 0.8
    score: float = 0.9


def framed(tokens: list[Token]) -> Iterator[Frame]:
    """Yield what the frames make of a clause; operations that are not there are left out."""
    known = operations()
    if not {"replace", "add", "instruct"} <= known.keys():
        return
    words = [t.word for t in tokens]
    for at, word in enumerate(words[:3]):
        if word in _VERBS:
            yield from _made(tokens, words, at)
            break
    for at, word in enumerate(words[:2]):
        if word in _GIVE:
            yield from _given(tokens, words, at)
            break
    for at, word in enumerate(words[:2]):
        if word in _PUT:
            yield from _put(tokens, words, at)
            break
    for at in range(1, min(8, len(words) - 1)):
        if words[at : at + 2] in (
            ["should", "be"],
            ["must", "be"],
            ["looks", "like"],
            ["look", "like"],
            ["become", "a"],
            ["becomes", "a"],
        ):
            yield from _into(
                tokens, list(range(at)), at, at + (2 if words[at] not in ("become", "becomes") else 1), 0.75
            )
            break


def _made(tokens: list[Token], words: list[str], at: int) -> Iterator[Frame]:
    start = at + 1
    if start >= len(words):
        return
    split = _where_new_begins(words, start)
    if split is None:
        return
    thing = list(range(start, split))
    skip = next((len(like) for like in _LIKE if words[split : split + len(like)] == like), 0)
    yield from _into(tokens, thing, at, split + skip, 0.85, at_like=split if skip else None)


def _given(tokens: list[Token], words: list[str], at: int) -> Iterator[Frame]:
    """Yield what "give X Y" asks for: Y is added to X."""
    start = at + 1
    if start >= len(words):
        return
    if words[start] in PRONOUNS or words[start : start + 2] == ["all", "of"]:
        split: int | None = start + 1
    else:
        split = next((i for i in range(start + 1, len(words)) if words[i] in _NEW), None)
    if split is None or split >= len(words):
        return
    new = words_of(tokens[split:])
    if words[start] in ("it", "this", "that") or means_all(words[start:split], _SMALL):
        return
    used = {at} | set(range(split, len(words)))
    me = words[start:split] == ["me"] and not any(w in _WORN for w in words[split:])
    yield Frame(
        operations()["add"], {"prompt": new}, list(range(start, split)), used, {at}, 0.5 if me else 0.85, 0.95
    )


def _where_new_begins(words: list[str], start: int) -> int | None:
    """Return where in "make X Y" Y begins."""
    if (words[start] in PRONOUNS and words[start] not in ("his", "their", "its", "her")) or words[
        start : start + 2
    ] == ["all", "of"]:
        return _next_word(words, start + 1)
    if (
        words[start] in ("her", "his")
        and start + 1 < len(words)
        and (
            words[start + 1] in _NEW
            or words[start + 1] in ("into", "look", "be")
            or not english.is_noun(words[start + 1])
        )
    ):
        return start + 1
    seen = False
    for i in range(start, len(words)):
        if seen and (words[i] in _NEW or any(words[i : i + len(like)] == like for like in _LIKE)):
            return i
        noun = words[i] not in ARTICLES and english.is_noun(words[i])
        if seen and i == len(words) - 1 and i - 1 > start and _pair(words, i):
            return i
        if (
            seen
            and i == len(words) - 1
            and not _prepositional(words, i)
            and (english.is_adjective(words[i]) or words[i].endswith(("ed", "y")))
        ):
            return i
        if (
            seen
            and english.is_verb(words[i])
            and english.is_noun(words[i - 1])
            and words[i] in english.lemmas(words[i]).get("VERB", ())
            and not english.is_noun(words[i])
        ):
            return i
        seen = seen or noun
    return None


def _pair(words: list[str], at: int) -> bool:
    """Whether a plural follows another: "make the boats FIRE-ENGINES"."""
    now, before = words[at], words[at - 1]
    many = english.singular(now) != now or not english.lemmas(now)
    return many and english.singular(before) != before and before not in PREPOSITIONS


def _next_word(words: list[str], at: int) -> int | None:
    while at < len(words) and (words[at] in ("all", "both") or words[at] in TOO):
        at += 1
    return at if at < len(words) else None


def _prepositional(words: list[str], at: int) -> bool:
    return words[at - 1] in PREPOSITIONS or (words[at - 1] in ARTICLES and words[at - 2] in PREPOSITIONS)


def _into(
    tokens: list[Token], thing: list[int], verb: int, start: int, sure: float, at_like: int | None = None
) -> Iterator[Frame]:
    """Yield what "make X Y" asks for when Y begins at `start`."""
    known = operations()
    new = tokens[start:]
    while new and new[-1].kind == "sign":
        new = new[:-1]
    if not new or not any(t.word not in FUNCTION for t in new):
        return
    said, words = words_of(new), [t.word for t in new]
    because = {verb} | ({at_like} if at_like is not None else set())
    used = because | set(range(start, len(tokens)))
    whole = means_all((tokens[i].word for i in thing), _SMALL)
    clause = words_of(tokens)
    first = words[0]
    noun_phrase = first in _NEW or (at_like is not None and first not in ("more", "less")) or _plural(words)
    if first in ("wear", "wearing") and len(new) > 1:
        yield Frame(known["add"], {"prompt": words_of(new[1:])}, thing, used, because, sure, 1.05)
        return
    if [tokens[i].word for i in thing] == ["me"] and first in ("a", "an", "some") and at_like is None:
        # "make me a sandwich": the speaker is hardly to become one.
        sure = 0.5
    if noun_phrase and not whole:
        yield Frame(known["replace"], {"prompt": said}, thing, used, because, sure)
        return
    plain = english.lemmas(first)
    if (
        "VERB" in plain
        and first in plain["VERB"]
        and first not in PREPOSITIONS
        and not english.is_adjective(first)
    ):
        yield Frame(
            known["instruct"],
            {"prompt": clause, "kind": "action"},
            None if whole else thing,
            used,
            because,
            sure,
            0.85,
        )
        return
    kind = "weather" if words[-1] in _WEATHER else "other"
    yield Frame(
        known["instruct"],
        {"prompt": clause, "kind": kind},
        None if whole else thing,
        used,
        because,
        sure - 0.15,
        0.8,
    )


_WORN = word_set(
    """hat cap hair beard moustache mustache glasses sunglasses suit dress shirt tie scarf coat jacket
    tattoo crown helmet wings horns mask earrings necklace makeup haircut tan abs muscles smile halo
    uniform costume wig hoodie boots shoes gloves"""
)
_WEATHER = word_set(
    "sunny cloudy stormy rainy snowy foggy misty windy overcast wintry summery autumnal wintery clear"
)


def _plural(words: list[str]) -> bool:
    """Whether words are a bare plural, or a name: "zebras", "Bill Murray"."""
    last = words[-1]
    return (
        len(words) <= 3
        and last not in PICTURE
        and last not in BE
        and english.is_noun(last)
        and not english.is_adjective(last)
        and (english.singular(last) != last or not english.lemmas(last))
    )


def _put(tokens: list[Token], words: list[str], at: int) -> Iterator[Frame]:
    """Yield what "put X on Y" asks for: a new thing is added, a known one gets another background."""
    known = operations()
    start = at + 1
    cut = next(
        (
            i
            for i in range(start + 1, len(words))
            if words[i] in ("in", "on", "at", "into", "onto", "inside", "near", "beside", "behind", "under")
        ),
        None,
    )
    if cut is None or cut + 1 >= len(words) or words[start] not in _DEFINITE:
        return
    if words[cut : cut + 3] == ["in", "front", "of"]:
        cut += 2
    place = words_of(tokens[cut + 1 :])
    if means_all(words[cut + 1 :], FUNCTION):
        return
    far = words[cut - 2 : cut + 1] == ["in", "front", "of"]
    if far or words[cut + 1] in ("a", "an") or words[cut + 1] not in _DEFINITE:
        used = {at, cut} | set(range(cut + 1, len(words)))
        yield Frame(
            known["background"],
            {"to": "prompt", "prompt": place},
            list(range(start, cut)),
            used,
            {at, cut},
            0.75,
            1.05,
        )
