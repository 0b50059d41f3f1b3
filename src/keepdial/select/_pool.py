"""What may be meant by a part of a phrase, and what is known while that is found out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from keepdial.errors import SelectionError
from keepdial.select import Finder, Instance, nothing_found
from keepdial.select._meant import Part
from keepdial.select._phrase import Phrase, parse, singular

if TYPE_CHECKING:
    from keepdial.image import Image

NOT_THERE = "nothing was found"
"""The detail of an error for a thing that is known, and not in the picture."""


def not_there(what: str) -> SelectionError:
    """Return the error for a thing that is known, and not in the picture."""
    error = nothing_found(what)
    return SelectionError(error.message, hint=error.hint, detail=NOT_THERE)


@dataclass(slots=True)
class Pool:
    """What may be meant by a part, before one of several is chosen.

    Attributes:
        part: the part; what was used up of it is left out.
        noun: the noun as it was said.
        all: every thing of that noun.
        found: those of them that fit what was said of them; the best fit first where `ranked`.
        plural: whether several may be meant.
        mass: whether the noun means all there is of it.
        ranked: whether a relation put them in order.
        settled: whether nothing is left to choose.
        notes: what is to be said, as sentences.
        unchecked: what could not be checked.
    """

    part: Part
    noun: str
    all: tuple[Instance, ...]
    found: tuple[Instance, ...]
    plural: bool
    mass: bool = False
    ranked: bool = False
    settled: bool = False
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The notes, and what could not be checked, as sentences."""
        doubt = f" Could not check {listed(self.unchecked)}." if self.unchecked else ""
        return (" ".join(dict.fromkeys(self.notes)) + doubt).strip()

    @property
    def open(self) -> bool:
        """Whether one of several will be taken only because it stands out."""
        tells = self.part.sides or self.part.size or self.part.rank is not None
        return not (self.plural or self.settled or tells or len(self.found) < 2)


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known, the picture it is looked for in, and what finders have answered already."""

    known: dict[str, tuple[Finder, ...]]
    image: Image
    seen: dict[tuple[str, str], tuple[Instance, ...]] = field(default_factory=dict)

    def ask(self, unit: Finder, **options: Any) -> tuple[Instance, ...]:
        """Return what a finder answers, asked once for the same."""
        assert unit.find is not None
        key = (unit.name, repr(sorted(options.items())))
        if key not in self.seen:
            self.seen[key] = unit.find(unit.options.build(**options), self.image)
        return self.seen[key]

    def parsed(self, said: str) -> Phrase:
        """Return the phrase that words make with what is known."""
        from keepdial.regions.colours import COLOURS

        return parse(said, colours=COLOURS, nouns=frozenset(self.known))

    def word(self, noun: str) -> str:
        """Return the noun as a finder knows it, or ""."""
        return next((w for w in (noun, singular(noun)) if w in self.known), "")

    def subject(self) -> tuple[Instance, ...]:
        """Return the main subject; empty where nothing stands out, or nobody looks for it."""
        return self._plain("subject")

    def faces(self) -> tuple[Instance, ...]:
        """Return the faces; empty where there is none, or nobody looks for them."""
        return self._plain("face")

    def _plain(self, word: str) -> tuple[Instance, ...]:
        for unit in self.known.get(word, ()):
            if not unit.missing():
                return self.ask(unit)
        return ()


def listed(said: Sequence[str]) -> str:
    """Return words in quotes, as a list in a sentence."""
    quoted = [repr(one) for one in dict.fromkeys(said)]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def noted(instance: Instance, note: str) -> Instance:
    """Return the instance with a further note."""
    if not note:
        return instance
    before = str(instance.detail.get("note", ""))
    if note in before:
        return instance
    return replace(instance, detail={**instance.detail, "note": f"{before} {note}".strip()})
