"""Cutting: a sentence into the pieces that may each ask for something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from keepdial.understand import english
from keepdial.understand.clauses import HARD, SOFT, opens, questions
from keepdial.understand.keeping import protects
from keepdial.understand.lexicon import ARTICLES, FUNCTION, MAKE, PREPOSITIONS, word_set
from keepdial.understand.phrases import Word, phrases
from keepdial.understand.qualities import named
from keepdial.understand.tokens import Token
from keepdial.understand.verbs import is_order, naming


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens between two cuts.

    Attributes:
        tokens: the words, signs and numbers of the piece.
        joint: the word of the cut before it ("and", ","); "" at the beginning.
        hard: whether a sentence began there.
        question: whether its sentence is a question that asks for an answer.
    """

    tokens: list[Token]
    joint: str
    hard: bool
    question: bool = False


def cut(tokens: list[Token]) -> list[Piece]:
    """Return the pieces of a sentence, in order."""
    found: list[Piece] = []
    now: list[Token] = []
    joint, hard = "", True
    held = _inside_phrases(tokens)
    for i, token in enumerate(tokens):
        ends_sentence = token.kind == "sign" and token.word in HARD and not _shortened(tokens, i)
        if token.word == ":" and i + 1 < len(tokens) and tokens[i + 1].kind == "number":
            # "brightness: -15 %"
            continue
        if token.word == "after" and now and [t.word for t in tokens[i : i + 2]] == ["after", "that"]:
            found.append(Piece(now, joint, hard))
            now, joint, hard = [], "then", False
            continue
        soft = token.word in SOFT and token.kind in ("sign", "word") and i not in held
        if soft and token.word in (",", "and", "or") and _lists_adjectives(tokens, i):
            if token.word == ",":
                continue
            soft = False
        keeps = i + 1 < len(tokens) and tokens[i + 1].word in _PROTECTING | {"please", "make"}
        if soft and token.word == "but" and now and now[-1].word in _ALL_BUT and not keeps:
            soft = False
        if soft and token.word == "-" and 0 < i < len(tokens) - 1 and tokens[i - 1].end == token.start:
            soft = False
        if ends_sentence or soft:
            if now:
                found.append(Piece(now, joint, hard))
                now, hard = [], False
                joint = token.word
            else:
                joint = token.word if not joint or joint == "," else joint
            hard = hard or ends_sentence
            continue
        if now and i not in held and _starts(tokens, i, now):
            found.append(Piece(now, joint, hard))
            now, joint, hard = [], token.word, False
            if token.word in _LINKS:
                continue
        now.append(token)
    if now:
        found.append(Piece(now, joint, hard))
    return _with_questions(found, tokens)


def _with_questions(pieces: list[Piece], tokens: list[Token]) -> list[Piece]:
    """Return the pieces, those of a sentence that is a question marked."""
    out: list[Piece] = []
    asks = False
    for piece in pieces:
        if piece.hard:
            start = next(i for i, t in enumerate(tokens) if t is piece.tokens[0])
            asks = questions([t.word for t in tokens[start : start + 8]])
        out.append(replace(piece, question=asks))
    return out


_SHOWING = word_set(
    """give add change be resemble look portray show capture reflect convey illustrate simulate evoke
    depict represent become feel appear mimic match"""
)
_ALL_BUT = word_set("everything everyone everybody all anything anyone nothing else things people")
_SHORT = word_set("st mr mrs ms dr prof vs no nr jr sr approx")


def _shortened(tokens: list[Token], at: int) -> bool:
    """Whether a full stop belongs to an abbreviation: "St. Paul's"."""
    return (
        tokens[at].word == "."
        and at > 0
        and tokens[at - 1].word in _SHORT
        and tokens[at - 1].end == tokens[at].start
    )


_LINKS = word_set("to by with while")
_PROTECTING = word_set("without while keeping leaving preserving maintaining don't leave keep except")
"""Words that begin a piece that may protect something."""

_BEFORE_KEEP = word_set("to and please but can could just only")
"""Words after which "keep" goes on with the piece that it stands in."""


def _starts(tokens: list[Token], at: int, now: list[Token]) -> bool:
    """Whether a new step begins at a token without a sign or "and": "... remove the man brighten it"."""
    word, previous = tokens[at].word, tokens[at - 1].word
    if word in _PROTECTING and len(now) > 1:
        if word in ("keep", "leave") and previous in _BEFORE_KEEP:
            return False
        return word != "except" and protects(tokens[at : _stop(tokens, at)]) is not None
    if word in _LINKS and len(now) >= 1 and at + 1 < len(tokens):
        following = at + 1
        while word == "with" and following < len(tokens) - 1 and tokens[following].word in _SKIPPED:
            following += 1
        if word == "with":
            return _tone_begins(tokens, following) and _has_verb(now) and not _from_to(now)
        if word == "to" and opens([*(t.word for t in now), "to"]):
            return False
        if word == "to" and (not _has_verb(now) or tokens[following].word in _SHOWING):
            return False
        return (
            following < len(tokens)
            and tokens[following].kind == "word"
            and is_order(tokens[following].word, gerund=word != "to")
            and not _from_to(now)
        )
    if (
        not _has_verb(now)
        or previous in ARTICLES
        or previous in PREPOSITIONS
        or previous in MAKE
        or previous in ("and", "not", "don't", "more", "less", "to", "can", "you")
    ):
        return False
    if opens([t.word for t in now]):
        # "can anybody REMOVE it"
        return False
    return tokens[at].kind == "word" and word in _STRONG and english.only_verb(word) and at + 1 < len(tokens)


