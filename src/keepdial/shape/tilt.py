"""How far a picture is tilted: what its straight lines say, when enough of them agree.

Line segments (von Gioi et al., LSD: a line segment detector, IPOL 2012, as OpenCV has it) vote for an angle.
Upright lines of a picture taken with the camera raised lean towards each other, by an angle that grows with
their distance from the middle; so they vote for a tilt and a lean together. Level lines vote for the tilt
alone: those that recede from the viewer point everywhere and find no company.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WORK = 1000
"""Longer side at which lines are looked for, in px."""
MOST = 12.0
"""Largest tilt that is looked for, in degrees: beyond, lines may be slanted on purpose."""
STEP = 0.05
"""Steps of the vote, in degrees."""
SHARP = 0.35
"""Standard deviation of one line's vote, in degrees."""
LEANS = np.arange(-12.0, 12.1, 2.0)
"""Leans that are tried: degrees by which upright lines differ between the middle and the edge."""
LEANING = 0.02
"""What a degree of lean costs, as a part of the vote: without need, lines are parallel."""
LEVEL = 0.6
"""What level lines count beside upright ones, which are upright in the picture of a level camera wherever
they stand."""
FULL = 1.5
"""Votes that are enough; a line across the whole picture has 4."""
SHORT = 0.03
"""Lines count from this length, as a part of the diagonal."""
RIM = 0.02
"""Lines within this part of the shorter side from the picture's border are its own edge."""
ENOUGH = 0.25
"""Confidence from which a tilt is believed; tuned on odd Kodak photographs by benches/shape.py."""


@dataclass(frozen=True, slots=True)
class Tilt:
    """What the lines say.

    Attributes:
        angle: degrees, positive = clockwise, by which the picture is to be turned to stand upright.
        confidence: in [0, 1], how far the lines agree and how many there are.
        lines: how many lines agree.
    """

    angle: float
    confidence: float
    lines: int

    @property
    def sure(self) -> bool:
        """Whether the tilt is to be believed."""
        return self.confidence >= ENOUGH


def segments(rgb: NDArray[np.uint8]) -> Array:
    """Return the straight lines of `rgb` (H, W, 3) uint8 as (n, 4): x, y of both ends in its pixels."""
    import cv2

    scale = min(1.0, WORK / max(rgb.shape[:2]))
    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if found is None:
        return np.zeros((0, 4))
    lines = np.asarray(found, np.float64).reshape(-1, 4) / scale
    return _counting(lines, rgb.shape[1], rgb.shape[0])


def _counting(lines: Array, width: int, height: int) -> Array:
    """Return the lines that are long enough and no edge of the picture itself, such as a scan's black rim."""
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    rim = RIM * min(width, height)
    x, y = lines[:, 0::2], lines[:, 1::2]
    at_side = (x.max(axis=1) < rim) | (x.min(axis=1) > width - rim)
    at_end = (y.max(axis=1) < rim) | (y.min(axis=1) > height - rim)
    return np.asarray(lines[(length >= SHORT * float(np.hypot(width, height))) & ~at_side & ~at_end])


def tilt(rgb: NDArray[np.uint8]) -> Tilt:
    """Return how far `rgb` (H, W, 3) uint8 is tilted, and how sure that is; it is not modified."""
    lines = segments(rgb)
    return voted(lines, rgb.shape[1], rgb.shape[0])


def voted(lines: Array, width: int, height: int) -> Tilt:
    """Return the tilt that the lines (n, 4) of a picture of this size agree on."""
    level, upright = _split(lines, width, height)
    angles = np.arange(-MOST, MOST + STEP / 2, STEP)
    best = LEVEL * _votes(level.off, level.weight, angles)
    if len(upright.off):
        leaning = [
            _votes(upright.off - lean * upright.place, upright.weight, angles) * (1 - LEANING * abs(lean))
            for lean in LEANS
        ]
        best = best + np.max(leaning, axis=0)
    if not best.any():
        return Tilt(0.0, 0.0, 0)
    top = int(best.argmax())
    angle = _refined(best, angles, top)
    near = np.abs(angles - angles[top]) <= 1.5
    rival = float(best[~near].max()) if (~near).any() else 0.0
    peak = float(best[top])
    clear = 1 - rival / peak
    support = min(1.0, peak / FULL)
    agree = int((np.abs(level.off - angle) < 3 * SHARP).sum() + (np.abs(upright.off - angle) < 2).sum())
    return Tilt(round(-angle, 2) + 0.0, float(support * clear), agree)


@dataclass(frozen=True, eq=False, slots=True)
class _Lines:
    """Lines near one axis: degrees off it (clockwise), weights, and place across it from -1 to 1."""

    off: Array
    weight: Array
    place: Array


def _split(lines: Array, width: int, height: int) -> tuple[_Lines, _Lines]:
    """Return the lines near level and those near upright."""
    dx, dy = lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]
    angle = np.degrees(np.arctan2(dy, dx))
    length = np.hypot(dx, dy) / np.hypot(width, height)
    # A long line is more than two of half its length: those of texture are short.
    weight = length**1.5 * 4
    off = (angle + 45) % 90 - 45
    standing = np.abs(dy) > np.abs(dx)
    place = ((lines[:, 0] + lines[:, 2]) / 2 - width / 2) / (width / 2)
    reach = MOST + 3 * SHARP
    flat = ~standing & (np.abs(off) <= reach)
    tall = standing & (np.abs(off) <= reach + float(LEANS.max()))
    return (
        _Lines(off[flat], weight[flat], np.zeros(int(flat.sum()))),
        _Lines(off[tall], weight[tall], place[tall]),
    )


def _votes(off: Array, weight: Array, angles: Array) -> Array:
    """Return (angles,) the sum of all lines' votes for each angle."""
    if not len(off):
        return np.zeros(len(angles))
    apart = (angles[:, None] - off[None]) / SHARP
    return np.asarray(np.exp(-0.5 * apart * apart) @ weight)


def _refined(votes: Array, angles: Array, top: int) -> float:
    """Return the top of the parabola through the highest vote and its neighbours."""
    if not 0 < top < len(votes) - 1:
        return float(angles[top])
    before, here, after = votes[top - 1 : top + 2]
    bend = before - 2 * here + after
    return float(angles[top] + (STEP * 0.5 * (before - after) / bend if bend < 0 else 0.0))
