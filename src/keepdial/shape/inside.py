"""The largest upright rectangle inside a convex region, as a linear program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def inside(corners: Array, aspect: float | None = None) -> tuple[float, float, float, float]:
    """Return the largest rectangle inside a convex region as (x, y, width, height), width and height above 0.

    Args:
        corners: (n, 2), the region's corners in order, either way round.
        aspect: width divided by height; None: whatever gives the largest area.

    A rectangle of centre c and sides w, h lies in the half-plane n.x <= d where n.c + (|nx| w + |ny| h) / 2
    <= d, which is linear in c, w and h; with the aspect fixed, the largest is a linear program.
    """
    if aspect is not None:
        return _fitting(corners, aspect)
    extent = corners.max(axis=0) - corners.min(axis=0)
    middle = float(np.log(max(1e-9, extent[0]) / max(1e-9, extent[1])))

    def area(log: float) -> float:
        _, _, width, height = _fitting(corners, float(np.exp(log)))
        return width * height

    # The area has one top over the logarithm of the aspect; golden section finds it (Kiefer, 1953).
    golden = (np.sqrt(5) - 1) / 2
    low, high = middle - 3, middle + 3
    a, b = high - golden * (high - low), low + golden * (high - low)
    at_a, at_b = area(a), area(b)
    while high - low > 1e-4:
        if at_a >= at_b:
            high, b, at_b = b, a, at_a
            a = high - golden * (high - low)
            at_a = area(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + golden * (high - low)
            at_b = area(b)
    return _fitting(corners, float(np.exp((low + high) / 2)))


def _fitting(corners: Array, aspect: float) -> tuple[float, float, float, float]:
    from scipy.optimize import linprog

    middle = corners.mean(axis=0)
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
    normals = normals[np.hypot(*edges.T) > 1e-9]
    starts = corners[np.hypot(*edges.T) > 1e-9]
    outward = np.sign(((starts - middle) * normals).sum(axis=1))
    normals = normals * outward[:, None] / np.hypot(*normals.T)[:, None]
    reach = (np.abs(normals[:, 0]) * aspect + np.abs(normals[:, 1])) / 2
    rows = np.column_stack([normals, reach])
    limits = (normals * (starts - middle)).sum(axis=1)
    solved = linprog([0, 0, -1], A_ub=rows, b_ub=limits, bounds=[(None, None), (None, None), (0, None)])
    x, y, height = (float(v) for v in solved.x)
    width = height * aspect
    return x + float(middle[0]) - width / 2, y + float(middle[1]) - height / 2, width, height


def turned_inside(width: int, height: int, angle: float, *, free: bool) -> tuple[float, float]:
    """Return width and height of the largest upright rectangle in a picture turned by `angle` degrees.

    Its middle is the picture's. With `free` it may have any shape, otherwise it has the picture's own.
    """
    sine, cosine = abs(np.sin(np.radians(angle))), abs(np.cos(np.radians(angle)))
    if not free:
        part = min(
            height / (width * sine + height * cosine),
            width / (width * cosine + height * sine),
        )
        return width * part, height * part
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long or abs(sine - cosine) < 1e-10:
        # Two corners of the rectangle touch a long side, the others are anywhere along the short ones.
        half = short / 2
        wide, tall = half / max(sine, 1e-12), half / cosine
        return float(wide if width >= height else tall), float(tall if width >= height else wide)
    double = cosine * cosine - sine * sine
    return (
        float((width * cosine - height * sine) / double),
        float((height * cosine - width * sine) / double),
    )
