"""The words that the grammar knows, and what is made of those that it does not."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from keepdial.operations import operations
from keepdial.understand import english, spelling
from keepdial.understand.lexicon import AMOUNTS, DOWN, FIX, FUNCTION, GONE, PICTURE, SIDES, UP
from keepdial.understand.phrases import Word, phrases
from keepdial.understand.qualities import named
from keepdial.understand.tokens import Token


@cache
def finder_words() -> frozenset[str]:
    """Return the nouns that some finder answers, installed or not."""
    from keepdial.select._resolve import vocabulary

    return frozenset(vocabulary()) | {"people"}


ENGLISH = 0.5
"""The share of a sentence's words that must be English for it to be read."""


@cache
def asking() -> frozenset[str]:
    """Return the words of all declared phrases and qualities."""
    found: set[str] = set()
    for part in {part for phrase in phrases() for part in phrase.parts}:
        found |= part.words if isinstance(part, Word) else {w for choice in part.listed for w in choice}
    found |= {word for those in named().values() for n in those for word in n.words}
    return frozenset(w for w in found if w.isalpha())


@cache
def lexicon() -> frozenset[str]:
    """Return all words that typing errors may be corrected to."""
    from keepdial.regions.colours import COLOURS
    from keepdial.select._resolve import vocabulary

    things = {word for phrase in vocabulary() for word in phrase.split()}
    colours = {word for name in COLOURS for word in name.split()}
    amounts = {word for words in AMOUNTS for word in words.split()}
    own = UP | DOWN | FIX | GONE | PICTURE | frozenset(SIDES) | FUNCTION
    more = frozenset(
        [
            "background",
            "people",
            "person",
            "woman",
            "someone",
            "guy",
            "boy",
            "girl",
            "child",
            "hair",
            "eyes",
            "teeth",
            "skin",
            "photograph",
            "image",
            "thing",
            "everything",
        ]
    )
    return frozenset(w for w in asking() | things | colours | amounts | own | more if len(w) > 2)


def corrected(tokens: list[Token]) -> list[Token]:
    """Return the tokens with typing errors corrected; what was typed stays in `Token.text`."""
    out: list[Token] = []
    for token in tokens:
        if token.kind != "word" or token.word in FUNCTION or "'" in token.word.removesuffix("'s"):
            out.append(token)
            continue
        if out and out[-1].kind == "word" and token.text[:1].isupper() and not token.text.isupper():
            # In the middle of a sentence it is a name.
            out.append(token)
            continue
        possessive = token.word.endswith("'s")
        bare = token.word.removesuffix("'s")
        near = spelling.nearest(bare, lexicon())
        if near is not None:
            out.append(token.read_as(near + ("'s" if possessive else "")))
            continue
        both = spelling.doubled(bare, lexicon())
        if both is not None:
            out += [token.read_as(both[0]), token.read_as(both[1])]
            continue
        out.append(token)
    return out


def foreign(tokens: list[Token]) -> bool:
    """Whether a sentence is in another language: hardly a word of it is English."""
    words = [t.word for t in tokens if t.kind == "word" and len(t.word) > 1]
    if not words:
        return any(not t.text.isascii() for t in tokens) or not any(
            t.kind in ("word", "number", "quote", "file", "hex") for t in tokens
        )
    if len(words) < 3 and all(w.isascii() for w in words):
        # Too little to tell by: it is not understood, and that is said.
        return False
    typed = {t.word: t.corrected for t in tokens if t.kind == "word"}
    # A word that became one of ours only by a correction may as well be another language's.
    here = sum(
        (0.5 if typed[w] else 1.0) * (w.isascii() and (w in lexicon() or w in FUNCTION or english.known(w)))
        for w in words
    )
    if here / len(words) < ENGLISH:
        return True
    # Other languages share words with English; its small words give it away.
    small = sum(w in FUNCTION or w in asking() for w in words)
    return len(words) >= 4 and here / len(words) < 0.75 and small == 0


_VAGUE = frozenset(
    ("change", "turn", "make", "put", "move", "left", "right", "set", "red", "white", "black", "blue")
)


def near(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return short sentences that a piece which was not understood may have meant, the nearest first."""
    words = [t.word for t in tokens if t.kind == "word" and t.word not in FUNCTION and t.word not in _VAGUE]
    words = words[:6]
    alike = set(words) | set(spelling.suggestions(words, asking()))
    found: dict[str, int] = {}
    for unit in operations().values():
        for ask in unit.asks:
            shared = len(alike & set(ask.lower().rstrip(".").split()) - FUNCTION - PICTURE - _VAGUE)
            if shared:
                found[ask] = max(shared, found.get(ask, 0))
    return tuple(sorted(found, key=lambda ask: (-found[ask], len(ask), ask))[:3])
