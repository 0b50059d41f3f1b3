"""Texture: fine detail stronger (bark, cloth, hair) or smoother, without touching edges or large tones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._tone import ToneParams, stage

if TYPE_CHECKING:
    from keepdial.tone import Look, Pass

MORE = (
    "texture",
    "more texture",
    "add texture",
    "increase the texture",
    "bring out the texture",
    "enhance the texture",
    "more fine detail",
    "bring out the details",
    "enhance the details",
    "more detail",
)
LESS = (
    "less texture",
    "reduce the texture",
    "smoother texture",
    "smooth the texture",
    "smoother",
    "less fine detail",
)


class TextureParams(ToneParams):
    """How much fine detail."""

    amount: float = Field(
        default=40,
        ge=-100,
        le=100,
        description="In %. 100 makes detail of about 0.2 % of the diagonal 2.3 times as strong; -100 leaves "
        "a sixth of it.",
    )


def passes(params: TextureParams, look: Look) -> tuple[Pass, ...]:
    """Raise the detail upon a narrow base layer."""
    from keepdial.tone.locallight import texture

    return texture(look, params.amount / 100) if params.amount else ()


OPERATION = Operation(
    "texture",
    "Strengthen fine detail, such as bark, cloth and hair, or smooth it; edges stay.",
    TextureParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Changed the texture",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=("texture photo.jpg --amount 40 -o crisp.jpg",),
    says=(
        Saying(
            ("smooth texture", "smoother texture", "less fine detail"),
            {"amount": -40},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            ("texture", "textures", "detail", "details", "fine detail", "finer details"),
            {"amount": 40},
            "amount",
            more=("detailed", "textured"),
        ),
    ),
    asks=("bring out the texture of the wall", "more fine detail", "enhance the details"),
)
