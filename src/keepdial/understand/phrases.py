"""Phrases: what operations declare (`keepdial.operations.Saying`), as words and slots to be found."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import product

from keepdial.operations import Operation, Saying, operations
from keepdial.understand import english
from keepdial.understand.lexicon import ARTICLES, word_set
from keepdial.understand.tokens import tokens_of

SLOT = re.compile(r"\{(\w+)(?::([^}]*))?\}")
LONG = frozenset({"thing", "new", "rest"})
"""Slots that take any number of words."""

_CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One place of a phrase that takes any of several words; made by `word_of`, once for the same words.

    Attributes:
        words: as they were declared.
        forms: the plain forms of those that stand for all their forms.
        either: both.
    """

    words: frozenset[str]
    forms: frozenset[str]
    either: frozenset[str]

    def takes(self, said: str) -> bool:
        """Whether a word that was said is one of them, in any of its forms."""
        return said in self.words or (len(said) > 3 and not self.forms.isdisjoint(english.plain_forms(said)))


def _participle(word: str) -> bool:
    """Whether a declared word is a participle, which stands for itself: "gone" is not "goes"."""
    verbs = english.lemmas(word).get("VERB", ())
    return bool(verbs) and word not in verbs and not word.endswith(("s", "ing"))


@cache
def word_of(words: frozenset[str]) -> Word:
    """Return the place in a phrase that takes several words, in all their forms."""
    # A comparative stands for itself: "better" is not asked for by "good".
    plain = (w for w in words if len(w) > 2 and not english.degree(w)[1] and not _participle(w))
    forms = frozenset(form for w in plain for form in english.plain_forms(w))
    return Word(words, forms, words | forms)


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of a phrase that takes a colour, a number, a thing.

    Attributes:
        kind: what it takes.
        listed: the choices that it takes, each as its words; empty = anything of the kind.
    """

    kind: str
    listed: tuple[tuple[str, ...], ...] = ()

    @property
    def long(self) -> bool:
        """Whether it takes any number of words."""
        return self.kind in LONG


Part = Word | Slot


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a saying: words and slots, in order.

    Attributes:
        parts: the words and slots.
        unit, saying: what it asks for.
        anchor: the place of its first word, -1 where it is all slots.
        needs: the forms of its other words; a clause that lacks one of them cannot hold the phrase.
    """

    parts: tuple[Part, ...]
    unit: Operation
    saying: Saying
    anchor: int
    needs: tuple[frozenset[str], ...] = ()


def expanded(words: str) -> list[list[str | tuple[str, ...]]]:
    """Return the phrases that a declaration with alternatives stands for: ``(add|insert|put in) {new}``.

    Alternatives of one word stay together, as a tuple; those of several words, and none, make phrases of
    their own.
    """
    options: list[list[list[str | tuple[str, ...]]]] = []
    for i, piece in enumerate(_CHOICE.split(words)):
        if i % 2 == 0:
            plain: list[str | tuple[str, ...]] = list(normal(piece))
            options.append([plain])
            continue
        choices = [normal(choice) for choice in piece.split("|")]
        single = tuple(choice[0] for choice in choices if len(choice) == 1 and not choice[0].startswith("{"))
        several: list[list[str | tuple[str, ...]]] = [
            list(choice) for choice in choices if len(choice) != 1 or choice[0].startswith("{")
        ]
        together: list[list[str | tuple[str, ...]]] = [[single]] if single else []
        options.append([*together, *several])
    return [[part for piece in one for part in piece] for one in product(*options)]


@cache
def normal(words: str) -> tuple[str, ...]:
    """Return the parts of a declared phrase, its words in the one spelling that tokens have."""
    out: list[str] = []
    for part in _SLOT_OR_TEXT.findall(words.lower()):
        out += [part] if part.startswith("{") else [t.word for t in tokens_of(part)]
    return tuple(out)


_SLOT_OR_TEXT = re.compile(r"\{[^}]*\}|[^{]+")


@cache
def phrases() -> tuple[Phrase, ...]:
    """Return every phrase of every operation, each once."""
    found: dict[tuple[tuple[Part, ...], str, tuple[str, ...]], Phrase] = {}
    for unit in operations().values():
        for saying in unit.says:
            for declared in saying.words:
                for words in expanded(declared):
                    parts = tuple(_part(p) for p in words if p not in ARTICLES) or tuple(
                        _part(p) for p in words
                    )
                    for one in (parts, *(_parted(parts) if unit.target != "none" else ())):
                        key = one, unit.name, saying.units
                        if key not in found:
                            anchor = next((i for i, p in enumerate(one) if isinstance(p, Word)), -1)
                            found[key] = Phrase(one, unit, saying, anchor, _needs(one, anchor))
    return tuple(found.values())


def _needs(parts: tuple[Part, ...], anchor: int) -> tuple[frozenset[str], ...]:
    return tuple(
        sorted((p.either for i, p in enumerate(parts) if i != anchor and isinstance(p, Word)), key=len)
    )


@cache
def _part(words: str | tuple[str, ...]) -> Part:
    """Return the place in a phrase for a slot or some words; the same one for the same words."""
    if isinstance(words, str) and (slot := SLOT.fullmatch(words)):
        listed = (slot.group(2) or "").split("|") if slot.group(2) else []
        return Slot(slot.group(1), tuple(normal(choice) for choice in listed))
    return word_of(frozenset((words,) if isinstance(words, str) else words))


_PARTED = word_set(
    """move shift push pull turn copy duplicate rotate drag lift set bring take cut edit photoshop
    crop paint dye colour put change get wipe clear make cover clean smooth touch blend tone light
    flip mirror fade wash"""
)
"""Verbs whose thing may stand between them and the rest of the phrase: "take the man out"."""

_PARTICLES = word_set("out off away up down over back apart")


def _parted(parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], ...]:
    """Return a phrase with its thing between the verb and the rest: "take {thing} OUT"."""
    first = parts[0]
    if (
        len(parts) < 2
        or not isinstance(first, Word)
        or any(isinstance(p, Slot) and p.long for p in parts[:-1])
    ):
        return ()
    if not first.words & _PARTED:
        return ()
    verbs = first.words & _PARTED
    again = word_of(verbs)
    last = parts[-1]
    if isinstance(last, Slot) and last.kind == "thing":
        # "take out {thing}" is "take {thing} out" as well.
        particles = all(isinstance(p, Word) and p.words <= _PARTICLES for p in parts[1:-1])
        return ((again, last, *parts[1:-1]),) if len(parts) > 2 and particles else ()
    if isinstance(last, Slot) and last.long:
        return ()
    return ((again, Slot("thing"), *parts[1:]),)


@cache
def by_anchor() -> dict[str, tuple[Phrase, ...]]:
    """Return the phrases by the forms of their first word; those that are all slots by ""."""
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases():
        first = phrase.parts[phrase.anchor] if phrase.anchor >= 0 else None
        keys = first.either if isinstance(first, Word) else {""}
        for key in keys:
            found.setdefault(key, []).append(phrase)
    return {key: tuple(those) for key, those in found.items()}
