"""People, all together or each piece by itself, by the network for them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image

MODEL = "selfie"


class PeopleOptions(Options):
    """Nothing to set."""


def missing() -> str:
    """Return what is lacking to find people; "" when nothing is."""
    from keepdial.models import installed
    from keepdial.models import missing as lacks

    return "" if installed(MODEL) else str(lacks(MODEL))


def find(options: PeopleOptions, image: Image) -> tuple[Instance, ...]:
    """Return each connected piece that people fill, the largest first; who touch each other are one piece."""
    from keepdial.select._maps import person
    from keepdial.select._parts import pieces

    found = person(image)
    return () if found is None else pieces(found, "person", score=0.7, least=0.002)


FINDER = Finder(
    "people",
    "People, by the model called selfie; a detector of objects tells them apart better.",
    PeopleOptions,
    find=find,
    hugs=True,
    words=frozenset({"person", "human", "man", "woman", "guy", "girl", "boy", "people", "crowd"}),
    mass=frozenset({"people", "crowd"}),
    missing=missing,
    quality=0.4,
    cost=0.1,
)
"""Asked where the detector of objects is not installed."""
