"""Faces: where they are, five points of each, and a fingerprint of who it is. Pure functions over pixels.

Two detectors serve: YuNet where its weights are installed (``keepdial models get yunet``), else dlib's (the
extra ``keepdial[faces]``), which sees faces from the front. The fingerprint is dlib's: without it, faces
are found but not told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import BackendError, ParameterError
from keepdial.faces.face import Face

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SAME_PERSON", "Face", "embedding", "find_faces", "missing"]

SAME_PERSON = 0.6
"""Euclidean distance between two fingerprints below which dlib takes them for one person's."""

EXTRA = "Install a detector: pip install 'keepdial[faces]', or keepdial models get yunet."


def missing() -> str:
    """Return how to get what finding faces lacks here; "" when it can work."""
    from keepdial.faces import hog

    return "" if _yunet() or hog.installed() else EXTRA


def find_faces(rgb: NDArray[np.uint8]) -> tuple[Face, ...]:
    """Return the faces in `rgb` (H, W, 3) uint8, the largest first.

    Raises `ParameterError` for another array, and `BackendError`, which names the extra, where no detector is
    installed.
    """
    from keepdial.faces import hog

    _check(rgb)
    if _yunet():
        found = _by_yunet(rgb)
    else:
        _need_extra()
        found = hog.faces(rgb)
    return tuple(sorted(found, key=lambda face: (-face.box.area, face.box.x, face.box.y)))


def embedding(rgb: NDArray[np.uint8], face: Face) -> NDArray[np.float32]:
    """Return the fingerprint (128,) float32 of a face in `rgb` (H, W, 3) uint8.

    Two of one person are nearer than `SAME_PERSON` (Euclidean), mostly: King, dlib's face recognition model
    (ResNet with a metric loss, 2017), 99.4 % on Labeled Faces in the Wild by its author's measurement. Raises
    as `find_faces` does.
    """
    from keepdial.faces import hog

    _check(rgb)
    _need_extra()
    return hog.fingerprint(rgb, face)


def _need_extra() -> None:
    from keepdial.faces import hog

    if not hog.installed():
        raise BackendError("The packages dlib-bin and face_recognition_models are not installed.", hint=EXTRA)


def _yunet() -> bool:
    from keepdial.models import installed
    from keepdial.networks.yunet import MODEL

    return installed(MODEL)


def _by_yunet(rgb: NDArray[np.uint8]) -> tuple[Face, ...]:
    from keepdial.networks import yunet

    return tuple(
        Face(face.box, np.array(face.points, np.float32), face.score, "yunet") for face in yunet.faces(rgb)
    )


def _check(rgb: NDArray[np.uint8]) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise ParameterError("rgb", f"{rgb.shape} {rgb.dtype}", "(H, W, 3) uint8, not empty")
