"""Retouch: the blotches and small shadows of skin go, its pores stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Operation, Saying
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
                "retouch",
                "retouch the skin",
                "smooth the skin",
                "smoother skin",
                "smooth skin",
                "soften the skin",
                "skin smoother",
                "skin softer",
                "airbrush the skin",
                "beautify",
                "fewer wrinkles",
                "reduce wrinkles",
            ),
            {"amount": 60},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
)
