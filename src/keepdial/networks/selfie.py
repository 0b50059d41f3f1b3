"""People as a mask: ML Kit's selfie segmentation network, looked at whole and once more up close.

The network sees 256 x 256 pixels, so a small person in a large picture is a few of them. Where the detector
YOLOX-nano is installed, each person that matters is shown to it again by the square around their box, and
the two answers are averaged; so are those for the picture and its mirror image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of
from keepdial.networks.pictures import as_rgb, resized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Map = NDArray[np.float32]

MODEL = "selfie"
SURE = 0.35
"""Score from which a detected person is looked at up close."""
RELEVANT = 0.3
"""People whose box has less than this share of the largest one's area are left to the look at the whole."""
MARGIN = 0.1
"""Part of a box's sides that is added around it."""


def person(rgb: NDArray[np.uint8], *, main: bool = False) -> Map:
    """Return the probability of belonging to a person, (H, W) float32 in [0, 1], 1 = inside.

    Args:
        rgb: (H, W, 3) uint8 sRGB; not modified.
        main: only the people who matter for their size, where the detector is installed; the others count
            half, which puts them below 0.5.

    Raises:
        ModelMissing: the model ``selfie`` is not installed, or the package that runs it.
    """
    rgb = as_rgb(rgb)
    whole = _both_ways(rgb)
    close = np.zeros_like(whole) if main else whole.copy()
    boxes = _people(rgb)
    if not boxes:
        return whole
    seen = np.zeros(whole.shape, bool)
    for box in boxes:
        square = _square(box).clip(size_of(rgb))
        part = _both_ways(rgb[square.slices])
        before = close[square.slices]
        # Where two looks overlap, either may have seen a person that the other cuts off.
        close[square.slices] = np.where(seen[square.slices], np.maximum(before, part), part)
        seen[square.slices] = True
    return np.asarray((whole + close) / 2, np.float32)


def _people(rgb: NDArray[np.uint8]) -> Sequence[Box]:
    from keepdial.models import installed
    from keepdial.networks import yolox

    if not installed(yolox.MODEL):
        return ()
    boxes = [found.box for found in yolox.detect(rgb, score=SURE) if found.label == "person"]
    largest = max((box.area for box in boxes), default=0)
    return [box for box in boxes if box.area >= RELEVANT * largest]


def _square(box: Box) -> Box:
    """Return the square around `box`, which the network's square input does not distort."""
    grown = box.grow(round(box.width * MARGIN), round(box.height * MARGIN))
    side = max(grown.width, grown.height)
    return Box(grown.x - (side - grown.width) // 2, grown.y - (side - grown.height) // 2, side, side)


def _both_ways(rgb: NDArray[np.uint8]) -> Map:
    return np.asarray((_once(rgb) + _once(rgb[:, ::-1])[:, ::-1]) / 2, np.float32)


def _once(rgb: NDArray[np.uint8]) -> Map:
    from keepdial.models import runtime

    network = runtime.tflite(MODEL)
    _, height, width, _ = network.shape
    small = resized(np.ascontiguousarray(rgb), width, height).astype(np.float32) / np.float32(255)
    (out,) = network(small[None])
    return np.asarray(np.clip(resized(out[0, ..., 0], rgb.shape[1], rgb.shape[0]), 0, 1), np.float32)
