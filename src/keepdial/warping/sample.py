"""Reading a picture at the places of a map: once, sharply, in float32.

OpenCV's own cubic and Lanczos sampling rounds places to 1/32 px, which shows in smooth 16-bit skies; here
the weights are exact.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends.patch.compiled import Floats2, Floats3, inlined, kernel
from keepdial.color import unit
from keepdial.compiling import announced
from keepdial.errors import ParameterError
from keepdial.progress import Cancel, Listener, silent
from keepdial.warping.maps import checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

TAPS = 6
"""Taps in each direction of a Lanczos filter with three lobes."""

SQUEEZED = 1.25
"""Source pixels to a pixel of the result from which several places of it are read and averaged."""

MOST = 4
"""Most places in each direction that are read for one pixel."""


@inlined
def _lanczos(t: Any) -> Any:  # pragma: no cover - compiled
    """Return the Lanczos filter with three lobes at `t` px."""
    a = abs(t)
    if a < np.float32(1e-4):
        return np.float32(1)
    if a >= np.float32(3):
        return np.float32(0)
    s = np.float32(math.pi) * a
    return np.float32(3) * math.sin(s) * math.sin(s / np.float32(3)) / (s * s)


@inlined
def _read(
    pixels: Floats3, x: Any, y: Any, wx: Floats2, wy: Floats2, total: Floats2, share: Any
) -> None:  # pragma: no cover - compiled
    """Add `share` of the colour at (x, y) to `total` (1, C), held within the range of the nearest four."""
    h, w, channels = pixels.shape
    x = min(max(x, np.float32(0)), np.float32(w - 1))
    y = min(max(y, np.float32(0)), np.float32(h - 1))
    x0, y0 = math.floor(x), math.floor(y)
    fx, fy = x - np.float32(x0), y - np.float32(y0)
    if fx < np.float32(1e-5) and fy < np.float32(1e-5):
        for c in range(channels):
            total[0, c] += share * pixels[y0, x0, c]
        return
    sx, sy = np.float32(0), np.float32(0)
    for k in range(TAPS):
        wx[0, k] = _lanczos(fx - np.float32(k - 2))
        wy[0, k] = _lanczos(fy - np.float32(k - 2))
        sx += wx[0, k]
        sy += wy[0, k]
    scale = np.float32(1) / (sx * sy)
    x1, y1 = min(x0 + 1, w - 1), min(y0 + 1, h - 1)
    for c in range(channels):
        value = np.float32(0)
        for j in range(TAPS):
            row = min(max(y0 + j - 2, 0), h - 1)
            line = np.float32(0)
            for k in range(TAPS):
                column = min(max(x0 + k - 2, 0), w - 1)
                line += wx[0, k] * pixels[row, column, c]
            value += wy[0, j] * line
        value *= scale
        a, b = pixels[y0, x0, c], pixels[y0, x1, c]
        d, e = pixels[y1, x0, c], pixels[y1, x1, c]
        low, high = min(min(a, b), min(d, e)), max(max(a, b), max(d, e))
        # A little overshoot is what makes edges crisp; more of it is a halo.
        slack = np.float32(0.15) * (high - low)
        total[0, c] += share * min(max(value, low - slack), high + slack)


@kernel(over="out", least=4)
def _rows(lo: int, hi: int, pixels: Floats3, places: Floats3, out: Floats3) -> None:
    """Set the rows `lo` to `hi` of `out` (h, w, C) to the colours of `pixels` at `places` (h, w, 2)."""
    h, w = places.shape[:2]
    channels = pixels.shape[2]
    wx, wy = np.empty((1, TAPS), np.float32), np.empty((1, TAPS), np.float32)
    total = np.empty((1, channels), np.float32)
    for y in range(lo, hi):
        up, down = max(y - 1, 0), min(y + 1, h - 1)
        for x in range(w):
            left, right = max(x - 1, 0), min(x + 1, w - 1)
            px, py = places[y, x, 0], places[y, x, 1]
            if px == np.float32(x) and py == np.float32(y) and y < pixels.shape[0] and x < pixels.shape[1]:
                for c in range(channels):  # what does not move stays, whatever its neighbours do
                    out[y, x, c] = pixels[y, x, c]
                continue
            across, along = np.float32(max(1, right - left)), np.float32(max(1, down - up))
            ax = (places[y, right, 0] - places[y, left, 0]) / across
            ay = (places[y, right, 1] - places[y, left, 1]) / across
            bx = (places[down, x, 0] - places[up, x, 0]) / along
            by = (places[down, x, 1] - places[up, x, 1]) / along
            nx = min(MOST, max(1, math.ceil(math.sqrt(ax * ax + ay * ay) / np.float32(SQUEEZED))))
            ny = min(MOST, max(1, math.ceil(math.sqrt(bx * bx + by * by) / np.float32(SQUEEZED))))
            for c in range(channels):
                total[0, c] = 0
            share = np.float32(1) / np.float32(nx * ny)
            for j in range(ny):
                v = (np.float32(j) + np.float32(0.5)) / np.float32(ny) - np.float32(0.5)
                for i in range(nx):
                    u = (np.float32(i) + np.float32(0.5)) / np.float32(nx) - np.float32(0.5)
                    _read(pixels, px + u * ax + v * bx, py + u * ay + v * by, wx, wy, total, share)
            for c in range(channels):
                out[y, x, c] = total[0, c]


def sample(pixels: NDArray[Any], moved: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture as the map shows it, (h, w, C) float32 of the map's size.

    Lanczos with three lobes, and the mean of up to 4 x 4 places where the map squeezes, so that nothing
    flickers. Where the map says a pixel's own place it is that pixel, exactly. Places outside of the picture
    read its border.

    Args:
        pixels: (H, W, C) or (H, W), float32 of any range, or uint8 or uint16, which become 0 to 1.
        moved: (h, w, 2) float32, where each pixel of the result comes from.

    Raises:
        ParameterError: shapes or types that are not as above.
    """
    flat = pixels.ndim == 2
    values = pixels[..., None] if flat else pixels
    if values.ndim != 3 or 0 in values.shape:
        raise ParameterError("pixels.shape", pixels.shape, "(H, W) or (H, W, C), not empty")
    if values.dtype in (np.uint8, np.uint16):
        values = unit(values)
    elif values.dtype != np.float32:
        raise ParameterError("pixels.dtype", str(pixels.dtype), "float32, uint8 or uint16")
    places = checked(moved)
    out = np.empty((*places.shape[:2], values.shape[2]), np.float32)
    _rows(np.ascontiguousarray(values), places, out)
    return out[..., 0] if flat else out


def prepare(progress: Listener = silent, cancel: Cancel | None = None) -> None:
    """Make the kernel ready: loaded from disk, or compiled once, which is announced."""
    if not _rows.ready:
        with announced(progress, cancel, count=1):
            _rows.prepare()
