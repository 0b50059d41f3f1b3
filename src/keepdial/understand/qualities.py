"""Qualities of a picture that words name (`keepdial.operations.Quality`), and the faults among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from keepdial.operations import Operation, Quality, operations
from keepdial.understand import english
from keepdial.understand.lexicon import word_set
from keepdial.understand.tokens import tokens_of

Role = Literal["noun", "more", "less", "raises", "lowers"]


@dataclass(frozen=True, slots=True)
class Named:
    """A word, or several, that an operation declares for one of its qualities."""

    words: tuple[str, ...]
    role: Role
    unit: Operation
    quality: Quality


@cache
def named() -> dict[str, tuple[Named, ...]]:
    """Return everything that names a quality, by the stem of its first word, the longest first."""
    found: dict[str, list[Named]] = {}
    for unit in operations().values():
        for quality in unit.qualities:
            roles: tuple[tuple[Role, tuple[str, ...]], ...] = (
                ("noun", quality.nouns),
                ("more", quality.more),
                ("less", quality.less),
                ("raises", quality.raises),
                ("lowers", quality.lowers),
            )
            for role, phrases in roles:
                for phrase in phrases:
                    words = tuple(t.word for t in tokens_of(phrase))
                    found.setdefault(key_of(words[0]), []).append(Named(words, role, unit, quality))
    return {key: tuple(sorted(those, key=lambda n: -len(n.words))) for key, those in found.items()}


def key_of(word: str) -> str:
    """Return what the forms of a word have in common, adjectives in their plain form."""
    return english.stem(english.degree(word)[0])


_GENERIC = word_set(
    """overlay effect effects element elements portion portions part parts detail details obstruction
    appearance look interference area areas region regions cast tint scene weather distortion
    distortions artifact artifacts traces trace layer patches patch quality issue issues problem
    problems component components atmosphere conditions spots streaks particles presence setting veil
    film influence ambiance ambience mark shroud haze tinge mood content side section zone"""
)
"""Nouns that say no more than the word before them: "the rainy OVERLAY"."""


def fault_of(words: list[str]) -> Named | None:
    """Return the fault that words name: all of them, or all but generic ones after it."""
    kept = list(words)
    for i, word in enumerate(kept[:-1]):
        if (
            word == "of"
            and i
            and all(w in _GENERIC or w in ("all", "any", "signs", "sign", "bits", "some") for w in kept[:i])
        ):
            kept = kept[i + 1 :]
            break
    full = _fault_in(kept, generic=False)
    while len(kept) > 1 and kept[-1] in _GENERIC:
        kept = kept[:-1]
    return full or _fault_in(kept, generic=len(kept) < len(words))


def _fault_in(kept: list[str], *, generic: bool) -> Named | None:
    for start in range(len(kept)):
        for name in named().get(key_of(kept[start]), ()):
            if not name.quality.fault or name.quality.sides == "more":
                continue
            fits = name.role == "noun" or (name.role == "more" and generic)
            fits = fits and start + len(name.words) == len(kept) and says(kept[start:], name)
            if fits and all(english.is_adjective(w) or w.endswith(("ed", "ing", "y")) for w in kept[:start]):
                return name
    return None


def says(words: list[str], name: Named) -> bool:
    """Whether words are those of a quality, in the forms that its role allows."""
    if len(words) < len(name.words):
        return False
    for i, (said, declared) in enumerate(zip(words, name.words, strict=True)):
        if said == declared:
            continue
        last = i == len(name.words) - 1
        if name.role == "noun" and last and english.singular(said) == declared:
            continue
        if name.role in ("more", "less") and last and english.degree(said)[0] == declared:
            continue
        if name.role in ("raises", "lowers") and i == 0 and declared in english.lemmas(said).get("VERB", ()):
            continue
        return False
    return True
