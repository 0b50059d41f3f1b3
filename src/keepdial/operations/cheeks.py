"""Cheeks: blush on the apples of the cheeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Quality, Saying, Stage
from keepdial.operations._faces import AmountParams, Spot, lab_of, meant, painted, parts_of, shade, staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

DEEP = 0.25
"""How far the lightness follows, beside the colour."""
THIN = 0.7
"""How far the cheeks' middle goes to the colour at full amount: skin has to show through."""


class CheeksParams(AmountParams):
    """Which colour, and how much of it."""

    amount: float = Field(default=40, ge=0, le=100, description="How much, in %: 0 = nothing, 100 = most.")
    colour: str = Field(
        default="#d0606e", max_length=40, description="The colour: a name, such as pink, or #rrggbb."
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        shade(value)
        return value


def stage(image: Image, selection: Selection, params: CheeksParams, settings: Settings) -> Stage:
    """Find the faces and the skin of their cheeks."""
    from keepdial.faces.mouth import cheeks

    faces, notes = meant(image, selection)
    spots = []
    for face in faces:
        parts = parts_of(image, face)
        found = cheeks(parts, parts.skin(lab_of(image, parts.box)))
        spots.append(Spot(parts.box, {"cheeks": found}, face.unit))
    return staged(image, selection, spots, notes)


def passes(params: CheeksParams, look: Look) -> tuple[Pass, ...]:
    """Lay the colour over the cheeks, as a breath."""
    from keepdial.faces.mouth import coloured

    colour = shade(params.colour)

    def work(lab: Array, spot: Spot) -> Array:
        amount = THIN * params.amount / 100
        return coloured(lab, spot.weights["cheeks"], colour, spot.unit, amount, shade=DEEP)

    return painted(look, work)


_PUT = "(add|apply|put|put on|use|give {thing}|put some|add some)"
_PERCENT = ("%", "percent")

OPERATION = Operation(
    "cheeks",
    "Put blush on the cheeks of faces.",
    CheeksParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Put on blush",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "cheeks photo.jpg -o blush.jpg",
        "cheeks photo.jpg --colour coral --amount 60 -o blush.jpg",
    ),
    says=(
        Saying(
            (
                f"{_PUT} (blush|rouge|blusher)",
                "(make|let|have) {thing} blush",
                "blush (on|to) cheek",
                "cheeks (rosier|rosy|pinker|redder|pink|red|more colour|flushed|warmer)",
                "make cheeks (rosier|rosy|pinker|redder|pink|red|flushed|warmer)",
                "(colour|redden|tint) cheeks",
                "(colour|redden|tint) {thing} cheeks",
                "(add|put|bring|give|more) (colour|some colour|warmth|a glow) (to|on|in|into) cheeks",
                "(add|put|bring|give|more) (colour|some colour|warmth|a glow) (to|on|in|into) {thing} cheeks",
                "give {thing} (rosy|pink|red) cheeks",
                "cheeks (are|look|looks|seem) (too|so|very|a bit|) (pale|colourless|white)",
            ),
            {"amount": 40},
            amount="amount",
            units=_PERCENT,
        ),
        Saying(
            (
                f"{_PUT} {{colour}} (blush|rouge|blusher)",
                "make cheeks {colour}",
                "make {thing} cheeks {colour}",
                "give {thing} {colour} cheeks",
            ),
            {"colour": "{colour}", "amount": 40},
            amount="amount",
            units=_PERCENT,
        ),
    ),
    qualities=(
        Quality(
            (),
            {"amount": 40},
            "amount",
            more=("rosier cheeks", "pinker cheeks", "redder cheeks"),
            sides="more",
        ),
    ),
    asks=("Give her rosy cheeks.", "Add a little blush.", "His cheeks look too pale."),
)
