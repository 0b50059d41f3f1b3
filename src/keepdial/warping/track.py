"""Where a point of one picture is in another: by looking for what is around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

RADIUS = 10
"""Half the side of the patch that is looked for, in px."""

TURNS = (-40.0, -27.0, -13.0, 0.0, 13.0, 27.0, 40.0)
SCALES = (
    (1.0, 1.0),
    (0.75, 0.75),
    (1.33, 1.33),
    (1.0, 1.45),
    (1.45, 1.0),
    (1.0, 0.7),
    (0.7, 1.0),
    (1.8, 1.8),
)
"""How the patch may be turned, in degrees, and scaled across and down; between these it still correlates."""

FLAT = 0.008
"""Standard deviation of grey in [0, 1] under which a patch has nothing to be recognised by."""

SURE = 0.5
"""Normalised cross-correlation from which something is taken as found."""

ALIKE = 0.05
"""Places whose correlations differ by less look the same: of them the nearest to where one looks is taken."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a point was found, in px, and how alike what is there looks, -1 to 1."""

    x: float
    y: float
    score: float


def track(
    source: NDArray[np.float32],
    result: NDArray[np.float32],
    point: tuple[float, float],
    near: tuple[float, float],
    *,
    reach: float,
    radius: int = RADIUS,
) -> Found | None:
    """Return where in `result` the source's `point` is, within `reach` px of `near`; None if unseen.

    The patch around the point is looked for by normalised cross-correlation, turned and scaled a little, to
    a fraction of a pixel. It knows nothing of how the result was made. Where several places look the same, as
    in a row of bricks, the nearest is returned. None too where the patch is too flat to be recognised.

    Args:
        source, result: (h, w) float32 grey in [0, 1].
        point: (x, y) in the source, px.
        near: (x, y) in the result around which to look.
        reach: how far to look, px, above 0.
        radius: half the patch's side, px, 3 to 100.

    Raises:
        ParameterError: arguments outside of these.
    """
    import cv2

    if source.ndim != 2 or result.ndim != 2 or source.dtype != np.float32 or result.dtype != np.float32:
        raise ParameterError("source, result", f"{source.shape}, {result.shape}", "(h, w) float32 each")
    if not (0 < reach < 1e5 and 3 <= radius <= 100):
        raise ParameterError("reach, radius", (reach, radius), "above 0, and 3 to 100, px")
    side = 2 * radius + 1
    look = int(np.ceil(reach)) + radius
    window = _around(result, near, look)
    if float(_patch(source, point, side, 0.0, (1.0, 1.0)).std()) < FLAT:
        return None
    tops = list[tuple[float, float, float]]()
    best = SURE
    for turn in TURNS:
        for scale in SCALES:
            patch = _patch(source, point, side, turn, scale)
            if float(patch.std()) < FLAT:
                continue
            score = np.asarray(cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED), np.float32)
            score[~np.isfinite(score)] = -1
            best = max(best, float(score.max()))
            peaks = (score >= best - ALIKE) & (score >= cv2.dilate(score, np.ones((5, 5), np.uint8)))
            for y, x in np.argwhere(peaks).tolist():
                dx, dy = _peak(score, x, y)
                # Places of the patch count from the window's corner; its middle is `radius` further.
                tops.append((float(score[y, x]), x + dx + radius - look, y + dy + radius - look))
    x0, y0 = round(near[0]), round(near[1])
    found = [Found(x0 + x, y0 + y, score) for score, x, y in tops if score >= best - ALIKE]
    return min(found, key=lambda f: np.hypot(f.x - near[0], f.y - near[1]), default=None)


def _around(values: NDArray[np.float32], at: tuple[float, float], radius: int) -> NDArray[np.float32]:
    """Return the square around the pixel nearest to `at`, (2 radius + 1) a side; outside is the border."""
    h, w = values.shape
    ys = np.clip(np.arange(-radius, radius + 1) + round(at[1]), 0, h - 1)
    xs = np.clip(np.arange(-radius, radius + 1) + round(at[0]), 0, w - 1)
    return np.ascontiguousarray(values[np.ix_(ys, xs)])


def _patch(
    values: NDArray[np.float32],
    at: tuple[float, float],
    side: int,
    turn: float,
    scale: tuple[float, float],
) -> NDArray[np.float32]:
    """Return the patch around `at` as it looks turned by `turn` degrees and enlarged `scale` times."""
    import cv2

    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    # From the patch back to the source: first the scale, then the turn.
    back = np.array([[c, s], [-s, c]]) @ np.diag([1 / scale[0], 1 / scale[1]])
    middle = (side - 1) / 2
    matrix: Any = np.hstack([back, (np.array(at) - back @ (middle, middle))[:, None]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(values, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32)


def _peak(score: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """Return the offset of the top of a parabola through the neighbours of (x, y), at most half a pixel."""

    def offset(before: float, here: float, after: float) -> float:
        bend = before - 2 * here + after
        return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0 else 0.0

    h, w = score.shape
    dx = offset(*(float(v) for v in score[y, x - 1 : x + 2])) if 0 < x < w - 1 else 0.0
    dy = offset(*(float(v) for v in score[y - 1 : y + 2, x])) if 0 < y < h - 1 else 0.0
    return dx, dy
