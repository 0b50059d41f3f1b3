"""Small regions of like colour, and which touch which: what the saliency cues are computed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 5
COMPACT = 12.0


@dataclass(frozen=True, slots=True)
class Regions:
    """Superpixels of a picture, numbered from 0 to `count` - 1; none is empty.

    labels: (H, W) int32. area: (n,) pixels. lab: (n, 3) mean colour in CIE Lab. centre: (n, 2) mean (x, y)
    as parts of width and height, 0 to 1. border: (n,) how many of its pixels lie on the picture's border.
    edges: (m, 2) int32 pairs i < j of regions that touch (4-neighbours).
    """

    labels: NDArray[np.int32]
    area: NDArray[np.float64]
    lab: NDArray[np.float64]
    centre: NDArray[np.float64]
    border: NDArray[np.float64]
    edges: NDArray[np.int32]

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.area.size)

    def mean(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the mean of `values` (H, W) over each region, (n,)."""
        return np.bincount(self.labels.ravel(), values.ravel(), self.count) / self.area

    def spread(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return one value per region (n,) painted into the picture, (H, W) float32."""
        return np.asarray(values, np.float32)[self.labels]


def superpixels(lab: NDArray[np.float32], count: int) -> Regions:
    """Cut a picture (H, W, 3) in CIE Lab into about `count` regions of like colour.

    SLIC (Achanta et al., PAMI 2012, algorithm 1) as k-means in (L, a, b, x, y) where a pixel looks only at
    the 3 x 3 cells of the starting grid around it, which lets every step run on whole arrays.
    """
    height, width = lab.shape[:2]
    step = max(1.0, float(np.sqrt(height * width / max(1, count))))
    rows, columns = max(1, round(height / step)), max(1, round(width / step))
    cell_y = (np.arange(height) * rows) // height
    cell_x = (np.arange(width) * columns) // width
    labels = np.asarray(cell_y[:, None] * columns + cell_x[None, :], np.int32)
    weight = np.float32(COMPACT / step)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    points = np.dstack([lab, x * weight, y * weight]).astype(np.float32)
    n = rows * columns
    for _ in range(ROUNDS):
        means = _means(labels, points, n)
        best = np.full((height, width), np.inf, np.float32)
        nearest = labels.copy()
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                cy, cx = np.clip(cell_y + dy, 0, rows - 1), np.clip(cell_x + dx, 0, columns - 1)
                other = (cy[:, None] * columns + cx[None, :]).astype(np.int32)
                apart = points - means[other]
                far = np.einsum("hwc,hwc->hw", apart, apart)
                closer = far < best
                best[closer] = far[closer]
                nearest[closer] = other[closer]
        labels = nearest
    _, flat = np.unique(labels, return_inverse=True)
    return _describe(flat.reshape(height, width).astype(np.int32), lab)


def _means(labels: NDArray[np.int32], points: NDArray[np.float32], n: int) -> NDArray[np.float32]:
    flat = labels.ravel()
    area = np.maximum(np.bincount(flat, minlength=n), 1)
    sums = [np.bincount(flat, points[..., c].ravel(), n) / area for c in range(points.shape[2])]
    return np.stack(sums, axis=1).astype(np.float32)


def _describe(labels: NDArray[np.int32], lab: NDArray[np.float32]) -> Regions:
    height, width = labels.shape
    n = int(labels.max()) + 1
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    place = np.dstack([(x + 0.5) / width, (y + 0.5) / height])
    rim = np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]])
    pairs = np.concatenate(
        [
            np.stack([labels[:, 1:].ravel(), labels[:, :-1].ravel()], 1),
            np.stack([labels[1:].ravel(), labels[:-1].ravel()], 1),
        ]
    )
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return Regions(
        labels=labels,
        area=np.bincount(labels.ravel(), minlength=n).astype(np.float64),
        lab=_means(labels, lab, n).astype(np.float64),
        centre=_means(labels, place.astype(np.float32), n).astype(np.float64),
        border=np.bincount(rim, minlength=n).astype(np.float64),
        edges=np.unique(pairs, axis=0).astype(np.int32).reshape(-1, 2),
    )
