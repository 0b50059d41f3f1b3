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


_MAKE = "(make|let)"
_IT = "(it|picture|photo|image|scene|everything|this)"
_GOLDEN = "(golden hour|sunset|sundown|late afternoon|sunrise|golden evening)"

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
                "golden hour (look|light|lighting|effect|mood|feel|glow|vibe|filter)",
                "golden (light|glow|sunlight|lighting|evening light|sun)",
                "(warm|warmer) (evening|sunset|afternoon) (light|sun|sunlight|glow|lighting)",
                "(warm|warmer) (sunlight|sun light|sunshine)",
                "sunset (light|lighting|look|mood|glow|colours|tones|feel|vibe|effect|filter)",
                "late afternoon (light|sun|sunlight|look)",
                "(low|setting|evening|late|sun kissed|sun-kissed) (sun|sunlight|look)",
                "(sun kissed|sun-kissed|sunkissed)",
                f"{_MAKE} {_IT} (look|look like|be|seem) {_GOLDEN}",
                f"{_MAKE} {_IT} {_GOLDEN}",
                f"{_MAKE} {_IT} (look|look like) (|it was|was) (|taken|shot) (at|during|in) {_GOLDEN}",
                f"look like {_GOLDEN}",
                f"like (at|in|during) {_GOLDEN}",
                f"as if (|it was|it were) (|taken|shot) (at|in|during) {_GOLDEN}",
                "(bathe|drench) {thing} in (|warm) (golden|evening|sunset) (light|sun|sunlight|glow)",
                "(turn|change|convert) (day|it|picture|photo|image|scene) (to|into) (golden hour|"
                "sunset|sundown)",
                f"(change|set) time of day to {_GOLDEN}",
                f"{_MAKE} light (golden|more golden|warmer and lower)",
            ),
            {"strength": 70},
            amount="strength",
            units=("%", "percent"),
        ),
    ),
    asks=(
        "Warmer evening light.",
        "Make it look like golden hour.",
        "I'd like a bit of golden light over the field.",
    ),
)
