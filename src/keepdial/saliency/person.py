"""A second, closer look: a segmentation network that sees few pixels is shown the people it found again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Predict = Callable[[NDArray[np.uint8]], NDArray[np.float32]]

MARGIN = 0.15
SMALL = 0.1
# A crop that is nearly the whole picture would show the network nothing new.
SAME = 0.9


def person_map(rgb: NDArray[np.uint8], predict: Predict) -> NDArray[np.float32]:
    """Return how likely each pixel belongs to a person, from a network at a fixed, small input size.

    Args:
        rgb: (H, W, 3) uint8; not modified.
        predict: the network: (h, w, 3) uint8 of any size -> (h, w) float32 in [0, 1] of the same size. It
            is called two or four times: for the picture and its mirror image, whose answers are averaged,
            and for the crop around whoever was found, where the answers of both looks are averaged.

    Returns:
        (H, W) float32 in [0, 1], 1 = person.
    """
    whole = _both_ways(rgb, predict)
    box = _around(whole)
    if box is None:
        return whole
    box = box.grow(round(MARGIN * max(box.width, box.height))).clip(size_of(rgb))
    if box.area >= SAME * size_of(rgb).area:
        return whole
    closer = whole.copy()
    closer[box.slices] = 0.5 * whole[box.slices] + 0.5 * _both_ways(rgb[box.slices], predict)
    return closer


def _both_ways(rgb: NDArray[np.uint8], predict: Predict) -> NDArray[np.float32]:
    mirrored = np.ascontiguousarray(rgb[:, ::-1])
    return np.asarray((predict(np.ascontiguousarray(rgb)) + predict(mirrored)[:, ::-1]) / 2, np.float32)


def _around(chance: NDArray[np.float32]) -> Box | None:
    """Return the box around all found pieces that are not much smaller than the largest."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats((chance > 0.5).astype(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    if areas.size == 0:
        return None
    large = np.flatnonzero(areas >= SMALL * areas.max()) + 1
    return Box.of(np.isin(labels, large))
