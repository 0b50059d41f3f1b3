"""Hue: all colours turn around the colour circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass
    from keepdial.tone.colours import Array


class HueParams(ToneParams):
    """How far to turn."""

    degrees: float = Field(
        default=30,
        ge=-180,
        le=180,
        description="Degrees around the colour circle (OKLCh): above 0 red goes to yellow, yellow to green, "
        "green to blue. Lightness and strength of colour stay.",
    )


def passes(params: HueParams, look: Look) -> tuple[Pass, ...]:
    """Turn the plane of a and b in OKLab."""
    import numpy as np

    from keepdial.tone.colours import in_oklab

    cos, sin = np.float32(np.cos(np.radians(params.degrees))), np.float32(np.sin(np.radians(params.degrees)))

    def work(lightness: Array, a: Array, b: Array) -> None:
        old = a.copy()
        np.multiply(a, cos, out=a)
        np.subtract(a, sin * b, out=a)
        np.multiply(b, cos, out=b)
        np.multiply(old, sin, out=old)
        np.add(b, old, out=b)

    return (in_oklab(look.space, work),) if params.degrees else ()


OPERATION = Operation(
    "hue",
    "Turn all colours around the colour circle.",
    HueParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Turned in hue",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("hue photo.jpg --box 120,80,200,150 --degrees 120 -o other.jpg",),
    says=(
        Saying(
            (
                "(shift|rotate|turn|change|adjust|modify|alter) hue",
                "hue",
                "(shift|rotate) colours",
                "(increase|raise|enhance|decrease|lower|reduce) hue",
            ),
            {"degrees": 30},
            amount="degrees",
            units=("degree", "degrees", "°"),
            sure=0.8,
        ),
    ),
    asks=("shift the hue by 40 degrees", "rotate the colours of the car by 90 degrees", "hue -20"),
)
