"""Sharpen: edges and fine detail crisper, without bright or dark lines along edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

SHARPER = (
    "sharpen",
    "sharper",
    "more sharpness",
    "add sharpness",
    "increase the sharpness",
    "less blurry",
    "crisp edges",
    "unsharp mask",
)


class SharpenParams(ToneParams):
    """How much, how wide, and from which difference on."""

    amount: float = Field(
        default=80, ge=0, le=500, description="In %: how much of what a blur takes away is added."
    )
    radius: float | None = Field(
        default=None,
        ge=0.3,
        le=20,
        description="Width of that blur, its standard deviation in px. Not given: 0.03 % of the picture's "
        "diagonal, at least 0.7.",
    )
    threshold: float = Field(
        default=0.5,
        ge=0,
        le=20,
        description="Differences in light up to this, in % of the range from black to white, are left as "
        "they are, so that noise is not sharpened.",
    )


def passes(params: SharpenParams, look: Look) -> tuple[Pass, ...]:
    """Add to luma what a blur takes away from it."""
    from keepdial.tone.sharpening import radius_of, sharpen

    if params.amount == 0:
        return ()
    return sharpen(look, params.amount / 100, radius_of(look, params.radius), params.threshold / 100)


OPERATION = Operation(
    "sharpen",
    "Make edges and fine detail crisper, without lines along edges.",
    SharpenParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Sharpened",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "sharpen photo.jpg -o crisp.jpg",
        "sharpen photo.jpg --amount 120 --radius 1.5 --threshold 1 -o crisp.jpg",
    ),
    says=(
        Saying(
            (
                "unsharp mask",
                "crisp edges",
                "bring into focus",
                "(put|get) in focus",
                "in focus",
                "focus",
                "better focus",
                "sharpen focus",
                "sharpen edges",
                "more focused",
                "focused",
            ),
            {"amount": 80},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            ("sharpness", "definition", "crispness", "focus", "acuity"),
            {"amount": 80},
            "amount",
            more=("sharp", "crisp", "defined", "in focus"),
            less=("blurry", "fuzzy", "blurred", "out of focus", "unsharp", "unfocused"),
            raises=("sharpen", "sharpen up", "crispen", "deblur", "unblur"),
            sides="more",
        ),
        Quality(
            (
                "blur",
                "blurriness",
                "blurring",
                "fuzziness",
                "smearing",
                "smudging",
                "blurs",
                "blurry effect",
                "blur effect",
                "softness",
                "fuzz",
            ),
            {"amount": 80},
            "amount",
            fewer={"amount": 80},
            fault=True,
            sides="less",
        ),
    ),
    asks=("sharpen it a bit", "the picture is blurry", "make the eyes crisper"),
)
