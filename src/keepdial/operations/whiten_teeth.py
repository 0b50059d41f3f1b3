"""Whiten teeth: less yellow and a little more light, in teeth alone."""

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


class WhitenTeethParams(AmountParams):
    """How much."""


def stage(image: Image, selection: Selection, params: WhitenTeethParams, settings: Settings) -> Stage:
    """Find the faces, and the teeth in their open mouths."""
    from keepdial.faces.mouth import teeth

    faces, notes = meant(image, selection)
    spots, without = [], 0
    for face in faces:
        parts = parts_of(image, face)
        found = teeth(parts, lab_of(image, parts.box))
        if found.any():
            spots.append(Spot(parts.box, {"teeth": found}, face.unit))
        else:
            without += 1
    if without:
        said = "No teeth are seen" if not spots else f"No teeth are seen in {without} of {len(faces)} faces"
        notes = [f"{said}; what is no tooth was left.", *notes]
    return staged(image, selection, spots, notes)


def passes(params: WhitenTeethParams, look: Look) -> tuple[Pass, ...]:
    """Take yellow out of the teeth and add a little light."""
    from keepdial.faces.mouth import whitened

    def work(lab: Array, spot: Spot) -> Array:
        return whitened(lab, spot.weights["teeth"], params.amount / 100)

    return painted(look, work)


_WHITEN = "(whiten|bleach|brighten|brighten up|lighten|clean|clean up|polish|fix)"
_WHITER = (
    "(whiter|white|brighter|bright|cleaner|clean|shinier|pearly white|less yellow|less stained|"
    "sparkle|shine|sparkling)"
)
_YELLOW = "(yellow|yellowish|stained|discoloured|discolored|dark|dirty|brown)"

OPERATION = Operation(
    "whiten-teeth",
    "Whiten the teeth of faces that smile.",
    WhitenTeethParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Whitened the teeth",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "whiten-teeth photo.jpg -o smile.jpg",
        "whiten-teeth photo.jpg --amount 40 -o smile.jpg",
    ),
    says=(
        Saying(
            (
                f"{_WHITEN} (teeth|tooth)",
                f"{_WHITEN} {{thing}} (teeth|tooth)",
                "(whiten|brighten|brighten up) smile",
                "(whiten|brighten|brighten up) {thing} smile",
                f"teeth (|look) {_WHITER}",
                f"make teeth of {{thing}} {_WHITER}",
                "smile (whiter|brighter)",
                "teeth (whitening|bleaching)",
                f"teeth (is|are|look|looks|seem|) (too|so|very|really|a bit|) {_YELLOW}",
                "(remove|reduce|get rid of|take out|take|less) (yellow|stain|yellowing|"
                "discolouration|discoloration)"
                " (from|of|on|in|out of|off) teeth",
                "(remove|reduce|get rid of|take out|take|less) (yellow|stain|yellowing|"
                "discolouration|discoloration)"
                " (from|of|on|in|out of|off) {thing} teeth",
                f"(fix|correct|no more|less) {_YELLOW} teeth",
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
            more=("whiter teeth", "brighter teeth", "cleaner teeth", "whiter smile", "brighter smile"),
            sides="more",
        ),
    ),
    asks=("Whiten his teeth a little.", "Her teeth are too yellow.", "Whiter teeth, please."),
)
