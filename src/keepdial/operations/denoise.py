"""Denoise: grain and coloured specks of the sensor out, edges and texture kept, as far as they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

CLEAN = (
    "denoise",
    "remove the noise",
    "remove noise",
    "reduce the noise",
    "reduce noise",
    "noise reduction",
    "less noise",
    "less noisy",
    "less grainy",
    "remove the grain",
    "reduce the grain",
    "clean up the noise",
)
COLOUR = ("remove the colour noise", "remove the color noise", "less colour noise", "less color noise")


class DenoiseParams(ToneParams):
    """How much noise is taken out of light and of colour."""

    light: float = Field(
        default=50,
        ge=0,
        le=100,
        description="How strongly light is smoothed, in %: 50 for as much noise as was found, 100 for twice "
        "as much, 0 not at all.",
    )
    colour: float = Field(
        default=50, ge=0, le=100, description="How strongly colour is smoothed, in %, in the same way."
    )


def passes(params: DenoiseParams, look: Look) -> tuple[Pass, ...]:
    """Measure the noise, say so, and smooth by it."""
    from keepdial.tone.denoise import denoise
    from keepdial.tone.noise import find_noise

    if params.light == 0 and params.colour == 0:
        return ()
    noise = find_noise(look)
    colour = 255 * (0.5 * (noise.colour[0] ** 2 + noise.colour[1] ** 2)) ** 0.5
    look.say(
        f"Noise found: {255 * noise.light:.1f} levels of 255 in light, {colour:.1f} in colour (standard "
        "deviation)."
    )
    return denoise(look, noise, params.light / 50, params.colour / 50)


OPERATION = Operation(
    "denoise",
    "Take noise out and keep edges and texture, as much as there is noise in the picture.",
    DenoiseParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Took noise out",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("denoise photo.jpg -o clean.jpg", "denoise photo.jpg --light 30 --colour 80 -o clean.jpg"),
    says=(
        Saying(
            ("remove (colour|chroma) noise", "less (colour|chroma) noise", "reduce (colour|chroma) noise"),
            {"light": 0, "colour": 60},
            amount="colour",
            units=("%", "percent"),
        ),
        Saying(
            ("noise reduction", "noise removal", "remove noise"),
            {"light": 50, "colour": 50},
            amount="light",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            (
                "noise",
                "grain",
                "graininess",
                "noisiness",
                "speckles",
                "visual noise",
                "noise artifacts",
                "image noise",
                "grains",
                "speckle noise",
                "digital noise",
                "unwanted noise",
                "background noise",
            ),
            {"light": 50, "colour": 50},
            "light",
            fewer={"light": 50, "colour": 50},
            more=("noisy", "grainy"),
            lowers=("denoise", "de-noise"),
            fault=True,
            sides="less",
        ),
    ),
    asks=("reduce the noise", "the photo is grainy", "denoise it a lot"),
)
