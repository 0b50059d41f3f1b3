"""Clauses: where a sentence may be cut, what it protects, and what of it asks for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from keepdial.understand import english
from keepdial.understand.lexicon import (
    BE,
    DIAL,
    ENDERS,
    KEEPS_ALL,
    NEGATED,
    OPENERS,
    PREPOSITIONS,
    TALK,
    word_set,
)
from keepdial.understand.tokens import Token, words_of

HARD = frozenset({".", "!", "?", ";", ":", "\n", "..."})
SOFT = frozenset({"(", ")", ",", "and", "then", "but", "&", "plus", "/", "+", "also", "or", "while", "-"})

_KEEP = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:please )?(?:do not|don't|never|not|without|avoid|try not to|no) (?:to )?(?:touch|touching|chang\w+|alter\w*|modif\w+|edit\w*|affect\w*|mess\w* (?:with|up)|ruin\w*|cover\w*|mov\w+|remov\w+|delet\w+|eras\w+|los\w+|cut\w* off|crop\w* out|tamper\w* with) (?P<what>.+)$",
        r"^(?:please )?(?:leave|leaving) (?P<what>.+?) (?:alone|untouched|unchanged|intact|the same|(?:just )?(?:as|how|like|the way) (?:it|they|he|she) (?:is|are|was|were))$",
        r"^(?:please )?(?:leave|leaving) (?P<what>the .+?|his .+?|her .+?|their .+?|my .+?)$",
        r"^(?:please )?(?:keep|keeping|preserve|preserving|protect|protecting|maintain|maintaining|retain|retaining|save|saving|sparing|spare)(?: exactly)? (?!only\b|just\b)(?P<what>.+?)(?: (?:exactly |just |completely )?(?:(?:as|how|like|the way) (?:it|they|he|she|that) (?:is|are|was|were)|as is|unchanged|untouched|unaltered|the same|intact|alone|exactly|visible|in color|in colour|unaffected|in place|there))*$",
        r"^(?P<what>.+?) (?:should|must|has to|have to|needs to|need to|is to|are to|ought to)(?: all)? (?:stay|remain|be kept|be left|be preserved|not change|not be (?:touched|changed|altered|edited|affected))(?: .*)?$",
    )
)
_NOT_A_THING = word_set("""it this that natural realistic simple subtle clean professional everything original look natural-looking real authentic
    in mind original style feel proportions quality nice going clear balanced resolution size aspect ratio""")
_AS_NOW = re.compile(
    r"\b(?:quality|resolution|aspect|ratio|size|proportions|natural|realistic|mind|feel|mood|vibe|balance|overall|detail|details|atmosphere|same)\b"
)


@dataclass(slots=True)
class Sentence:
    """A sentence taken apart: pieces that may ask for something, and the rest.

    Attributes:
        pieces: runs of tokens between two cuts.
        joined: for each piece, the word that stood before it ("and", ",", ""), to join it again.
        hard: for each piece, whether a full stop or the like stood before it.
        protected: phrases for what must survive.
        keep: the dial, where the words turned it.
        unused: what asks for nothing.
    """

    pieces: list[list[Token]] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    hard: list[bool] = field(default_factory=list)
    protected: list[list[Token]] = field(default_factory=list)
    keep: float | None = None
    unused: list[str] = field(default_factory=list)


def dial(text: str) -> tuple[str, float | None]:
    """Return the text without the words that turn the dial, and where they turn it to."""
    lowered = text.lower()
    number = re.search(
        r"\bkeep(?:ing)?(?: (?:at|it at|about|around))? (\d+(?:\.\d+)?) ?(%|percent)?(?: of (?:it|everything|the (?:picture|photo|image|original)))?(?=$|[\s.,;])(?! \w)",
        lowered,
    )
    if number and (number[2] or float(number[1]) <= 1):
        value = float(number[1]) / (100 if number[2] else 1)
        if 0 <= value <= 1:
            return text[: number.start()] + " ; " + text[number.end() :], value
    for pattern, value in DIAL:
        match = re.search(pattern, lowered)
        if match:
            verb = re.search(
                r"(change|re-?do|re-?make|re-?paint|re-?imagine|re-?work|re-?generate|rethink)$",
                match.group(0),
            )
            follows = re.match(r"\s+(?:the|its|his|her|my)?\s*\w+", lowered[match.end() :])
            kept = f" {verb[0].replace('-', '')} " if verb and value == 0 and follows else " ; "
            return text[: match.start()] + kept + text[match.end() :], value
    return text, None


def without_the_rest(text: str) -> str:
    """Return the text without "and keep everything else as it is": that is so anyway."""
    return re.sub(KEEPS_ALL, " ; ", text, flags=re.IGNORECASE)


def opened(tokens: list[Token]) -> list[Token]:
    """Return the tokens without what only begins a request ("could someone please")."""
    words = [t.word for t in tokens]
    at = 0
    while True:
        found = next(
            (n for n in range(min(7, len(words) - at), 0, -1) if " ".join(words[at : at + n]) in _OPENERS), 0
        )
        if not found and at < len(tokens) and tokens[at].kind == "sign" and tokens[at].word not in ("+", "-"):
            found = 1
        if not found or at + found >= len(words):
            return tokens[at:]
        at += found


_OPENERS = frozenset(OPENERS) | frozenset(
    (
        "hi",
        "hello",
        "hey",
        "guys",
        "all",
        "hi all",
        "hey guys",
        "hi guys",
        "everyone",
        "folks",
        "hi everyone",
        "ok",
        "thanks",
    )
)
_ENDERS = {e.split()[0]: [f.split() for f in ENDERS if f.split()[0] == e.split()[0]] for e in ENDERS}


def purpose(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return the tokens up to a reason or purpose, and the rest ("so that one sees the faces")."""
    words = [t.word for t in tokens]
    for i in range(1, len(words)):
        if any(words[i : i + len(e)] == e for e in _ENDERS.get(words[i], ())):
            return tokens[:i], tokens[i:]
    return tokens, []


