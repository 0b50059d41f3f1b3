"""People as a mask: ML Kit's selfie segmentation network, which sees 256 x 256 pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of
from keepdial.networks.pictures import as_rgb, resized

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Map = NDArray[np.float32]

MODEL = "selfie"
MARGIN = 0.1
"""Part of a box's sides that is added around it for a look at one person."""


def person(rgb: NDArray[np.uint8]) -> Map:
    """Return the probability of belonging to a person, (H, W) float32 in [0, 1], 1 = inside.

    Looks at the picture and its mirror image, and once more up close at the people that it saw.

    Raises:
        ModelMissing: the model ``selfie`` is not installed, or the package that runs it.
    """
    from keepdial.saliency import person_map

    return person_map(as_rgb(rgb), look)


def person_in(rgb: NDArray[np.uint8], box: Box) -> Map:
    """Return the probability of belonging to a person, (box.height, box.width) float32, by a look at `box`.

    The network is shown the square around the box, which its own square does not distort. Of one small
    person among many it sees more so than by `person`. Errors as of `person`.
    """
    rgb = as_rgb(rgb)
    grown = box.grow(round(box.width * MARGIN), round(box.height * MARGIN))
    side = max(grown.width, grown.height)
    corner = (grown.x - (side - grown.width) // 2, grown.y - (side - grown.height) // 2)
    square = Box(*corner, side, side).clip(size_of(rgb))
    part = rgb[square.slices]
    seen = (look(part) + look(part[:, ::-1])[:, ::-1]) / 2
    return np.ascontiguousarray(seen[box.shift(-square.x, -square.y).slices], np.float32)


def look(rgb: NDArray[np.uint8]) -> Map:
    """Return what the network says of `rgb` (h, w, 3) uint8 by one look, (h, w) float32 in [0, 1]."""
    from keepdial.models import runtime

    network = runtime.tflite(MODEL)
    _, height, width, _ = network.shape
    small = resized(np.ascontiguousarray(rgb), width, height).astype(np.float32) / np.float32(255)
    (out,) = network(small[None])
    return np.asarray(np.clip(resized(out[0, ..., 0], rgb.shape[1], rgb.shape[0]), 0, 1), np.float32)
