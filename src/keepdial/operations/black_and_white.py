"""Black and white: a picture in greys, as through a coloured filter, or each colour as bright as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

FILTERS = {
    "red": (0.75, 0.20, 0.05),
    "orange": (0.55, 0.40, 0.05),
    "yellow": (0.40, 0.55, 0.05),
    "green": (0.10, 0.80, 0.10),
    "blue": (0.05, 0.25, 0.70),
}
"""What a coloured glass before the lens lets through of red, green and blue light of sRGB."""
STOPS = 2.0
"""By how many stops a range gets brighter at 100."""
ALLOWED = 'three numbers of at least 0 for red, green and blue, not all 0: "30,60,10"'


def _range(name: str) -> Any:
    words = f"How much brighter {name} becomes: 100 is two stops, less near white; -100 darker by as much."
    return Field(default=0, ge=-100, le=100, description=words)


class BlackAndWhiteParams(ToneParams):
    """How colours become greys. A grey of the picture stays as bright as it is, whatever is chosen."""

    filter: Literal["neutral", "red", "orange", "yellow", "green", "blue"] = Field(
        default="neutral",
        description="As through a glass of this colour, which makes its own colour brighter and the opposite "
        "one darker: red or orange for dark skies and bright skin, green for leaves. neutral = luminance.",
    )
    mix: str | None = Field(
        default=None,
        max_length=100,
        description='Weights of red, green and blue light instead of a filter, as "30,60,10"; only their '
        "proportion counts.",
    )
    red: float = _range("red")
    orange: float = _range("orange")
    yellow: float = _range("yellow")
    green: float = _range("green")
    aqua: float = _range("aqua")
    blue: float = _range("blue")
    purple: float = _range("purple")
    magenta: float = _range("magenta")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        if self.mix is not None:
            weights_of(self.mix)
            if self.filter != "neutral":
                raise ParameterError("mix", self.mix, "not together with a filter: choose one")
        return self


def weights_of(text: str) -> tuple[float, ...]:
    """Return three weights that add up to 1, or raise `ParameterError`."""
    try:
        weights = [float(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError("mix", text, ALLOWED) from None
    total = sum(weights)
    if len(weights) != 3 or not all(w >= 0 for w in weights) or not 0 < total < 1e12:
        raise ParameterError("mix", text, ALLOWED)
    return tuple(weight / total for weight in weights)


def passes(params: BlackAndWhiteParams, look: Look) -> tuple[Pass, ...]:
    """Weigh linear light, then make single ranges of hue brighter or darker."""
    import numpy as np

    from keepdial.tone import Pass
    from keepdial.tone.colours import RANGES, by_hue, coloured, hue_index
    from keepdial.tone.oklab import to_oklab
    from keepdial.tone.planes import merge, split, weighted

    weights = _weights(params, look)
    ranges = {name: STOPS * getattr(params, name) / 100 for name in RANGES if getattr(params, name)}
    more = np.asarray(2 ** by_hue(ranges) - 1, np.float32)

    def run(light: np.ndarray, rows: slice) -> np.ndarray:
        grey = weighted(split(light), weights)
        np.maximum(grey, np.float32(0), out=grey)
        if ranges:
            _, a, b = split(to_oklab(light, look.space))
            odds = coloured(a, b)
            odds *= np.take(more, hue_index(a, b), mode="clip")
            below = odds * np.minimum(grey, np.float32(1))
            below += np.float32(1)
            odds += np.float32(1)
            grey *= odds
            grey /= below
        return merge((grey, grey, grey), light)

    return (Pass(run),)


def _weights(params: BlackAndWhiteParams, look: Look) -> NDArray[np.floating]:
    """Return the weights (3,) of the picture's own linear channels; they add up to 1."""
    import numpy as np

    if params.mix is not None:
        return np.array(weights_of(params.mix))
    if params.filter == "neutral":
        return look.space.luma
    return np.asarray(look.space.to_srgb.T @ np.array(FILTERS[params.filter]))


OPERATION = Operation(
    "black-and-white",
    "Turn colours into greys, as through a filter or with each colour as bright as you like.",
    BlackAndWhiteParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Turned to black and white",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "black-and-white photo.jpg -o grey.jpg",
        "black-and-white photo.jpg --filter red -o dramatic.jpg",
        "black-and-white photo.jpg --blue -40 --orange 20 -o portrait.jpg",
    ),
    says=(
        Saying(
            (
                "black and white",
                "bw",
                "b w",
                "black white",
                "black-and-white",
                "(to|in|into|as) (black and white|bw|grayscale|greyscale|monochrome)",
                "(turn|convert|change|make) (to|into|) (black and white|bw|grayscale|greyscale|monochrome)",
                "monochrome",
                "monochromatic",
                "grayscale",
                "greyscale",
                "gray scale",
                "(remove|without|no|drop|take away|take out|strip) (all|) (colour|colours)",
                "colourless",
                "in grays",
                "gray tones",
                "(simplicity|contrasts|elegance|beauty|classic|timeless) of black and white",
                "black and white (photography|photo|filter|style|effect|tones|palette|version)",
            ),
            sure=0.96,
        ),
        Saying(
            ("(dramatic|high contrast) black and white", "(black and white|monochrome|bw) with red filter"),
            {"filter": "red"},
        ),
    ),
    asks=("make it black and white", "turn the background black and white", "dramatic black and white"),
)
