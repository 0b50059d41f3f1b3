"""Exposure: more or less light, in stops, as if the shutter had stayed open longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class ExposureParams(ToneParams):
    """How much light."""

    stops: float = Field(
        default=0.5,
        ge=-8,
        le=8,
        description="Stops of light: +1 doubles it, -1 halves it. What gets brighter than white is cut off.",
    )


def passes(params: ExposureParams, look: Look) -> tuple[Pass, ...]:
    """Multiply linear light by 2 ** stops."""
    import numpy as np

    from keepdial.tone import Pass

    gain = np.float32(2.0**params.stops)
    return (Pass(lambda light, rows: np.multiply(light, gain, out=light)),)


OPERATION = Operation(
    "exposure",
    "Make a picture, or a part of it, lighter or darker by stops of light.",
    ExposureParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Exposed anew",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("exposure photo.jpg --stops 1 -o lighter.jpg",),
    says=(
        Saying(("{number} (stop|stops|ev)", "{number} (stop|stops|ev) up"), {"stops": "{number}"}),
        Saying(("expose more", "overexpose"), {"stops": 0.5}, amount="stops", units=("stop", "stops", "ev")),
        Saying(
            ("expose less", "underexpose"), {"stops": -0.5}, amount="stops", units=("stop", "stops", "ev")
        ),
    ),
    qualities=(
        Quality(
            ("exposure",),
            {"stops": 0.5},
            "stops",
            units=("stop", "stops", "ev"),
        ),
        Quality(
            ("overexposure", "over exposure"),
            {"stops": 0.5},
            "stops",
            more=("overexposed", "over exposed", "blown out"),
            fault=True,
            units=("stop", "stops", "ev"),
        ),
        Quality(
            ("underexposure", "under exposure"),
            {"stops": -0.5},
            "stops",
            more=("underexposed", "under exposed"),
            fewer={"stops": 0.5},
            fault=True,
            units=("stop", "stops", "ev"),
        ),
    ),
    asks=(
        "exposure +1 stop",
        "raise the exposure of the bottom half by half a stop",
        "the sky is overexposed",
    ),
)
