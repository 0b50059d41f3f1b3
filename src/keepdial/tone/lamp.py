"""A new lamp: how much light it gives each place, and how its light is added without burning anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

ACROSS = 0.5
"""What the way across the picture counts beside the relief: a lamp is nearer to one side."""
LEAST = 0.45
"""A lamp high over the plane makes small differences, which are not blown up by more than this allows."""
SOFT = 0.006
"""Blur of the light, as a part of the diagonal: lamps have a size."""


def lamplight(normal: Array, angle: float, height: float) -> Array:
    """Return how much more or less than a wall each place gets, (h, w) float32 from -1 to 1.

    Args:
        normal: (h, w, 3) unit normals: x right, y up, z to the viewer.
        angle: where the lamp is, in degrees: 0 = right, 90 = above.
        height: of the lamp over the picture's plane, 0 = beside it, 90 = behind the camera.

    Lambert's cosine less that of a wall that faces the viewer; 1 is what faces the lamp, as far as one at
    that height can make a difference.
    """
    a, e = np.radians([angle, height])
    lamp = np.array([np.cos(a) * np.cos(e), np.sin(a) * np.cos(e), np.sin(e)], np.float32)
    facing = normal @ lamp
    relief = (facing - lamp[2]) / max(1 - float(lamp[2]), LEAST)
    relief = np.where(relief > 0, relief, 0.8 * relief)
    h, w = normal.shape[:2]
    y, x = np.mgrid[0:h, 0:w]
    long = max(h, w)
    way = 2 * ((x - (w - 1) / 2) * lamp[0] - (y - (h - 1) / 2) * lamp[1]) / long
    light = (1 - ACROSS / 2) * relief + ACROSS * way
    sigma = max(0.7, SOFT * float(np.hypot(h, w)))
    soft = cv2.GaussianBlur(np.asarray(light, np.float32), (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.clip(soft, -1, 1), np.float32)


def spot(height: int, rows: slice, width: int, at: tuple[float, float], radius: float) -> Array:
    """Return a spot of light (rows, width) float32: 1 in its middle, falling to 0 at `radius` px."""
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + 0.5 - np.float32(at[1])
    x = np.arange(width, dtype=np.float32)[None] + 0.5 - np.float32(at[0])
    apart = np.minimum((x * x + y * y) / np.float32(radius * radius), 1)
    return np.asarray((1 - apart) ** 2, np.float32)


def brightened(light: Array, luminance: Array, stops: Array, tint: Array) -> Array:
    """Return light (h, W, 3) with `stops` (h, W) more light, of the colour `tint` (3,) with luminance 1.

    Less light only darkens. More light is added in the lamp's colour and bends off towards white, by its
    luminance: what was white stays white, and dark places get all of it.
    """
    gain = np.exp2(stops).astype(np.float32)
    up = np.maximum(gain, 1)
    y = np.clip(luminance, 0, 1)
    # y g / (1 + (g - 1) y^k): g for dark y, 1 for y = 1; it rises everywhere for (k - 1)(g - 1) < 1.
    power = 1 + 0.95 * np.minimum(1, 1 / np.maximum(up - 1, np.float32(1e-3)))
    factor = up / (1 + (up - 1) * y**power)
    added = (factor - 1)[..., None] * light
    out = light * np.minimum(gain, 1)[..., None] + added * tint
    return np.asarray(out, np.float32)
