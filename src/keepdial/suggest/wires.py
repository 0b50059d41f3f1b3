"""Wires: long thin dark lines across calm ground, such as cables in the sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.suggest import Candidate, Suggester

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image

SIDE = 1200
SIGMAS = (1.0, 1.8)
DEPTH = 3.0
"""Least lightness that a wire lacks to both sides, in units of Lab."""
ALIKE = 0.5
"""Most that the two sides may differ, as a part of the depth: a step is no wire."""
ROUGH = 1.6
"""Most that lightness may vary (standard deviation, Lab) beside a wire."""
LONG = 0.2
"""Least length of a wire, as a part of the picture's longer side."""
COVERED = 0.75
"""Least part of its length over which a wire is seen."""
NEAR = 2.5
"""Working pixels that a wire's points may lie off its curve, a parabola."""
BORDER = 0.015
"""Part of the longer side along the picture's border where no wire is looked for."""
LEAST_POINTS = 12
"""Points that a curve is drawn through at least."""
SAG = 0.2
"""Most that a wire sags, as a part of its length."""
MOST = 8
"""More wires than this are no distraction but the subject: rigging, a bridge, blinds."""


def find(image: Image) -> tuple[Candidate, ...]:
    """Return the wires, the longest first.

    Points on dark ridges (largest eigenvalue of the Hessian; Steger, IEEE PAMI 1998) with calm ground, alike
    on both sides, are joined to lines (Hough), and each line is followed as a parabola.
    """
    from keepdial.suggest._ground import ground

    work = ground(image, SIDE)
    points, width = _ridges(work.lab)
    curves = _curves(points, width)
    if len(curves) > MOST:
        return ()
    return tuple(_candidate(image, work.scale, points.shape, c) for c in curves)


def _ridges(lab: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return where dark lines on calm ground run, (h, w), and their half width there."""
    import cv2
    import numpy as np

    light = np.ascontiguousarray(lab[..., 0])
    found = np.zeros(light.shape, bool)
    width = np.zeros(light.shape, np.float32)
    reach = 4
    mean, square = (cv2.blur(v, (2 * reach + 1,) * 2) for v in (light, light * light))
    spread = np.sqrt(np.maximum(np.asarray(square) - np.asarray(mean) ** 2, 0))
    for sigma in SIGMAS:
        smooth = np.asarray(cv2.GaussianBlur(light, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
        curving, along, normal = _bending(smooth)
        ridge = (curving > 0.3) & (np.abs(along) < 0.5 * curving)
        ridge &= (curving >= _beside(curving, normal, 1.0)) & (curving >= _beside(curving, normal, -1.0))
        far = 3 * sigma + 1.5
        one, other = _beside(smooth, normal, far), _beside(smooth, normal, -far)
        depth = (one + other) / 2 - smooth
        ridge &= (depth >= DEPTH) & (np.abs(one - other) <= ALIKE * depth)
        out = far + reach + 1
        ridge &= (_beside(spread, normal, out) < ROUGH) & (_beside(spread, normal, -out) < ROUGH)
        width[ridge & ~found] = sigma + 0.5
        found |= ridge
    rim = round(
        BORDER * max(light.shape)
    )  # the frame of a scan is no wire, nor what mirroring makes of an edge
    inner = np.zeros_like(found)
    inner[rim : light.shape[0] - rim, rim : light.shape[1] - rim] = True
    return found & inner, width


def _bending(
    smooth: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return the Hessian's larger and smaller eigenvalue, and the direction of the larger one (2, h, w)."""
    import cv2
    import numpy as np

    orders = ((2, 0), (0, 2), (1, 1))
    dxx, dyy, dxy = (np.asarray(cv2.Sobel(smooth, cv2.CV_32F, a, b, ksize=3, scale=0.25)) for a, b in orders)
    root = np.sqrt(((dxx - dyy) / 2) ** 2 + dxy**2)
    angle = 0.5 * np.arctan2(2 * dxy, dxx - dyy)
    middle = (dxx + dyy) / 2
    normal = np.stack([np.cos(angle), np.sin(angle)])
    return tuple(np.asarray(v, np.float32) for v in (middle + root, middle - root, normal))  # type: ignore[return-value]


def _beside(values: NDArray[np.float32], normal: NDArray[np.float32], off: float) -> NDArray[np.float32]:
    """Return for each pixel the value `off` pixels along its normal."""
    import cv2
    import numpy as np

    h, w = values.shape
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    there = xs + np.float32(off) * normal[0], ys + np.float32(off) * normal[1]
    return np.asarray(cv2.remap(values, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32)


def _curves(
    points: NDArray[np.bool_], width: NDArray[np.float32]
) -> list[tuple[NDArray[np.float64], float, float]]:
    """Return the wires as (points along it (n, 2) x y, half width, part of it that is seen)."""
    import cv2
    import numpy as np

    side = max(points.shape)
    left = points.copy()
    curves: list[tuple[NDArray[np.float64], float, float]] = []
    while len(curves) <= MOST:
        lines = cv2.HoughLinesP(
            left.astype(np.uint8) * 255,
            1,
            np.pi / 360,
            max(20, round(0.05 * side)),
            minLineLength=0.06 * side,
            maxLineGap=0.015 * side,
        )
        if lines is None:
            break
        ends = lines.reshape(-1, 4).astype(np.float64)
        longest = ends[int(np.argmax(np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])))]
        curve, used = _followed(left, longest)
        if curve is not None:
            span, seen = curve
            length = float(np.hypot(*(span[-1] - span[0])))
            if length >= LONG * side and seen >= COVERED:
                half = float(np.median(width[used])) if used.any() else SIGMAS[0]
                curves.append((span, half, seen))
        before = int(left.sum())
        left &= ~used
        if int(left.sum()) == before:
            break
    return curves


