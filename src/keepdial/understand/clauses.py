"""Clauses: what kind of piece of a sentence it is: an order, a wish, a question, a story, a reason."""

from __future__ import annotations

from keepdial.understand import english
from keepdial.understand.lexicon import (
    ARTICLES,
    BE,
    ENDERS,
    NEGATED,
    OPENERS,
    POLITE,
    PREPOSITIONS,
    PRONOUNS,
    TALK,
    word_set,
)
from keepdial.understand.tokens import Token
from keepdial.understand.verbs import begins_order, orders_by_gerund

HARD = frozenset({".", "!", "?", ";", ":", "\n", "..."})
SOFT = frozenset(
    {"(", ")", ",", "and", "then", "but", "&", "plus", "/", "+", "also", "or", "while", "-", "afterwards"}
)


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
    own = opened(tokens)
    if strict and own and not orders_by_gerund(own[0].word):
        return False
    return bool(own) and own[0].kind == "word" and begins_order(own)


def describing(tokens: list[Token]) -> bool:
    """Whether a piece begins with a participle that only describes: "holding a cup", "including the roof"."""
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
_WANTED = word_set("should could would be want need needs like wish")
"""Verbs of a wish: with one of these a piece does not tell what was."""


def tells(tokens: list[Token]) -> bool:
    """Whether a piece tells what was: "I removed the app", "it was cropped by my sister"."""
    words = [t.word for t in tokens if t.kind == "word"]
    if len(words) < 2 or words[0] not in _SUBJECTS | {"i'm", "he's", "she's"}:
        return False
    if words[:2] == ["i", "am"] or words[0] == "i'm":
        # "I'm the one in red"
        return not any(w in _WANTED for w in words[1:4])
    if words[0] in ("he's", "she's") or (words[0] in ("he", "she") and words[1] == "is"):
        after = words[1 if words[0].endswith("'s") else 2 :]
        if after[:1] and after[0] in ("the", "in", "on", "at", "a", "my", "our"):
            return True
    for i, word in enumerate(words[1:5], 1):
        if word in _WISHED or word in _WANTED:
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
    "can't see", "i can't see", "cannot see", "i cannot see",
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
