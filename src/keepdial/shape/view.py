"""Seeing a picture from another place: homographies of a turned camera, and of four corners.

Where a camera looks up, upright lines meet above the picture. A camera that had looked straight ahead would
have seen the same scene through a rotation, and that is a homography of the picture (Hartley and Zisserman,
Multiple View Geometry, 2004, 8.4.2); how strong, depends on its focal length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.shape.tilt import FULL, segments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Size
    from keepdial.image import Image

    Matrix = NDArray[np.float64]

USUAL = 28.0
"""Focal length that is assumed where the picture tells none, in mm on 35 mm film: that of telephones."""
DIAGONAL = 43.27
"""The diagonal of 35 mm film, in mm."""
STEEP = 30.0
"""Degrees from upright within which lines may be of upright things."""
SHARP = 0.5
"""Standard deviation of one line's vote, in degrees."""
FEWEST = 4
"""Lines that it takes: any two meet somewhere, and a third may by chance."""
PAIRS = 60
"""The longest lines, of which each two propose where all meet."""
ENOUGH = 0.5
"""Confidence from which a view is believed. Of 24 Kodak photographs six reach it: five with buildings, and
one with masts that lean in the wind (benches/shape.py)."""
MOST = 20.0
"""Degrees beyond which nobody holds a camera by mistake."""


@dataclass(frozen=True, eq=False, slots=True)
class Uprights:
    """How the camera was held, by the lines of upright things.

    Attributes:
        turn: (3, 3), the rotation that makes them upright in the picture.
        degrees: the angle of that rotation.
        confidence: in [0, 1].
        lines: how many lines agree.
    """

    turn: Matrix
    degrees: float
    confidence: float
    lines: int

    @property
    def sure(self) -> bool:
        """Whether it is to be believed."""
        return self.confidence >= ENOUGH and self.degrees <= MOST


def focal_length(image: Image) -> tuple[float, bool]:
    """Return the focal length in pixels, and whether the picture's EXIF told it."""
    from keepdial.files.exif import focal_length_35mm

    told = focal_length_35mm(image.exif)
    diagonal = float(np.hypot(image.size.width, image.size.height))
    return (told or USUAL) / DIAGONAL * diagonal, told is not None


def rotation(vertical: float, horizontal: float) -> Matrix:
    """Return the rotation (3, 3) from a camera that looked up and to the right to one that looks ahead.

    Angles in degrees: `vertical` by which it looked up, `horizontal` to the right. x runs to the right, y
    down, z ahead.
    """
    up, right = np.radians(vertical), np.radians(horizontal)
    a, b, c, d = np.cos(up), np.sin(up), np.cos(right), np.sin(right)
    pitch = np.array([[1, 0, 0], [0, a, -b], [0, b, a]])
    yaw = np.array([[c, 0, d], [0, 1, 0], [-d, 0, c]])
    return np.asarray(yaw @ pitch)


def part_of(turn: Matrix, part: float) -> Matrix:
    """Return a part of a rotation: the same axis, less of its angle (Rodrigues' formula)."""
    angle, axis = _axis(turn)
    return _about(axis, angle * part)


def _axis(turn: Matrix) -> tuple[float, Matrix]:
    angle = float(np.arccos(np.clip((np.trace(turn) - 1) / 2, -1, 1)))
    axis = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]])
    length = float(np.linalg.norm(axis))
    return angle, axis / length if length > 1e-12 else np.array([0.0, 0.0, 1.0])


def _about(axis: Matrix, angle: float) -> Matrix:
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def turned_view(turn: Matrix, focal: float) -> Matrix:
    """Return the homography (3, 3) of a turned camera, on points that count from the picture's middle.

    It keeps the size of what is in the middle of the picture.
    """
    inner = np.diag([focal, focal, 1.0])
    view = inner @ turn @ np.linalg.inv(inner)
    # The area of a small square at the middle grows by det / w ** 3 (the Jacobian of a homography).
    grown = abs(float(np.linalg.det(view) / view[2, 2] ** 3))
    return np.asarray(np.diag([grown**-0.5, grown**-0.5, 1.0]) @ view)


