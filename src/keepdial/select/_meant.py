"""What a phrase means, as values: its parts, and how each lies by other things."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a thing is by another: `how` it lies (``left of``, ``behind``, ``with``) to what `of` names."""

    how: str
    of: str


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is meant.

    Attributes:
        noun: the word or words for it, lower case, as they were used ("red" colours apart).
        colours: the colour words before it.
        sides: places among several, in the order used: left, right, top, bottom, middle.
        size: ``biggest``, ``smallest`` or "".
        rank: 1 = first, -1 = last; None where no rank was named.
        all: whether all of them are meant expressly.
        text: what stood in quotes.
        of: whose it is, or whose part, as a phrase of its own ("the shadow of the cup", "the man's face").
        whose: the pronoun that stands for `of` where nothing nearer was said ("her face").
        count: how many; None where no number was said.
        other: whether those besides the main one are meant.
        ground: ``background``, ``foreground`` or "".
        relations: where it is by other things; all of them hold.
        unchecked: words that only describe it, which nothing here can see.
        pronoun: the pronoun that was all that was said ("her").
        either: whether it is one of several joined by "or", of which some may be missing.
    """

    noun: str
    colours: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    size: str = ""
    rank: int | None = None
    all: bool = False
    text: str | None = None
    of: str = ""
    whose: str = ""
    count: int | None = None
    other: bool = False
    ground: str = ""
    relations: tuple[Relation, ...] = ()
    unchecked: tuple[str, ...] = ()
    pronoun: str = ""
    either: bool = False
