"""Curves: where each value goes, drawn through points, for all channels together and for each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

MOST = 32
ALLOWED = (
    f'2 to {MOST} points IN,OUT in 0 to 255 with rising IN, with spaces between: "0,0 64,50 192,210 255,255"'
)


class CurvesParams(ToneParams):
    """Points IN,OUT in values of the file's own encoding from 0 to 255 (at 16 bits as well)."""

    points: str | None = Field(
        default=None,
        max_length=2000,
        description='Points IN,OUT for all channels, in 0 to 255, as "0,0 64,50 192,210 255,255". The curve '
        "between them never swings over; beyond the first and the last point it is level.",
    )
    red: str | None = Field(
        default=None, max_length=2000, description="Points for red alone, after those for all."
    )
    green: str | None = Field(
        default=None, max_length=2000, description="Points for green alone, after those for all."
    )
    blue: str | None = Field(
        default=None, max_length=2000, description="Points for blue alone, after those for all."
    )

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for name in ("points", "red", "green", "blue"):
            text = getattr(self, name)
            if text is not None:
                points_of(name, text)
        return self


def points_of(name: str, text: str) -> list[tuple[float, float]]:
    """Return the points that a text holds; raise `ParameterError` where they make no curve."""
    try:
        pairs = [tuple(float(number) for number in pair.split(",")) for pair in text.split()]
    except ValueError:
        raise ParameterError(name, text, ALLOWED) from None
    if not 2 <= len(pairs) <= MOST or any(len(pair) != 2 for pair in pairs):
        raise ParameterError(name, text, ALLOWED)
    points = [(pair[0], pair[1]) for pair in pairs]
    # Written so that NaN, which is in no order, is refused too.
    inside = all(0 <= x <= 255 and 0 <= y <= 255 for x, y in points)
    rising = all(b[0] > a[0] for a, b in pairwise(points))
    if not (inside and rising):
        raise ParameterError(name, text, ALLOWED)
    return points


def curve(name: str, text: str | None, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where encoded values `at` in [0, 1] go: a monotone cubic through the points (PCHIP).

    Fritsch and Butland, A method for constructing local monotone piecewise cubic interpolants, 1984.
    """
    import numpy as np
    from scipy.interpolate import PchipInterpolator

    if text is None:
        return at
    x, y = np.array(points_of(name, text)).T / 255
    return np.asarray(np.clip(PchipInterpolator(x, y)(np.clip(at, x[0], x[-1])), 0, 1))


def passes(params: CurvesParams, look: Look) -> tuple[Pass, ...]:
    """Send each channel through the curve for all, then through its own."""
    import numpy as np

    from keepdial.tone.curve import grid, tabled

    own = (params.red, params.green, params.blue)
    if params.points is None and own == (None, None, None):
        return ()
    shared = curve("points", params.points, grid())
    if own == (None, None, None):
        return (tabled(shared[None]),)
    names = ("red", "green", "blue")
    return (tabled(np.array([curve(n, text, shared) for n, text in zip(names, own, strict=True)])),)


OPERATION = Operation(
    "curves",
    "Send tones where a curve through given points takes them, for all channels or each.",
    CurvesParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Put through curves",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        'curves photo.jpg --points "0,0 64,50 192,210 255,255" -o punchy.jpg',
        'curves photo.jpg --red "0,0 128,140 255,255" --blue "0,20 128,118 255,240" -o warm.jpg',
    ),
    says=(
        Saying(
            (
                "(s-curve|s curve|contrast curve)",
                "(add|apply|use|give it) (s-curve|s curve|contrast curve|tone curve)",
                "(adjust|use|apply) (tone curve|curves)",
                "tone curve",
                "curves",
            ),
            {"points": "0,0 64,52 192,206 255,255"},
        ),
        Saying(
            (
                "(cross process|cross-process|cross processed|cross-processed|cross processing|"
                "cross-processing)",
                "cross process (it|picture|photo|image)",
                "(cross processed|cross-processed) (look|effect)",
            ),
            {
                "red": "0,0 64,48 192,214 255,255",
                "green": "0,0 64,56 192,204 255,255",
                "blue": "0,28 255,225",
            },
        ),
        Saying(
            (
                "(invert|reverse) (colours|tones|light and dark)",
                "invert (picture|photo|image|it|everything)",
                "invert",
                "invert {thing}",
                "(film|photo|colour) negative",
                "(as|into|to) (negative|photo negative|film negative|colour negative)",
                "(make|turn|convert) (it|picture|photo|image) (|into|to) negative",
                "(inverted|negative) (colours|effect|look|image|photo)",
                "negative",
                "colours inverted",
            ),
            {"points": "0,255 255,0"},
        ),
        Saying(
            (
                "matte (effect|film|film look|style|finish)",
                "(matte|washed out) (black|shadow)",
                "make (it|picture|photo|image) (|look) matte",
            ),
            {"points": "0,26 64,74 192,198 255,244"},
            sure=0.8,
        ),
    ),
    asks=("Add an S-curve.", "Invert the colours.", "Can you cross-process it?"),
)
