"""Blemishes: spots on the skin are found and healed from the skin around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Quality, Saying, Stage
from keepdial.operations._faces import (
    AmountParams,
    Spot,
    everything,
    lab_of,
    meant,
    painted,
    parts_of,
    staged,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]


class BlemishesParams(AmountParams):
    """What counts as a spot."""

    amount: float = Field(
        default=100, ge=0, le=100, description="How far each spot goes, in %: 100 = altogether."
    )
    sensitivity: float = Field(
        default=50,
        ge=0,
        le=100,
        description="What counts as a spot: 0 = only the plainest, 100 = every mole and freckle.",
    )


def stage(image: Image, selection: Selection, params: BlemishesParams, settings: Settings) -> Stage:
    """Find the faces, and the spots on their skin."""
    from keepdial.faces.skin import blemishes, spot_mask

    faces, notes = meant(image, selection)
    spots, count = [], 0
    for face in faces:
        parts = parts_of(image, face)
        lab = lab_of(image, parts.box)
        skin = parts.ground(parts.skin(lab))
        if not everything(selection):
            skin = skin * selection.mask[parts.box.slices]
        found = blemishes(lab, skin, face.unit, params.sensitivity / 100)
        count += len(found)
        if found:
            weights = {"spots": spot_mask(lab.shape, found)}
            spots.append(Spot(parts.box, weights, face.unit, {"skin": skin, "found": found}))
    where = f"on the skin of {len(faces)} faces" if len(faces) > 1 else "on the skin"
    number = "No spots were" if count == 0 else "1 spot was" if count == 1 else f"{count} spots were"
    return staged(image, selection, spots, [f"{number} found {where}.", *notes])


def passes(params: BlemishesParams, look: Look) -> tuple[Pass, ...]:
    """Fill each spot with the colour of the skin around it and grain from beside it."""
    from keepdial.faces.skin import healed

    def work(lab: Array, spot: Spot) -> Array:
        return healed(lab, spot.more["skin"], spot.more["found"], params.amount / 100)

    return painted(look, work)


_SPOT = (
    "(pimple|acne|zit|blemish|blackhead|whitehead|breakout|acne scar|acne mark|skin imperfection|"
    "skin blemish)"
)
_GONE = (
    "(remove|erase|delete|get rid of|take out|take away|clear|clear up|heal|fix|hide|cover up|"
    "conceal|eliminate|"
    "clean up|edit out|photoshop out|airbrush|fade|retouch|no more|without|less|fewer|reduce|"
    "minimise|minimize)"
)
_ON_SKIN = "(on|from|off) (face|skin|forehead|chin|cheek|nose|neck)"

OPERATION = Operation(
    "blemishes",
    "Find small dark or red spots on the skin of faces and heal them.",
    BlemishesParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Healed spots",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "blemishes photo.jpg -o clear.jpg",
        "blemishes photo.jpg --sensitivity 80 -o clear.jpg",
    ),
    says=(
        Saying(
            (
                f"{_GONE} {_SPOT}",
                f"{_GONE} {{thing}} {_SPOT}",
                f"{_GONE} (spot|bump|dot|mark|imperfection) {_ON_SKIN}",
                f"{_GONE} (|facial) (imperfection|flaw) {_ON_SKIN}",
                f"{_SPOT} (removal|gone|removed|healed)",
                "(clear|clean) (up|) (skin|complexion)",
                "(clear|clean) (up|) {thing} (skin|complexion)",
                "clean up face",
                "(skin|complexion) (clear|clearer)",
                "heal (|{thing}) skin",
            ),
            {"amount": 100},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            (
                f"(he|she) has {_SPOT}",
                f"(they have|there is|there are|covered in|covered with) {_SPOT}",
                f"{_SPOT} (is|are|) (too|very|) (visible|distracting|noticeable)",
            ),
            {"amount": 100},
            amount="amount",
            units=("%", "percent"),
            sure=0.8,
        ),
        Saying(
            (f"{_GONE} (freckle|mole)", f"{_GONE} {{thing}} freckle"), {"amount": 100, "sensitivity": 100}
        ),
    ),
    qualities=(
        Quality(
            ("acne", "pimples", "zits", "blemishes", "blackheads", "skin imperfections", "breakouts"),
            {"amount": 100},
            "amount",
            more=("pimply",),
            fewer={"amount": 100},
            fault=True,
            sides="less",
        ),
        Quality((), {"amount": 100}, "amount", more=("clearer skin", "clearer complexion"), sides="more"),
    ),
    asks=(
        "Can you get rid of the pimples on her forehead?",
        "She has a few pimples.",
        "Fewer blemishes.",
    ),
)
