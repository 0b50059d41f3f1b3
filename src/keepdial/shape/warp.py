"""A picture read anew through a homography: turned, or seen from another place.

Values between pixels are those of a quintic spline (Unser, Splines: a perfect fit for signal and image
processing, IEEE Signal Processing Magazine 1999), in the picture's own encoding: measured on photographs that
were turned by 5 degrees and back, that is 3 dB nearer to the original than in linear light, and 4.6 dB nearer
than a cubic in the encoding (benches/shape.py); dark rims beside bright lights come of linear light, whose
overshoot below black is cut off. Where the result is smaller than the source, several readings for each pixel
are averaged, and that is done in linear light.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Size
    from keepdial.image import Image

    Array = NDArray[np.float32]
    Matrix = NDArray[np.float64]

BAND = 250_000
"""Readings that are made at once: bounds the memory, and how long a cancel is waited for."""
FINEST = 4
"""Readings for each pixel along one side at most; enough for a part that is 4 times smaller."""
CLEAR = 1 / 4096
"""Opacity below which a pixel has no colour of its own."""


@dataclass(frozen=True, eq=False, slots=True)
class Warp:
    """The source, and the way back to it: what a stage hands to the backend.

    Attributes:
        source: the picture that is read.
        way: (3, 3), takes (x, y, 1) of a pixel of the result to the source; both count from the middle of
            the first pixel.
    """

    source: Image
    way: Matrix


def moved(x: float, y: float) -> Matrix:
    """Return the matrix that moves a point by (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def through(way: Matrix, points: Matrix) -> Matrix:
    """Return points (n, 2) after a homography (3, 3)."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ way.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def rendered(
    warp: Warp, size: Size, *, progress: Listener = silent, cancel: Cancel | None = None
) -> tuple[Array, Array | None]:
    """Return the picture of `size` as (H, W, C) float32 in [0, 1], and its alpha (H, W) or None.

    Colours are read weighted by their opacity, so that what is transparent lends no colour to its
    neighbours. Raises `Cancelled`.
    """
    from keepdial.shape.kernels import warped
    from keepdial.tone import space_of

    progress(Event("generate", 0.0))
    source = warp.source
    values = _weighted(source)
    coefficients = _coefficients(values)
    channels = source.pixels.shape[2]
    fine = _fineness(warp.way, size)
    space = space_of(source.icc)
    pixels = np.empty((size.height, size.width, channels), np.float32)
    alpha = None if source.alpha is None else np.empty((size.height, size.width), np.float32)
    # Of fine readings, the first lies half a fine pixel inside of the first pixel.
    start: Matrix = moved(0.5 / fine - 0.5, 0.5 / fine - 0.5) @ np.diag([1 / fine, 1 / fine, 1.0])
    step = max(1, BAND // (size.width * fine * fine))
    for top in range(0, size.height, step):
        if cancel is not None:
            cancel.check()
        rows = slice(top, min(size.height, top + step))
        read = np.empty(((rows.stop - top) * fine, size.width * fine, values.shape[2]), np.float32)
        way = np.asarray(warp.way @ moved(0, top) @ start, np.float32)
        warped(coefficients, way, read)
        colour, opacity = _unweighted(read, channels)
        if fine > 1:
            light = space.decode(np.broadcast_to(colour, (*colour.shape[:2], 3)))
            weight = np.ones_like(read[..., :1]) if opacity is None else opacity[..., None]
            mass = _averaged(weight, fine)
            light = np.divide(_averaged(light * weight, fine), np.maximum(mass, np.float32(CLEAR)))
            colour = space.encode(light)[..., :channels]
            opacity = None if opacity is None else mass[..., 0]
        pixels[rows] = colour
        if alpha is not None and opacity is not None:
            alpha[rows] = opacity
        progress(Event("generate", rows.stop / size.height))
    return pixels, alpha


def _weighted(source: Image) -> Array:
    """Return (H, W, C) or, where there is alpha, (H, W, C + 1) in [0, 1], colours times opacity."""
    from keepdial.color import unit

    values = unit(source.pixels)
    if source.alpha is None:
        return values
    opacity = unit(source.alpha)[..., None]
    return np.asarray(np.concatenate([values * opacity, opacity], axis=2))


def _unweighted(read: Array, channels: int) -> tuple[Array, Array | None]:
    if read.shape[2] == channels:
        return np.clip(read, 0, 1, out=read), None
    # The spline swings over at edges, colours and opacity alike: their ratio is right before that is cut off,
    # not after.
    opacity = read[..., channels]
    colour = read[..., :channels] / np.maximum(opacity, np.float32(CLEAR))[..., None]
    return np.clip(colour, 0, 1), np.clip(opacity, 0, 1)


def _averaged(values: Array, fine: int) -> Array:
    height, width = values.shape[0] // fine, values.shape[1] // fine
    return np.asarray(values.reshape(height, fine, width, fine, -1).mean(axis=(1, 3)), np.float32)


def _coefficients(values: Array) -> Array:
    """Return the quintic spline through `values` (H, W, C), mirrored by 3 on every side."""
    from scipy.ndimage import spline_filter1d

    from keepdial.parallel import over

    def one(channel: int) -> Array:
        lines: Array = values[..., channel]
        for axis in (0, 1):
            if lines.shape[axis] > 1:
                lines = spline_filter1d(lines, 5, axis=axis, mode="mirror", output=np.float32)
        return lines

    planes = list(over(range(values.shape[2]), one))
    rim = [(3, 3), (3, 3), (0, 0)]
    return np.ascontiguousarray(np.pad(np.stack(planes, axis=2), rim, mode="reflect"), np.float32)


def _fineness(way: Matrix, size: Size) -> int:
    """Return how many readings a side a pixel needs: as many source pixels as it covers somewhere."""
    across, down = np.meshgrid(np.linspace(0, size.width - 1, 5), np.linspace(0, size.height - 1, 5))
    points = np.column_stack([across.ravel(), down.ravel()])
    here = through(way, points)
    right = through(way, points + np.array([1, 0])) - here
    below = through(way, points + np.array([0, 1])) - here
    # The larger singular value of the local map: how far apart two neighbours are read at most.
    largest = max(float(np.linalg.norm(np.array(pair).T, 2)) for pair in zip(right, below, strict=True))
    return int(min(FINEST, max(1, np.ceil(largest - 0.2))))
