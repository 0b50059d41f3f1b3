"""Day to dusk: a picture taken by day becomes one of the blue hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._looks import sky_in, stage
from keepdial.operations._tone import ToneParams

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class DayToDuskParams(ToneParams):
    """How late it is."""

    strength: float = Field(
        default=80, ge=0, le=100, description="How late it is, in %: 0 = day, 100 = the last light."
    )
    glow: float = Field(default=60, ge=0, le=100, description="How warm the horizon is, in %.")
    lights: float = Field(
        default=60,
        ge=0,
        le=100,
        description="How much lamps and lit windows that show already stand out, in %. No new ones are made.",
    )


def passes(params: DayToDuskParams, look: Look) -> tuple[Pass, ...]:
    """Return the passes of the look."""
    from keepdial.tone.looks import dusk

    return dusk(
        look,
        sky_in(look),
        strength=params.strength / 100,
        glow=params.glow / 100,
        lights=params.lights / 100,
    )


OPERATION = Operation(
    "day-to-dusk",
    "Turn day into dusk: darker and colder, with a warm horizon.",
    DayToDuskParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Turned to dusk",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("day-to-dusk house.jpg --strength 70 -o evening.jpg",),
    says=(
        Saying(
            (
                "day to dusk",
                "day to night",
                "dusk",
                "twilight",
                "blue hour",
                "evening",
                "evening light",
                "like dusk",
                "look like dusk",
                "look like evening",
                "turn day into dusk",
                "turn day into evening",
            ),
            {"strength": 80},
            amount="strength",
            units=("%", "percent"),
        ),
        Saying(("night", "look like night", "night time", "turn day into night"), {"strength": 100}),
    ),
)
