"""Typing errors: a word that nobody knows is read as the nearest one that sentences about pictures use."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from keepdial.understand import english
from keepdial.understand.lexicon import word_set

SHORTEST = 5
"""Letters under which a word is corrected only where two of its letters were exchanged: too many are near."""


@lru_cache(maxsize=4096)
def nearest(word: str, lexicon: frozenset[str]) -> str | None:
    """Return the word of `lexicon` that `word` was meant to be, or None.

    Only words that neither `lexicon` nor the dictionary has are corrected: one letter added, dropped, changed
    or two exchanged in words of up to seven letters, two such errors in longer ones. The first letter has to
    be right, or the first two exchanged.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(word) < 3 or word in lexicon or english.known(word) or not word.isascii():
        return None
    most = 1 if len(word) < 8 else 2
    near = [
        w
        for w, _, _ in process.extract(
            word, _ordered(lexicon), scorer=OSA.distance, score_cutoff=most, limit=8
        )
        if (w[:1] == word[:1] or w[:2] == word[1::-1])
        and (len(word) >= SHORTEST or sorted(w) == sorted(word) or _one_missing(word, w))
    ]
    if not near:
        return None
    return min(near, key=lambda w: (OSA.distance(word, w), -len(w), w))


@lru_cache(maxsize=8)
def _ordered(lexicon: frozenset[str]) -> tuple[str, ...]:
    """Return the words in one order: of words that are equally near, the first are taken."""
    return tuple(sorted(lexicon))


def _one_missing(word: str, meant: str) -> bool:
    """Whether one letter of `meant`, not its first, was left out."""
    return len(meant) == len(word) + 1 and any(
        meant[:i] + meant[i + 1 :] == word for i in range(1, len(meant))
    )


def doubled(word: str, lexicon: frozenset[str]) -> tuple[str, str] | None:
    """Return the two words that were typed without a space between ("thebackground"), or None."""
    if len(word) < 7 or word in lexicon or english.known(word):
        return None
    pairs = ((word[:i], word[i:]) for i in range(2, len(word) - 2))
    return next((p for p in pairs if p[1] in lexicon and len(p[1]) > 3 and p[0] in _SMALL), None)


_SMALL = word_set("the a my his her this that of in on to and all")


def suggestions(words: Iterable[str], lexicon: frozenset[str]) -> tuple[str, ...]:
    """Return words of `lexicon` that look like some of `words`, the nearest first, at most four."""
    from rapidfuzz import fuzz, process

    found: dict[str, float] = {}
    for word in words:
        for near, score, _ in process.extract(
            word, _ordered(lexicon), scorer=fuzz.ratio, score_cutoff=75, limit=3
        ):
            found[near] = max(score, found.get(near, 0))
    return tuple(sorted(found, key=lambda w: (-found[w], w))[:4])
