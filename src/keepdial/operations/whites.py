"""Whites: where the bright end of the tones goes; everything below middle grey stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class WhitesParams(ToneParams):
    """Where white goes."""

    amount: float = Field(
        default=25,
        ge=-100,
        le=100,
        description="-100 takes white down to 80 % of the scale (light grey); 100 takes it up by as much, so "
        "that what is above 88 % of the scale is cut off at white. What is below middle grey stays.",
    )


def passes(params: WhitesParams, look: Look) -> tuple[Pass, ...]:
    """Move the bright end."""
    from keepdial.tone.curve import held, whitened

    return (held(whitened(params.amount)),) if params.amount else ()


OPERATION = Operation(
    "whites",
    "Move the white end of the tones up or down; the dark half stays.",
    WhitesParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Moved the whites",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("whites photo.jpg --amount -40 -o softer.jpg",),
    says=(
        Saying(
            ("whites up", "whiter whites", "brighter whites"),
            {"amount": 30},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(Quality(("whites", "white level", "white point"), {"amount": 30}, "amount"),),
    asks=("raise the whites", "whites -20", "whiter whites"),
)
