"""Brightness: the middle goes up or down, black and white stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class BrightnessParams(ToneParams):
    """How much brighter."""

    amount: float = Field(
        default=25,
        ge=-100,
        le=100,
        description="How far the middle goes: 100 takes it half way to white, -100 half way to black. Black "
        "and white stay, so that nothing is cut off.",
    )


def passes(params: BrightnessParams, look: Look) -> tuple[Pass, ...]:
    """Multiply the odds of each value against white."""
    from keepdial.tone.curve import brighter, held

    return (held(brighter(params.amount)),) if params.amount else ()


OPERATION = Operation(
    "brightness",
    "Make the middle of the tones brighter or darker; black and white stay.",
    BrightnessParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Brightened",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "brightness photo.jpg --amount 30 -o brighter.jpg",
        'brightness photo.jpg --what "the face" --amount 20 -o face.jpg',
    ),
    says=(
        Saying(
            (
                "brighter",
                "brighten",
                "brighten up",
                "lighter",
                "lighten",
                "lighten up",
                "increase the brightness",
                "raise the brightness",
                "turn up the brightness",
                "more brightness",
                "brightness up",
                "brightness",
                "too dark",
                "less dark",
            ),
            {"amount": 30},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            (
                "darker",
                "darken",
                "less bright",
                "dim",
                "dimmer",
                "decrease the brightness",
                "reduce the brightness",
                "lower the brightness",
                "turn down the brightness",
                "less brightness",
                "brightness down",
                "too bright",
            ),
            {"amount": -30},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
)
