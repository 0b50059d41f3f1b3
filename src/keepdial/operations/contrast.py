"""Contrast: differences around middle grey grow or shrink, black and white stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class ContrastParams(ToneParams):
    """How much more contrast."""

    amount: float = Field(
        default=25,
        ge=-100,
        le=100,
        description="100 doubles differences around middle grey, -100 halves them. Black, middle grey and "
        "white stay, so that nothing is cut off.",
    )


def passes(params: ContrastParams, look: Look) -> tuple[Pass, ...]:
    """Put an S-curve around middle grey on the light."""
    from keepdial.tone.curve import contrasted, held

    return (held(contrasted(params.amount)),) if params.amount else ()


OPERATION = Operation(
    "contrast",
    "Raise or lower the contrast around middle grey; black and white stay.",
    ContrastParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed in contrast",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("contrast photo.jpg --amount 30 -o punchy.jpg",),
    says=(Saying(("punch it up", "add punch"), {"amount": 30}, amount="amount", units=("%", "percent")),),
    qualities=(
        Quality(
            ("contrast", "contrasts", "tonal contrast", "punch"),
            {"amount": 30},
            "amount",
            more=("contrasty", "punchy", "contrasted", "harsh"),
            less=("flat", "washed out", "washed-out", "low contrast"),
        ),
    ),
    asks=("more contrast", "reduce the contrast by 20 %", "the photo looks flat"),
)
