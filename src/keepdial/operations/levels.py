"""Levels: which value becomes black, which white, and where the middle lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass


class LevelsParams(ToneParams):
    """Black, white and middle, in values of the file's own encoding from 0 to 255 (at 16 bits as well)."""

    black: float = Field(default=0, ge=0, le=254, description="The value that becomes black, 0 to 254.")
    white: float = Field(default=255, ge=1, le=255, description="The value that becomes white, 1 to 255.")
    gamma: float = Field(
        default=1,
        ge=0.1,
        le=10,
        description="Power for what lies between: above 1 the middle gets brighter, below 1 darker.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.white < self.black + 1:
            raise ParameterError("white", self.white, f"at least 1 above black, which is {self.black:g}")
        return self


def passes(params: LevelsParams, look: Look) -> tuple[Pass, ...]:
    """Send each channel through ``((x - black) / (white - black)) ** (1 / gamma)``."""
    import numpy as np

    from keepdial.tone.curve import grid, tabled

    if (params.black, params.white, params.gamma) == (0, 255, 1):
        return ()
    between = (grid() * 255 - params.black) / (params.white - params.black)
    return (tabled(np.clip(between, 0, 1)[None] ** (1 / params.gamma)),)


_PERCENT = ("%", "percent")

OPERATION = Operation(
    "levels",
    "Set which value becomes black, which white, and where the middle lies.",
    LevelsParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Levelled",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("levels photo.jpg --black 12 --white 240 --gamma 1.1 -o levelled.jpg",),
    says=(
        Saying(
            (
                "levels",
                "(stretch|adjust|set|fix|correct|auto|normalise|normalize|balance|expand|optimise|"
                "optimize) (levels|tonal range|histogram|tonal levels)",
                "(stretch|spread|expand) (tones|histogram|tonal values)",
                "(set|adjust|fix) (black point|white point|black and white points|black point and "
                "white point|endpoints)",
                "auto levels",
                "use full (tonal range|range of tones)",
            ),
            {"black": 12, "white": 243},
        ),
        Saying(
            ("(gamma|set gamma|gamma up|more gamma|adjust gamma)",),
            {"gamma": 1.2},
            amount="gamma",
            absolute=True,
        ),
        Saying(("(raise|increase|boost|turn up|higher) gamma",), {"gamma": 1.2}),
        Saying(("(lower|decrease|reduce|less|turn down) gamma", "gamma down"), {"gamma": 0.85}),
        Saying(
            (
                "(set|change|raise|increase|boost|lower|decrease|reduce|adjust|turn) gamma (to|at) {number}",
                "gamma (of|to|at|=) {number}",
            ),
            {"gamma": "{number}"},
        ),
    ),
    asks=("Stretch the levels.", "Set the gamma to 1.3.", "Adjust the levels of the photo, please."),
)