_SKIPPED = word_set(
    """a lot of some any bits lots tons little bit slight subtle strong heavy the very more light soft
    gentle hint touch"""
)
_STRONG = word_set(
    """remove removing erase delete brighten brightening darken darkening sharpen sharpening enhance
    enhancing increase increasing decrease decreasing reduce reducing adjust adjusting making
    eliminate lighten lightening desaturate intensify soften straighten replace"""
)
_TO_FOLLOWS = word_set("change turn convert transform changed set alter want need like ought going try able")


def _from_to(now: list[Token]) -> bool:
    """Whether "to" belongs to a verb that changes one thing to another."""
    return any(t.word in _TO_FOLLOWS for t in now)


def _stop(tokens: list[Token], at: int) -> int:
    """Return where the piece that begins at a token ends."""
    return next(
        (
            i
            for i in range(at + 1, len(tokens))
            if tokens[i].kind == "sign" and tokens[i].word in HARD | {","}
        ),
        len(tokens),
    )


def _has_verb(now: list[Token]) -> bool:
    return any(
        t.kind == "word" and (english.is_verb(t.word) or t.word in naming()) and t.word not in ARTICLES
        for t in now
    )


def _tone_begins(tokens: list[Token], at: int) -> bool:
    """Whether the words after "with" name a quality or an effect of its own ("with a lot of grain")."""
    if at >= len(tokens) or tokens[at].kind != "word":
        return False
    word = tokens[at].word
    for name in named().get(english.stem(english.degree(word)[0]), ()):
        said = [t.word for t in tokens[at : at + len(name.words)]]
        compared = len(name.words) == 1 and english.degree(word)[1]
        if name.role == "noun" and list(name.words) not in (said, [*said[:-1], english.singular(said[-1])]):
            continue
        if (name.role != "noun" and not compared) or len(said) < len(name.words):
            continue
        if name.role == "noun" and said[0] != name.words[0]:
            continue
        after = tokens[at + len(name.words)] if at + len(name.words) < len(tokens) else None
        if after is None or after.kind != "word" or after.word in FUNCTION or not english.is_noun(after.word):
            return True
    return False


def _lists_adjectives(tokens: list[Token], at: int) -> bool:
    """Whether a comma stands between two adjectives of one thing: "a small, white bag"."""
    if at == 0 or at + 2 >= len(tokens):
        return False
    if tokens[at + 1].word in ("and", "or") and at + 3 < len(tokens):
        return _lists_adjectives([*tokens[: at + 1], *tokens[at + 2 :]], at)
    before, after, then = tokens[at - 1].word, tokens[at + 1].word, tokens[at + 2].word
    if not (english.is_adjective(before) and english.is_adjective(after)) or tokens[at + 2].kind != "word":
        return False
    early = [t.word for t in tokens[max(0, at - 3) : at]]
    return any(w in ARTICLES for w in early) and english.is_noun(then) and then not in FUNCTION


def _inside_phrases(tokens: list[Token]) -> set[int]:
    """Return the places of words that would cut, but belong to a declared phrase: "black and white"."""
    words = [t.word for t in tokens]
    found: set[int] = set()
    if not any(w in SOFT or w in _LINKS for w in words):
        return found
    for i, word in enumerate(words):
        for run in _with_cuts().get(word, ()):
            here = words[i : i + len(run)]
            if len(here) < len(run) or here[1] not in run[1]:
                continue
            if all(w in part for w, part in zip(here, run, strict=True)):
                found |= set(range(i, i + len(run)))
    return found


@cache
def _with_cuts() -> dict[str, tuple[tuple[frozenset[str], ...], ...]]:
    """Return every run of fixed words in a declared phrase that has a cutting word inside, by its first."""
    found: dict[str, dict[tuple[frozenset[str], ...], None]] = {}
    for phrase in phrases():
        run: list[frozenset[str]] = []
        for part in (*phrase.parts, None):
            if isinstance(part, Word):
                run.append(part.words)
                continue
            if len(run) > 2 and any(words & SOFT or words & _LINKS for words in run[1:-1]):
                for first in run[0]:
                    found.setdefault(first, {})[tuple(run)] = None
            run = []
    return {first: tuple(those) for first, those in found.items()}
