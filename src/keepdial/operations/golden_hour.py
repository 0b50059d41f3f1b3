"""Golden hour: the low, warm light of the last hour of sun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._looks import sky_in, stage
from keepdial.operations._tone import ToneParams

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class GoldenHourParams(ToneParams):
    """How golden, and where the sun stands."""

    strength: float = Field(default=70, ge=0, le=100, description="How golden the light is, in %.")
    angle: float | None = Field(
        default=None,
        ge=-360,
        le=360,
        description="Where the sun stands, in degrees: 0 = right, 90 = above, 180 = left. Not given: on the "
        "brighter side.",
    )
    haze: float = Field(
        default=50, ge=0, le=100, description="How much haze lights up towards the sun, in %."
    )


def passes(params: GoldenHourParams, look: Look) -> tuple[Pass, ...]:
    """Return the passes of the look."""
    from keepdial.tone.looks import brighter_side, golden

    sky = sky_in(look)
    angle = params.angle
    if angle is None:
        angle = brighter_side(look, sky)
        look.say(f"The sun was put on the {'left' if angle == 180 else 'right'}, the brighter side.")
    return golden(look, sky, strength=params.strength / 100, angle=angle, haze=params.haze / 100)


OPERATION = Operation(
    "golden-hour",
    "Give a picture the low, warm light of the golden hour.",
    GoldenHourParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Lit golden",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("golden-hour field.jpg --angle 180 -o golden.jpg",),
    says=(
        Saying(
            (
                "golden hour",
                "golden",
                "golden light",
                "sunset",
                "sunset light",
                "look like sunset",
                "like golden hour",
                "late afternoon",
                "late afternoon light",
                "sun kissed",
                "warm evening light",
            ),
            {"strength": 70},
            amount="strength",
            units=("%", "percent"),
        ),
    ),
)
