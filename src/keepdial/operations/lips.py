"""Lips: another colour, with their own texture and shine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Quality, Saying, Stage
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


_PUT = "(add|apply|put|put on|use|paint on|paint|give {thing}|put some|add some)"
_PERCENT = ("%", "percent")

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
                f"{_PUT} (lipstick|lip colour|lip gloss|lip tint)",
                "(colour|paint|tint|redden) (lips|lip)",
                "(colour|paint|tint|redden) {thing} (lips|lip)",
                "lips (redder|pinker|rosier|fuller in colour|more colour|more red|more pink)",
                "make lips (pop|stand out|more vivid|redder|pinker|rosier|more red|more pink)",
                "make {thing} lips (pop|stand out|more vivid|redder|pinker|rosier|more red|more pink)",
                "make lips of {thing} (redder|pinker|rosier|more red|more pink)",
                "more colour (on|in|to) lips",
                "(bring out|enhance) lips",
                "(bring out|enhance) {thing} lips",
                "lips (are|look|looks|seem) (too|so|very|a bit|) (pale|dull|colourless|bland)",
                "fuller lip colour",
            ),
            {"amount": 60},
            amount="amount",
            units=_PERCENT,
        ),
        Saying(
            (
                f"{_PUT} {{colour}} (lipstick|lip colour|lip gloss|lip tint)",
                "{colour} lipstick (on|for) {thing}",
                "(paint|colour|make|turn|dye|tint|recolour|recolor|change) lips (|to|in|into|look|"
                "be) {colour}",
                "(paint|colour|make|turn|dye|tint|recolour|recolor|change) {thing} lips (|to|in|into|"
                "look|be) {colour}",
                "(paint|colour|make|turn|dye) lips of {thing} (|to|in|into) {colour}",
                "(change|make|turn|set) (lip|lipstick) colour (|to|into) {colour}",
                "(change|make|turn|set) {thing} (lip|lipstick) colour (|to|into) {colour}",
                "(change|make|turn|set) colour of lips (|to|into) {colour}",
                "(change|make|turn|recolour|recolor) lipstick (|to|into) {colour}",
                "(change|make|turn|recolour|recolor) {thing} lipstick (|to|into) {colour}",
                "give {thing} {colour} lips",
                "lips (should be|must be|) {colour}",
            ),
            {"colour": "{colour}", "amount": 70},
            amount="amount",
            units=_PERCENT,
        ),
    ),
    qualities=(
        Quality(
            (), {"amount": 60}, "amount", more=("redder lips", "pinker lips", "rosier lips"), sides="more"
        ),
    ),
    asks=("Put some pink lipstick on her.", "Make her lips redder.", "Her lips look pale."),
)
