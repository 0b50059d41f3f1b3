"""Dehaze: haze, mist and veiling light taken away, or added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

CLEAR = (
    "dehaze",
    "remove the haze",
    "remove haze",
    "less haze",
    "reduce the haze",
    "clear the haze",
    "remove the fog",
    "remove fog",
    "less fog",
    "remove the mist",
    "clear the mist",
    "clear the air",
    "cut through the haze",
)
HAZY = (
    "add haze",
    "more haze",
    "hazier",
    "hazy",
    "add fog",
    "add a bit of fog",
    "foggy",
    "foggier",
    "misty",
    "add mist",
)


class DehazeParams(ToneParams):
    """How much haze goes or comes."""

    amount: float = Field(
        default=50,
        ge=-100,
        le=100,
        description="In %. 100 takes 92 % of the haze that is found away; below 0 haze is added, at -100 a "
        "quarter everywhere and three quarters where there is most.",
    )


def passes(params: DehazeParams, look: Look) -> tuple[Pass, ...]:
    """Undo the mixture with the colour of the air; say how much haze there was."""
    from keepdial.tone.haze import dehaze

    if params.amount == 0:
        return ()
    done, haze = dehaze(look, params.amount / 100)
    found = ", ".join(f"{round(255 * float(value))}" for value in haze.air)
    look.say(f"Haze found: {100 * haze.amount:.0f} % of the light on average; the air's colour is ({found}).")
    return done


OPERATION = Operation(
    "dehaze",
    "Take haze and mist away, or add some.",
    DehazeParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed the haze",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("dehaze photo.jpg --amount 60 -o clear.jpg",),
    qualities=(
        Quality(
            (
                "haze",
                "mist",
                "fog",
                "haziness",
                "smog",
                "fogginess",
                "hazy appearance",
                "hazy effect",
                "hazy elements",
                "atmospheric distortion",
                "atmospheric haze",
                "mistiness",
                "hazy look",
                "murkiness",
                "hazy areas",
                "foggy effect",
                "cloudiness",
                "foggy look",
            ),
            {"amount": -50},
            "amount",
            more=("hazy", "foggy", "misty"),
            less=("haze-free", "haze free", "fog-free"),
            lowers=("dehaze", "defog", "de-haze", "demist"),
            fewer={"amount": 50},
            fault=True,
        ),
    ),
    says=(
        Saying(
            ("clear air", "cut through haze", "see through haze", "(remove|clear) veil"),
            {"amount": 50},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    asks=("remove the haze", "it looks hazy", "add a bit of fog"),
)
