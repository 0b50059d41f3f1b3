"""Highlights: the light parts of a picture darker, so that what is in them shows again, or lighter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

BACK = (
    "recover the highlights",
    "recover highlights",
    "bring back the highlights",
    "bring back the sky",
    "darken the highlights",
    "darker highlights",
    "lower the highlights",
    "reduce the highlights",
    "less highlights",
    "tone down the highlights",
    "pull down the highlights",
)
UP = (
    "brighten the highlights",
    "brighter highlights",
    "lighter highlights",
    "raise the highlights",
    "increase the highlights",
    "lift the highlights",
    "boost the highlights",
    "more highlights",
    "highlights",
)


class HighlightsParams(ToneParams):
    """How much lighter or darker."""

    amount: float = Field(
        default=-50,
        ge=-100,
        le=100,
        description="In %. -100 darkens what is light by up to 1 stop and shows what is in it; 100 "
        "brightens it as far as nothing burns out.",
    )


def passes(params: HighlightsParams, look: Look) -> tuple[Pass, ...]:
    """Darken the base layer of what is light; the detail upon it stays."""
    from keepdial.tone.locallight import by_base, highlight_stops

    if params.amount == 0:
        return ()
    return by_base(look, lambda base: highlight_stops(base, params.amount / 100))


OPERATION = Operation(
    "highlights",
    "Make the light parts darker, so that what is in them shows again, or lighter.",
    HighlightsParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed the highlights",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("highlights photo.jpg --amount -70 -o sky.jpg",),
    says=(
        Saying(
            (
                "recover highlights",
                "bring back highlights",
                "bring back sky",
                "pull down highlights",
                "recover sky",
            ),
            {"amount": -50},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            ("highlights", "highlight", "bright areas", "bright parts", "bright spots", "light areas"),
            {"amount": 50},
            "amount",
        ),
        Quality(
            (
                "glare",
                "harsh light",
                "strong light",
                "blown highlights",
                "sun glare",
                "flash glare",
                "lens glare",
                "shine",
                "glow",
                "flash light",
                "flash",
            ),
            {"amount": 50},
            "amount",
            fewer={"amount": -50},
            fault=True,
            sides="less",
        ),
    ),
    asks=("recover the highlights", "brighten the highlights a little", "lower the highlights by 30"),
)
