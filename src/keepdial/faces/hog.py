"""Faces by dlib: histograms of oriented gradients, five landmarks, a fingerprint.

Dalal and Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005; Kazemi and Sullivan, One
Millisecond Face Alignment with an Ensemble of Regression Trees, CVPR 2014. The weights come with the packages
dlib-bin (Boost licence) and face_recognition_models (CC0). Its model of 68 landmarks was trained on data for
research only and is never loaded.
"""

from __future__ import annotations

import threading
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.faces.face import Face
from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

AREA = 3_000_000
"""Pixels at which a picture is searched: there the detector's window of 80 px is the smallest face."""
LARGEST_SCALE = 2.0
"""How far a small picture is enlarged: so faces of 40 px are found in it."""
SURE = 0.2
"""Least score of dlib's detector; at 0, its own limit, it errs more often."""
LEAST_SIDE = 8
"""A picture with a shorter side holds no face."""

FIVE = "shape_predictor_5_face_landmarks.dat"
IDENTITY = "dlib_face_recognition_resnet_model_v1.dat"

_LOCK = threading.Lock()  # dlib's objects keep scratch memory of their own


def installed() -> bool:
    """Whether dlib and the weights are there."""
    return find_spec("dlib") is not None and _folder() is not None


def _folder() -> Path | None:
    # Importing the package would need pkg_resources, which new environments lack; its files are enough.
    spec = find_spec("face_recognition_models")
    for place in () if spec is None else spec.submodule_search_locations or ():
        folder = Path(place, "models")
        if (folder / FIVE).is_file() and (folder / IDENTITY).is_file():
            return folder
    return None


@cache
def _detector() -> Any:
    import dlib

    return dlib.get_frontal_face_detector()


@cache
def _landmarks() -> Any:
    import dlib

    folder = _folder()
    assert folder is not None
    return dlib.shape_predictor(str(folder / FIVE))


@cache
def _identity() -> Any:
    import dlib

    folder = _folder()
    assert folder is not None
    return dlib.face_recognition_model_v1(str(folder / IDENTITY))


def faces(rgb: NDArray[np.uint8]) -> tuple[Face, ...]:
    """Return the faces that look at the camera in `rgb` (H, W, 3) uint8; 0.3 s for a megapixel searched."""
    import cv2

    h, w = rgb.shape[:2]
    if min(h, w) < LEAST_SIDE:
        return ()
    scale = min(LARGEST_SCALE, (AREA / (h * w)) ** 0.5)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    there = rgb if size == (w, h) else np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)
    there = np.ascontiguousarray(there)
    found = []
    with _LOCK:
        rectangles, scores, _ = _detector().run(there, 0, SURE)
        for r, score in zip(rectangles, scores, strict=True):
            points = _five(there, r) * np.array([w / size[0], h / size[1]], np.float32)
            x0, y0 = round(r.left() * w / size[0]), round(r.top() * h / size[1])
            x1, y1 = round((r.right() + 1) * w / size[0]), round((r.bottom() + 1) * h / size[1])
            box = Box(x0, y0, x1 - x0, y1 - y0).clip(size_of(rgb))
            if box.area:
                found.append(Face(box, points, _certainty(score), "dlib"))
    return tuple(found)


def _certainty(score: float) -> float:
    """Return dlib's margin, mostly 0 to 3, as a number in [0, 1)."""
    return float(1 - 2.0 ** -(1 + max(0.0, score)))


def _five(rgb: NDArray[np.uint8], rectangle: Any) -> NDArray[np.float32]:
    """Return the points of a face as `Face` has them, from dlib's eye corners and nose."""
    shape = _landmarks()(rgb, rectangle)
    p = np.array([(shape.part(i).x, shape.part(i).y) for i in range(5)], np.float32)
    eyes = sorted(((p[0] + p[1]) / 2, (p[2] + p[3]) / 2), key=lambda eye: float(eye[0]))
    unknown = np.full(2, np.nan, np.float32)
    return np.stack([eyes[0], eyes[1], p[4], unknown, unknown])


def fingerprint(rgb: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
    """Return the fingerprint (128,) float32 of a face, wherever its box comes from.

    The landmarks are found anew in dlib's own square, at a size where the face has some 150 pixels.
    """
    import cv2
    import dlib

    square = _square(face)
    near = square.grow(round(0.6 * square.width)).clip(size_of(rgb))
    scale = min(LARGEST_SCALE, 150 / square.width)
    size = max(1, round(near.width * scale)), max(1, round(near.height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    crop = np.ascontiguousarray(cv2.resize(np.ascontiguousarray(rgb[near.slices]), size, interpolation=how))
    left, top = round((square.x - near.x) * scale), round((square.y - near.y) * scale)
    right, bottom = left + round(square.width * scale) - 1, top + round(square.height * scale) - 1
    with _LOCK:
        shape = _landmarks()(crop, dlib.rectangle(left, top, right, bottom))
        values = _identity().compute_face_descriptor(crop, shape)
    return np.array(values, np.float32)


def _square(face: Face) -> Box:
    """Return dlib's kind of box for a face: a square from the brows to the chin."""
    box = face.box
    if face.source == "dlib":
        side = max(1, round((box.width + box.height) / 2))
        return Box(box.x + (box.width - side) // 2, box.y + (box.height - side) // 2, side, side)
    side = max(1, round(0.95 * max(box.width, 0.85 * box.height)))
    middle_x, middle_y = box.x + box.width / 2, box.y + 0.58 * box.height
    return Box(round(middle_x - side / 2), round(middle_y - side / 2), side, side)
