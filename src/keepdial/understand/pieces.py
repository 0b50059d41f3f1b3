"""Pieces: what can be told of one by its words and its readings, beside the kinds in `clauses`."""

from __future__ import annotations

from keepdial.operations import operations
from keepdial.understand import clauses
from keepdial.understand.amounts import UNITS, WORDS, number_at
from keepdial.understand.lexicon import word_set
from keepdial.understand.nouns import target_of
from keepdial.understand.reading import Reading, content
from keepdial.understand.tokens import Token, words_of


def has_thing(tokens: list[Token], found: list[Reading]) -> bool:
    """Whether a piece names a thing to which another can be joined: "brighten the sky AND THE SEA"."""
    if any(r.thing or "prompt" in r.params for r in found):
        return True
    used = set[int]().union(*(r.used for r in found))
    return bool(content(t for i, t in enumerate(tokens) if i not in used))


def lacks(tokens: list[Token]) -> bool:
    """Whether a negation says that there is too little: "not bright enough"."""
    return any(t.word == "enough" for t in tokens)


def wished_for(tokens: list[Token]) -> Reading | None:
    """Return the reading of a wish for a thing: "I'd like A RAINBOW over the mountains"."""
    unit = operations().get("add")
    if tokens[0].word == "have" and len(tokens) > 1:
        tokens = tokens[1:]
    if unit is None or tokens[0].word not in ("a", "an", "some", "another", "more", "two", "three"):
        return None
    places = set(range(len(tokens)))
    return Reading(unit, {"prompt": words_of(tokens)}, used=places, because={0}, sure=0.75)


def is_goal(found: list[Reading]) -> bool:
    """Whether readings say what is to be reached, so that a means may follow: "improve it BY sharpening"."""
    return all(r.quality or r.unit.name in ("auto", "restore", "remove") for r in found)


def stands(found: list[Reading], tokens: list[Token]) -> bool:
    """Whether readings stand by themselves: they begin the piece, and leave no word of it out."""
    if not found or not all(r.spoken for r in found):
        return False
    used = set[int]().union(*(r.used | set(r.thing or ()) for r in found))
    left = [tokens[i] for i in range(len(tokens)) if i not in used]
    return min(used) <= 3 and (not content(left) or all(r.quality for r in found))


def asks_more(tokens: list[Token]) -> bool:
    """Whether a piece that begins by keeping something asks for another thing ("keep only the dog")."""
    words = [t.word for t in tokens]
    return any(w in words[:4] for w in ("only", "just")) and any(w in words[:4] for w in ("keep", "leave"))


def only_an_amount(tokens: list[Token]) -> bool:
    """Whether a piece says how much, and nothing else: "by 20 percent"."""
    return all(
        number_at(t) is not None or t.word in UNITS or t.word in WORDS or t.word in _BESIDE_AMOUNTS
        for t in tokens
    )


_BESIDE_AMOUNTS = word_set("% by to stop k px a degree about only just please")


def names_a_thing(tokens: list[Token]) -> bool:
    """Whether a piece names a thing, and orders nothing: "and the logo"."""
    named = target_of(tokens)
    return named.target is not None and not named.odd and not clauses.imperative(tokens)


HEDGES = frozenset(
    (
        "don't go overboard", "don't overdo it", "just a bit", "just a little", "just slightly",
        "keep it subtle", "not a lot", "not by much", "not much", "not so much", "not that much",
        "not too much", "not too strong", "not too strongly", "nothing crazy", "nothing extreme",
        "only a bit", "only a little", "only slightly", "subtly",
    )
)  # fmt: skip
"""What only takes back how much of it is wanted."""

REMEDIES = frozenset(
    f"{verb} {it}"
    for verb in ("fix", "correct", "sort", "repair", "change", "help", "solve", "improve")
    for it in ("it", "that", "this", "them", "the problem", "it up")
) | {"tone it down", "turn it down", "bring it down", "turn it up", "bring it up", "tone that down"}
"""What asks to mend what was complained of."""

JOINS = word_set(", and & plus + or / - also (")
"""After these a piece may be one more thing of the step before it."""

FORBIDS = word_set("don't not never without no nor doesn't isn't shouldn't can't won't aren't avoid")
SUBJECTS = word_set("i it we you he she they this that please just but so the and also do really")
AFTER_FORBIDDING = word_set(
    "to be the any want need have use do make it on in at for like too them a an even"
)
