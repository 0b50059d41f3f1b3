"""How much a cut looks like a thing: other colours than the rest, contrast along its edge, off the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.saliency.colours import bins_of, histogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGMA = 4.0
# A difference in Lab of this much across the edge is as good as any.
STRONG = 40.0


def quality(inside: NDArray[np.bool_], lab: NDArray[np.float32]) -> float:
    """Return how good an object `inside` (H, W) would make in a picture `lab` (H, W, 3), from -1 to 2.

    One minus the Bhattacharyya coefficient of the colours inside and outside, plus the contrast that three
    quarters of its edge have, minus its share of the picture's left, right and top border. All three have
    the same weight. -1 when one side is (nearly) empty.
    """
    part = float(inside.mean())
    if part < 0.002 or part > 0.98:
        return -1.0
    bins = bins_of(lab)
    within, without = (
        histogram(bins, inside.astype(np.float32)),
        histogram(bins, (~inside).astype(np.float32)),
    )
    apart = 1.0 - float(np.sqrt(within * without).sum())
    rim = float(np.concatenate([inside[0], inside[:, 0], inside[:, -1]]).mean())
    return apart + _contrast(inside, lab) - rim


def _contrast(inside: NDArray[np.bool_], lab: NDArray[np.float32]) -> float:
    import cv2

    block = np.ones((3, 3), np.uint8)
    labels = inside.astype(np.uint8)
    edge = (cv2.dilate(labels, block) > 0) & (cv2.erode(labels, block) == 0)
    change = _local(inside, lab)[edge] - _local(~inside, lab)[edge]
    steps = np.linalg.norm(change, axis=1)
    return min(1.0, float(np.percentile(steps, 25)) / STRONG) if steps.size else 0.0


def _local(side: NDArray[np.bool_], lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean colour of one side near each pixel, (H, W, 3)."""
    import cv2

    weight = side.astype(np.float32)
    total = np.asarray(cv2.GaussianBlur(weight, (0, 0), SIGMA)) + np.float32(1e-4)
    mean = np.asarray(cv2.GaussianBlur(lab * weight[..., None], (0, 0), SIGMA))
    return np.asarray(mean / total[..., None], np.float32)
