"""The main subject: what the photograph is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image


class SubjectOptions(Options):
    """Nothing to set."""


def find(options: SubjectOptions, image: Image) -> tuple[Instance, ...]:
    """Return the main subject as the only instance; none where nothing stands out."""
    from keepdial.select._maps import subject
    from keepdial.select._parts import whole

    return whole(subject(image), "the main subject", score=0.8)


WORDS = frozenset({"subject", "main subject", "main object", "foreground", "product"})

FINDER = Finder(
    "subject",
    "The main subject: what stands out from its surroundings, with people first.",
    SubjectOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    guards="else",
    cost=0.8,
)
