"""Red eye: pupils that a flash has lit become dark again, and keep their catchlight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._faces import MEANT, AmountParams, Spot, covered, everything, lab_of, painted, staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.faces.eyes import RedPupil
    from keepdial.faces.landmarks import Landmarks
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

PLACES = 40
"""So many separate places of a drawn selection are looked into, the largest first."""
IN_A_PLACE = 4
"""So many red pupils at most are looked for in one drawn place: it may hold a face, or two."""


class RedEyeParams(AmountParams):
    """How much."""

    amount: float = Field(
        default=100, ge=0, le=100, description="How far the red goes, in %: 100 = altogether."
    )


def stage(image: Image, selection: Selection, params: RedEyeParams, settings: Settings) -> Stage:
    """Find the red pupils in the eyes of faces, or in the places that were drawn where these hold no face."""
    whole = everything(selection)
    faces = _faces(image, selection, whole=whole)
    if faces:
        spots = [spot for face in faces if (spot := _in_face(image, face)) is not None]
        where = f"the eyes of {len(faces)} faces" if len(faces) > 1 else "the eyes of the face"
    else:
        spots = _in_places(image, selection)
        where = "what was selected"
    count = sum(len(spot.more["pupils"]) for spot in spots)
    number = (
        "No red pupils were"
        if count == 0
        else "1 red pupil was"
        if count == 1
        else f"{count} red pupils were"
    )
    return staged(image, selection, spots, [f"{number} found in {where}."])


def _faces(image: Image, selection: Selection, *, whole: bool) -> list[Landmarks]:
    """Return the faces that are selected; none where places were drawn that hold no whole face."""
    from keepdial.errors import SelectionError
    from keepdial.faces import missing
    from keepdial.faces.landmarks import landmarks_of

    show = "Show where the eye is: with a box (--box X,Y,W,H) or a click (--point X,Y)."
    if lacks := missing():
        if whole:
            raise SelectionError("Faces cannot be found here.", hint=f"{show} {lacks}")
        return []
    every = landmarks_of(image)
    if whole and not every:
        raise SelectionError("No face was found in the picture.", hint=show)
    return [face for face in every if covered(face, selection) >= MEANT]


def _in_face(image: Image, face: Landmarks) -> Spot | None:
    import numpy as np

    from keepdial.faces.eyes import NEAR, NEAR_ESTIMATED, find_red, pupil_mask
    from keepdial.faces.parts import Parts

    parts = Parts.of(face, image.size, margin=0.1)
    if parts.box.area == 0:
        return None
    lab = lab_of(image, parts.box)
    reach = max(2.0, (NEAR_ESTIMATED if face.estimated else NEAR) * face.unit)
    pupils: list[RedPupil] = []
    for side in (0, 1):
        middle = face.eyes[side] if face.estimated else parts.iris(side)[0]
        pupils += find_red(lab, np.asarray(parts.disc(middle, reach) > 0.5), face.unit)
    if not pupils:
        return None
    return Spot(parts.box, {"red": pupil_mask(lab, tuple(pupils))}, face.unit, {"pupils": tuple(pupils)})


def _in_places(image: Image, selection: Selection) -> list[Spot]:
    """Return the red pupils in each connected piece of the selection."""
    import cv2
    import numpy as np

    from keepdial.faces.eyes import PUPIL, find_red, pupil_mask
    from keepdial.geometry import Box

    region = (selection.mask > 0.5).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(region, connectivity=8)
    order = sorted(range(1, len(stats)), key=lambda k: -int(stats[k, cv2.CC_STAT_AREA]))
    spots = []
    for k in order[:PLACES]:
        x, y, w, h = (int(v) for v in stats[k, :4])
        # Around it there must be something to tell red by.
        box = Box(x, y, w, h).grow(round(max(w, h)) + 3).clip(image.size)
        lab = lab_of(image, box)
        unit = 0.75 * max(w, h) / PUPIL
        pupils = find_red(lab, labels[box.slices] == k, unit, most=IN_A_PLACE, lonely=True)
        if pupils:
            spots.append(Spot(box, {"red": pupil_mask(lab, pupils)}, unit, {"pupils": pupils}))
    return spots


def passes(params: RedEyeParams, look: Look) -> tuple[Pass, ...]:
    """Take the red light out of the pupils, and darken what is left but the catchlight."""
    from keepdial.faces.eyes import darkened

    def work(light: Array, spot: Spot) -> Array:
        return darkened(light, spot.weights["red"], params.amount / 100)

    return painted(look, work, oklab=False)


_RED_EYES = "(red eye|red eyes|red-eye|red-eyes|redeye|red pupil|red pupils)"

OPERATION = Operation(
    "red-eye",
    "Take the red out of eyes that a flash has lit.",
    RedEyeParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Took the red out of the eyes",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "red-eye photo.jpg -o eyes.jpg",
        "red-eye photo.jpg --box 210,95,30,24 -o eyes.jpg",
    ),
    says=(
        Saying(
            (
                "(remove|fix|correct|get rid of|take out|reduce|eliminate|no|no more|repair|edit out|"
                f"clear) {_RED_EYES}",
                f"(remove|fix|correct|get rid of|take out|reduce|eliminate|repair) {{thing}} {_RED_EYES}",
                f"{_RED_EYES} (removal|reduction|correction|fix|effect|effects|gone|removed)",
                "(red eye|red-eye)",
                "(take|get|remove) red (out of|from|in|off) eyes",
                "(take|get|remove) red (out of|from|in|off) {thing} eyes",
                "(eyes|pupils) (are|came out|shine|glow) (all|too|so|) red",
                "(he|she) has (red eye|red eyes|red-eye|red pupils)",
                "eyes (less red|not red)",
            ),
            {"amount": 100},
            amount="amount",
            units=("%", "percent"),
        ),
    ),
    asks=("Remove the red eyes.", "Can you take the red out of his eyes?", "Red-eye correction"),
)
