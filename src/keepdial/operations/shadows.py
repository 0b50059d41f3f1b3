"""Shadows: the dark parts of a picture opened, so that one sees into them, or deepened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

UP = (
    "open the shadows",
    "open up the shadows",
    "lift the shadows",
    "raise the shadows",
    "brighten the shadows",
    "brighter shadows",
    "lighten the shadows",
    "lighter shadows",
    "recover the shadows",
    "recover shadows",
    "bring out the shadows",
    "increase the shadows",
    "fill light",
    "shadows",
)
DOWN = (
    "deepen the shadows",
    "deeper shadows",
    "darken the shadows",
    "darker shadows",
    "lower the shadows",
    "reduce the shadows",
    "stronger shadows",
)


class ShadowsParams(ToneParams):
    """How much lighter or darker."""

    amount: float = Field(
        default=50,
        ge=-100,
        le=100,
        description="In %. 100 brightens what is dark by up to 1.7 stops, black stays black; -100 darkens "
        "it by as much.",
    )


def passes(params: ShadowsParams, look: Look) -> tuple[Pass, ...]:
    """Brighten the base layer of what is dark; the detail upon it stays."""
    import numpy as np

    from keepdial.tone.locallight import by_base, shadow_stops

    if params.amount == 0:
        return ()
    share = np.float32(params.amount / 100)
    return by_base(look, lambda base: share * shadow_stops(base))


OPERATION = Operation(
    "shadows",
    "Open the dark parts, so that one sees into them, or deepen them.",
    ShadowsParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed the shadows",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("shadows photo.jpg --amount 60 -o open.jpg",),
    says=(
        Saying(
            (
                "open (up|) shadows",
                "fill light",
                "bring out shadows",
                "recover shadows",
                "(brighten|lighten) dark (areas|parts|spots)",
            ),
            {"amount": 50},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(("(darken|deepen) shadows",), {"amount": -50}, amount="amount", units=("%", "percent")),
        Saying(
            ("(remove|eliminate|erase|delete|soften|minimize|lessen) shadows", "get rid of shadows"),
            {"amount": 70},
            amount="amount",
            units=("%", "percent"),
            sure=0.55,
        ),
    ),
    qualities=(
        Quality(
            ("shadows", "dark areas", "dark parts", "shadow areas", "shadow detail"), {"amount": 50}, "amount"
        ),
        # Shading that is to go: whether it is a thing's shadow, to be painted over, has to be asked.
        Quality(
            ("shading", "shade", "shadow cast", "dark cast", "shadowing", "overshadowing"),
            {"amount": -70},
            "amount",
            more=("shadowy", "shaded", "darkened", "overshadowed", "obscured"),
            fewer={"amount": 70},
            fault=True,
            sides="less",
            sure=0.6,
        ),
    ),
    asks=("open the shadows", "deepen the shadows a bit", "lift the shadows by 30"),
)
