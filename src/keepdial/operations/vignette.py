"""Vignette: corners get darker or lighter than the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

STOPS = 2.0
"""By how many stops the corners change at amount 100."""
SQUAREST = 8.0
"""Power of the superellipse at roundness -100."""


class VignetteParams(ToneParams):
    """How dark the corners get, and where that begins."""

    amount: float = Field(
        default=-40,
        ge=-100,
        le=100,
        description="-100 darkens the corners by two stops; 100 brightens them by as much, white stays.",
    )
    midpoint: float = Field(
        default=50,
        ge=0,
        le=100,
        description="Where the change is half done, in per cent of the way from the middle to the corner.",
    )
    roundness: float = Field(
        default=0,
        ge=-100,
        le=100,
        description="Its shape: 0 an ellipse as wide as the picture, 100 a circle, -100 nearly a rectangle.",
    )
    softness: float = Field(
        default=70, ge=0, le=100, description="How gradual it is: 0 a hard edge, 100 from middle to corner."
    )


def passes(params: VignetteParams, look: Look) -> tuple[Pass, ...]:
    """Multiply light by ``2 ** (2 amount / 100 * v)``; v goes from 0 in the middle to 1 in the corners."""
    import numpy as np

    from keepdial.tone import Pass
    from keepdial.tone.planes import extremes, split

    if not params.amount:
        return ()
    stops = np.float32(STOPS * params.amount / 100)
    one = np.float32(1)

    def run(light: Array, rows: slice) -> Array:
        gain = np.exp2(stops * shape(params, look.width, look.height, rows))
        if stops > 0:
            # The odds of the largest channel against white are multiplied: dark colours get the whole gain,
            # white stays white, and no hue turns.
            _, high = extremes(split(light))
            np.minimum(high, one, out=high)
            high *= gain - one
            high += one
            gain /= high
        for i in range(3):
            light[..., i] *= gain
        return light

    return (Pass(run),)


def shape(params: VignetteParams, width: int, height: int, rows: slice) -> Array:
    """Return how much of the change (h, W) each pixel of some rows of a picture takes, 0 to 1."""
    import numpy as np

    across = np.abs((np.arange(width) + 0.5) / width * 2 - 1)
    down = np.abs((np.arange(rows.start, rows.stop) + 0.5) / height * 2 - 1)
    round_part = max(params.roundness, 0) / 100
    longer = max(width, height)
    across = across * (width / longer) ** round_part
    down = down * (height / longer) ** round_part
    power = 2 * (SQUAREST / 2) ** (max(-params.roundness, 0) / 100)
    corner = (width / longer) ** (power * round_part) + (height / longer) ** (power * round_part)
    away = np.add.outer(down**power / corner, across**power / corner).astype(np.float32)
    away **= np.float32(1 / power)
    middle, soft = params.midpoint / 100, max(params.softness / 100, 0.005)
    start = middle * (1 - soft)
    stop = middle + (1 - middle) * soft
    away -= np.float32(start)
    away *= np.float32(1 / max(stop - start, 1e-6))
    np.clip(away, 0, 1, out=away)
    smooth: Array = away * np.float32(-2)
    smooth += np.float32(3)
    smooth *= away
    smooth *= away
    return smooth


_CORNERS = "(corners|edges|borders|outer edges|picture edges|edges of frame|corner areas)"
_PERCENT = ("%", "percent")

OPERATION = Operation(
    "vignette",
    "Darken or lighten the corners of a picture.",
    VignetteParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Vignetted",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("vignette photo.jpg --amount -50 --softness 80 -o vignette.jpg",),
    says=(
        Saying(
            (
                "(vignette|vignetting)",
                "(add|apply|use|put|give it|create|more) (vignette|vignetting|dark vignette|black vignette)",
                "dark vignette",
                "vignette effect",
                f"(darken|darker|dim) {_CORNERS}",
                f"make {_CORNERS} (darker|dark|black)",
                "corners (darker|dark)",
                f"(darker|darken) (around|at|toward|towards) {_CORNERS}",
                f"(darker|darken) (it|picture|photo|image) (around|at|toward|towards) {_CORNERS}",
                "corners (are|look) (too|so) (bright|light)",
                "(add|use|apply) (dark|darker|black) (corners|edges)",
            ),
            {"amount": -50},
            amount="amount",
            units=_PERCENT,
        ),
        Saying(
            (
                "(white|light|bright) vignette",
                "(add|apply|use|put|give it|create) (white|light|bright) vignette",
                f"(lighten|brighten|lighter|brighter) {_CORNERS}",
                f"make {_CORNERS} (lighter|brighter|light|bright|white)",
                "corners (lighter|brighter)",
                "corners (are|look) (too|so) dark",
                f"(fix|remove|correct|less) dark {_CORNERS}",
                "(remove|less|reduce|get rid of|correct|fix|undo|eliminate|take out|no) (vignette|"
                "vignetting|dark corners|dark edges)",
                "lens vignetting",
            ),
            {"amount": 40},
            amount="amount",
            units=_PERCENT,
        ),
    ),
    asks=("Add a vignette.", "Darken the corners a little.", "The corners are too dark."),
)
