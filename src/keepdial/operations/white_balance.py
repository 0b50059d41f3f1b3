"""White balance: which light counts as white."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

AROUND = 2
"""Pixels around a picked point that are averaged with it."""
DARKEST, BRIGHTEST = 0.002, 0.985
"""Linear light between which a picked point says something of the light's colour."""


class WhiteBalanceParams(ToneParams):
    """The light that is to be white; with no option at all it is found in the picture."""

    kelvin: float | None = Field(
        default=None,
        ge=2000,
        le=25000,
        description="Colour temperature, in kelvin, of the light that is to be white. Higher than "
        "`from-kelvin` makes the picture warmer, lower cooler.",
    )
    from_kelvin: float = Field(
        default=6500,
        ge=2000,
        le=25000,
        description="Colour temperature, in kelvin, of the light that is white in the picture as it is.",
    )
    tint: float = Field(
        default=0,
        ge=-50,
        le=50,
        description="How far beside the Planckian locus the light that is to be white lies, in thousandths "
        "of Duv: above 0 the light counts as greenish and the picture turns to magenta, below 0 to green.",
    )
    warmth: float = Field(
        default=0,
        ge=-100,
        le=100,
        description="Warmer (above 0) or cooler (below 0), in mired, on which equal steps look about equal: "
        "from 6500 K, 20 is what 7470 K is.",
    )
    grey: str | None = Field(
        default=None,
        max_length=50,
        description="X,Y of a point that is to be grey, in px from the top left corner; the mean of "
        f"{2 * AROUND + 1} x {2 * AROUND + 1} pixels counts.",
    )
    auto: bool = Field(
        default=False,
        description="Find the colour of the light in the picture and take it away, as far as that is sure.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.grey is not None:
            point(self.grey)
            if self.auto:
                raise ParameterError("auto", True, "not together with a grey point: choose one")
        return self

    @property
    def finds(self) -> bool:
        """Whether the light is to be found in the picture."""
        return self.auto or (self.kelvin is None and self.grey is None and not self.tint and not self.warmth)


def point(text: str) -> tuple[int, int]:
    """Return the pixel that a text ``x,y`` names, or raise `ParameterError`."""
    try:
        x, y = (int(part) for part in text.split(","))
    except ValueError:
        raise ParameterError("grey", text, "X,Y in whole pixels, for example 120,80") from None
    return x, y


def passes(params: WhiteBalanceParams, look: Look) -> tuple[Pass, ...]:
    """Adapt what was white to what is to be white, by one matrix on linear light."""
    import numpy as np

    from keepdial.tone import Pass
    from keepdial.tone.gamut import softened
    from keepdial.tone.planes import mixed
    from keepdial.tone.white import HIGHEST, rebalanced

    matrix = np.eye(3)
    if params.grey is not None:
        matrix = _picked(params.grey, look)
    elif params.finds:
        matrix = _found(look)
    kelvin = 1e6 / max(1e6 / HIGHEST, 1e6 / (params.kelvin or params.from_kelvin) - params.warmth)
    if kelvin != params.from_kelvin or params.tint:
        matrix = rebalanced(look.space, params.from_kelvin, kelvin, params.tint / 1000) @ matrix
    if np.array_equal(matrix, np.eye(3)):
        return ()
    return (Pass(lambda light, rows: softened(mixed(light, matrix), light, look.space)),)


def _picked(text: str, look: Look) -> NDArray[np.float64]:
    """Return the matrix that makes the picked point grey, and say what colour it had."""
    import numpy as np

    from keepdial.tone.white import neutralised

    x, y = point(text)
    left, top = x - look.frame.box.x, y - look.frame.box.y
    if not (0 <= left < look.width and 0 <= top < look.height):
        raise ParameterError("grey", text, f"a point in the picture, which is {look.width} x {look.height}")
    rows = slice(max(0, top - AROUND), top + AROUND + 1)
    strip = look.light[rows] if look.pending else look.rows(rows)
    light = strip[:, max(0, left - AROUND) : left + AROUND + 1].mean(axis=(0, 1), dtype=np.float64)
    if light.max() > BRIGHTEST or light.min() < DARKEST:
        raise ParameterError("grey", text, "a point that is neither nearly black nor cut off at white")
    look.say(f"The point {x},{y} was made grey; {_named(look, light)}")
    return neutralised(look.space, light)


def _found(look: Look) -> NDArray[np.float64]:
    """Return the matrix that takes the light's colour away as far as it is sure, and say how far that is."""
    import numpy as np

    from keepdial.tone.cast import cast
    from keepdial.tone.white import neutralised

    found = cast(look)
    if found.confidence < 0.05:
        look.say(f"The white balance was left as it is: {found.why}.")
        return np.eye(3)
    light = found.light**found.confidence
    share = "" if found.confidence > 0.95 else f", {100 * found.confidence:.0f} % of it, because {found.why}"
    look.say(f"The colour of the light was taken away{share}; {_named(look, found.light)}")
    return neutralised(look.space, light)


def _named(look: Look, light: NDArray[np.float64]) -> str:
    """Return a sentence on a light's colour."""
    from keepdial.tone.white import temperature

    kelvin, duv = temperature(look.space, light, 6504)
    side = "greenish" if duv > 0.003 else "pinkish" if duv < -0.003 else "neither greenish nor pinkish"
    return f"it had the colour of a light of about {round(kelvin, -2):.0f} K, {side}."


OPERATION = Operation(
    "white-balance",
    "Set which light counts as white: by kelvin, by a grey point, or found in the picture.",
    WhiteBalanceParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Balanced",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "white-balance photo.jpg -o neutral.jpg",
        "white-balance photo.jpg --from-kelvin 5000 --kelvin 6500 -o warmer.jpg",
        "white-balance photo.jpg --grey 320,210 -o neutral.jpg",
        "white-balance photo.jpg --warmth 20 -o warmer.jpg",
    ),
    says=(
        Saying(
            (
                "white balance",
                "set white balance",
                "colour temperature",
                "set colour temperature",
                "balance for",
            ),
            {"kelvin": 5500},
            amount="kelvin",
            units=("k", "kelvin"),
            absolute=True,
        ),
        Saying(
            ("{number} (k|kelvin)", "(to|at|around) {number} (k|kelvin)", "temperature {number}"),
            {"kelvin": "{number}"},
        ),
        Saying(
            (
                "(fix|correct|adjust|auto|automatic|improve|balance) white balance",
                "(remove|fix|correct|neutralise|neutralize|reduce|get rid of|eliminate) colour (cast|tint)",
                (
                    "(remove|reduce|fix|correct|get rid of|eliminate|take out|less) {colour} (cast|tint|tone|"
                    "hue|filter|tones|colour cast)"
                ),
                "(remove|reduce|fix|correct|get rid of|take out|less|lessen|tone down) (redness|greenness)",
                "(take away|take off|lose|kill|strip|clear) {colour} (cast|tint|tone|hue|tones|colour cast)",
                "(there is|there's|has|have|got) {colour} (tint|cast|tone|tinge|hue)",
                "(neutralise|neutralize|neutral) colours",
                "colour (correct|correction|balance)",
                "(correct|fix|balance) colour balance",
                "more natural colours",
                "natural colours",
            ),
            {"auto": True},
            sure=0.85,
        ),
        Saying(
            (
                "less green",
                "too green",
                "more magenta",
                "more pink",
                "(remove|reduce) green (tint|cast|tone)",
            ),
            {"tint": 8},
            amount="tint",
        ),
        Saying(
            (
                "less magenta",
                "too magenta",
                "too pink",
                "greener tint",
                "less purple",
                "(remove|reduce) (magenta|pink|purple) (tint|cast|tone)",
            ),
            {"tint": -8},
            amount="tint",
        ),
        Saying(
            ("too blue", "less blue", "blueish"),
            {"warmth": 25},
            amount="warmth",
            units=("mired", "mireds"),
            sure=0.85,
        ),
        Saying(
            ("too (yellow|orange)", "less (yellow|orange)", "yellowish"),
            {"warmth": -25},
            amount="warmth",
            units=("mired", "mireds"),
            sure=0.85,
        ),
    ),
    qualities=(
        Quality(
            ("warmth", "warm tones", "colour temperature", "temperature", "warm tone"),
            {"warmth": 25},
            "warmth",
            more=("warm", "warm toned"),
            less=("cold", "cool", "chilly"),
            raises=("warm", "warm up"),
            lowers=("cool", "cool down", "cool off", "cool up"),
            elsewhere={"k": "white-balance"},
            units=("mired", "mireds"),
        ),
        Quality(
            ("coolness", "coldness", "cool tones", "cold tones"),
            {"warmth": -25},
            "warmth",
            units=("mired", "mireds"),
        ),
        Quality(
            (
                "yellow tint",
                "yellow cast",
                "yellow tone",
                "yellow hue",
                "yellowness",
                "yellow",
                "orange tint",
                "orange cast",
                "orange hue",
                "yellow colour",
                "yellow tinge",
            ),
            {"warmth": 25},
            "warmth",
            fault=True,
            sides="less",
            units=("mired", "mireds"),
        ),
        Quality(
            (
                "blue tint",
                "blue cast",
                "blue tone",
                "blue hue",
                "blueness",
                "bluishness",
                "blue colour cast",
                "blue tinge",
            ),
            {"warmth": -25},
            "warmth",
            fewer={"warmth": 25},
            fault=True,
            sides="less",
            units=("mired", "mireds"),
        ),
    ),
    asks=("make it a bit warmer", "set the white balance to 6500 K", "remove the yellow tint"),
)
