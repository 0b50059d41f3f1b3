"""The mesh of points on each face of a picture: seen by a network, or estimated from a detector's points."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from keepdial.faces import topology
from keepdial.geometry import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.faces.face import Face
    from keepdial.image import Image

    Points = NDArray[np.float32]

GET = "keepdial models get face-landmarker"
LIKELY = 0.5
"""Least certainty of the mesh's network that it looks at a face."""
EYES_ONLY, WITH_MOUTH = 0.5, 0.7
"""How far the mean face leans sideways with what is seen below the eyes. Of 26 faces in photographs the
middle of the mouth lay 0.10 distances of the eyes from where the network sees it (median), the eyes 0.03
where dlib found them and 0.09 where YuNet did."""


@dataclass(frozen=True, eq=False, slots=True)
class Landmarks:
    """A face with the points of its mesh.

    Attributes:
        face: the face as it was found.
        points: (478, 2) float32 in pixels (x, y), from the picture's corner, in the order of
            `keepdial.faces.topology`.
        estimated: whether they are a mean face laid through a detector's few points, rather than seen.
    """

    face: Face
    points: Points
    estimated: bool

    @property
    def eyes(self) -> Points:
        """(2, 2) float32: the middles of the eyes, left and right in the picture."""
        return np.stack([self.points[list(pair)].mean(axis=0) for pair in topology.CORNERS])

    @property
    def unit(self) -> float:
        """The distance of the eyes in px, in which all sizes on a face are given; at least 1."""
        left, right = self.eyes
        return max(1.0, float(np.hypot(*(right - left))))

    @property
    def axes(self) -> Points:
        """(2, 2) float32: the directions to the face's right (in the picture) and down, of length 1."""
        left, right = self.eyes
        across = (right - left) / np.float32(self.unit)
        return np.array([across, (-across[1], across[0])], np.float32)

    def at(self, indices: Sequence[int]) -> Points:
        """Return (n, 2) float32, the points of these numbers."""
        return self.points[list(indices)]

    def box(self, margin: float) -> Box:
        """Return the box around the outline, wider by `margin` distances of the eyes; it may leave the
        picture."""
        outline = self.at(topology.OVAL)
        pad = margin * self.unit
        x0, y0 = np.floor(outline.min(axis=0) - pad).astype(int).tolist()
        x1, y1 = np.ceil(outline.max(axis=0) + pad).astype(int).tolist()
        return Box(x0, y0, x1 - x0, y1 - y0)


def missing() -> str:
    """Return how to get the network that sees the mesh; "" when it is here."""
    from keepdial.models import card, installed
    from keepdial.models.check import lacking_package
    from keepdial.networks.facemesh import MODEL

    if installed(MODEL):
        return ""
    lacks = lacking_package(card(MODEL).format)
    return f"Get the network that sees them: {GET}." + (f" {lacks}." if lacks else "")


def landmarks_of(image: Image) -> tuple[Landmarks, ...]:
    """Return the faces in the upright picture with their points, the largest first; found once per picture.

    Raises `BackendError`, which names the extra, where no face detector is installed.
    """
    from keepdial.scene import scene_of
    from keepdial.select.faces import faces_of

    scene = scene_of(image)
    faces = faces_of(image)
    seen = not missing()
    return scene.once(("landmarks", seen), lambda: tuple(landmarks(scene.rgb, f, seen=seen) for f in faces))


def landmarks(rgb: NDArray[np.uint8], face: Face, *, seen: bool) -> Landmarks:
    """Return the points of one face in `rgb` (H, W, 3) uint8.

    With `seen` False, or where the network sees no face there, they are estimated.
    """
    if seen:
        from keepdial.networks.facemesh import mesh_and_presence

        eyes = () if face.points is None else tuple((float(x), float(y)) for x, y in face.points[:2])
        points, likely = mesh_and_presence(rgb, tall(face), eyes=eyes)
        if likely >= LIKELY:
            return Landmarks(face, np.ascontiguousarray(points[:, :2]), False)
    return Landmarks(face, estimated(face), True)


def tall(face: Face) -> Box:
    """Return the face's box from the hair to the chin, as the mesh's network wants it."""
    box = face.box
    if face.source != "dlib":
        return box
    height = round(1.25 * box.height)
    return Box(box.x, box.bottom - height + round(0.05 * box.height), box.width, height)


@cache
def mean_face() -> Points:
    """Return (478, 2) float32: the mean face, its eyes at (-0.5, 0) and (0.5, 0), x to the right, y down."""
    text = files("keepdial.faces").joinpath("mean.json").read_text(encoding="utf-8")
    points = np.array(json.loads(text)["points"], np.float32)
    points.flags.writeable = False
    return points


def estimated(face: Face) -> Points:
    """Return (478, 2) float32: the mean face laid through the eyes and nose or mouth of `face`.

    Eyes fix place, size and turn; what is seen below them fixes how far down the rest lies, and how far the
    face is turned to a side. Where a face has no points, it stands upright in its box.
    """
    mean = mean_face()
    box = face.box
    if face.points is None:
        # dlib's square reaches from the brows to the chin, others from the hair.
        high = box.y + (0.28 if face.source == "dlib" else 0.4) * box.height
        eyes = np.array(
            [[box.x + share * box.width, high] for share in (0.28, 0.72)],
            np.float32,
        )
        below, known, lean = None, None, 0.0
    else:
        eyes = face.points[:2]
        mouth = face.points[3:5].mean(axis=0)
        if np.isfinite(mouth).all():
            below, known, lean = mouth, mean[list(topology.MOUTH_CORNERS)].mean(axis=0), WITH_MOUTH
        else:
            below, known, lean = face.points[2], mean[topology.NOSE_BASE], EYES_ONLY
    middle, across = eyes.mean(axis=0), eyes[1] - eyes[0]
    down = np.array([-across[1], across[0]])
    length = max(1.0, float(across @ across))
    stretch, shift = 1.0, 0.0
    if below is not None and known is not None:
        stretch = float(np.clip((below - middle) @ down / length / known[1], 0.6, 1.5))
        shift = lean * float(np.clip((below - middle) @ across / length / known[1], -0.7, 0.7))
    x = mean[:, 0] + shift * mean[:, 1]
    # Foreheads do not follow the mouth.
    y = np.where(mean[:, 1] > 0, mean[:, 1] * stretch, mean[:, 1])
    return np.asarray(middle + x[:, None] * across + y[:, None] * down, np.float32)
