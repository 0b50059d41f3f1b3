"""Grain: the grain of film, strongest in the middle tones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

STRONGEST = 0.08
"""Standard deviation of the grain in the middle tones at amount 100, as a part of the scale."""


class GrainParams(ToneParams):
    """How strong the grain is, how coarse, and of what colour."""

    amount: float = Field(
        default=25,
        ge=0,
        le=100,
        description="Strength: at 100 its standard deviation in the middle tones is 8 % of the scale; "
        "black and white have none.",
    )
    size: float = Field(
        default=1.5, ge=1, le=10, description="Size of a grain in px; 1 = every pixel its own."
    )
    colour: float = Field(
        default=0,
        ge=0,
        le=100,
        description="Per cent of the grain that is coloured, each channel by itself; 0 = light and dark.",
    )


def passes(params: GrainParams, look: Look) -> tuple[Pass, ...]:
    """Multiply light by ``(1 + 4 s n (1 - y)) ** 2``: n is noise of variance 1, y the root of luminance.

    Over the root of light that adds 4 s n y (1 - y), most at the middle. The same seed gives the same grain.
    """
    import numpy as np

    from keepdial.tone import Pass
    from keepdial.tone.filmgrain import grains
    from keepdial.tone.planes import extremes, merge, split, weighted

    if not params.amount:
        return ()
    strength = np.float32(4 * STRONGEST * params.amount / 100)
    share = params.colour / 100
    one = np.float32(1)
    box = look.frame.box

    def run(light: Array, rows: slice) -> Array:
        planes = split(light)
        depth = weighted(planes, look.space.luma)
        np.clip(depth, 0, one, out=depth)
        np.sqrt(depth, out=depth)
        np.subtract(one, depth, out=depth)
        depth *= strength
        # A bright channel is not pushed over white.
        _, most = extremes(planes)
        np.maximum(most, np.float32(1e-6), out=most)
        np.divide(one, most, out=most)
        np.maximum(most, one, out=most)
        down = slice(rows.start + box.y, rows.stop + box.y)
        shared = grains(look.seed, 0, down, box.x, look.width, params.size)
        if not share:
            gain = _gain(shared, depth, most)
            return merge([np.multiply(plane, gain, out=plane) for plane in planes], light)
        shared *= np.float32((1 - share) ** 0.5)
        for i, plane in enumerate(planes):
            noise = grains(look.seed, i + 1, down, box.x, look.width, params.size)
            noise *= np.float32(share**0.5)
            noise += shared
            plane *= _gain(noise, depth, most)
        return merge(planes, light)

    return (Pass(run),)


def _gain(noise: Array, depth: Array, most: Array) -> Array:
    """Return what light is multiplied by; writes into `noise`."""
    import numpy as np

    noise *= depth
    noise += np.float32(1)
    np.maximum(noise, np.float32(0), out=noise)
    noise *= noise
    return np.minimum(noise, most, out=noise)


OPERATION = Operation(
    "grain",
    "Add the grain of film, strongest in the middle tones.",
    GrainParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Grained",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("grain photo.jpg --amount 30 --size 2 -o film.jpg",),
    says=(
        Saying(
            ("add noise", "add grain", "add film grain", "noise {number}"),
            {"amount": 30},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(("grain", "film grain", "noise"), {"amount": 30}, "amount", more=("grainy",), sides="more"),
    ),
    asks=("add some film grain", "make it grainier", "grain 40"),
)