def uprights(rgb: NDArray[np.uint8], focal: float) -> Uprights:
    """Return how the camera was held, by the lines in `rgb` (H, W, 3) uint8 that are near upright."""
    height, width = rgb.shape[:2]
    lines = segments(rgb)
    leaning = np.degrees(np.arctan2(np.abs(lines[:, 2] - lines[:, 0]), np.abs(lines[:, 3] - lines[:, 1])))
    lines = lines[leaning <= STEEP]
    none = Uprights(np.eye(3), 0.0, 0.0, 0)
    if len(lines) < FEWEST:
        return none
    middle = np.array([width / 2, height / 2, width / 2, height / 2])
    ends = (lines - middle) / focal
    length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) / np.hypot(width, height)
    weight = length**1.5 * 4
    from_, to = (np.column_stack([ends[:, i : i + 2], np.ones(len(ends))]) for i in (0, 2))
    planes = np.cross(from_, to)
    longest = np.argsort(-length)[:PAIRS]
    first, second = np.triu_indices(len(longest), 1)
    points = np.cross(planes[longest[first]], planes[longest[second]])
    size = np.linalg.norm(points, axis=1)
    points = points[size > 1e-9] / size[size > 1e-9, None]
    points *= np.where(points[:, 1:2] < 0, -1.0, 1.0)
    points = points[points[:, 1] > np.cos(np.radians(STEEP))]
    if not len(points):
        return none
    votes = np.array([float(np.exp(-0.5 * (_off(ends, p) / SHARP) ** 2) @ weight) for p in points])
    best = points[int(votes.argmax())]
    for _ in range(3):
        agree = _off(ends, best) < 3 * SHARP
        unit = planes / np.linalg.norm(planes, axis=1)[:, None]
        scatter = (unit[agree] * weight[agree, None]).T @ unit[agree]
        found = np.linalg.eigh(scatter)[1][:, 0]
        best = found if found[1] > 0 else -found
    off = _off(ends, best)
    peak = float(np.exp(-0.5 * (off / SHARP) ** 2) @ weight)
    # What leans otherwise by a little speaks against it; texture leans any way.
    total = float(weight[off < 10].sum())
    confidence = min(1.0, peak / FULL) * min(1.0, peak / max(total, 1e-9) * 1.5)
    axis = np.cross(best, [0.0, 1.0, 0.0])
    degrees = float(np.degrees(np.arccos(np.clip(best[1], -1, 1))))
    length_of_axis = float(np.linalg.norm(axis))
    turn = np.eye(3) if length_of_axis < 1e-9 else _about(axis / length_of_axis, np.radians(degrees))
    return Uprights(turn, degrees, confidence, int((off < 2 * SHARP).sum()))


def _off(ends: Matrix, point: Matrix) -> Matrix:
    """Return (n,) degrees between lines (n, 4) and the way from their middles to a point at infinity."""
    middle = (ends[:, :2] + ends[:, 2:]) / 2
    way = point[:2] - middle * point[2]
    line = ends[:, 2:] - ends[:, :2]
    cross = np.abs(line[:, 0] * way[:, 1] - line[:, 1] * way[:, 0])
    along = np.abs((line * way).sum(axis=1))
    return np.asarray(np.degrees(np.arctan2(cross, along)))


def ordered(corners: Matrix) -> Matrix:
    """Return four corners (4, 2) as top left, top right, bottom right, bottom left.

    Raises `ValueError` where they are no convex quadrilateral of some size.
    """
    middle = corners.mean(axis=0)
    around = np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))
    ring = corners[around]
    edges = np.roll(ring, -1, axis=0) - ring
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    if bool((turns <= 1.0).any()):
        raise ValueError("they are no convex quadrilateral")
    return np.asarray(np.roll(ring, -int(ring.sum(axis=1).argmin()), axis=0))


def homography(start: Matrix, stop: Matrix) -> Matrix:
    """Return the homography (3, 3) that takes four points (4, 2) to four others."""
    rows = []
    for (x, y), (u, v) in zip(start, stop, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    solved = np.linalg.solve(np.array(rows, np.float64), stop.reshape(-1))
    return np.append(solved, 1.0).reshape(3, 3)


def true_aspect(corners: Matrix, size: Size, focal: float) -> float:
    """Return width / height of the rectangle whose picture has these corners, ordered, in pixels.

    Zhang and He, Whiteboard scanning and image enhancement (2007), equations 11 to 20, with the camera's axis
    in the middle of the picture. Where the picture cannot tell the focal length, `focal` in pixels counts.
    """
    centred = np.column_stack([corners - [size.width / 2, size.height / 2], np.ones(4)])
    m1, m2, m4, m3 = centred
    k2 = float(np.cross(m1, m4) @ m3 / (np.cross(m2, m4) @ m3))
    k3 = float(np.cross(m1, m4) @ m2 / (np.cross(m3, m4) @ m2))
    n2, n3 = k2 * m2 - m1, k3 * m3 - m1
    diagonal = float(np.hypot(size.width, size.height))
    if abs(n2[2]) > 0.02 and abs(n3[2]) > 0.02:
        squared = -float(n2[:2] @ n3[:2]) / float(n2[2] * n3[2])
        if (0.3 * diagonal) ** 2 < squared < (5 * diagonal) ** 2:
            focal = squared**0.5
    across = float(n2[:2] @ n2[:2]) / focal**2 + float(n2[2] ** 2)
    down = float(n3[:2] @ n3[:2]) / focal**2 + float(n3[2] ** 2)
    return float((across / down) ** 0.5)
