"""Even skin: blotches and redness move towards the skin's own colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Operation, Quality, Saying
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


_TONE = "(skin tone|skin colour|skin|complexion|skin tones|facial tone|face tone)"
_LESS = (
    "(remove|reduce|less|get rid of|take out|take down|tone down|fix|lessen|decrease|neutralise|neutralize)"
)
_PERCENT = ("%", "percent")

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
                f"(even|even out|balance|balance out|equalise|equalize|unify) {_TONE}",
                f"(even|even out|balance|balance out|equalise|equalize|unify) {{thing}} {_TONE}",
                f"{_TONE} (even|uniform|more even|more uniform)",
                f"{_TONE} (is|are|looks|look|seems|) (too|so|very|a bit|) (uneven|blotchy|patchy|red|"
                "ruddy|flushed)",
                "(face|cheeks|cheek|nose|forehead) (is|are|looks|look) (too|so|very|a bit|quite) "
                "(red|ruddy|flushed|blotchy)",
                f"{_LESS} (redness|blotch|blotchiness|red patch|red patches|ruddiness|flush) (in|on|"
                "of|from|around) (face|skin|cheek|nose|forehead)",
                f"{_LESS} (blotch|blotchiness|ruddiness|red patch|red patches)",
                f"{_LESS} red (in|on|from|out of) (face|skin|cheek|nose)",
                f"{_LESS} {{thing}} (redness|blotchiness|ruddiness|sunburn)",
                f"{_LESS} (sunburn|rosacea)",
                "(fix|correct|improve) (skin tone|skin colour)",
                "(fix|correct|improve) {thing} (skin tone|skin colour)",
                f"(fix|correct|improve) (uneven|blotchy|patchy) {_TONE}",
                "(skin|face|complexion) (less|) (red|blotchy|patchy|ruddy)",
            ),
            {"amount": 60},
            amount="amount",
            units=_PERCENT,
        ),
    ),
    qualities=(
        Quality(
            ("blotchiness", "ruddiness"),
            {"amount": 60},
            "amount",
            more=("blotchy", "ruddy"),
            fewer={"amount": 60},
            fault=True,
            sides="less",
        ),
        Quality(
            (),
            {"amount": 60},
            "amount",
            more=("more even skin", "even skin tone", "more even skin tone", "more even complexion"),
            sides="more",
        ),
    ),
    asks=("The skin looks blotchy.", "Even out her skin tone a little.", "Less redness in his face, please."),
)
