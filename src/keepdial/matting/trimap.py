"""From a mask to a trimap: sure subject, sure background, and the unknown band between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import ParameterError
from keepdial.geometry import Box, Size, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOW, HIGH = 0.05, 0.95
"""A mask's values at and beyond these count as sure."""

THIN = 0.5
"""Of something thinner than the band, this part of the way to its middle is unknown: it keeps a core."""

WIDTH = 0.02
"""Width of the band without any given, as a part of the picture's diagonal."""

LEAST_WIDTH = 6.0

RIM = 2
"""How many pixels a mask may stop short of the picture's border."""


def default_width(size: Size) -> float:
    """Return the width in pixels of the unknown band for a picture of `size`."""
    return max(LEAST_WIDTH, WIDTH * float(np.hypot(size.width, size.height)))


def trimap_of(mask: NDArray[np.float32], *, width: float) -> NDArray[np.float32]:
    """Return the trimap (H, W) float32 of a mask: 1 = sure subject, 0 = sure background, 0.5 = unknown.

    Unknown is what lies within `width` / 2 pixels of where the mask leaves 0 or 1, on both sides, so a soft
    edge gets a wider band than a hard one. Something thinner than the band keeps its middle. The picture's
    borders are no edges.

    Args:
        mask: (H, W) float32 in [0, 1], 1 = subject.
        width: of the band along a hard edge, in pixels; 0 leaves only what is soft in the mask.

    Raises:
        ParameterError: a negative width, or a mask that is not (H, W) float32.
    """
    if mask.ndim != 2 or mask.dtype != np.float32:
        raise ParameterError("mask", f"{mask.shape} {mask.dtype}", "(H, W) float32 in [0, 1], 1 = subject")
    if not width >= 0:
        raise ParameterError("width", width, "a width in pixels, 0 or more")
    trimap = (mask >= 0.5).astype(np.float32)
    edge = _edge(mask)
    if edge is None:
        return trimap
    area = edge.grow(int(2 * width) + 2).clip(size_of(mask)).slices
    part = mask[area]
    unknown = ~(_deep(part >= HIGH, width) | _deep(part <= LOW, width))
    trimap[area][unknown] = 0.5
    return trimap


def _edge(mask: NDArray[np.float32]) -> Box | None:
    """Return the box around everything soft and every step between neighbours; None in a flat mask."""
    inside = mask >= 0.5
    edge = (mask > LOW) & (mask < HIGH)
    down, across = inside[1:] != inside[:-1], inside[:, 1:] != inside[:, :-1]
    edge[1:] |= down
    edge[:-1] |= down
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    return Box.of(edge)


def _deep(sure: NDArray[np.bool_], width: float) -> NDArray[np.bool_]:
    """Return where `sure` (h, w) lies deep enough inside of itself to stay so."""
    import cv2

    depth: NDArray[np.float32] = np.asarray(
        cv2.distanceTransform(sure.view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32
    )
    if not width:
        return sure
    # The distance from a pixel's centre to the edge is half a pixel less than to the next pixel's centre.
    depth = depth - np.float32(0.5)
    reach = 2 * int(np.ceil(width)) + 1
    middle = cv2.dilate(np.minimum(depth, np.float32(width)), np.ones((1, reach), np.uint8))
    middle = cv2.dilate(middle, np.ones((reach, 1), np.uint8))
    deep: NDArray[np.bool_] = sure & (depth > np.minimum(width / 2, THIN * middle))
    return deep


def to_border(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mask with its outermost `RIM` pixels like those next to them; a small mask as it is."""
    if min(mask.shape) < 8 * RIM:
        return mask
    return np.pad(mask[RIM:-RIM, RIM:-RIM], RIM, mode="edge")


def despeckled(mask: NDArray[np.float32], area: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the mask without specks and holes of less than `area` pixels, and where they were.

    The second is (H, W) bool, True on them and as far around as their side may be. Pieces that touch by a
    corner are one.
    """
    import cv2

    cleaned, specks = mask, np.zeros(mask.shape, np.bool_)
    for value in (0, 1):
        pieces = ((mask >= 0.5) == bool(value)).view(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(pieces, connectivity=8)
        small = stats[:, cv2.CC_STAT_AREA] < area
        small[0] = False
        if count <= 1 or not small.any() or small[1:].all():
            continue
        here = small[labels]
        specks |= here
        cleaned = np.where(here, np.float32(1 - value), cleaned)
    if specks.any():
        side = 2 * int(np.ceil(area**0.5)) + 1
        around = cv2.dilate(specks.view(np.uint8), np.ones((1, side), np.uint8))
        specks = cv2.dilate(around, np.ones((side, 1), np.uint8)) > 0
    return cleaned, specks
