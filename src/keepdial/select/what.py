"""What is named in words: "the red cup on the left", "all faces", "the text 'SALE'"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image


class WhatOptions(Options):
    """Words for one or several things."""

    words: str = Field(
        min_length=1,
        max_length=500,
        description=(
            "A noun that a finder answers, with colour, place, size, rank or number, whose it is, and where "
            "it lies by other things; what else is meant after and; except takes away."
        ),
    )


def find(options: WhatOptions, image: Image) -> tuple[Instance, ...]:
    """Return what the words mean, each thing an instance; their union is meant.

    What was decided on the way, and what could not be checked, is in each instance's ``detail["note"]``.

    Raises `SelectionError` for a noun that no finder answers, a finder that lacks something here, and things
    that are not in the picture.
    """
    from keepdial.select._resolve import resolve

    return resolve(options.words, image)


FINDER = Finder(
    "what",
    "What is named in words, with colour, place, number, owner, and where it lies by other things.",
    WhatOptions,
    find=find,
    hugs=True,
)
