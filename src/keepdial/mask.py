"""Arithmetic on masks: (H, W) float32 in [0, 1], 1 = the edit may act here. No input is modified.

Most of it works on the mask's bounding box, so the cost follows the region and not the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import SelectionError
from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def bounds(mask: NDArray[np.float32]) -> Box | None:
    """Return the bounding box of everything above 0; None when there is nothing.

    Raises `SelectionError` when a value is NaN or above 1.
    """
    rows = mask.max(axis=1)
    highest = float(np.max(rows))
    if not highest <= 1.0:
        raise SelectionError("The mask holds values that are not numbers from 0 to 1.")
    hit = np.flatnonzero(rows > 0)
    if hit.size == 0:
        return None
    y0, y1 = int(hit[0]), int(hit[-1]) + 1
    columns = np.flatnonzero(mask[y0:y1].max(axis=0) > 0)
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    return Box(x0, y0, x1 - x0, y1 - y0)


def _inside_distance(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return for each pixel of `mask` the distance to the nearest pixel outside of it, in pixels."""
    import cv2

    return np.asarray(
        cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32
    )


def grow(mask: NDArray[np.float32], box: Box, pixels: float) -> NDArray[np.float32]:
    """Return the mask with everything within `pixels` of it (of its half-way line) set to 1.

    `box` is the mask's bounding box. Distances are Euclidean, between pixel centres.
    """
    area = box.grow(int(np.ceil(pixels)) + 1).clip(size_of(mask)).slices
    grown = mask.copy()
    core = mask[area] >= 0.5
    if pixels > 0 and core.any():
        grown[area][_inside_distance(~core) <= pixels] = 1.0
    return grown


def shrink(mask: NDArray[np.float32], box: Box, pixels: float) -> NDArray[np.float32]:
    """Return the mask with everything within `pixels` of its outside set to 0; picture borders stay."""
    area = box.grow(1).clip(size_of(mask)).slices
    shrunk = mask.copy()
    shrunk[area][_inside_distance(mask[area] > 0) <= pixels] = 0.0
    return shrunk


def feather(mask: NDArray[np.float32], box: Box, pixels: float) -> NDArray[np.float32]:
    """Return the mask with its edge falling off inwards over `pixels`; nothing outside is touched.

    A pixel at distance d from the nearest pixel of value 0 gets at most d / (pixels + 1), so a mask that is
    softer than that already keeps its values, and no pixel inside falls to 0. Picture borders stay hard.
    """
    if pixels <= 0:
        return mask
    area = box.grow(1).clip(size_of(mask)).slices
    soft = mask.copy()
    ramp = _inside_distance(mask[area] > 0) / np.float32(pixels + 1)
    np.minimum(soft[area], ramp, out=soft[area])
    return soft


WIDEST = 8.0
"""Standard deviation, in pixels, above which a mask is smoothed at a smaller size."""


def smooth(mask: NDArray[np.float32], box: Box, pixels: float) -> NDArray[np.float32]:
    """Return the mask with notches and spikes of its outline up to about `pixels` rounded off.

    A Gaussian of that standard deviation is thresholded at one half, with an edge one pixel wide; straight
    edges stay where they are. At the picture's borders the mask goes on as it is there.
    """
    import cv2

    if pixels <= 0:
        return mask
    pixels = min(pixels, float(sum(mask.shape)))  # beyond that nothing is left anyway
    area = box.grow(int(np.ceil(3 * pixels)) + 1).clip(size_of(mask)).slices
    rounded = mask.copy()
    part: NDArray[Any] = mask[area]
    shrink = min(1.0, WIDEST / pixels)
    if shrink < 1:  # a wide Gaussian does not see single pixels, and costs as much as it is wide
        small = max(1, round(part.shape[1] * shrink)), max(1, round(part.shape[0] * shrink))
        part = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    soft: NDArray[Any] = cv2.GaussianBlur(part, (0, 0), pixels * shrink, borderType=cv2.BORDER_REPLICATE)
    if shrink < 1:
        soft = cv2.resize(soft, mask[area].shape[::-1], interpolation=cv2.INTER_LINEAR)
    # Across a straight edge the Gaussian's slope is 1 / (sqrt(2 pi) sigma) a pixel: scaled to 1 a pixel.
    slope = np.float32(np.sqrt(2 * np.pi) * pixels)
    rounded[area] = np.clip((soft - np.float32(0.5)) * slope + np.float32(0.5), 0, 1)
    return rounded


def fill_holes(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mask with everything set to 1 that it encloses: pieces below 0.5 that reach no border."""
    import cv2

    outside = (mask < 0.5).astype(np.uint8)
    _, labels = cv2.connectedComponents(outside, connectivity=4)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    reaches = np.isin(labels, np.unique(border))
    return np.where((outside > 0) & ~reaches, np.float32(1), mask)


def despeckle(mask: NDArray[np.float32], area: float) -> NDArray[np.float32]:
    """Return the mask without its pieces (connected, above 0) of fewer than `area` pixels."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats((mask > 0).astype(np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < area
    small[0] = False
    return np.where(small[labels], np.float32(0), mask)


def invert(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 1 where the mask is 0 and the other way round; part selected stays part selected."""
    return np.float32(1) - mask


def outline(mask: NDArray[np.float32], *, width: int = 1) -> NDArray[np.bool_]:
    """Return (H, W) bool, True on pixels within `width` px inside the mask's half-way line."""
    import cv2

    inside = (mask >= 0.5).astype(np.uint8)
    # Outside of the picture nothing is selected: a region that is cut by a border has an outline there too.
    core = cv2.erode(inside, np.ones((3, 3), np.uint8), iterations=width, borderValue=0)
    return np.asarray((inside > 0) & (core == 0))


def softness(mask: NDArray[np.float32], box: Box) -> float:
    """Return the part of the region (everything above 0) whose value is below 1, from 0 to 1."""
    inside = mask[box.slices]
    region = np.count_nonzero(inside)
    return 1.0 - np.count_nonzero(inside >= 1.0) / region if region else 0.0
