"""Even skin: blotches and redness move towards the skin's own colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Operation, Saying
from keepdial.operations._faces import AmountParams, Spot, painted, skin_stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]


class EvenSkinParams(AmountParams):
    """How much."""


def passes(params: EvenSkinParams, look: Look) -> tuple[Pass, ...]:
    """Move the colour, not the light, of large patches towards the median of the face's skin."""
    from keepdial.faces.skin import evened

    def work(lab: Array, spot: Spot) -> Array:
        return evened(lab, spot.weights["skin"], spot.unit, params.amount / 100)

    return painted(look, work)


OPERATION = Operation(
    "even-skin",
    "Even out the colour of the skin of faces: less redness, fewer blotches.",
    EvenSkinParams,
    default_keep=0.0,
    stage=skin_stage,
    target="optional",
    blends=False,
    done="Evened the skin",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "even-skin photo.jpg -o even.jpg",
        "even-skin photo.jpg --amount 90 -o even.jpg",
    ),
    says=(
        Saying(
            (
                "even the skin",
                "even out the skin",
                "even skin",
                "skin more even",
                "skin even",
                "even skin tone",
                "even out the skin tone",
                "even the complexion",
                "less redness",
                "reduce redness",
                "reduce the redness",
                "less red in the face",
                "less blotchy",
                "remove the redness",
            ),
            {"amount": 60},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
)
