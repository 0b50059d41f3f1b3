"""Noun phrases: from the words left of a clause to what it is about (`keepdial.understand.plan.Target`).

    phrase   = {determiner | number | place | adjective} noun {"'s" noun} {place | relation | description}
    place    = ["on" | "in" | "at"] "the" side ["side" | "corner"] ["of the picture"]
    relation = preposition phrase

Prepositional phrases belong to the noun before them; which of them can be checked in the picture is up to the
finders, which get the whole phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    BEFORE_PLACE,
    FUNCTION,
    NUMBERS,
    PLACE_NOUNS,
    PRONOUNS,
    SIDES,
    SOMEONE,
    WHOLE,
    means_all,
    word_set,
)
from keepdial.understand.places import IN_PICTURE, PLACE, nothing, relation_of, side_of, sides_in
from keepdial.understand.plan import Target
from keepdial.understand.tokens import Token, tokens_of, words_of
from keepdial.understand.trimming import implausible, trimmed, with_letters, without_frame
from keepdial.understand.vocabulary import finder_words

_ENDS = BEFORE_PLACE | word_set(
    """with for off out about than who that which wearing holding standing sitting while where whose like
    as without into down up next close adjacent atop by except but excluding besides is are was were
    has have had so and then to when because being"""
)
"""Words that a simple noun phrase ends before."""

_CLOSED = ARTICLES | word_set(
    "one two three four five six seven eight nine ten eleven twelve couple pair other same only whole entire"
)
_EXCEPT = re.compile(
    r"^(?P<all>.*?)\b(?P<how>except(?: for)?|but not|but|other than|apart from|besides|excluding|"
    r"without(?: the)?|aside from|not)\s+(?P<without>.+)$"
)
_ALL = re.compile(
    "^(?:the )?(?:whole |entire )?(?:everything|everyone|everybody|all|anything|picture|photo|image|"
    r"rest|every \w+|all \w+|all of \w+ \w+|all the \w+)?\s*(?:else|of it)?\s*$"
)
_COLOUR_OF = re.compile(r"^(?:the )?(?:overall )?(?:colours?|hue|shade|tone|tint) of (?=\S)")
_WHOSE_COLOUR = re.compile(r"(?:'s|(?<=s)') colours?$")


@dataclass(slots=True)
class Named:
    """What was made of some tokens: the target, None for the whole picture, and the words left over."""

    target: Target | None
    unused: list[str] = field(default_factory=list)
    odd: bool = False


def target_of(tokens: list[Token]) -> Named:
    """Return what tokens name. Words at their ends that name nothing are dropped."""
    if words_of(tokens).strip() in _REMAINDER:
        return Named(None)
    tokens = without_frame(trimmed(with_letters(tokens)))
    tokens = trimmed(tokens)
    if not tokens:
        return Named(None)
    if implausible(tokens):
        found = _made(tokens)
        return Named(found.target, found.unused, odd=True)
    return _made(tokens)


def _made(tokens: list[Token]) -> Named:
    """Return what trimmed tokens name: the picture, all but something, or a thing."""
    text = words_of(tokens)
    quoted = next((t.word for t in tokens if t.kind == "quote"), "")
    whole = not quoted and means_all((t.word for t in tokens), FUNCTION - SIDES.keys() - SOMEONE)
    text = re.sub(r"\s+", " ", IN_PICTURE.sub("", text)).strip() or text
    text = _COLOUR_OF.sub("", text)
    text = _WHOSE_COLOUR.sub("", text)
    if whole or nothing(text) or text in _REMAINDER:
        return Named(None)
    without = ""
    if match := _EXCEPT.match(text):
        rest = match["all"].strip()
        kind = match["how"]
        if _ALL.match(rest) or not rest or (kind not in ("but", "not", "without") and _plural_or_all(rest)):
            without = re.sub(r"^(?:for|on|in|at|to|of) ", "", match["without"].strip())
            general = not rest or all(w in _GENERAL for w in rest.split())
            text = f"{'everything' if general else rest} except {without}"
    return _target(text, quoted, without)


_REMAINDER = ("what's left", "what is left", "what remains", "whatever is left", "whatever's left")
"""What was not taken away: the picture."""

_GENERAL = WHOLE | ARTICLES | word_set("else anything rest of it the")


def _plural_or_all(words: str) -> bool:
    """Whether a phrase means several things, of which some may be left out."""
    first, last = words.split()[0], words.split()[-1]
    return (
        first in ("all", "every", "each", "any")
        or english.singular(last) != last
        or last in ("people", "everyone", "everybody")
    )


def _target(text: str, quoted: str, without: str) -> Named:
    """Return the thing that a phrase names; `quoted` is written on it, `without` is left out of it."""
    said = text
    sides = list(sides_in(text))
    bare = PLACE.sub("", text).strip()
    words = bare.split()
    pronoun = _pronoun(words)
    base, rest = _base(words)
    relation = relation_of(" ".join(rest))
    for word in base:
        side = SIDES.get(word)
        if side and side not in sides:
            sides.append(side_of(side))
    named = [w for w in base if w not in _CLOSED and w not in SIDES and w not in PLACE_NOUNS]
    # "the left half": a place is all there is.
    nouns = [w for w in named if not w.startswith('"')]
    if len(nouns) > 1 and nouns[-1] in _KIND_OF and _finds(nouns[-2], nouns[-1]):
        # "the watermark symbol" is a watermark.
        said = re.sub(rf"\b{re.escape(nouns[-2])} {re.escape(nouns[-1])}\b", nouns[-2], said)
        nouns = nouns[:-1]
    head = nouns[-1].removesuffix("'s") if nouns else ""
    if not head and base and not quoted:
        head = next((w for w in reversed(base) if w in PLACE_NOUNS and w not in SIDES), "")
    if head in _ASPECTS and not quoted:
        # "the colours of the sky", "the skin tones": what is meant is the sky, the skin; alone, the picture.
        if relation is not None:
            return target_of(tokens_of(relation.of))
        own = [w for w in nouns[:-1] if english.is_noun(w) and not english.is_adjective(w)]
        if not own or own[-1] != nouns[-2] or own[-1] in _ASPECTS | WHOLE | _NO_OWNER:
            return Named(None)
        return target_of(tokens_of(" ".join(words[: words.index(own[-1]) + 1])))
    if head in _SHOTS and not quoted and relation is None and not sides and set(nouns[:-1]) <= _OF_SHOTS:
        # "denoise night shot": the picture, by what it shows.
        return Named(None)
    count = next((NUMBERS[w] for w in base if w in NUMBERS), None)
    if count is None:
        count = next((int(w) for w in base[:2] if w.isdigit() and 0 < int(w) <= 10_000), None)
    attributes = tuple(w for w in nouns[:-1])
    if not base and relation is None and not sides:
        return Named(None, text.split())
    odd = bool(head) and not pronoun and not english.is_noun(head) and not quoted and head not in PLACE_NOUNS
    return Named(
        Target(
            words=said,
            head="" if pronoun and not nouns else head,
            attributes=attributes,
            sides=tuple(sides),
            relation=relation,
            count=count,
            text=quoted,
            without=without,
            pronoun=pronoun,
        ),
        odd=odd,
    )


_KIND_OF = word_set(
    """symbol icon emblem mark badge insignia seal overlay pattern figure imprint logo stamp graphic
    design element image"""
)
_ASPECTS = word_set(
    """colour colours tone tones hue hues tint lighting light exposure contrast brightness saturation
    look looks style quality resolution everything's details detail overall"""
)
_SHOTS = word_set("shot photo photograph picture image pic snapshot")
_OF_SHOTS = word_set(
    """night day exterior interior product wedding family holiday vacation indoor outdoor winter summer
    beach food street concert landscape drone macro whole entire original listing profile header team"""
)
_NO_OWNER = word_set(
    """midtone midtones highlight highlights shadow shadows light black white mid colour contrast noise
    film studio room day daylight night sun sunlight evening morning summer winter autumn spring movie
    cinema vintage retro background"""
)
"""Nouns before an aspect that say of what kind it is, and not whose: "studio light"."""


def _finds(noun: str, kind: str) -> bool:
    """Whether a finder knows a noun alone, and not with what says of what kind it is."""
    return noun in finder_words() and f"{noun} {kind}" not in finder_words()


def _pronoun(words: list[str]) -> bool:
    return len([w for w in words if w not in ("all", "both", "of")]) == 1 and words[-1] in PRONOUNS


def _base(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the simple noun phrase at the beginning, and what follows it."""
    seen = False
    for i, word in enumerate(words):
        if seen and (word in _ENDS or word in BE):
            return words[:i], words[i:]
        if seen and i and _describes(word, words[i - 1]):
            return words[:i], words[i:]
        if not seen and word in _ENDS - {"that"} and i == 0:
            return [], words
        seen = seen or (word not in _CLOSED and word not in SIDES) or word in PRONOUNS or word in PLACE_NOUNS
    return words, []


def _describes(word: str, before: str) -> bool:
    """Whether a participle after a noun begins its description: "the man standing there"."""
    if not word.endswith(("ing", "ed")) or not english.is_noun(before) or before in ARTICLES:
        return False
    kinds = english.lemmas(word)
    return "VERB" in kinds and not english.is_adjective(before)
