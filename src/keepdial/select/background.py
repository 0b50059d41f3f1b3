"""The background: everything but the main subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image


class BackgroundOptions(Options):
    """Nothing to set."""


def find(options: BackgroundOptions, image: Image) -> tuple[Instance, ...]:
    """Return what is not the main subject; none where no subject stands out: all would be meant."""
    from keepdial.mask import invert
    from keepdial.select._maps import subject
    from keepdial.select._parts import whole

    found = subject(image)
    return whole(invert(found), "the background", score=0.8) if found.any() else ()


WORDS = frozenset({"background", "backdrop", "surroundings"})

FINDER = Finder(
    "background",
    "The background: everything but the main subject.",
    BackgroundOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    cost=0.8,
)
