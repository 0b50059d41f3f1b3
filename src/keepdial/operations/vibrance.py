"""Vibrance: weak colours get stronger, strong ones and skin less so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass
    from keepdial.tone.colours import Array

STRONG = 0.25
"""OKLCh chroma from which a colour is strong and stays as it is; sRGB's own red has 0.26."""
SKIN, SKIN_WIDTH = 52.0, 30.0
"""Hue of skin in degrees of OKLCh, and how far it reaches."""
SKIN_SHARE = 0.4
"""Part of the change that skin's hue takes."""


class VibranceParams(ToneParams):
    """How much stronger the weak colours get."""

    amount: float = Field(
        default=30,
        ge=-100,
        le=100,
        description="100 nearly doubles the weakest colours, -100 nearly takes them away; the stronger a "
        "colour is, the less it changes, and the hues of skin take four tenths of it.",
    )


def passes(params: VibranceParams, look: Look) -> tuple[Pass, ...]:
    """Multiply chroma C in OKLab by ``1 + amount / 100 * skin(h) * (1 - C / 0.25) ** 2``, below 0.25."""
    import numpy as np

    from keepdial.tone.colours import bin_degrees, hue_index, in_oklab

    near = np.clip(np.abs((bin_degrees() - SKIN + 180) % 360 - 180) / SKIN_WIDTH, 0, 1)
    guard = 1 - (1 - SKIN_SHARE) * (0.5 + 0.5 * np.cos(np.pi * near))
    strength = np.asarray(params.amount / 100 * guard, np.float32)

    def work(lightness: Array, a: Array, b: Array) -> None:
        weak = a * a
        weak += b * b
        np.sqrt(weak, out=weak)
        weak *= np.float32(-1 / STRONG)
        weak += np.float32(1)
        np.maximum(weak, np.float32(0), out=weak)
        weak *= weak
        weak *= np.take(strength, hue_index(a, b), mode="clip")
        weak += np.float32(1)
        np.multiply(a, weak, out=a)
        np.multiply(b, weak, out=b)

    return (in_oklab(look.space, work),) if params.amount else ()


OPERATION = Operation(
    "vibrance",
    "Make weak colours stronger, and leave strong ones and skin nearly as they are.",
    VibranceParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Made vibrant",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("vibrance photo.jpg --amount 40 -o vibrant.jpg",),
    says=(
        Saying(
            (
                "make colours pop",
                "colours pop",
                "colours stand out",
                "(make|let) {thing} pop",
                "make it pop",
                "pop",
                "pop more",
                "more pop",
                "brighten (up|) colours",
                "brighter colours",
                "livelier colours",
                "bring (it|) to life",
                "add life",
            ),
            {"amount": 40},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            ("vibrance", "vividness", "vibrancy", "liveliness", "vividity"),
            {"amount": 40},
            "amount",
            more=("vibrant", "vivid", "lively", "alive", "eye catching", "eye-catching"),
            less=("dull", "drab", "lifeless", "bland", "boring", "faded"),
            raises=("enliven", "liven up", "perk up"),
            lowers=("dull",),
        ),
        Quality(("dullness",), {"amount": -40}, "amount", fewer={"amount": 40}, fault=True),
    ),
    asks=("make the colours pop", "more vivid, please", "the photo looks dull"),
)
