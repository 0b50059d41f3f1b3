"""How likely an object's outline runs between two patches: colour, texture, and what lies around them.

The texture gradient compares the colours' histograms in the two halves of a disc, in eight directions:
Martin, Fowlkes and Malik, "Learning to Detect Natural Image Boundaries Using Local Brightness, Color, and
Texture Cues", PAMI 2004.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.segment import fitted
from keepdial.segment.superpixels import Patches, patches

if TYPE_CHECKING:
    from numpy.typing import NDArray

COLOURS = 24
DIRECTIONS = 8
DISC = 5
"""Radius of the disc, at half the size."""

AROUND = 6
"""Steps by which what lies around a patch is averaged, along its weak edges."""

UNLIKE = 12.0
"""Lab distance at which two colours count as half different."""


def describe(lab: NDArray[np.float32]) -> tuple[Patches, NDArray[np.float64], NDArray[np.float64]]:
    """Return the patches of a picture, their mean Lab colours (N, 3) and the edges' cues (E, 5).

    The cues are colour gradient, texture gradient, the two patches' difference, and the difference in colour
    and in histogram of what lies around them; about 0 to 1 each.
    """
    import cv2

    palette = _palette(lab)
    smooth = cv2.GaussianBlur(lab, (0, 0), 0.7)
    strength = _gradient(lab)
    fine = strength / (strength + 8)
    size = max(1, lab.shape[1] // 2), max(1, lab.shape[0] // 2)
    half = np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), np.float32)
    coarse = _texture(_shares(half, palette))
    texture = np.asarray(cv2.resize(coarse, lab.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    found, (gradient, textural) = patches(lab, [fine, texture])
    colour = found.mean(lab)
    apart = _saturated(np.linalg.norm(colour[found.u] - colour[found.v], axis=1))
    nearest = np.argmin([((smooth - c) ** 2).sum(-1) for c in palette], axis=0)
    index = found.labels.ravel().astype(np.int64) * len(palette) + nearest.ravel()
    histogram = np.bincount(index, minlength=found.count * len(palette)).reshape(found.count, -1)
    around = _around(
        found,
        0.4 * gradient + 0.4 * textural + 0.3 * apart,
        np.concatenate([colour, histogram / found.area[:, None]], 1),
    )
    a, b = around[found.u], around[found.v]
    far = _saturated(np.linalg.norm(a[:, :3] - b[:, :3], axis=1))
    return found, colour, np.stack([gradient, textural, apart, far, _chi(a[:, 3:], b[:, 3:])], 1)


def likely(cues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logit of each edge's being on an outline, (E,), from its cues (E, 5)."""
    logit: NDArray[np.float64] = cues @ fitted.EDGE[:-1] + fitted.EDGE[-1]
    return logit


def _saturated(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return distance / (distance + UNLIKE)


def _chi(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the root of the chi-squared distance of histograms (E, K), from 0 to 1."""
    root: NDArray[np.float64] = np.sqrt(0.5 * ((a - b) ** 2 / (a + b + 1e-6)).sum(1))
    return root


def _gradient(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the larger eigenvalue's root of the colour structure tensor, the mean over two scales (H, W)."""
    import cv2

    total = np.zeros(lab.shape[:2], np.float32)
    for sigma in (1.0, 2.0):
        smooth = cv2.GaussianBlur(lab, (0, 0), sigma)
        dx, dy = (cv2.Sobel(smooth, cv2.CV_32F, i, 1 - i, ksize=3) / 8 for i in (1, 0))
        xx, yy, xy = (dx * dx).sum(2), (dy * dy).sum(2), (dx * dy).sum(2)
        total += np.float32(sigma / 2) * np.sqrt(0.5 * (xx + yy + np.sqrt((xx - yy) ** 2 + 4 * xy * xy)))
    return total


def _palette(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture's main colours (K, 3) by k-means; the same picture gives the same ones."""
    pixels = lab.reshape(-1, 3)
    sample = pixels[:: max(1, len(pixels) // 4000)].astype(np.float64)
    rng = np.random.default_rng(0)
    chosen = [sample[len(sample) // 2]]
    nearest = ((sample - chosen[0]) ** 2).sum(1)
    while len(chosen) < COLOURS and nearest.max() > 1e-3:
        chosen.append(sample[np.searchsorted(np.cumsum(nearest), rng.random() * nearest.sum())])
        nearest = np.minimum(nearest, ((sample - chosen[-1]) ** 2).sum(1))
    centres = np.stack(chosen)
    for _ in range(12):
        which = ((sample[:, None] - centres) ** 2).sum(2).argmin(1)
        members = np.bincount(which, minlength=len(centres))
        sums = np.stack([np.bincount(which, sample[:, c], len(centres)) for c in range(3)], 1)
        centres = np.where(members[:, None] > 0, sums / np.maximum(members, 1)[:, None], centres)
    return centres.astype(np.float32)


def _shares(lab: NDArray[np.float32], palette: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return how much each pixel has of each colour, maps (H, W) that sum to 1."""
    distance = np.stack([((lab - colour) ** 2).sum(-1) for colour in palette])
    shares = np.exp((distance.min(0) - distance) / (2 * 8.0**2))
    return list((shares / shares.sum(0)).astype(np.float32))


def _texture(shares: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return the largest difference, over directions, of the histograms in a disc's two halves, (H, W)."""
    import cv2

    def blurred(plane: NDArray[np.float32], kernel: NDArray[np.float64]) -> NDArray[np.float32]:
        reflected = cv2.BORDER_REFLECT
        return np.asarray(cv2.filter2D(plane, -1, kernel.astype(np.float32), borderType=reflected))

    y, x = np.mgrid[-DISC : DISC + 1, -DISC : DISC + 1].astype(np.float64)
    disc = (x * x + y * y <= (DISC + 0.3) ** 2).astype(np.float64)
    # The halves' kernels each sum to 1; a + b does not depend on the direction.
    both = [2 * blurred(plane, disc / disc.sum()) + np.float32(1e-4) for plane in shares]
    best = np.zeros(shares[0].shape, np.float32)
    for angle in np.pi * np.arange(DIRECTIONS) / DIRECTIONS:
        along = x * np.cos(angle) + y * np.sin(angle)
        a, b = (disc * np.clip(0.5 + side * along, 0, 1) for side in (1, -1))
        halves = a / a.sum() - b / b.sum()
        distance = np.zeros_like(best)
        for plane, total in zip(shares, both, strict=True):
            difference = blurred(plane, halves)
            distance += difference * difference / total
        np.maximum(best, distance, out=best)
    root: NDArray[np.float32] = np.sqrt(np.float32(0.5) * best)
    return root


def _around(
    found: Patches, strength: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return values (N, K) averaged over what lies around each patch; strong edges let little through."""
    from scipy.sparse import coo_matrix, diags

    if found.u.size == 0:
        return values
    weight = found.length * np.exp(-((strength / np.median(strength)) ** 2))
    ends = np.concatenate([found.u, found.v]), np.concatenate([found.v, found.u])
    share = found.area / found.area.mean()
    flow = coo_matrix((np.tile(weight, 2), ends), shape=(found.count, found.count)).tocsr()
    flow = diags(share) @ flow @ diags(share) + diags(2 * share * np.sqrt(found.area.mean()))
    flow = diags(1 / np.asarray(flow.sum(1)).ravel()) @ flow
    for _ in range(AROUND):
        values = flow @ values
    return values
