"""Retouch: the blotches and small shadows of skin go, its pores stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Operation, Quality, Saying
from keepdial.operations._faces import AmountParams, Spot, painted, skin_stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]


class RetouchParams(AmountParams):
    """How much."""


def passes(params: RetouchParams, look: Look) -> tuple[Pass, ...]:
    """Take out a share of what is larger than pores and smaller than the face's own shape."""
    from keepdial.faces.skin import smoothed

    def work(lab: Array, spot: Spot) -> Array:
        return smoothed(lab, spot.weights["skin"], spot.unit, params.amount / 100)

    return painted(look, work)


_SKIN = "(skin|complexion|face|forehead|cheek|chin)"
_SMOOTH = "(touch up|smooth|smooth out|smoothen|smooth over|soften|airbrush|polish|perfect|beautify|retouch)"
_LINES = "(wrinkle|fine line|laugh line|frown line|forehead line|crow's feet|skin pores|pores|crease in skin)"
_LESS = (
    "(remove|reduce|fewer|less|smooth|smooth out|soften|get rid of|erase|minimise|minimize|fade|hide|"
    "lessen|no)"
)
_PERCENT = ("%", "percent")

OPERATION = Operation(
    "retouch",
    "Smooth the skin of faces and keep its pores.",
    RetouchParams,
    default_keep=0.0,
    stage=skin_stage,
    target="optional",
    blends=False,
    done="Retouched",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "retouch photo.jpg -o smooth.jpg",
        "retouch photo.jpg --amount 40 --what 'the face on the left' -o smooth.jpg",
    ),
    says=(
        Saying(
            (
                f"{_SMOOTH} {_SKIN}",
                f"{_SMOOTH} {{thing}} {_SKIN}",
                "(skin|complexion) (|look) (smoother|softer|silkier|flawless|smooth|soft|silky|"
                "perfect|porcelain|glowing)",
                "(skin|complexion) (is|looks|look) (too|so|very|) (rough|wrinkled|wrinkly|bumpy|"
                "coarse|old|tired|textured)",
                "(fix|improve|enhance) (skin|complexion)",
                "(fix|improve|enhance) {thing} (skin|complexion)",
                "(skin|face) retouching",
                "make skin of {thing} (smoother|softer|silkier|smooth|soft)",
                "(retouch|beautify|airbrush)",
                "beautify {thing}",
                f"{_LESS} {_LINES}",
                f"{_LESS} {{thing}} (wrinkle|fine line|laugh line|crow's feet|pores)",
            ),
            {"amount": 60},
            amount="amount",
            units=_PERCENT,
        ),
        # Bags are shadows larger than pores: that is what is smoothed, but not all of it goes.
        Saying(
            (
                f"{_LESS} (bag|dark circle|circle|dark ring|ring|shadow) under eyes",
                f"{_LESS} (bag|dark circle|circle|dark ring|ring|shadow) under {{thing}} eyes",
                f"{_LESS} (eye bag|dark circle)",
            ),
            {"amount": 60},
            amount="amount",
            units=_PERCENT,
            sure=0.7,
        ),
    ),
    qualities=(
        Quality(
            ("wrinkles", "fine lines", "crow's feet", "laugh lines", "eye bags"),
            {"amount": 60},
            "amount",
            more=("wrinkled", "wrinkly"),
            fewer={"amount": 60},
            fault=True,
            sides="less",
        ),
        Quality(
            ("skin smoothness",),
            {"amount": 60},
            "amount",
            more=("smoother skin", "softer skin", "silkier skin", "flawless skin", "smoother complexion"),
            sides="more",
        ),
    ),
    asks=(
        "Smoother skin, please.",
        "Make her skin a bit softer.",
        "Can you reduce the wrinkles on his face?",
    ),
)
