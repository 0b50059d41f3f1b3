"""The guided filter: smooths a picture but for its edges, as a linear function of the picture in each place.

K. He, J. Sun, X. Tang, Guided Image Filtering, IEEE TPAMI 35 (6), 2013; K. He, J. Sun, Fast Guided Filter,
arXiv:1505.00996, 2015. The two coefficients vary slowly, so they are worked out at a lower resolution and
enlarged, and an edge lies where the full picture has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.tone.maps import Maps, luminance_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]

DARKEST = 2.0**-12
"""Light below this is black: a file of 8 bits has no darker step."""


def stops_of(luminance: Array) -> Array:
    """Return luminance (...) as stops below white (...): 0 = white, -1 = half of it, at least -12."""
    out: Array = np.log2(np.maximum(luminance, np.float32(DARKEST)))
    return out


def coefficients(guide: Array, target: Array, *, radius: int, edge: float) -> tuple[Array, Array]:
    """Return (a, b), each (h, w) float32, so that a * guide + b is the filtered target (eq. 5, 6, 8).

    Args:
        guide, target: (h, w) float32; the same array smooths it.
        radius: of the windows, in px.
        edge: how large a difference in the guide is an edge that is kept, in the guide's units; the paper's
            epsilon is its square.
    """
    side = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Array) -> Array:
        return np.asarray(cv2.blur(values, side, borderType=cv2.BORDER_REFLECT), np.float32)

    # The mean is taken off first: squares of small differences, not differences of large squares.
    centre = np.float32(guide.mean())
    around: Array = guide - centre
    mean_guide = mean(around)
    variance: Array = mean(around * around) - mean_guide * mean_guide
    np.maximum(variance, 0, out=variance)
    if target is guide:
        mean_target, covariance = mean_guide + centre, variance
    else:
        mean_target = mean(target)
        covariance = mean(around * target) - mean_guide * mean_target
    slope = covariance / (variance + np.float32(edge**2))
    offset = mean_target - slope * (mean_guide + centre)
    return mean(slope), mean(offset)


def base_maps(look: Look, *, radius: float, edge: float) -> Maps:
    """Return the two coefficients (h, w, 2) that make the base layer of stops from stops.

    Args:
        radius: of the windows, as a part of the frame's diagonal.
        edge: how many stops are an edge that stays one in the base layer.
    """
    stops = stops_of(look.luminance(look.small))
    pixels = max(1, round(radius * float(np.hypot(*stops.shape))))
    return _maps(stops, pixels, edge, look.height, look.width)


def fine_maps(look: Look, *, radius: float, edge: float) -> Maps:
    """Return the coefficients of a base layer whose windows are only some px wide, as `base_maps` does."""
    pixels = max(1, round(radius * look.diagonal))
    step = max(1, pixels // 2)
    stops = stops_of(luminance_by(look, step))
    return _maps(stops, max(1, round(pixels / step)), edge, stops.shape[0] * step, stops.shape[1] * step)


def _maps(stops: Array, pixels: int, edge: float, height: int, width: int) -> Maps:
    slope, offset = coefficients(stops, stops, radius=pixels, edge=edge)
    return Maps(np.stack([slope, offset], axis=-1), height, width)


def base_of(stops: Array, maps: Maps, rows: slice) -> Array:
    """Return the base layer (rows, width) of stops, from the coefficients of `base_maps`."""
    both = maps.at(rows, stops.shape[1])
    base: Array = both[..., 0] * stops
    base += both[..., 1]
    return base
