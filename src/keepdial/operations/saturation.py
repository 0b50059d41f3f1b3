"""Saturation: all colours stronger or weaker, in the same proportion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass
    from keepdial.tone.colours import Array


class SaturationParams(ToneParams):
    """How much stronger."""

    amount: float = Field(
        default=25,
        ge=-100,
        le=100,
        description="Per cent of colour to add or take away: 100 doubles it, -100 leaves greys. Hue and "
        "lightness stay; colours that would leave the picture's range are held back softly.",
    )


def passes(params: SaturationParams, look: Look) -> tuple[Pass, ...]:
    """Multiply chroma in OKLab."""
    import numpy as np

    from keepdial.tone.colours import in_oklab

    factor = np.float32(1 + params.amount / 100)

    def work(lightness: Array, a: Array, b: Array) -> None:
        np.multiply(a, factor, out=a)
        np.multiply(b, factor, out=b)

    return (in_oklab(look.space, work),) if params.amount else ()


OPERATION = Operation(
    "saturation",
    "Make all colours stronger or weaker in the same proportion.",
    SaturationParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Saturated",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("saturation photo.jpg --amount 30 -o stronger.jpg",),
    says=(
        Saying(
            ("mute colours", "tone down colours", "muted colours", "colours less strong"),
            {"amount": -30},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            (
                "bring out colours",
                "richer colours",
                "stronger colours",
                "deepen colours",
                "colours more intense",
                "intensify colours",
                "more intense colours",
            ),
            {"amount": 30},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            (
                "saturation",
                "colour saturation",
                "colour intensity",
                "colour",
                "colours",
                "colouring",
                "color intensity",
                "richness",
            ),
            {"amount": 30},
            "amount",
            more=("saturated", "colourful", "richly coloured"),
            less=("desaturated", "undersaturated", "colourless"),
            raises=("saturate",),
            lowers=("desaturate",),
        ),
        Quality(
            ("oversaturation",),
            {"amount": 30},
            "amount",
            more=("oversaturated", "over saturated", "garish", "gaudy"),
            fault=True,
        ),
    ),
    asks=("boost the saturation", "desaturate the background by 40 %", "the colours are too strong"),
)
