"""What English words there are, and of what kind: the dictionary of lemminflect (MIT), and nothing learned.

The dictionary knows about 240,000 forms; what it does not know may be a typing error, a name or a new word.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from keepdial.understand.lexicon import word_set

_BRITISH = (("colour", "color"), ("grey", "gray"), ("favour", "favor"), ("ise", "ize"), ("centre", "center"))


@cache
def _dictionary() -> Any:
    from lemminflect.core.Lemmatizer import Lemmatizer

    # The dictionary alone: the package's models for unknown words are pickles, and are not loaded.
    return Lemmatizer()


@lru_cache(maxsize=20_000)
def lemmas(word: str) -> dict[str, tuple[str, ...]]:
    """Return the plain forms of a word by kind: NOUN, VERB, ADJ, ADV, AUX, PROPN; empty if it is unknown."""
    bare = word.removesuffix("'s").removesuffix("s'")
    found: dict[str, tuple[str, ...]] = _dictionary().getAllLemmas(bare)
    if not found:
        for british, american in _BRITISH:
            if british in bare:
                found = _dictionary().getAllLemmas(bare.replace(british, american))
    if not found and bare.endswith(("ize", "ise", "ify")) and len(bare) > 5:
        # "colorize": verbs are made freely this way.
        found = {"VERB": (bare,)}
    return found


_SMALL = word_set(
    """three five six seven nine ten eleven twelve thirteen fourteen fifteen twenty thirty forty fifty
    hundred thousand first third fourth fifth everyone everybody everything someone somebody something
    anyone anybody anything nobody none nothing each every either neither both few several such other
    another whose whom which what who why where when while whereas although though unless until since
    because among amongst amid beside besides beneath beyond during despite except onto upon toward
    towards throughout underneath versus via within without himself herself itself myself yourself
    themselves ourselves mine yours hers theirs ours shall should would could might must ought okay
    selfie bokeh blonde hoodie photoshop instagram facebook linkedin reddit twitter online website
    snapchat smiley greek darks roses"""
)
"""Words that the dictionary, which holds nouns, verbs, adjectives and adverbs, leaves out."""


def known(word: str) -> bool:
    """Whether the dictionary has the word in any form."""
    return bool(lemmas(word)) or "-" in word or word in _SMALL


def is_noun(word: str) -> bool:
    """Whether a word may be a noun; one that nobody knows may."""
    kinds = lemmas(word)
    return not kinds or "NOUN" in kinds or "PROPN" in kinds


def is_verb(word: str) -> bool:
    """Whether a word may be a verb."""
    return "VERB" in lemmas(word)


def only_verb(word: str) -> bool:
    """Whether a word is a verb and nothing else that could name or describe a thing."""
    kinds = lemmas(word)
    return "VERB" in kinds and not kinds.keys() & {"NOUN", "ADJ", "PROPN"}


def is_adjective(word: str) -> bool:
    """Whether a word may be an adjective."""
    return "ADJ" in lemmas(word)


@lru_cache(maxsize=20_000)
def degree(word: str) -> tuple[str, bool]:
    """Return an adjective's plain form and whether the word is its comparative or superlative."""
    if word.endswith(("er", "est", "worse", "worst", "better", "best", "less", "more", "ier")):
        for plain in lemmas(word).get("ADJ", ()):
            if plain != word:
                return plain, True
        # "comfier", "punchier": formed by the rule, whether the dictionary has it or not.
        for ending, plain in (("iest", "y"), ("ier", "y"), ("est", ""), ("er", "")):
            stem = word.removesuffix(ending)
            if word.endswith(ending) and len(stem) > 2:
                for guess in (stem + plain, stem + "e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem):
                    if "ADJ" in lemmas(guess):
                        return guess, True
    return word, False


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return what all forms of a verb or noun have in common: "cropping", "crops", "cropped" -> "crop"."""
    for ending in ("ing", "ed", "es", "s", "e"):
        root = word.removesuffix(ending)
        if word.endswith(ending) and len(root) >= 3:
            if ending in ("ing", "ed") and len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
                return root[:-1]
            return root.removesuffix("e") if ending in ("s", "es") and len(root) > 3 else root
    return word


def singular(word: str) -> str:
    """Return a noun in the singular."""
    return next(iter(lemmas(word).get("NOUN", ())), word)


@lru_cache(maxsize=20_000)
def plain_forms(word: str) -> frozenset[str]:
    """Return the plain forms of a word as any kind: "cropping" -> "crop"; of unknown words their stem."""
    found = {form for kind, forms in lemmas(word).items() if kind != "PROPN" for form in forms}
    if not found:
        return frozenset((word, stem(word)))
    # British spellings are looked up in the American one.
    return frozenset({word} | found) if word.endswith("s") or word in found else frozenset(found | {word})
