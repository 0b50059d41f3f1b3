"""Blacks: where the dark end of the tones goes; everything above middle grey stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class BlacksParams(ToneParams):
    """Where black goes."""

    amount: float = Field(
        default=-25,
        ge=-100,
        le=100,
        description="100 lifts black to 10 % of the scale (faded); -100 takes it down by as much, so that "
        "what is below 7 % of the scale is cut off at black. What is above middle grey stays.",
    )


def passes(params: BlacksParams, look: Look) -> tuple[Pass, ...]:
    """Move the dark end."""
    from keepdial.tone.curve import blackened, held

    return (held(blackened(params.amount)),) if params.amount else ()


OPERATION = Operation(
    "blacks",
    "Move the black end of the tones up or down; the bright half stays.",
    BlacksParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Moved the blacks",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("blacks photo.jpg --amount 50 -o faded.jpg",),
    says=(
        Saying(
            (
                "blacks down",
                "deeper blacks",
                "deepen blacks",
                "crush blacks",
                "darker blacks",
                "blacker blacks",
                "richer blacks",
            ),
            {"amount": -40},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            (
                "blacks up",
                "faded blacks",
                "fade blacks",
                "lighter blacks",
                "softer blacks",
                "matte",
                "faded look",
                "matte look",
            ),
            {"amount": 50},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(Quality(("blacks", "black level"), {"amount": 40}, "amount"),),
    asks=("deeper blacks", "lift the blacks by 20", "a faded look"),
)
