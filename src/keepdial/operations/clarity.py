"""Clarity: more contrast between a thing and what is around it, or less, without halos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

MORE = (
    "clarity",
    "more clarity",
    "add clarity",
    "increase the clarity",
    "boost the clarity",
    "more local contrast",
    "local contrast",
    "crisper",
    "more depth",
)
LESS = (
    "less clarity",
    "reduce the clarity",
    "lower the clarity",
    "softer look",
    "dreamy",
    "dreamier",
    "less local contrast",
)


class ClarityParams(ToneParams):
    """How much local contrast."""

    amount: float = Field(
        default=40,
        ge=-100,
        le=100,
        description="In %. 100 doubles the contrast of what is about 1.6 % of the diagonal in size; -100 "
        "takes three quarters of it away.",
    )


def passes(params: ClarityParams, look: Look) -> tuple[Pass, ...]:
    """Raise the detail upon a wide base layer."""
    from keepdial.tone.locallight import clarity

    return clarity(look, params.amount / 100) if params.amount else ()


OPERATION = Operation(
    "clarity",
    "Raise the contrast between things and what is around them, or soften it, without halos.",
    ClarityParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed the clarity",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("clarity photo.jpg --amount 50 -o clear.jpg",),
    says=(
        Saying(
            ("softer look", "dreamy", "dreamier"), {"amount": -40}, amount="amount", units=("%", "percent")
        ),
        Saying(
            (
                "clear it up",
                "clear up",
                "make clear",
                "stand out more",
                "clearly visible",
                "more visible",
                "more depth",
            ),
            {"amount": 40},
            amount="amount",
            units=("%", "percent"),
            sure=0.8,
        ),
    ),
    qualities=(
        Quality(
            ("clarity", "local contrast", "clearness", "visibility"),
            {"amount": 40},
            "amount",
            more=("clear",),
            less=("unclear", "muddy"),
            raises=("clarify",),
        ),
    ),
    asks=("more clarity", "make it clearer", "soften the clarity a little"),
)
