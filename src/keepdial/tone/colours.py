"""Work on colours in OKLab, where equal steps look equal: on all of them, or by range of hue."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from keepdial.tone.gamut import softened_in_oklab
from keepdial.tone.oklab import from_oklab, to_oklab
from keepdial.tone.planes import merge, split
from keepdial.tone.render import Pass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

RANGES = {
    "red": 29.0,
    "orange": 60.0,
    "yellow": 106.0,
    "green": 143.0,
    "aqua": 195.0,
    "blue": 258.0,
    "purple": 300.0,
    "magenta": 335.0,
}
"""Middle of each range of hue, in degrees of OKLCh: where sRGB's own red, yellow, green, cyan, blue and
magenta lie, nearly, and orange and purple between them."""
BINS = 1 << 16
"""Entries of a table over all hues; a step is at most 0.008 degrees."""
FAINT = 0.04
"""Chroma at which a colour counts by half, for changes that do not fade with chroma by themselves."""


def in_oklab(space: Space, work: Callable[[Array, Array, Array], None]) -> Pass:
    """Return the pass that works on lightness, a and b as planes (h, W), in place.

    Colours that became too strong for the picture are held inside its range (`softened_in_oklab`).
    """

    def run(light: Array, rows: slice) -> Array:
        lab = to_oklab(light, space)
        planes = split(lab)
        work(*planes)
        merge(planes, lab)
        return softened_in_oklab(from_oklab(lab, space), lab, light, space)

    return Pass(run)


def windows(degrees: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return how much each range counts at hues in degrees of OKLCh; at every hue they add up to 1.

    From one range's middle to the next the weight goes over as half a wave of a cosine.
    """
    names, middles = list(RANGES), np.array(list(RANGES.values()))
    found = {name: np.zeros(np.shape(degrees)) for name in names}
    for i, name in enumerate(names):
        after = (i + 1) % len(names)
        width = (middles[after] - middles[i]) % 360
        way = (np.asarray(degrees) - middles[i]) % 360 / width
        here = way < 1
        falling = np.where(here, 0.5 + 0.5 * np.cos(np.pi * np.minimum(way, 1)), 0)
        found[name] = found[name] + falling
        found[names[after]] = found[names[after]] + np.where(here, 1 - falling, 0)
    return found


def by_hue(values: Mapping[str, float]) -> NDArray[np.float64]:
    """Return a table (BINS,) of values blended over all hues, for `hue_index`; a range not named counts 0."""
    weights = windows(bin_degrees())
    return np.asarray(sum((weights[name] * value for name, value in values.items()), np.zeros(BINS)))


def bin_degrees() -> NDArray[np.float64]:
    """Return the hue (BINS,), in degrees of OKLCh, that each entry of a table over hues stands for."""
    around = (np.arange(BINS) + 0.5) * (4 / BINS)
    x = 1 - around
    upper = around < 2
    a = np.where(upper, x, around - 3)
    b = np.where(upper, 1 - np.abs(x), -(1 - np.abs(around - 3)))
    return np.asarray(np.degrees(np.arctan2(b, a)) % 360)


def hue_index(a: Array, b: Array) -> NDArray[np.int32]:
    """Return for each pixel (h, W) the entry of a table over hues.

    The hue goes around a diamond instead of a circle, which takes a division instead of an arc tangent.
    """
    around = np.abs(a)
    around += np.abs(b)
    np.maximum(around, np.float32(1e-12), out=around)
    np.divide(a, around, out=around)
    around -= np.float32(1)
    np.negative(around, out=around)
    np.copyto(around, np.float32(4) - around, where=b < 0)
    around *= np.float32(BINS / 4)
    index = around.astype(np.int32)
    np.minimum(index, BINS - 1, out=index)
    return index


def coloured(a: Array, b: Array) -> Array:
    """Return how much each pixel (h, W) counts as coloured, 0 = grey to 1: ``C^2 / (C^2 + 0.04^2)``."""
    square = a * a
    square += b * b
    square /= square + np.float32(FAINT**2)
    return square


def wheel(degrees: float) -> float:
    """Return the hue in degrees of OKLCh of a hue on the usual wheel: 0 red, 60 yellow, 120 green, 240 blue.

    The wheel is that of HSV in sRGB.
    """
    import colorsys

    from keepdial.tone.space import space_of

    space = space_of(None)
    encoded = np.asarray([colorsys.hsv_to_rgb(degrees / 360 % 1, 1, 1)], np.float32)
    _, a, b = to_oklab(space.decode(encoded), space)[0].tolist()
    return float(np.degrees(np.arctan2(b, a)) % 360)
