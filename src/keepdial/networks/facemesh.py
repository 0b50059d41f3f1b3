"""A mesh of 478 points on a face: MediaPipe's face landmark network.

Y. Kartynnik, A. Ablavatski, I. Grishchenko, M. Grundmann: Real-time Facial Surface Geometry from Monocular
Video on Mobile GPUs. arXiv:1907.06724. Points 0 to 467 are the face's, 468 to 477 the irises'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.networks.pictures import as_rgb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MODEL = "face-landmarker"
MEMBER = "face_landmarks_detector.tflite"
POINTS = 478
GROW = 1.5
"""The network is shown a square this much larger than the face's box, as in MediaPipe's own graph."""


def mesh(
    rgb: NDArray[np.uint8], box: Box, *, eyes: Sequence[tuple[float, float]] = ()
) -> NDArray[np.float32]:
    """Return the points of the face in `box`: (478, 3) float32, x and y in pixels of `rgb`, z towards the
    viewer negative, in about the same unit.

    Args:
        rgb: (H, W, 3) uint8 sRGB; not modified.
        box: around the face, as a face finder gives it.
        eyes: the eye on the left of the picture and the one on the right, in pixels; with them a tilted face
            is turned upright before the network sees it.

    Raises:
        ModelMissing: the model ``face-landmarker`` is not installed, or the package that runs it.
    """
    return mesh_and_presence(rgb, box, eyes=eyes)[0]


def presence(rgb: NDArray[np.uint8], box: Box, *, eyes: Sequence[tuple[float, float]] = ()) -> float:
    """Return how likely there is a face in `box`, 0 to 1. Arguments and errors as of `mesh`."""
    return mesh_and_presence(rgb, box, eyes=eyes)[1]


def mesh_and_presence(
    rgb: NDArray[np.uint8], box: Box, *, eyes: Sequence[tuple[float, float]] = ()
) -> tuple[NDArray[np.float32], float]:
    """Return what `mesh` and `presence` return, from one look. Arguments and errors as of `mesh`."""
    import cv2

    from keepdial.models import runtime

    rgb = as_rgb(rgb)
    network = runtime.tflite(MODEL, MEMBER)
    side = network.shape[1]
    angle = 0.0
    if len(eyes) == 2:
        (lx, ly), (rx, ry) = eyes
        angle = float(np.arctan2(ry - ly, rx - lx))
    # From the network's pixels to the picture's: scale and turn about the box's centre.
    reach = GROW * max(box.width, box.height, 1) / side
    cos, sin = np.cos(angle) * reach, np.sin(angle) * reach
    centre = np.array([box.x + box.width / 2, box.y + box.height / 2])
    there = np.array([[cos, -sin], [sin, cos]])
    offset = centre - there @ np.array([side / 2, side / 2])
    # warpAffine counts from pixel centres, we from corners.
    half = np.array([0.5, 0.5])
    matrix = np.column_stack([there, offset + there @ half - half])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(rgb, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    outputs = network(np.asarray(seen, np.float32)[None] / np.float32(255))
    points = next(out for out in outputs if out.size == POINTS * 3).reshape(POINTS, 3).astype(np.float64)
    flag = next(float(out.ravel()[0]) for out in outputs if out.size == 1)
    placed = np.empty((POINTS, 3), np.float32)
    placed[:, :2] = points[:, :2] @ there.T + offset
    placed[:, 2] = points[:, 2] * reach
    return placed, float(1 / (1 + np.exp(-np.clip(flag, -50, 50))))
