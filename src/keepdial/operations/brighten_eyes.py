"""Brighten eyes: more light and contrast in the irises, whiter whites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Operation, Quality, Saying, Stage
from keepdial.operations._faces import AmountParams, Spot, lab_of, meant, painted, parts_of, staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]


class BrightenEyesParams(AmountParams):
    """How much."""


def stage(image: Image, selection: Selection, params: BrightenEyesParams, settings: Settings) -> Stage:
    """Find the faces, and the irises and whites of their eyes."""
    from keepdial.faces.eyes import eye_masks

    faces, notes = meant(image, selection)
    spots = []
    for face in faces:
        parts = parts_of(image, face)
        irises, whites = eye_masks(parts, lab_of(image, parts.box))
        spots.append(Spot(parts.box, {"irises": irises, "whites": whites}, face.unit))
    return staged(image, selection, spots, notes)


def passes(params: BrightenEyesParams, look: Look) -> tuple[Pass, ...]:
    """Raise light and contrast in the irises, and light in the whites, which lose red and yellow."""
    from keepdial.faces.eyes import brightened

    def work(lab: Array, spot: Spot) -> Array:
        weights = spot.weights
        return brightened(lab, weights["irises"], weights["whites"], spot.unit, params.amount / 100)

    return painted(look, work)


_BRIGHTEN = "(brighten|brighten up|lighten|lighten up|enhance|whiten|illuminate|light up|bring out|liven up)"
_BRIGHTER = (
    "(brighter|bright|sparkle|sparkly|pop|shine|shiny|whiter|clearer|clear|stand out|glow|livelier|"
    "more alive|"
    "more lively|more vivid|lighter|pop out)"
)

OPERATION = Operation(
    "brighten-eyes",
    "Bring light into the eyes of faces: clearer irises, whiter whites.",
    BrightenEyesParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Brightened the eyes",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "brighten-eyes photo.jpg -o bright.jpg",
        "brighten-eyes photo.jpg --amount 90 -o bright.jpg",
    ),
    says=(
        Saying(
            (
                f"{_BRIGHTEN} eyes",
                f"{_BRIGHTEN} {{thing}} eyes",
                f"eyes (|look|more) {_BRIGHTER}",
                f"make eyes (|look|more) {_BRIGHTER}",
                f"make eyes of {{thing}} (|look|more) {_BRIGHTER}",
                "(whiten|brighten) whites of eyes",
                "whites of eyes (whiter|brighter)",
                "(add|more|put) (sparkle|shine|light|life|a sparkle) (in|to|into) eyes",
                "(add|more|put) (sparkle|shine|light|life|a sparkle) (in|to|into) {thing} eyes",
                "eyes (are|look|looks|seem) (too|so|very|a bit|) (dull|dark|tired|lifeless|dim|dead)",
            ),
            {"amount": 60},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    qualities=(
        Quality(
            (),
            {"amount": 60},
            "amount",
            more=("brighter eyes", "clearer eyes", "whiter eyes", "sparkling eyes", "livelier eyes"),
            sides="more",
        ),
    ),
    asks=("Brighten her eyes a bit.", "Make the eyes sparkle.", "His eyes look dull."),
)
