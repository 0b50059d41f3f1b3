"""A distraction by the number that `keepdial suggest` gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.select import Finder, Options, Region

if TYPE_CHECKING:
    from keepdial.image import Image


class SuggestionOptions(Options):
    """Which one."""

    number: int = Field(ge=1, le=100, description="Its number in the list of `keepdial suggest`, from 1.")


def rasterise(options: SuggestionOptions, image: Image) -> Region:
    """Return the suggestion's region, 1 = inside.

    It counts as drawn by hand, since its outline was shown and chosen: no automatic pin takes from it.
    Raises `SelectionError` for a number that the picture has no suggestion for.
    """
    from keepdial.suggest import suggest

    found = suggest(image)
    for one in found:
        if one.number == options.number:
            return one.region
    there = f"There are {len(found)}." if len(found) > 1 else "There is one." if found else "There is none."
    raise SelectionError(
        f"This picture has no suggestion number {options.number}. {there}",
        hint="`keepdial suggest` lists them; of another picture, or with other models, the numbers differ.",
    )


FINDER = Finder(
    "suggestion",
    "A distraction by the number that `keepdial suggest` gave it.",
    SuggestionOptions,
    rasterise,
    follows=True,
    cost=3.0,
)
