"""The kernel that reads a picture between its pixels, by quintic B-splines."""

from __future__ import annotations

from keepdial.backends.patch.compiled import Floats2, Floats3, inlined, kernel


@inlined
def weight(t: float) -> float:
    """Return the quintic B-spline at `t` (Unser, Splines: a perfect fit, IEEE SPM 1999, equation 4)."""
    t = abs(t)
    if t >= 3.0:
        return 0.0
    far = 3.0 - t
    value = far * far * far * far * far
    if t < 2.0:
        near = 2.0 - t
        value -= 6.0 * near * near * near * near * near
    if t < 1.0:
        here = 1.0 - t
        value += 15.0 * here * here * here * here * here
    return value / 120.0


@kernel(over="out", least=16)
def warped(lo: int, hi: int, coefficients: Floats3, way: Floats2, out: Floats3) -> None:
    """Fill rows `lo` to `hi` of `out` (H, W, C) with what lies at `way` (x, y, 1) of each pixel.

    `coefficients` (h + 6, w + 6, C) are the spline's, mirrored by 3 on every side; `way` (3, 3) is the
    homography from a pixel of `out` to one of the source. Beyond its borders the source goes on as its edge.
    """
    wx = (0.0,) * 6
    wy = (0.0,) * 6
    bottom, right = coefficients.shape[0] - 7.0, coefficients.shape[1] - 7.0
    channels = out.shape[2]
    for y in range(lo, hi):
        for x in range(out.shape[1]):
            depth = way[2, 0] * x + way[2, 1] * y + way[2, 2]
            u = (way[0, 0] * x + way[0, 1] * y + way[0, 2]) / depth
            v = (way[1, 0] * x + way[1, 1] * y + way[1, 2]) / depth
            u = min(max(u, 0.0), right)
            v = min(max(v, 0.0), bottom)
            left, top = int(u), int(v)
            fx, fy = u - left, v - top
            wx = (weight(fx + 2), weight(fx + 1), weight(fx), weight(fx - 1), weight(fx - 2), weight(fx - 3))
            wy = (weight(fy + 2), weight(fy + 1), weight(fy), weight(fy - 1), weight(fy - 2), weight(fy - 3))
            for c in range(channels):
                total = 0.0
                for j in range(6):
                    row = 0.0
                    for i in range(6):
                        row += wx[i] * coefficients[top + 1 + j, left + 1 + i, c]
                    total += wy[j] * row
                out[y, x, c] = total