def _followed(
    points: NDArray[np.bool_], ends: NDArray[np.float64]
) -> tuple[tuple[NDArray[np.float64], float] | None, NDArray[np.bool_]]:
    """Follow a line from its two ends outwards as a parabola; return it and the points it used."""
    import numpy as np

    ys, xs = np.nonzero(points)
    middle, direction = (ends[:2] + ends[2:]) / 2, ends[2:] - ends[:2]
    high = float(np.hypot(*direction)) / 2
    low, direction = -high, direction / (2 * high)
    gap = 0.03 * max(points.shape)
    fit = np.zeros(3)
    used = np.zeros(points.shape, bool)
    for _ in range(40):
        # Along and across the line through the ends so far, which turns as the curve grows.
        t = (xs - middle[0]) * direction[0] + (ys - middle[1]) * direction[1]
        s = -(xs - middle[0]) * direction[1] + (ys - middle[1]) * direction[0]
        near = (np.abs(s - np.polyval(fit, t)) < NEAR) & (t > low - gap) & (t < high + gap)
        used[ys[near], xs[near]] = True
        if near.sum() < LEAST_POINTS:
            return None, used
        fit = np.polyfit(t[near], s[near], 2)
        first, last = min(low, float(t[near].min())), max(high, float(t[near].max()))
        if first > low - 1 and last < high + 1:
            break
        tips = np.array([(v, np.polyval(fit, v)) for v in (first, last)])
        across = np.array([-direction[1], direction[0]])
        start, stop = (middle + v * direction + off * across for v, off in tips)
        middle, direction = (start + stop) / 2, stop - start
        high = float(np.hypot(*direction)) / 2
        low, direction = -high, direction / (2 * high)
        fit = np.array([fit[0], 0.0, -fit[0] * high**2])
    if abs(fit[0]) * high**2 > SAG * 2 * high:
        return None, used
    steps = np.arange(low, high + 1)
    seen = float(np.isin(np.round(steps).astype(int), np.round(t[near]).astype(int)).mean())
    off = np.polyval(fit, steps)
    across = np.array([-direction[1], direction[0]])
    return (middle + steps[:, None] * direction + off[:, None] * across, seen), used


def _candidate(
    image: Image, scale: float, shape: tuple[int, ...], found: tuple[NDArray[np.float64], float, float]
) -> Candidate:
    import cv2
    import numpy as np

    from keepdial.geometry import Box, Size
    from keepdial.select import Region

    curve, half, seen = found
    size = image.size
    full = (curve + 0.5) * scale - 0.5
    thick = int(np.ceil(2 * (half + 0.7) * scale + 2))
    low, high = np.floor(full.min(axis=0)).astype(int) - thick, np.ceil(full.max(axis=0)).astype(int) + thick
    box = Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])).clip(
        Size(size.width, size.height)
    )
    values = np.zeros((box.height, box.width), np.float32)
    cv2.polylines(values, [np.round(full - (box.x, box.y)).astype(np.int32)], False, 1.0, thick)
    length = float(np.hypot(*(curve[-1] - curve[0]))) / max(shape)
    score = min(0.85, 0.3 + 0.5 * min(1.0, length) + 0.2 * seen)
    return Candidate("wire", "A thin dark line runs across calm ground.", Region(box, values), score)


SUGGESTER = Suggester("wires", "Cables and other thin dark lines across calm ground.", find)
