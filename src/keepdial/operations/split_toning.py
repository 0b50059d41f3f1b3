"""Split toning: one tint for the shadows, another for the highlights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass
    from keepdial.tone.colours import Array

STRONGEST = 0.25
"""OKLCh chroma of a tint at saturation 100 where it counts in full."""


class SplitToningParams(ToneParams):
    """Two tints; hues are those of the usual colour wheel."""

    shadow_hue: float = Field(
        default=200,
        ge=0,
        le=360,
        description="Hue of the shadows, in degrees: 0 red, 60 yellow, 120 green, 180 cyan, 240 blue.",
    )
    shadow_saturation: float = Field(
        default=25, ge=0, le=100, description="How strong the shadows' tint is; 0 = none."
    )
    highlight_hue: float = Field(
        default=40,
        ge=0,
        le=360,
        description="Hue of the highlights, in degrees on the same wheel.",
    )
    highlight_saturation: float = Field(
        default=25, ge=0, le=100, description="How strong the highlights' tint is; 0 = none."
    )
    balance: float = Field(
        default=0,
        ge=-100,
        le=100,
        description="Where they meet: above 0 more of the picture counts as highlight, below 0 as shadow.",
    )


def passes(params: SplitToningParams, look: Look) -> tuple[Pass, ...]:
    """Add a tint in OKLab by lightness L; L stays, and so do black and white.

    Highlights count by t ** 2 and shadows by (1 - t) ** 2, where t is L with its odds times
    3 ** (balance / 100); both fade out towards black and white by 1 - (2 L - 1) ** 4.
    """
    import numpy as np

    from keepdial.tone.colours import in_oklab, wheel

    def tint(hue: float, saturation: float) -> tuple[np.float32, np.float32]:
        angle = np.radians(wheel(hue))
        chroma = STRONGEST * saturation / 100
        return np.float32(chroma * np.cos(angle)), np.float32(chroma * np.sin(angle))

    dark = tint(params.shadow_hue, params.shadow_saturation)
    bright = tint(params.highlight_hue, params.highlight_saturation)
    odds = np.float32(3 ** (params.balance / 100))
    one = np.float32(1)

    def work(lightness: Array, a: Array, b: Array) -> None:
        light = np.clip(lightness, np.float32(0), one)
        fade = light * np.float32(2)
        fade -= one
        fade *= fade
        fade *= fade
        np.subtract(one, fade, out=fade)
        below = light * (odds - one)
        below += one
        light *= odds
        light /= below
        shade = one - light
        shade *= shade
        shade *= fade
        light *= light
        light *= fade
        for plane, low, high in ((a, dark[0], bright[0]), (b, dark[1], bright[1])):
            plane += np.multiply(shade, low, out=fade)
            plane += np.multiply(light, high, out=fade)

    return (in_oklab(look.space, work),) if params.shadow_saturation or params.highlight_saturation else ()


_COOL = "(cool|cold|blue|bluish|teal|blueish)"
_WARM = "(warm|orange|golden|amber)"
_HUES = {
    "red": 0,
    "orange": 30,
    "yellow": 55,
    "green": 120,
    "teal": 185,
    "blue": 220,
    "purple": 275,
    "magenta": 310,
    "pink": 335,
}
_TINT = "(tint|tone|colour|make|turn|paint)"

OPERATION = Operation(
    "split-toning",
    "Tint the shadows in one colour and the highlights in another.",
    SplitToningParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Toned",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "split-toning photo.jpg --shadow-hue 200 --highlight-hue 40 -o toned.jpg",
        "split-toning photo.jpg --shadow-saturation 0 --highlight-hue 50 -o gold.jpg",
    ),
    says=(
        Saying(
            (
                "(split tone|split toning|split-tone|split-toning|split toned|split-toned)",
                "(add|apply|use) (split tone|split toning|split-toning)",
                "teal and orange",
                "orange and teal",
                "(teal and orange|orange and teal) (look|grade|grading|colour grade|colour grading|"
                "style|effect|tones|colours)",
                "(blockbuster|hollywood) (look|colours|grade|grading|style)",
                f"{_COOL} shadows and {_WARM} highlights",
                f"{_WARM} highlights and {_COOL} shadows",
                f"{_COOL} shadows with {_WARM} highlights",
            ),
            {"shadow_hue": 190, "shadow_saturation": 30, "highlight_hue": 35, "highlight_saturation": 30},
        ),
        *(
            Saying(
                (f"{_TINT} shadows {name}", f"(add|put|give) {name} (to|into|in) shadows"),
                {"shadow_hue": hue, "shadow_saturation": 30, "highlight_saturation": 0},
                amount="shadow_saturation",
                units=("%", "percent"),
            )
            for name, hue in _HUES.items()
        ),
        *(
            Saying(
                (f"{_TINT} highlights {name}", f"(add|put|give) {name} (to|into|in) highlights"),
                {"highlight_hue": hue, "highlight_saturation": 30, "shadow_saturation": 0},
                amount="highlight_saturation",
                units=("%", "percent"),
            )
            for name, hue in _HUES.items()
        ),
    ),
    asks=("Teal and orange, please.", "Tint the shadows blue.", "Give it split toning."),
)
