"""Curves of tone: what becomes of dark, middle and bright, with the colour's hue held.

Curves are worked out over the square root of linear light, here called the root. It is close to how bright a
value looks and to how common files encode it, needs no table, and is the same whatever a file's own encoding
is: in sRGB the root 0.46 of middle grey (18 % of the light: 0.42) is the sample 118 of 255.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.planes import extremes, merge, split
from keepdial.tone.render import Pass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

MIDDLE = 0.18**0.5
"""Root of middle grey, which sends back 18 % of the light: half way from black to white for the eye."""
LEAST = np.float32(1e-12)


def held(curve: Callable[[Array], Array]) -> Pass:
    """Return the pass that puts a curve on light and keeps each colour's hue.

    The curve goes over the largest and the smallest of a pixel's three channels; the one between keeps its
    place between them in proportion, so that the result is a mixture of the same pure colour with white
    (RGB tone curves of the Digital Negative Specification 1.7, Adobe 2023). A grey stays grey.

    Args:
        curve: takes roots of light (h, W) float32, 0 = black, 1 = white, possibly above, and returns where
            they go; it must not fall, and may write into its argument.
    """

    def run(light: Array, rows: slice) -> Array:
        planes = split(light)
        low, high = extremes(planes)
        new_low = _through(curve, low)
        new_high = _through(curve, high)
        new_high -= new_low
        high -= low
        np.maximum(high, LEAST, out=high)
        new_high /= high
        for plane in planes:
            plane -= low
            plane *= new_high
            plane += new_low
        return merge(planes, light)

    return Pass(run)


def _through(curve: Callable[[Array], Array], light: Array) -> Array:
    root = np.maximum(light, np.float32(0))
    np.sqrt(root, out=root)
    root = curve(root)
    np.maximum(root, np.float32(0), out=root)
    root *= root
    return root


def brighter(amount: float) -> Callable[[Array], Array]:
    """Return the curve of `amount` in -100 to 100: the odds of a value against white are multiplied.

    ``y / (1 - y) = 3 ** (amount / 100) * x / (1 - x)``: 0 stays 0, 1 stays 1, and at 100 the middle 0.5
    becomes 0.75, half way to white; at -100 it becomes 0.25. Amounts add up: 30 and then -30 is nothing. The
    slope at black is 3 ** (amount / 100), at white its inverse; above white the line goes on.
    """
    odds = np.float32(3.0 ** (amount / 100))

    def curve(root: Array) -> Array:
        inside = np.minimum(root, np.float32(1))
        root -= inside
        root /= odds
        below = inside * (odds - np.float32(1))
        below += np.float32(1)
        inside *= odds
        inside /= below
        inside += root
        return inside

    return curve


def contrasted(amount: float, middle: float = MIDDLE) -> Callable[[Array], Array]:
    """Return the S-curve of `amount` in -100 to 100 around `middle`, a root between 0 and 1.

    ``y = m + s d / (1 + (s - 1) |d| / M)`` with d = x - m, M the distance from m to the end on that side,
    and s = 2 ** (amount / 100) the slope at the middle: at 100 differences around the middle double, at -100
    they halve. Black, middle and white stay; the slope at both ends is 1 / s. (Two branches of Schlick's
    gain, Graphics Gems IV, 1994, put together at m.) Amounts add up.
    """
    slope = np.float32(2.0 ** (amount / 100))
    m = np.float32(middle)

    def curve(root: Array) -> Array:
        inside = np.minimum(root, np.float32(1))
        root -= inside
        root /= slope
        inside -= m
        part = np.maximum(inside * (np.float32(-1) / m), inside * (np.float32(1) / (np.float32(1) - m)))
        part *= slope - np.float32(1)
        part += np.float32(1)
        inside *= slope
        inside /= part
        inside += m
        inside += root
        return inside

    return curve


WHITES = 0.2
"""How far white moves at amount 100, as a part of the root's range."""
BLACKS = 0.1
"""How far black moves at amount 100."""


def whitened(amount: float) -> Callable[[Array], Array]:
    """Return the curve that moves white by `amount` / 100 * 0.2 and leaves all below middle grey.

    ``y = x + 0.2 amount / 100 * ((x - m) / (1 - m)) ** 2`` above m, middle grey. At -100 white goes to 0.8;
    at 100 it goes to 1.2, so that what is above 0.876 is white.
    """
    move = np.float32(WHITES * amount / 100)
    m = np.float32(MIDDLE)

    def curve(root: Array) -> Array:
        part = np.minimum(root, np.float32(1))
        beyond = root - part
        beyond *= np.float32(2) * move / (np.float32(1) - m)
        part -= m
        part /= np.float32(1) - m
        np.maximum(part, np.float32(0), out=part)
        part *= part
        part *= move
        root += part
        root += beyond
        return root

    return curve


def blackened(amount: float) -> Callable[[Array], Array]:
    """Return the curve that moves black by `amount` / 100 * 0.1 and leaves all above middle grey.

    ``y = x + 0.1 amount / 100 * ((m - x) / m) ** 2`` below m, middle grey. At 100 black is lifted to the
    root 0.1 (1 % of the light); at -100 what is below about 0.07 is black.
    """
    move = np.float32(BLACKS * amount / 100)
    m = np.float32(MIDDLE)

    def curve(root: Array) -> Array:
        part = np.minimum(root, m)
        np.subtract(m, part, out=part)
        part /= m
        part *= part
        part *= move
        root += part
        return root

    return curve


ENTRIES = 1 << 17
"""Entries of a table from black to white; between two of them the value is on a line."""


def tabled(tables: NDArray[np.float64]) -> Pass:
    """Return the pass that sends each channel's encoded values through a table.

    Args:
        tables: (1 or 3, ENTRIES + 1) of values in [0, 1], for encoded values in equal steps from 0 to 1; one
            for all channels, or one for each. Above white the last value holds where the table ends level,
            else the line goes on.
    """
    values = np.asarray(tables, np.float32)
    steps = np.asarray(np.diff(tables, axis=1, append=tables[:, -1:]), np.float32)
    slopes = np.asarray((tables[:, -1] - tables[:, -2]) * ENTRIES, np.float32)

    def run(encoded: Array, rows: slice) -> Array:
        for i in range(3):
            which = min(i, len(values) - 1)
            plane = encoded[..., i] * np.float32(ENTRIES)
            np.clip(plane, 0, ENTRIES, out=plane)
            index = plane.astype(np.int32)
            plane -= index
            plane *= np.take(steps[which], index, mode="clip")
            plane += np.take(values[which], index, mode="clip")
            if slopes[which] != 0:
                over = np.maximum(encoded[..., i] - np.float32(1), np.float32(0))
                over *= slopes[which]
                plane += over
            encoded[..., i] = plane
        return encoded

    return Pass(run, domain="encoded")


def grid() -> NDArray[np.float64]:
    """Return the encoded values (ENTRIES + 1,) that a table stands for."""
    return np.linspace(0, 1, ENTRIES + 1)
