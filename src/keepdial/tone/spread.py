"""Spreading light: over a disc with soft rims, along a path, towards a point, or over the blocks of a mosaic.

All of it works on a stack (h, w, n) float32 whose last channel is a weight and whose other channels are light
times that weight. What has no weight gives nothing: colours from outside of a region do not enter it, and a
picture has no dark rim where it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

FINE = 6.0
"""Spread in px that a picture may be made smaller to: below it, enlarging it again would be seen."""
FAINT = np.float32(1e-12)
"""Weight under which nothing is known of a colour."""
LONGEST = 32_000
"""Longest side in px that OpenCV moves between its pixels (its coordinates there have 16 bits)."""


def weigh(light: Array, weight: Array, stack: Array) -> None:
    """Write light (h, w, C) and its weight (h, w) into a stack (h, w, C + 1)."""
    np.multiply(light, weight[..., None], out=stack[..., :-1])
    stack[..., -1] = weight


def unweighed(stack: Array, instead: Array) -> Array:
    """Return the light (h, w, C) of a stack; `instead` (h, w, C) where it has no weight."""
    weight = stack[..., -1:]
    light = stack[..., :-1] / np.maximum(weight, FAINT)
    made: Array = np.where(weight > FAINT, light, instead).astype(np.float32)
    return made


def gaussian(stack: Array, sigma: float) -> Array:
    """Return the stack blurred by a Gaussian of standard deviation `sigma` px; a new array.

    A wide one is worked out on a smaller copy. Making that and enlarging it spread light too, by known
    variances, which are taken off what is asked for.
    """
    import cv2

    h, w, n = stack.shape
    times = max(1, int(sigma / FINE))
    if times == 1:
        return _shaped(cv2.GaussianBlur(stack, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT), stack.shape)
    down, across = -(-h // times), -(-w // times)
    shape = (down * times, across * times, n)
    padded = stack
    if shape != stack.shape:
        padded = np.zeros(shape, np.float32)
        padded[:h, :w] = stack
    small = cv2.resize(padded, (across, down), interpolation=cv2.INTER_AREA)
    # The mean of n pixels, then a triangle between two such means: variances (n^2 - 1) / 12 and / 6 in px.
    left = max(0.25, (sigma**2 - (times**2 - 1) / 4) / times**2)
    small = cv2.GaussianBlur(small, (0, 0), left**0.5, borderType=cv2.BORDER_CONSTANT)
    large = cv2.resize(small, (across * times, down * times), interpolation=cv2.INTER_LINEAR)
    return _shaped(large, shape)[:h, :w]


def _shaped(made: object, shape: tuple[int, ...]) -> Array:
    """Return what OpenCV made as float32 of a shape: it drops a last axis of one."""
    return np.asarray(made, np.float32).reshape(shape)


def along(stack: Array, path: Callable[[float], Array], steps: int, check: Callable[[], None]) -> Array:
    """Return the mean of the stack at `steps` places of each pixel's path, evenly spread about the pixel.

    `path` (t) returns the (2, 3) matrix that takes a pixel (x, y) to where it is read after t steps, and
    ``path(s)`` after ``path(t)`` must be ``path(s + t)``; `steps` is a power of two. The number of means is
    doubled in each round, so that a path of 256 px takes 16 readings. `check` is called in between.
    """
    import cv2

    size = (stack.shape[1], stack.shape[0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    half = 0.5
    while 2 * half <= steps / 2:
        check()
        one, two = (
            cv2.warpAffine(stack, path(t), size, flags=flags, borderMode=cv2.BORDER_CONSTANT)
            for t in (-half, half)
        )
        stack = _shaped(cv2.addWeighted(one, 0.5, two, 0.5, 0.0), stack.shape)
        half *= 2
    return stack


def line(angle: float, length: float, steps: int) -> Callable[[float], Array]:
    """Return the path of `length` px in `steps` steps at `angle` degrees, 0 = level, 90 = upright."""
    step = length / steps
    dx, dy = step * np.cos(np.radians(angle)), -step * np.sin(np.radians(angle))

    def path(t: float) -> Array:
        return np.array([[1, 0, t * dx], [0, 1, t * dy]], np.float32)

    return path


def ray(x: float, y: float, growth: float, steps: int) -> Callable[[float], Array]:
    """Return the path towards (x, y), in px, on which distances shrink and grow by `growth` in all.

    It runs from 1 / growth to growth times the distance, in `steps` equal factors.
    """
    factor = growth ** (2 / steps)

    def path(t: float) -> Array:
        by = factor**t
        return np.array([[by, 0, (1 - by) * x], [0, by, (1 - by) * y]], np.float32)

    return path


def steps_of(length: float) -> int:
    """Return the power of two of steps by which a path of `length` px is read at least at every pixel."""
    return 1 << max(0, int(np.ceil(np.log2(max(1.0, length)))))


def mosaic(stack: Array, side: int) -> Array:
    """Return the stack with each block of `side` x `side` px replaced by its mean; a new array.

    Blocks are counted from the top left corner; those at the far ends are smaller.
    """
    h, w, _ = stack.shape
    rows, columns = np.arange(0, h, side), np.arange(0, w, side)
    sums = np.add.reduceat(np.add.reduceat(stack, rows, axis=0, dtype=np.float64), columns, axis=1)
    tall, wide = np.diff(rows, append=h), np.diff(columns, append=w)
    means = np.asarray(sums / (tall[:, None] * wide)[..., None], np.float32)
    return np.repeat(np.repeat(means, tall, axis=0), wide, axis=1)
