"""Hair as a mask: MediaPipe's hair segmentation network.

A. Tkachenka et al.: Real-time Hair Segmentation and Recoloring on Mobile GPUs. arXiv:1907.06740.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of
from keepdial.networks.pictures import as_rgb, resized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MODEL = "hair"


REACH = 4.0
"""The network is shown a square this many times as wide as a face: hair can be long."""
LARGE = 0.25
"""A face that takes this part of the picture's shorter side is seen well enough in the whole picture."""


def hair(rgb: NDArray[np.uint8], *, faces: Sequence[Box] | None = None) -> NDArray[np.float32]:
    """Return the probability of being hair, (H, W) float32 in [0, 1], 1 = hair.

    The network was trained on people who photograph themselves: on trees and coats it makes mistakes, and
    small heads it does not see well. So it looks around each face, and only people can have hair, where the
    models for these are installed.

    Args:
        rgb: (H, W, 3) uint8 sRGB; not modified.
        faces: boxes of faces; None = found by YuNet where it is installed.

    Raises:
        ModelMissing: the model ``hair`` is not installed, or the package that runs it.
    """
    rgb = as_rgb(rgb)
    size = size_of(rgb)
    heads = _heads(rgb) if faces is None else faces
    small = [box for box in heads if box.area and box.width < LARGE * min(size.width, size.height)]
    found = np.zeros(rgb.shape[:2], np.float32) if heads and len(small) == len(heads) else _once(rgb)
    for box in small:
        side = round(REACH * max(box.width, box.height))
        square = Box(box.x + (box.width - side) // 2, box.y + (box.height - side) // 2, side, side).clip(size)
        place = found[square.slices]
        np.maximum(place, _once(rgb[square.slices]), out=place)
    return _of_people(rgb, found)


def _heads(rgb: NDArray[np.uint8]) -> Sequence[Box]:
    from keepdial.models import installed
    from keepdial.networks import yunet

    return [face.box for face in yunet.faces(rgb)] if installed(yunet.MODEL) else ()


def _of_people(rgb: NDArray[np.uint8], found: NDArray[np.float32]) -> NDArray[np.float32]:
    from keepdial.models import installed
    from keepdial.networks import selfie

    if not installed(selfie.MODEL) or not found.any():
        return found
    # A person's mask may be tight where hair is loose: its doubt is forgiven, not its denial.
    return np.asarray(found * np.clip(selfie.person(rgb) * 3, 0, 1), np.float32)


def _once(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    from keepdial.models import runtime

    network = runtime.tflite(MODEL)
    _, height, width, _ = network.shape
    fed = np.zeros((1, height, width, 4), np.float32)
    # The fourth plane is the mask of the frame before in a film; a photograph has none.
    fed[0, ..., :3] = resized(np.ascontiguousarray(rgb), width, height).astype(np.float32) / np.float32(255)
    (logits,) = network(fed)
    # Two classes, not hair and hair: the second of a softmax is a sigmoid of the difference.
    likely = 1 / (1 + np.exp(np.clip(logits[0, ..., 0] - logits[0, ..., 1], -50, 50)))
    full = resized(np.ascontiguousarray(likely, np.float32), rgb.shape[1], rgb.shape[0])
    return np.asarray(full, np.float32)