def protects(tokens: list[Token]) -> list[Token] | None:
    """Return what a piece protects, as tokens; an empty list where it protects nothing in particular.

    None where it is no such piece.
    """
    own = opened(tokens)
    text = words_of(own)
    for pattern in _KEEP:
        match = pattern.match(text)
        if match is None:
            continue
        what = match["what"].strip()
        words = set(what.split())
        if words <= _NOT_A_THING | word_set("the a an as very too same") or _AS_NOW.search(what):
            return []
        begins = len(words_of(own)[: match.start("what")].split())
        count = len(what.split())
        return _tokens_for(own, begins, count, what)
    return None


def _tokens_for(tokens: list[Token], begins: int, count: int, what: str) -> list[Token]:
    from keepdial.understand.tokens import tokens_of

    return tokens_of(what)


def talks(tokens: list[Token]) -> bool:
    """Whether a piece tells something and asks for nothing."""
    words = [t.word for t in tokens if t.kind == "word"]
    if not words:
        return True
    told = sum(w in TALK for w in words)
    if told and (told >= 2 or len(words) <= 3 or words[0] in TALK or told / len(words) > 0.2):
        return True
    return any(w in BE for w in words[:3]) and not any(w in NEGATED for w in words[:2]) and len(words) > 2


def imperative(tokens: list[Token]) -> bool:
    """Whether a piece begins as an order does: with a verb in its plain form."""
    own = opened(tokens)
    if not own or own[0].kind != "word":
        return False
    word = own[0].word
    plain = english.lemmas(word).get("VERB", ())
    if word not in plain:
        return False
    return len(own) < 2 or own[1].word not in BE


def orders(tokens: list[Token], *, strict: bool = False) -> bool:
    """Whether a piece begins with a verb, in its plain form, that an operation declares.

    `strict`: only with one that seldom describes ("remove", not "have").
    """
    from keepdial.understand.cutting import begins_order, orders_by_gerund

    own = opened(tokens)
    if strict and own and not orders_by_gerund(own[0].word):
        return False
    return bool(own) and own[0].kind == "word" and begins_order(own)


def describing(tokens: list[Token]) -> bool:
    """Whether a piece begins with a participle that only describes: "holding a cup", "including the roof"."""
    from keepdial.understand.cutting import orders_by_gerund

    word = tokens[0].word
    if word in PREPOSITIONS or (word == "close" and tokens[1:2] and tokens[1].word == "to"):
        return True
    return word.endswith(("ing", "ed")) and english.is_verb(word) and not orders_by_gerund(word)


_ASKING = word_set("who whom whose what when where why which how")


def inquires(tokens: list[Token]) -> bool:
    """Whether a piece asks for an answer ("why is the sky blue") and not for a change ("why is it so dark")."""
    words = [t.word for t in tokens]
    if words[0] not in _ASKING:
        return False
    return not any(w in ("so", "too") for w in words)
