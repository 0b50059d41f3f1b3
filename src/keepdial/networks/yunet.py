"""Faces with five points: YuNet, run by OpenCV.

W. Wu, H. Peng, S. Yu: YuNet: A Tiny Millisecond-level Face Detector. Machine Intelligence Research 20, 2023.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.geometry import Box, size_of
from keepdial.networks.pictures import as_rgb, box_between, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL = "yunet"
SCORE = 0.6
OVERLAP = 0.3
LONGEST = 1280
"""A larger picture is made smaller first: the network was trained on faces of 10 to 300 pixels."""
SMALLEST = 64
"""Smaller pictures are made larger: the network halves its input five times."""

_lock = threading.Lock()
_detectors: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Face:
    """One face.

    Attributes:
        box: around the face from chin to forehead, inside the picture.
        points: five (x, y) in pixels: the eye on the left of the picture, the one on the right, the tip of
            the nose, the corner of the mouth on the left, the one on the right.
        score: how sure the network is, 0 to 1.
    """

    box: Box
    points: tuple[tuple[float, float], ...]
    score: float


def faces(rgb: NDArray[np.uint8], *, score: float = SCORE) -> tuple[Face, ...]:
    """Return the faces in `rgb` (H, W, 3) uint8 that score at least `score`, the surest first.

    Raises:
        ModelMissing: the model ``yunet`` is not installed.
    """
    from keepdial.models import path_of

    rgb = as_rgb(rgb)
    size = size_of(rgb)
    scale = min(1.0, LONGEST / max(size.width, size.height))
    scale = max(scale, SMALLEST / max(size.width, size.height))
    inner = (max(1, round(size.width * scale)), max(1, round(size.height * scale)))
    bgr = np.ascontiguousarray(resized(rgb, *inner)[..., ::-1])
    across, down = size.width / inner[0], size.height / inner[1]
    stretch = np.array([across, down])
    found = []
    for row in _detect(str(path_of(MODEL)), bgr, score):
        x, y, w, h = row[:4]
        box = box_between((x * across, y * down, (x + w) * across, (y + h) * down), size)
        if box.area and np.isfinite(row).all():
            points = row[4:14].reshape(5, 2) * stretch
            found.append(Face(box, tuple((float(px), float(py)) for px, py in points), float(row[14])))
    return tuple(sorted(found, key=lambda face: -face.score))


def _detect(path: str, bgr: NDArray[np.uint8], score: float) -> NDArray[np.float64]:
    """Return rows of x, y, width, height, five points and score, in pixels of `bgr`."""
    import cv2

    with _lock:  # the detector holds its input's size and its own buffers
        if path not in _detectors:
            said = cv2.utils.logging
            before = said.getLogLevel()
            said.setLogLevel(said.LOG_LEVEL_ERROR)  # it warns of a target that nobody asked for
            try:
                _detectors[path] = cv2.FaceDetectorYN.create(path, "", (320, 320), SCORE, OVERLAP, 500)
            finally:
                said.setLogLevel(before)
        detector = _detectors[path]
        detector.setInputSize((bgr.shape[1], bgr.shape[0]))
        detector.setScoreThreshold(score)
        _, rows = detector.detect(bgr)
    return np.zeros((0, 15)) if rows is None else np.asarray(rows, np.float64)
