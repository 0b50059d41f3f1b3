"""Lips: another colour, with their own texture and shine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._faces import AmountParams, Spot, meant, painted, parts_of, shade, staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

DEEP = 0.85
"""How far the lightness follows, beside the colour."""


class LipsParams(AmountParams):
    """Which colour, and how much of it."""

    colour: str = Field(
        default="#b5364a", max_length=40, description="The colour: a name, such as red or pink, or #rrggbb."
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        shade(value)
        return value


def stage(image: Image, selection: Selection, params: LipsParams, settings: Settings) -> Stage:
    """Find the faces and their lips."""
    faces, notes = meant(image, selection, mesh="lips")
    spots = []
    for face in faces:
        parts = parts_of(image, face)
        spots.append(Spot(parts.box, {"lips": parts.lips(soft=max(0.6, 0.018 * face.unit))}, face.unit))
    return staged(image, selection, spots, notes)


def passes(params: LipsParams, look: Look) -> tuple[Pass, ...]:
    """Move the smooth part of the lips' colour; folds and shine stay as they are."""
    from keepdial.faces.mouth import coloured

    colour = shade(params.colour)

    def work(lab: Array, spot: Spot) -> Array:
        amount = params.amount / 100
        return coloured(lab, spot.weights["lips"], colour, spot.unit, amount, shade=DEEP)

    return painted(look, work)


OPERATION = Operation(
    "lips",
    "Colour the lips of faces.",
    LipsParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Coloured the lips",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "lips photo.jpg --colour red -o lips.jpg",
        "lips photo.jpg --colour ",  # a04060" --amount 40 -o lips.jpg",
    ),
    says=(
        Saying(
            (
                "lipstick",
                "colour the lips",
                "color the lips",
                "lip colour",
                "lip color",
                "redder lips",
                "lips redder",
                "fuller lip colour",
                "paint the lips",
                "apply lipstick",
                "put on lipstick",
            ),
            {"amount": 60},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            (
                "{colour} lips",
                "lips {colour}",
                "{colour} lipstick",
                "paint the lips {colour}",
                "colour the lips {colour}",
                "color the lips {colour}",
            ),
            {"colour": "{colour}", "amount": 70},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
)
