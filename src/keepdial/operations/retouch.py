"""Retouch: the blotches and small shadows of skin go, its pores stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._faces import AmountParams, Spot, lab_of, meant, painted, parts_of, staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]


class RetouchParams(AmountParams):
    """How much."""


def stage(image: Image, selection: Selection, params: RetouchParams, settings: Settings) -> Stage:
    """Find the faces and their skin."""
    faces, notes = meant(image, selection)
    spots = []
    for face in faces:
        parts = parts_of(image, face)
        spots.append(Spot(parts.box, {"skin": parts.skin(lab_of(image, parts.box))}, face.unit))
    return staged(image, selection, spots, notes)


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
    stage=stage,
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
