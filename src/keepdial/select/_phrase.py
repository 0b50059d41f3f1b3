"""Phrases: "the second red cup from the left" taken apart into what to find and which of them.

    phrase = part {("and" | "," | "plus") part} ["except" phrase]
    part   = {determiner | rank | place | size | colour} noun ["quoted"] ["of" part] [place]

Deterministic and offline. What is no word of this grammar becomes part of the noun, and whoever looks for a
finder decides whether anybody knows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DETERMINERS = frozenset(
    {
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "my",
        "our",
        "your",
        "his",
        "her",
        "their",
        "its",
        "some",
    }
)
ALL = frozenset({"all", "every", "each", "both", "any"})
RANKS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
    "6th": 6,
    "last": -1,
}
SIDES = {
    "left": "left",
    "leftmost": "left",
    "left-most": "left",
    "lefthand": "left",
    "left-hand": "left",
    "right": "right",
    "rightmost": "right",
    "right-most": "right",
    "righthand": "right",
    "right-hand": "right",
    "top": "top",
    "topmost": "top",
    "upper": "top",
    "uppermost": "top",
    "highest": "top",
    "bottom": "bottom",
    "lower": "bottom",
    "lowest": "bottom",
    "middle": "middle",
    "center": "middle",
    "centre": "middle",
    "central": "middle",
}
SIZES = {
    "biggest": "biggest",
    "largest": "biggest",
    "big": "biggest",
    "large": "biggest",
    "smallest": "smallest",
    "small": "smallest",
    "tiny": "smallest",
    "little": "smallest",
    "tiniest": "smallest",
}
TAIL = re.compile(
    r"\s+(?:(?:on|at|in|to|near|from|towards?)\s+)(?:the\s+|its\s+)?(?:far\s+|very\s+)?"
    r"(?P<side>left|right|top|bottom|middle|cent(?:er|re))"
    r"(?:\s+(?:hand\s+)?(?:side|edge|corner|part|half))?(?:\s+of\s+(?:the\s+)?(?:picture|photo|image|frame))?$"
)
QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»]+)[\"“”„«»]|(?<![\w])['‘]([^'’]+)['’](?![\w])")

EXCEPT = re.compile(r"(?:^|\s+)(?:except(?: for)?|but not|without|apart from)\s+")
AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|plus|&)\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is meant.

    Attributes:
        noun: the word or words for it, lower case, as they were used ("red" colours apart).
        colours: the colour words before it.
        sides: places among several, in the order used: left, right, top, bottom, middle.
        size: ``biggest``, ``smallest`` or "".
        rank: 1 = first, -1 = last; None where no rank was named.
        all: whether all of them are meant expressly.
        text: what stood in quotes.
        of: the words after "of", as a phrase of its own.
    """

    noun: str
    colours: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    size: str = ""
    rank: int | None = None
    all: bool = False
    text: str | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What is meant: the union of `parts`, without what `without` means."""

    parts: tuple[Part, ...]
    without: Phrase | None = None


def parse(words: str, *, colours: frozenset[str], nouns: frozenset[str]) -> Phrase:
    """Return the phrase taken apart.

    Args:
        words: what was said, for example ``the red cup on the left and all faces``.
        colours: the words that name colours.
        nouns: the nouns that finders answer; one of several words that holds a place, a colour or an "and"
            ("left half", "stop sign") is recognised as a whole.
    """
    quotes: list[str] = []

    def aside(match: re.Match[str]) -> str:
        quotes.append(match.group(1) or match.group(2))
        return f" \0{len(quotes) - 1}\0 "

    # NUL marks the places of quotations, so none may come from outside.
    text = QUOTED.sub(aside, words.replace("\0", " "))
    text = re.sub(r"\s+", " ", text.strip().strip(".!?").lower())
    kept, *excepted = EXCEPT.split(text, maxsplit=1)
    pieces = [piece for piece in AND.split(kept) if piece]
    parts = tuple(_part(piece, quotes, colours, nouns) for piece in pieces)
    if not excepted:
        return Phrase(parts)
    return Phrase(parts, parse(_restored(excepted[0], quotes), colours=colours, nouns=nouns))


def _restored(text: str, quotes: list[str]) -> str:
    return re.sub(r"\0(\d+)\0", lambda m: f'"{quotes[int(m.group(1))]}"', text)


def _part(piece: str, quotes: list[str], colours: frozenset[str], nouns: frozenset[str]) -> Part:
    sides: list[str] = []
    piece = f" {piece} "
    text = None
    if mark := re.search(r"\s\0(\d+)\0\s", piece):
        text = quotes[int(mark.group(1))]
        piece = piece.replace(mark.group(0), " ", 1)
    piece = piece.rstrip()
    if tail := TAIL.search(piece):
        sides.append(SIDES[tail.group("side")])
        piece = piece[: tail.start()]
    head, _, of = piece.strip().partition(" of ")
    if of and head in ("all", "each", "both", "some", "every", "any"):
        piece, of = f"{head} {of}", ""
    elif of and f"{head.split()[-1]} of {of}" in nouns:
        piece, of = piece.strip(), ""
    else:
        piece = head
    tokens = piece.split()
    size, everything = "", False
    rank: int | None = None
    shades: list[str] = []
    while tokens:
        here = " ".join(tokens)
        if here in nouns or singular(here) in nouns:
            break
        word = tokens[0]
        if word in ALL:
            everything = True
        elif word in RANKS and len(tokens) > 1:
            rank = RANKS[word]
            if tokens[1:3] == ["from", "the"] and tokens[3:4] and tokens[3] in SIDES:
                sides.append(SIDES[tokens[3]])
                tokens = tokens[3:]
        elif word in SIDES and len(tokens) > 1:
            sides.append(SIDES[word])
        elif word in SIZES and len(tokens) > 1:
            size = SIZES[word]
        elif (shade := _shade(tokens, colours)) and (len(tokens) > len(shade)):
            shades.append(" ".join(shade))
            tokens = tokens[len(shade) :]
            continue
        elif word not in DETERMINERS:
            break
        tokens = tokens[1:]
    return Part(
        noun=" ".join(tokens),
        colours=tuple(shades),
        sides=tuple(sides),
        size=size,
        rank=rank,
        all=everything,
        text=text,
        of=_restored(of, quotes),
    )


def _shade(tokens: list[str], colours: frozenset[str]) -> list[str]:
    """Return the tokens of the colour that begins here ("dark blue" is one), or none."""
    for count in (2, 1):
        if " ".join(tokens[:count]) in colours:
            return tokens[:count]
    return []


IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "knives": "knife",
    "sheep": "sheep",
    "mice": "mouse",
    "teeth": "tooth",
    "feet": "foot",
    "scissors": "scissors",
    "skis": "skis",
    "glasses": "glasses",
    "wine glasses": "wine glass",
    "buses": "bus",
}


def singular(noun: str) -> str:
    """Return the noun in the singular, by the usual endings; what is singular already stays."""
    head, _, last = noun.rpartition(" ")
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if last in IRREGULAR:
        word = IRREGULAR[last]
    elif re.search(r"(?:s|x|z|ch|sh)es$", last):
        word = last[:-2]
    elif re.search(r"[^aeiou]ies$", last):
        word = last[:-3] + "y"
    elif re.search(r"[^su]s$", last):
        word = last[:-1]
    else:
        word = last
    return f"{head} {word}" if head else word
