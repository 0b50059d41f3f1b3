"""Auto: exposure, contrast, white balance and saturation found from the picture, no more than it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class AutoParams(ToneParams):
    """How much of what is found is done."""

    strength: float = Field(
        default=100,
        ge=0,
        le=100,
        description="How much of the correction that is found is made, in %; a good picture is left alone.",
    )


def passes(params: AutoParams, look: Look) -> tuple[Pass, ...]:
    """Measure the picture, put right what is out of the ordinary, and say what that was."""
    from keepdial.tone.auto import auto

    if params.strength == 0:
        return ()
    done, said = auto(look, params.strength / 100)
    look.say(said)
    return done


OPERATION = Operation(
    "auto",
    "Enhance a picture by itself: exposure, contrast, white balance, saturation; a good one is left alone.",
    AutoParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Enhanced",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("auto photo.jpg -o better.jpg", "auto photo.jpg --strength 60 -o better.jpg"),
    says=(
        Saying(
            (
                "enhance",
                "auto enhance",
                "auto-enhance",
                "enhance it automatically",
                "improve",
                "improve the picture",
                "auto",
                "auto fix",
                "fix the lighting",
                "fix the colours",
                "fix the colors",
                "fix the exposure",
                "look better",
                "make it look good",
                "correct the colours",
                "correct the colors",
            ),
            {"strength": 100},
            amount="strength",
            units=("%", "percent"),
        ),
    ),
)
