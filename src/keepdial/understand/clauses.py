"""Clauses: where a sentence may be cut, what it protects, and what of it asks for nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    DIAL,
    ENDERS,
    KEEPS_ALL,
    NEGATED,
    OPENERS,
    POLITE,
    PREPOSITIONS,
    PRONOUNS,
    TALK,
    word_set,
)
from keepdial.understand.tokens import Token, words_of

HARD = frozenset({".", "!", "?", ";", ":", "\n", "..."})
SOFT = frozenset(
    {"(", ")", ",", "and", "then", "but", "&", "plus", "/", "+", "also", "or", "while", "-", "afterwards"}
)

_KEEP = tuple(
    re.compile(pattern)
    for pattern in (
        (
            "^(?:please )?(?:do not|don't|never|not|without|avoid|try not to|no) (?:to )?"
            r"(?:touch|touching|chang\w+|alter\w*|modif\w+|edit\w*|affect\w*|mess\w* "
            r"(?:with|up)|ruin\w*|cover\w*|mov\w+|remov\w+|delet\w+|eras\w+|los\w+|cut\w* off|crop\w* out|"
            r"tamper\w* with) (?P<what>.+)$"
        ),
        (
            "^(?:please )?(?:leave|leaving) (?P<what>.+?) "
            "(?:alone|untouched|unchanged|intact|the same|(?:just )?(?:as|how|like|the way) "
            "(?:it|they|he|she) (?:is|are|was|were))$"
        ),
        r"^(?:please )?(?:leave|leaving) (?P<what>the .+?|his .+?|her .+?|their .+?|my .+?)$",
        (
            "^(?:please )?(?:keep|keeping|preserve|preserving|protect|protecting|maintain|maintaining|"
            r"retain|retaining|save|saving|sparing|spare)(?: exactly)? (?!only\b|just\b)(?P<what>.+?)"
            "(?: (?:exactly |just |completely )?(?:(?:as|how|like|the way) (?:it|they|he|she|that) "
            "(?:is|are|was|were)|as is|unchanged|untouched|unaltered|the same|intact|alone|exactly|"
            "visible|in color|in colour|unaffected|in place|there))*$"
        ),
        (
            "^(?P<what>.+?) (?:should|must|has to|have to|needs to|need to|is to|are to|ought to)"
            "(?: all)? (?:stay|remain|be kept|be left|be preserved|not change|not be "
            "(?:touched|changed|altered|edited|affected))(?: .*)?$"
        ),
    )
)
_NOT_A_THING = word_set(
    """it this that natural realistic simple subtle clean professional everything original look
    natural-looking real authentic in mind original style feel proportions quality nice going clear
    balanced resolution size aspect ratio"""
)
_AS_NOW = re.compile(
    r"\b(?:quality|resolution|aspect|ratio|size|proportions|natural|realistic|mind|feel|mood|vibe|"
    r"balance|overall|detail|details|atmosphere|same)\b"
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


_NUMBER = re.compile(
    r"\b(?:(?:and|with|set) )*(?:the )?(?:keep(?:ing)?|dial)"
    r"(?: at| it at| about| around| to| set to|:| =)* (\d*\.?\d+) ?(%|percent)?"
    r"(?: of (?:it|everything|the (?:picture|photo|image|original)))?(?=$|[\s.,;:!?])"
    r"(?P<end>\s*(?:$|[.,;!?]))?"
)
"""The dial as a number: "keep 70 %", "keep 0.8", "dial 0.7"."""


def dial(text: str) -> tuple[str, float | None]:
    """Return the text without the words that turn the dial, and where they turn it to."""
    lowered = text.lower()
    number = _NUMBER.search(lowered)
    if number and (number[2] or "." in number[1] or number[3] is not None):
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


def opens(words: list[str]) -> bool:
    """Whether words are the beginning of a request and no more: "is there any way to"."""
    return any(" ".join(words[i:]) in _OPENERS for i in range(max(0, len(words) - 7), len(words) - 1))


def purpose(tokens: list[Token]) -> tuple[list[Token], list[Token]]:
    """Return the tokens up to a reason or purpose, and the rest ("so that one sees the faces")."""
    words = [t.word for t in tokens]
    for i in range(1, len(words)):
        undone = words[i] == "without" and i + 1 < len(words) and words[i + 1].endswith("ing")
        if undone or any(words[i : i + len(e)] == e for e in _ENDERS.get(words[i], ())):
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
    if len(words) <= 2 and all(english.is_adjective(w) or w in TALK or w in POLITE for w in words):
        # "Perfect."
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
    follows = own[1].word if len(own) > 1 else ""
    strange = not english.known(word) and (follows in ARTICLES or follows in PRONOUNS)
    if word not in plain and not strange:
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
    """Whether a piece asks for an answer ("why is the sky blue"); "why is it so dark" asks for a change."""
    words = [t.word for t in tokens]
    if words[0] not in _ASKING:
        return False
    return not any(w in ("so", "too") for w in words)


_QUESTIONS = word_set("is are was were does did do should has am what who whom whose when where which how")
_REQUESTS = tuple(
    words.split()
    for words in (
        "is it possible", "is there any", "is there a way", "is there anyone", "is anyone", "are you able",
        "are there any",
        "do you mind", "how about", "what about", "what if", "is it ok", "is somebody", "is someone", "do a",
        "do the",
        "do some", "do it", "do this", "do your", "do my",
    )
)  # fmt: skip


def questions(words: list[str]) -> bool:
    """Whether a sentence asks for an answer rather than for a change: "is it too dark?", "how do I crop?"."""
    while words and words[0] in ("hi", "hey", "hello", "so", "ok", "and", "but", "please", ",", "well"):
        words = words[1:]
    if not words or words[0] not in _QUESTIONS:
        return False
    return not any(words[: len(r)] == r for r in _REQUESTS)


_SUBJECTS = word_set("i he she we they you it who my our his her their this that these mom dad")
_WISHED = word_set("wanted needed wished hoped liked wondered wondering")
_PAST = word_set(
    "was were had did took made went got won said came saw gave found bought lost told ate knew thought felt"
)


def tells(tokens: list[Token]) -> bool:
    """Whether a piece tells what was: "I removed the app", "it was cropped by my sister"."""
    words = [t.word for t in tokens if t.kind == "word"]
    if len(words) < 2 or words[0] not in _SUBJECTS:
        return False
    for i, word in enumerate(words[1:5], 1):
        if word in _WISHED or word in (
            "should",
            "could",
            "would",
            "be",
            "want",
            "need",
            "needs",
            "like",
            "wish",
        ):
            return False
        if word in _PAST:
            return True
        if (
            word.endswith("ed")
            and english.is_verb(word)
            and words[i - 1] not in BE
            and not english.is_adjective(word)
        ):
            return True
    return False


_TOPIC = (
    "select", "find", "choose", "pick out", "pick", "take", "mask", "look at", "see", "you see", "do you see",
    "go to", "about", "as for",
    "regarding", "concerning", "there is", "there are", "there's", "this is", "these are", "that is",
    "here is", "here's",
    "only", "just", "notice", "consider", "focus on", "start with", "for", "with",
)  # fmt: skip


def topic(tokens: list[Token]) -> list[Token] | None:
    """Return what a piece only points to, for what comes after: "select the car", "as for the sky"."""
    words = [t.word for t in tokens]
    for opener in _TOPIC:
        first = opener.split()
        if words[: len(first)] == first and len(words) > len(first):
            return tokens[len(first) :]
    return None


_WISHES = ("like", "love", "want", "wish", "need", "have", "get", "prefer")


def wishes(tokens: list[Token]) -> bool:
    """Whether a piece opens with a wish: "I'd like", "can we have"."""
    before = len(tokens) - len(opened(tokens))
    return any(t.word in _WISHES for t in tokens[:before])


def subject(tokens: list[Token]) -> list[Token] | None:
    """Return what a statement is about: "THE WATER looks grey"; None where a piece is no statement."""
    at = next(
        (i for i, t in enumerate(tokens[:8]) if t.word in ("is", "are", "looks", "look", "seems", "appears")),
        None,
    )
    return tokens[:at] if at else None
