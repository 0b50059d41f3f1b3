"""Faces of people."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.geometry import Box
from keepdial.select import Finder, Instance, Options, Region

if TYPE_CHECKING:
    from keepdial.faces import Face
    from keepdial.image import Image

SHAPES = {
    ("face", "dlib"): (0.58, 0.68, -0.04),
    ("head", "dlib"): (0.85, 1.1, -0.25),
    ("face", "yunet"): (0.54, 0.54, 0.0),
    ("head", "yunet"): (0.85, 0.85, -0.14),
}
"""Half axes of the ellipse and how far its middle lies below the box's, in widths and heights of the box. A
face reaches from the forehead to the chin, a head takes in the hair; dlib's boxes begin at the brows."""


class FacesOptions(Options):
    """What of each person."""

    name: str = Field(
        default="face", max_length=40, description="face: from forehead to chin; head: with the hair."
    )


def faces_of(image: Image) -> tuple[Face, ...]:
    """Return the faces in the upright picture, the largest first; searched once per picture."""
    from keepdial.faces import find_faces
    from keepdial.scene import scene_of

    scene = scene_of(image)
    return scene.once("faces", lambda: find_faces(scene.rgb))


def find(options: FacesOptions, image: Image) -> tuple[Instance, ...]:
    """Return an ellipse over each face, or head, 1 = inside; the largest first."""
    name = "head" if options.name == "head" else "face"
    return tuple(_instance(face, name, image) for face in faces_of(image))


def _instance(face: Face, name: str, image: Image) -> Instance:
    import numpy as np

    box = face.box
    across, down, shift = SHAPES[name, face.source]
    a, b = max(1.0, across * box.width), max(1.0, down * box.height)
    x, y = box.x + (box.width - 1) / 2, box.y + (box.height - 1) / 2 + shift * box.height
    left, top = math.floor(x - a), math.floor(y - b)
    around = Box(left, top, math.ceil(x + a) - left + 1, math.ceil(y + b) - top + 1).clip(image.size)
    rows = (np.arange(around.y, around.bottom) - y) / b
    columns = (np.arange(around.x, around.right) - x) / a
    inside = rows[:, None] ** 2 + columns[None, :] ** 2 <= 1
    values = np.ascontiguousarray(inside, np.float32)
    detail = {"box": [box.x, box.y, box.width, box.height], "source": face.source}
    return Instance(Region(around, values), name, face.score, detail)


def missing() -> str:
    """Return how to get a face detector; "" where there is one."""
    from keepdial.faces import missing as lacks

    return lacks()


FINDER = Finder(
    "faces",
    "Faces of people, from forehead to chin; heads, with the hair.",
    FacesOptions,
    find=find,
    words=frozenset({"face", "head"}),
    guards="always",
    missing=missing,
    quality=0.6,
    cost=0.1,
)
