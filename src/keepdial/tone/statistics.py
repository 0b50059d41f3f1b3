"""What a picture looks like in a few numbers that hardly depend on what it shows.

Most are weighted by how strongly light changes in each place: an even sky, a white backdrop or the black of a
night then count for nothing, and what is left is about the same in all ordinary photographs. The colour of
the light is read from the same changes (grey edge: J. van de Weijer, T. Gevers, A. Gijsenij, Edge-Based Color
Constancy, IEEE TIP 16, 2007), in the file's encoding, where dark and light parts count alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.tone.noise import OPPONENT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

SIDE = 640
"""Longer side at which pictures are looked at, in px: changes from pixel to pixel depend on it."""
STRIP, EACH = 6, 18
"""Of every so many rows, so many are looked at."""
STRONG = 0.1
"""A change of light by more than this, 1 = black to white, counts as this."""
LEAST = 1e-6
DARK = 0.1
"""Luma below which the ratio of two channels is noise."""
WHOLE = 0.97
"""Pixels with a lighter channel do not count for the colour of the light."""
WARM = np.array([0.55, -0.83])
"""Where warmer light moves `Statistics.cast`, a unit vector: up in red, down in blue."""
TINT = np.array([0.83, 0.55])
"""Across it: up is magenta, down is green."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was measured, of values encoded as in the file, 0 = black, 1 = white.

    Attributes:
        black, middle, white: luma that 0.5 %, 50 % and 99.5 % of the picture are darker than.
        exposure, contrast: mean and standard deviation of luma, weighted by changes of light.
        cast: log2 of how strongly red and blue change, over green.
        colour: how colourful it is, on a scale of doublings: the mean of chroma over light, and of changes of
            colour over changes of light.
        spread: chroma that 90 % of the picture stays below; 0 = grey.
        vivid: chroma that 98 % of the picture stays below.
        variety: how many colours there are, on a scale of doublings: how far the middle 60 % of the ratios of
            channels lie apart, weighted by changes of light. No cast of the light changes it.
    """

    black: float
    middle: float
    white: float
    exposure: float
    contrast: float
    cast: tuple[float, float]
    colour: float
    spread: float
    vivid: float
    variety: float

    @property
    def warmth(self) -> float:
        """How warm the light is, along the line from blue sky to candles."""
        return float(np.dot(self.cast, WARM))

    @property
    def tint(self) -> float:
        """How far the light lies beside that line: above 0 magenta, below 0 green."""
        return float(np.dot(self.cast, TINT))


def looked_at(values: Array) -> Array:
    """Return a picture or mask (h, w[, c]) float32 at the size at which it is measured."""
    scale = SIDE / max(values.shape[:2])
    if scale >= 1:
        return values
    size = max(1, round(values.shape[1] * scale)), max(1, round(values.shape[0] * scale))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def strips(values: Array, inside: Array) -> tuple[Array, Array]:
    """Return a third of the rows of a picture (h, w, 3), in strips, and what of it counts (h, w).

    That third tells as much; the last row of each strip does not count, since the next is not its neighbour.
    """
    rows = np.arange(len(values))
    if len(rows) < 4 * EACH:
        return values, inside
    chosen = rows % EACH < STRIP
    counts = np.where((rows % EACH == STRIP - 1)[:, None], np.float32(0), inside)
    return values[chosen], counts[chosen]


def measure(values: Array, inside: Array, luma_of: Array, *, variety: float | None = None) -> Statistics:
    """Measure a picture.

    Args:
        values: (h, w, 3) float32 in [0, 1], encoded, at the size of `looked_at`.
        inside: (h, w) float32 in [0, 1], 1 = counts.
        luma_of: (3,) float32, the share of each channel in luma.
        variety: what it is, where it is known already.
    """
    luma = values @ luma_of
    across, down = _changes(values, 1), _changes(values, 0)
    counts = inside * (inside > 0.5)
    if not counts.any():
        counts = np.ones_like(inside)
    steps = np.minimum(np.hypot(across @ luma_of, down @ luma_of), np.float32(STRONG)) * counts
    steps += np.float32(LEAST) * counts
    total = float(steps.sum())
    exposure = float((luma * steps).sum() / total)
    contrast = float(np.sqrt((((luma - np.float32(exposure)) ** 2) * steps).sum() / total))
    # A channel that is cut off changes no more, whatever the colour of the light.
    largest = np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2])
    whole = counts * (largest < np.float32(WHOLE))
    change = whole.reshape(-1) @ (np.abs(across) + np.abs(down)).reshape(-1, 3) + LEAST
    chroma = np.hypot(values @ OPPONENT[1], values @ OPPONENT[2])
    where = counts > 0
    spread, vivid = np.quantile(chroma[where], [0.9, 0.98]).tolist()
    black, middle, white = np.quantile(luma[where], [0.005, 0.5, 0.995]).tolist()
    light = values @ OPPONENT[0] + np.float32(0.05)
    relative = float((chroma / light)[where].mean())
    turned = (np.abs(across @ OPPONENT.T) + np.abs(down @ OPPONENT.T)).reshape(-1, 3)
    least, first, second = (counts.reshape(-1) @ turned).tolist()
    changing = (first + second) / (least + LEAST)
    return Statistics(
        black=black,
        middle=middle,
        white=white,
        exposure=exposure,
        contrast=contrast,
        cast=(float(np.log2(change[0] / change[1])), float(np.log2(change[2] / change[1]))),
        colour=float(0.5 * np.log2(relative + 1e-3) + 0.5 * np.log2(changing + 1e-3)),
        spread=spread,
        vivid=vivid,
        variety=_variety(values, luma, steps * whole) if variety is None else variety,
    )


def _variety(values: Array, luma: Array, weights: Array) -> float:
    seen = (luma > np.float32(DARK)) & (weights > 0)
    if not seen.any():
        return 0.0
    logs = np.log2(values[seen] + np.float32(0.02))
    red, blue = (_between(logs[:, channel] - logs[:, 1], weights[seen]) for channel in (0, 2))
    return float(np.hypot(red, blue))


def _between(values: Array, weights: Array) -> float:
    """Return the distance of the quantiles 0.2 and 0.8 of weighted values (n,)."""
    order = np.argsort(values)
    share = np.cumsum(weights[order], dtype=np.float64)
    low, high = np.interp([0.2 * share[-1], 0.8 * share[-1]], share, values[order])
    return float(high - low)


def _changes(values: Array, axis: int) -> Array:
    """Return the differences (h, w, 3) to the next pixel along an axis; 0 at the far end."""
    out = np.zeros_like(values)
    if axis == 1:
        out[:, :-1] = np.diff(values, axis=1)
    else:
        out[:-1] = np.diff(values, axis=0)
    return out
