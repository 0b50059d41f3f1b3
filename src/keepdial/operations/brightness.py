"""Brightness: the middle goes up or down, black and white stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
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
            ("brightness up", "turn up light"),
            {"amount": 30},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            (
                "brightness",
                "light",
                "lighting",
                "illumination",
                "luminosity",
                "luminance",
                "lightness",
                "radiance",
                "luminous quality",
                "brilliance",
                "lights",
            ),
            {"amount": 30},
            "amount",
            more=("bright", "light", "luminous", "radiant", "well lit", "lit"),
            less=("dark", "dim", "gloomy", "murky", "shadowy", "darkish"),
            raises=("brighten", "lighten", "illuminate", "brighten up", "lighten up", "light up", "lit up"),
            lowers=("darken", "dim", "darken up", "darken down", "dim down"),
            elsewhere={"stop": "exposure"},
        ),
        Quality(
            ("darkness", "dimness", "gloom"), {"amount": -30}, "amount", fewer={"amount": 30}, fault=True
        ),
    ),
    asks=("make it a bit brighter", "the picture is too dark", "darken the sky by 20 %"),
)
