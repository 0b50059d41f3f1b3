"""White: the colours of lights by their temperature, and seeing a scene as under another one.

A light is named by its correlated colour temperature in kelvin, and by how far it lies beside the Planckian
locus, Duv, in CIE 1960 (u, v): above it (Duv > 0) a light is greenish, below it pinkish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.space import Space

    Matrix = NDArray[np.float64]

LOWEST, HIGHEST = 1667.0, 25000.0
"""Temperatures in kelvin for which the locus is known here."""
D50 = np.array([0.9642, 1.0, 0.8249])
"""White of the profile connection space (ICC.1:2022, 7.2.16), where every picture's white lies."""
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
"""XYZ to the sharpened cone responses of the linear Bradford transform (ICC.1:2022, annex E)."""


def planckian(kelvin: float) -> tuple[float, float]:
    """Return CIE 1931 (x, y) of a black body of `kelvin`, `LOWEST` to `HIGHEST`.

    Cubic polynomials of Kim et al., Design of advanced color temperature control system for HDTV
    applications, Journal of the Korean Physical Society 41 (2002) 865; off by less than 0.001 in x and y.
    """
    k = 1e3 / kelvin
    if kelvin <= 4000:
        x = ((-0.2661239 * k - 0.2343589) * k + 0.8776956) * k + 0.179910
    else:
        x = ((-3.0258469 * k + 2.1070379) * k + 0.2226347) * k + 0.240390
    if kelvin <= 2222:
        y = ((-1.1063814 * x - 1.34811020) * x + 2.18555832) * x - 0.20219683
    elif kelvin <= 4000:
        y = ((-0.9549476 * x - 1.37418593) * x + 2.09137015) * x - 0.16748867
    else:
        y = ((3.0817580 * x - 5.87338670) * x + 3.75112997) * x - 0.37001483
    return x, y


def light_of(kelvin: float, duv: float = 0.0) -> NDArray[np.float64]:
    """Return XYZ (3,) with Y = 1 of the light of `kelvin` that lies `duv` beside the locus."""
    u, v = _uv(*planckian(kelvin))
    if duv:
        step = 1e-3 * kelvin
        below, above = max(LOWEST, kelvin - step), min(HIGHEST, kelvin + step)
        (u0, v0), (u1, v1) = _uv(*planckian(below)), _uv(*planckian(above))
        length = float(np.hypot(u1 - u0, v1 - v0))
        # With rising temperature u falls; to the right of that way, v rises: that is Duv > 0.
        u += duv * (v1 - v0) / length
        v -= duv * (u1 - u0) / length
    scale = 2 * u - 8 * v + 4
    x, y = 3 * u / scale, 2 * v / scale
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _uv(x: float, y: float) -> tuple[float, float]:
    scale = -2 * x + 12 * y + 3
    return 4 * x / scale, 6 * y / scale


def adaptation(light: NDArray[np.float64], to: NDArray[np.float64]) -> Matrix:
    """Return the (3, 3) matrix on XYZ that makes what was white under `light` white under `to`.

    Both are XYZ (3,) with Y = 1. Linear Bradford, von Kries' rule in sharpened cone responses.
    """
    gains = (BRADFORD @ to) / (BRADFORD @ light)
    return np.asarray(np.linalg.inv(BRADFORD) @ (gains[:, None] * BRADFORD))


def rebalanced(space: Space, from_kelvin: float, kelvin: float, duv: float = 0.0) -> Matrix:
    """Return the (3, 3) matrix on linear light that takes a picture balanced for one light to another.

    The picture's white stands for the light of `from_kelvin`; afterwards the light of `kelvin`, `duv` beside
    the locus, is white. A grey of the scene then looks as the first light looks to an eye used to the
    second: warmer where `kelvin` is the higher. The luminance of a grey stays.
    """
    scene = adaptation(D50, light_of(from_kelvin))
    matrix = adaptation(light_of(kelvin, duv), D50) @ scene
    return in_light(space, matrix / (matrix @ D50)[1])


def neutralised(space: Space, light: NDArray[np.floating]) -> Matrix:
    """Return the (3, 3) matrix on linear light that makes the colour `light` (3,) of `space` grey.

    Its luminance stays. `light` must have a luminance above 0.
    """
    xyz = space.to_xyz @ np.asarray(light, np.float64)
    return in_light(space, adaptation(xyz / xyz[1], D50))


def in_light(space: Space, matrix: Matrix) -> Matrix:
    """Return a matrix on XYZ (D50) as a matrix on linear light of `space`."""
    return np.asarray(np.linalg.inv(space.to_xyz) @ matrix @ space.to_xyz)


def temperature(space: Space, light: NDArray[np.floating], white: float) -> tuple[float, float]:
    """Return (kelvin, Duv) of a colour (3,) of linear light, in a picture whose white is a light of `white`
    kelvin; kelvin is held between `LOWEST` and `HIGHEST`.
    """
    xyz = adaptation(D50, light_of(white)) @ (space.to_xyz @ np.asarray(light, np.float64))
    u, v = _uv(*(xyz[:2] / xyz.sum()))
    steps = np.linspace(1e6 / HIGHEST, 1e6 / LOWEST, 2000)
    locus = np.array([_uv(*planckian(1e6 / mired)) for mired in steps])
    away = np.hypot(locus[:, 0] - u, locus[:, 1] - v)
    i = int(np.argmin(away))
    return float(1e6 / steps[i]), float(np.copysign(away[i], v - locus[i, 1]))
