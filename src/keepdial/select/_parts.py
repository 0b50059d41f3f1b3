"""From a map over the whole picture to its pieces, as instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.mask import bounds
from keepdial.select import Instance, Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 0.0005
"""A piece under this share of the picture is noise."""

MOST = 50


def whole(found: NDArray[np.float32], label: str, *, score: float = 1.0) -> tuple[Instance, ...]:
    """Return everything above 0 of a map (H, W) float32 as one instance; none where the map is empty."""
    box = bounds(found)
    if box is None:
        return ()
    return (Instance(Region(box, np.ascontiguousarray(found[box.slices])), label, score),)


def pieces(
    found: NDArray[np.float32], label: str, *, score: float = 1.0, least: float = LEAST
) -> tuple[Instance, ...]:
    """Return the connected pieces (of at least one half) of a map (H, W) float32, the largest first.

    Values below one half that touch a piece belong to it, so soft edges stay. Pieces under `least` of the
    picture's area are left out, and of very many the smallest.
    """
    import cv2

    core = (found >= 0.5).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    order = [i for i in np.argsort(-areas[1:]) + 1 if areas[i] >= least * core.size][:MOST]
    if len(order) == 1 and count == 2:
        return whole(found, label, score=score)
    result = []
    height, width = core.shape
    for i in order:
        x, y, w, h = (int(v) for v in stats[i, :4])
        # Two pixels around a piece: that is how far a soft edge reaches.
        x0, y0, x1, y1 = max(0, x - 2), max(0, y - 2), min(width, x + w + 2), min(height, y + h + 2)
        box = Box(x0, y0, x1 - x0, y1 - y0)
        mine = (labels[box.slices] == i).astype(np.uint8)
        near = cv2.dilate(mine, np.ones((5, 5), np.uint8)) > 0
        others = (labels[box.slices] > 0) & (mine == 0)
        values = np.where(near & ~others, found[box.slices], np.float32(0))
        result.append(Instance(Region(box, values), label, score))
    return tuple(result)
