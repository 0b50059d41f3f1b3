"""Tint: a colour over the picture, as a coloured glass before the lens lays it there; or a toned print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

LEAST = 0.02
"""Least part of the mean light that a glass lets through of any primary: none is quite opaque."""
PALE = 0.02
"""Difference of a colour's channels, in parts of its luminance, under which it counts as grey."""
MIDDLE = 0.18
"""Linear light of a middle grey, on which a glass is judged."""
LIFT, PAPER = 0.10, 0.90
"""Where black and white come to lie in encoded values when a print has faded altogether."""


class TintParams(ToneParams):
    """Which colour, how strong, and what becomes of the picture's own colours."""

    colour: str = Field(
        max_length=40, description="The colour of the glass: a name (blue, light orange, sepia) or #rrggbb."
    )
    amount: float = Field(
        default=40,
        ge=0,
        le=100,
        description="How strong the colour is, in %: 100 gives a middle grey all of its chroma, 50 half.",
    )
    mono: bool = Field(
        default=False,
        description="Take the picture's own colours away first, so that a print toned in one colour comes of "
        "it, such as sepia.",
    )
    fade: float = Field(
        default=0,
        ge=0,
        le=100,
        description="How far black and white fade, as in an old print, in %.",
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        _encoded(value)
        return value


SEPIA = "#9c6b3c"
"""The brown of a sepia print in middle greys; chosen by eye."""


def _encoded(name: str) -> tuple[float, float, float]:
    from keepdial.tone.paint import encoded

    return encoded(SEPIA if name.strip().lower() == "sepia" else name)


def passes(params: TintParams, look: Look) -> tuple[Pass, ...]:
    """Multiply linear light by the glass and bring each pixel back to the luminance that it had.

    What comes to lie outside of the picture's colours is held inside at equal luminance, so white stays
    white.
    """
    import numpy as np

    from keepdial.tone import Pass
    from keepdial.tone.gamut import softened
    from keepdial.tone.planes import merge, split, weighted

    space, found = look.space, list[Pass]()
    luma = space.luma

    def grey(light: Array, rows: slice) -> Array:
        plane = weighted(split(light), luma)
        return merge((plane, plane, plane), light)

    def faded(tile: Array, rows: slice) -> Array:
        share = params.fade / 100
        tile *= np.float32(1 + share * (PAPER - LIFT - 1))
        tile += np.float32(share * LIFT)
        return tile

    if params.mono:
        found.append(Pass(grey))
    if params.fade:
        found.append(Pass(faded, domain="encoded"))
    glass = _glass(params, look)
    if glass is None:
        look.say(f"{params.colour} is a grey, which tints nothing.")
        return tuple(found)

    def tinted(light: Array, rows: slice) -> Array:
        before = weighted(split(light), luma)
        out = light * glass
        after = weighted(split(out), luma)
        # Black has no colour, and what is nearly black has none to speak of.
        gain = np.where(after > 1e-6, before / np.maximum(after, np.float32(1e-6)), np.float32(1))
        out *= gain[..., None]
        return softened(out, light, space)

    if params.amount:
        found.append(Pass(tinted))
    return tuple(found)


def _glass(params: TintParams, look: Look) -> Array | None:
    """Return what is let through of each primary (3,) float32, its luminance 1; None where it has no colour.

    A middle grey behind the glass has the colour's hue, and `TintParams.amount` percent of its chroma, in
    OKLab. (A power of the whole colour, as of glass upon glass, would turn the hue on the way: half an orange
    is yellow.)
    """
    import numpy as np

    from keepdial.tone.oklab import from_oklab, to_oklab

    space = look.space
    light = space.decode(np.array([_encoded(params.colour)], np.float32))
    luminance = float(light[0] @ space.luma)
    if luminance < 1e-4 or float(np.ptp(light)) < PALE * luminance:
        return None
    lab = to_oklab(light * np.float32(MIDDLE / luminance), space)
    lab[:, 1:] *= np.float32(params.amount / 100)
    glass = np.maximum(from_oklab(lab, space)[0], np.float32(LEAST * MIDDLE))
    return np.asarray(glass / (glass @ space.luma), np.float32)


_NOUN = "(tint|filter|overlay|tone|cast|hue|wash)"
_PICTURE = "(picture|photo|image|photograph|it)"
_OLD = "(old|antique|aged|old-fashioned|old fashioned)"
_PLAIN = {"colour": "{colour}", "amount": 40}
_PERCENT = ("%", "percent")

OPERATION = Operation(
    "tint",
    "Lay a colour over the picture, as a filter before the lens does, or tone it in one colour, as in sepia.",
    TintParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Tinted",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "tint photo.jpg --colour blue --amount 40 -o cold.jpg",
        "tint photo.jpg --colour sepia --mono --amount 80 -o sepia.jpg",
    ),
    says=(
        Saying(
            (
                "tint {colour}",
                "tint {thing} {colour}",
                "{colour} (tint|filter|overlay|wash)",
                f"(add|apply|put|use) {{colour}} {_NOUN}",
                f"give {_PICTURE} {{colour}} {_NOUN}",
                f"give {{thing}} {{colour}} {_NOUN}",
                "overlay {colour}",
                "through {colour} glass",
            ),
            _PLAIN,
            amount="amount",
            units=_PERCENT,
        ),
        Saying(
            (
                "sepia",
                "sepia (tone|toned|tint|filter|effect|look)",
                "(add|apply|put|use) sepia (tone|tint|filter|effect)",
                "(in|to) sepia",
                f"(make|turn|convert) {_PICTURE} (|to |into )sepia",
            ),
            {"colour": "sepia", "mono": True, "amount": 80},
            amount="amount",
            units=_PERCENT,
        ),
        Saying(
            (
                f"make {_PICTURE} look (|like )old (photo|photograph|picture)",
                "like old (photo|photograph|picture)",
                f"make {_PICTURE} (|look ){_OLD}",
                f"{_OLD} (look|effect|style|feel|filter)",
                "like from the 1900s",
            ),
            {"colour": "sepia", "mono": True, "amount": 70, "fade": 70},
            amount="amount",
            units=_PERCENT,
        ),
        Saying(
            (
                f"make {_PICTURE} (|look |more )(vintage|retro)",
                "look (vintage|retro)",
                "(vintage|retro) (look|effect|filter|style|feel)",
                f"give {_PICTURE} (|warm )(vintage|retro) (look|effect|style|feel)",
                "faded film",
            ),
            {"colour": "light orange", "amount": 40, "fade": 60},
            amount="amount",
            units=_PERCENT,
        ),
        # What is to go is not to come; how to take it out depends on how it got there.
        Saying(
            ("(remove|reduce|undo|eliminate|no|without|get rid of) sepia (|tone|tint|filter|effect)",),
            {"colour": "sepia", "mono": True, "amount": 80},
            sure=0.2,
        ),
    ),
    asks=(
        "Put a blue filter over it.",
        "Add a slight orange filter to the sky.",
        "Make it look like an old photo.",
    ),
)
