"""What adjustments of colour and light changed, by formulas of the benches' own, in float64.

A measure takes a photograph before and after, (H, W, 3) encoded sRGB from 0 to 1, and returns one number, or
None where the photograph has too few pixels to measure it on.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Measure = Callable[[Array, Array], float | None]


def linear(encoded: Array) -> Array:
    return np.where(encoded <= 0.04045, encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4)


def luminance(light: Array) -> Array:
    return np.asarray(light @ (0.2126, 0.7152, 0.0722))


M1 = np.array(
    [
        [0.8189330101, 0.3618667424, -0.1288597137],
        [0.0329845436, 0.9293118715, 0.0361456387],
        [0.0482003018, 0.2643662691, 0.6338517070],
    ]
)
M2 = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
SRGB_D65 = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# CIE 1931 (x, y) of black bodies, from tables.
LOCUS = {
    3000: (0.43695, 0.40407),
    5000: (0.34510, 0.35161),
    6500: (0.31352, 0.32363),
    9000: (0.28700, 0.29557),
}


def oklab(light: Array) -> Array:
    return np.asarray(np.cbrt(light @ (M1 @ SRGB_D65).T) @ M2.T)


def chroma(lab: Array) -> Array:
    return np.hypot(lab[..., 1], lab[..., 2])


def hue(lab: Array) -> Array:
    return np.degrees(np.arctan2(lab[..., 2], lab[..., 1]))


def top(light: Array) -> Array:
    """Root of the largest channel."""
    return np.sqrt(light.max(axis=-1))


def away(before: Array, after: Array, margin: float = 0.03) -> NDArray[np.bool_]:
    """Where neither picture is near black or white in any channel."""
    both = np.concatenate([before, after], axis=-1)
    return np.asarray((both.min(axis=-1) > margin) & (both.max(axis=-1) < 1 - margin))


def gain(before: Array, after: Array) -> float | None:
    where = away(before, after)
    return ratio(luminance(linear(after[where])), luminance(linear(before[where])))


def ratio(new: Array, old: Array) -> float | None:
    return None if new.size < 500 else float(new.sum() / old.sum())


def middle(values: Array, least: int = 500) -> float | None:
    return None if values.size < least else float(np.median(values))


def odds(before: Array, after: Array) -> float | None:
    where = away(before, after)
    x, y = top(linear(before[where])), top(linear(after[where]))
    return middle(y / (1 - y) / (x / (1 - x)))


def slope(before: Array, after: Array) -> float | None:
    x, y = top(linear(before)), top(linear(after))
    near = np.abs(x - 0.18**0.5) < 0.015
    return None if near.sum() < 1000 else float(np.polyfit(x[near], y[near], 1)[0])


def white_move(before: Array, after: Array) -> float | None:
    x, y = top(linear(before)), top(linear(after))
    m = 0.18**0.5
    near = (x > 0.75) & (y < 0.995)
    return middle((y - x)[near] / ((x[near] - m) / (1 - m)) ** 2)


def black_move(before: Array, after: Array) -> float | None:
    x, y = top(linear(before)), top(linear(after))
    m = 0.18**0.5
    near = x < 0.2
    return middle((y - x)[near] / ((m - x[near]) / m) ** 2)


def value_at(level: int) -> Measure:
    def measure(before: Array, after: Array) -> float | None:
        at = np.round(before[..., 1] * 255) == level
        return middle(after[..., 1][at] * 255, 20)

    return measure


def grey_point(before: Array, after: Array) -> Array:
    """Linear light of where white goes, by a linear fit over pixels away from the border."""
    where = away(before, after, 0.08)
    fit = np.linalg.lstsq(linear(before[where]), linear(after[where]), rcond=None)[0]
    return np.asarray(np.ones(3) @ fit)


def seen(light: Array, kelvin: int) -> tuple[float, float]:
    """(x, y) of linear sRGB as under a black body."""
    x, y = LOCUS[kelvin]
    gains = (BRADFORD @ (x / y, 1, (1 - x - y) / y)) / (BRADFORD @ SRGB_D65 @ np.ones(3))
    xyz = np.linalg.inv(BRADFORD) @ (gains * (BRADFORD @ SRGB_D65 @ light))
    return float(xyz[0] / xyz.sum()), float(xyz[1] / xyz.sum())


def mccamy(x: float, y: float) -> float:
    """Correlated colour temperature (McCamy 1992), good to a few kelvin from 3000 to 9000."""
    n = (x - 0.3320) / (0.1858 - y)
    return float(449 * n**3 + 3525 * n**2 + 6823.3 * n + 5520.33)


def kelvin_under(kelvin: int) -> Measure:
    return lambda before, after: mccamy(*seen(grey_point(before, after), kelvin))


def duv_moved(before: Array, after: Array) -> float:
    def v(x: float, y: float) -> float:
        return 6 * y / (-2 * x + 12 * y + 3)

    # At 6500 K the locus runs mostly along u; what is across it is nearly v.
    x, y = seen(grey_point(before, after), 6500)
    u0, v0 = (4 * 0.31352 / 6.25652), v(*LOCUS[6500])
    u1 = 4 * x / (-2 * x + 12 * y + 3)
    return float(-1000 * np.hypot(u1 - u0, v(x, y) - v0) * np.sign(v(x, y) - v0))


def chroma_ratio(low: float, high: float, hues: tuple[float, float] | None = None) -> Measure:
    def measure(before: Array, after: Array) -> float | None:
        old, new = oklab(linear(before)), oklab(linear(after))
        where = away(before, after, 0.1) & (chroma(old) > low) & (chroma(old) < high)
        if hues is not None:
            where &= np.abs((hue(old) - hues[0] + 180) % 360 - 180) < hues[1]
        return middle(chroma(new)[where] / chroma(old)[where])

    return measure


def vibrance(low: float, high: float, amount: float) -> Measure:
    """Change of chroma C, away from skin, as a part of what ``1 + amount (1 - C / 0.25) ** 2`` makes."""

    def measure(before: Array, after: Array) -> float | None:
        old, new = oklab(linear(before)), oklab(linear(after))
        where = away(before, after, 0.1) & (chroma(old) > low) & (chroma(old) < high)
        where &= np.abs((hue(old) - 52 + 180) % 360 - 180) > 35
        due = 1 + amount * (1 - chroma(old)[where] / 0.25) ** 2
        return middle(chroma(new)[where] / chroma(old)[where] / due, 200)

    return measure


def turn(before: Array, after: Array) -> float | None:
    old, new = oklab(linear(before)), oklab(linear(after))
    where = away(before, after, 0.1) & (chroma(old) > 0.04)
    return middle((hue(new) - hue(old))[where] % 360)


def tint_hue(low: float, high: float) -> Measure:
    def measure(before: Array, after: Array) -> float | None:
        old, new = oklab(linear(before)), oklab(linear(after))
        where = away(before, after, 0.05) & (old[..., 0] > low) & (old[..., 0] < high)
        where &= chroma(old) < 0.03
        if where.sum() < 500:
            return None
        a, b = np.median((new - old)[where][:, 1:], axis=0)
        return float(np.degrees(np.arctan2(b, a)) % 360)

    return measure


def wheel(degrees: float) -> float:
    """OKLCh hue of a hue of HSV."""
    pure = np.array([colorsys.hsv_to_rgb(degrees / 360, 1, 1)])
    return float(hue(oklab(linear(pure)))[0] % 360)


def corners(before: Array, after: Array) -> float:
    parts = [np.s_[:8, :8], np.s_[:8, -8:], np.s_[-8:, :8], np.s_[-8:, -8:]]
    new = sum(luminance(linear(after[p])).sum() for p in parts)
    return float(np.log2(new / sum(luminance(linear(before[p])).sum() for p in parts)))


def roughness(before: Array, after: Array) -> float | None:
    x = np.sqrt(luminance(linear(before)))
    near = (np.abs(x - 0.5) < 0.05) & away(before, after, 0.02)
    return None if near.sum() < 500 else float((np.sqrt(luminance(linear(after))) - x)[near].std())
