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


_MAKE = "(make|let)"
_IT = "(it|picture|photo|image|scene|everything|this)"
_DUSK = "(dusk|twilight|evening|blue hour|nightfall|late evening|early evening)"
_NIGHT = "(night|night time|night-time|nighttime|midnight|at night)"
_DAY = "(day|daytime|daylight|afternoon|day scene|picture|photo|image|scene|it)"

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
                f"day to {_DUSK}",
                f"(turn|change|convert|transform) {{thing}} from day to {_DUSK}",
                f"(turn|change|convert|transform) {_DAY} (to|into|in) {_DUSK}",
                f"(turn|change|convert|transform) {_DAY} (to|into) (dusk|evening|twilight) (scene|"
                "light|picture|photo|shot)",
                f"{_MAKE} {_IT} (look|look like|be|seem) {_DUSK}",
                f"{_MAKE} {_IT} {_DUSK}",
                f"{_MAKE} {_IT} (|look|look like) (|was) (|taken|shot) at {_DUSK}",
                f"look like {_DUSK}",
                f"like (|at) {_DUSK}",
                "as if (|it was|it were) (|taken|shot) (|at|in) (dusk|evening|twilight|blue hour)",
                "(blue hour|twilight|dusk) (look|mood|light|effect|atmosphere|lighting|feel)",
                "evening (mood|atmosphere|light|lighting)",
                f"(change|set) time of day to {_DUSK}",
            ),
            {"strength": 80},
            amount="strength",
            units=("%", "percent"),
        ),
        Saying(
            (
                f"day to {_NIGHT}",
                f"(turn|change|convert|transform) {{thing}} from day to {_NIGHT}",
                f"(turn|change|convert|transform) {_DAY} (to|into|in) {_NIGHT}",
                f"(turn|change|convert|transform) {_DAY} (to|into) night (scene|shot|picture|photo|view)",
                f"{_MAKE} {_IT} (look|look like|be|seem) {_NIGHT}",
                f"{_MAKE} {_IT} {_NIGHT}",
                f"{_MAKE} {_IT} (look|look like) (|it was|was) (|taken|shot) at night",
                f"look like {_NIGHT}",
                "as if (|it was|it were) (|taken|shot) at night",
                "(night|nighttime|night-time) (look|mood|effect|atmosphere|version|lighting)",
                "day for night",
                "(change|set) time of day to (night|midnight)",
            ),
            {"strength": 100},
            sure=0.96,
        ),
    ),
    asks=("Turn day into dusk.", "Make it look like it was taken at night.", "Blue hour look, please."),
)
