"""How a face is reshaped: which points of its mesh go where. No pixels.

All ways are in distances of the eyes, along the face's own axes, and limited: an amount of 100 is what still
looks like the same person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.faces import topology

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.faces.landmarks import Landmarks
    from keepdial.geometry import Box

    Points = NDArray[np.float32]

SLIM, JAW = 0.11, 0.1
"""How far the outline comes in at 100, on either side."""
SLIM_SHARES = (0.25, 0.55, 0.9, 1.0, 1.0, 0.9, 0.75, 0.5)
"""Share of it for each point of `topology.SIDES`, from the ear down."""
JAW_SHARES = (0.0, 0.0, 0.3, 0.8, 1.0, 1.0, 0.8, 0.5)
SMILE_UP, SMILE_OUT, CHEEK_UP = 0.1, 0.07, 0.035
LID_UP, LID_DOWN = 0.05, 0.018
NOSE_WIDTH, NOSE_LENGTH = 0.06, 0.04
BESIDE = 0.5
"""How far beside the face its surroundings go along when its outline moves, in distances of the eyes."""
IRIS = 0.18
"""How much larger irises get at 100 of open eyes: lids that open alone would stretch them."""
RINGS = (BESIDE, BESIDE + 0.15)
"""How far outside of the outline points hold still, in distances of the eyes."""
GIVE = 1e-3
"""Smoothing of the spline."""
NODES = 24
"""At so many places for each distance of the eyes the spline is worked out; between them it is enlarged."""
FOLLOW = 0.35
"""How far the cheeks go with the outline beside them."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is asked, each from -1 to 1; 0 = nothing.

    Attributes:
        smile: corners of the mouth, 1 = up and out.
        open_eyes: lids, 1 = further apart.
        slim: cheeks and jaw, 1 = narrower.
        nose: its wings and tip, 1 = larger.
        jaw: the jaw alone, 1 = wider.
    """

    smile: float = 0.0
    open_eyes: float = 0.0
    slim: float = 0.0
    nose: float = 0.0
    jaw: float = 0.0

    @property
    def outline(self) -> bool:
        """Whether the outline of the face moves, and with it what is beside it."""
        return self.slim != 0 or self.jaw != 0


@dataclass(frozen=True, eq=False, slots=True)
class Ways:
    """Where points go: `start` and `end` are (n, 2) float32 in pixels, from the picture's corner.

    Points whose end is their start hold their place.
    """

    start: Points
    end: Points


def ways(face: Landmarks, amounts: Amounts) -> Ways:
    """Return where the points of a face go; those of parts that are not asked about hold still."""
    moved: dict[int, Points] = {}
    for index, (across, down) in _moves(face, amounts):
        step = (across * face.axes[0] + down * face.axes[1]) * np.float32(face.unit)
        moved[index] = moved.get(index, np.zeros(2, np.float32)) + step
    numbers = [*moved, *dict.fromkeys(i for i in _still(amounts) if i not in moved)]
    start = face.at(numbers)
    offset = np.array([moved.get(i, np.zeros(2, np.float32)) for i in numbers], np.float32).reshape(-1, 2)
    outline = face.at(topology.OVAL)
    middle = outline.mean(axis=0)
    away = outline - middle
    far = np.hypot(*away.T)[:, None]
    # Around the face everything holds still, so that the spline has an end.
    rings = [middle + away * (1 + reach * np.float32(face.unit) / far) for reach in RINGS]
    still = np.concatenate(rings)
    return Ways(np.concatenate([start, still]), np.concatenate([start + offset, still]))


def _moves(face: Landmarks, amounts: Amounts) -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield (point, (way across, way down)) in distances of the eyes."""
    for share, sizes, amount in (
        (SLIM_SHARES, SLIM, amounts.slim),
        (JAW_SHARES, JAW, -amounts.jaw),
    ):
        if amount:
            for inward, side in zip((1.0, -1.0), topology.SIDES, strict=True):
                for index, part in zip(side, share, strict=True):
                    yield index, (inward * sizes * amount * part, 0.0)
    if amounts.slim:
        for inward, cheek in zip((1.0, -1.0), topology.CHEEKS, strict=True):
            for index in cheek[1:]:
                yield index, (inward * SLIM * FOLLOW * amounts.slim, 0.0)
    if amounts.smile:
        yield from _smile(face, amounts.smile)
    if amounts.open_eyes:
        yield from _lids(face, amounts.open_eyes)
    if amounts.nose:
        yield from _nose(amounts.nose)


def _smile(face: Landmarks, amount: float) -> Iterator[tuple[int, tuple[float, float]]]:
    left, right = face.at(topology.MOUTH_CORNERS)
    middle, half = (left + right) / 2, max(1.0, float(np.hypot(*(right - left))) / 2)
    up = SMILE_UP if amount > 0 else 0.7 * SMILE_UP
    out = SMILE_OUT if amount > 0 else 0.0
    for index in (*topology.LIPS, *topology.MOUTH):
        place = float((face.points[index] - middle) @ face.axes[0]) / half
        near = min(1.0, abs(place)) ** 2
        # The corners rise, the lips' middle gives way a little: a bow, not a shift.
        yield index, (amount * out * near * np.sign(place), amount * up * (0.12 - 1.12 * near))
    for outward, cheek in zip((-1.0, 1.0), topology.CHEEKS, strict=True):
        for index in cheek:
            yield index, (outward * 0.4 * CHEEK_UP * amount, -CHEEK_UP * amount)


def _lids(face: Landmarks, amount: float) -> Iterator[tuple[int, tuple[float, float]]]:
    for side, (outer, inner) in enumerate(topology.CORNERS):
        ends = face.at((outer, inner))
        middle, half = ends.mean(axis=0), max(1.0, float(np.hypot(*(ends[1] - ends[0]))) / 2)
        for lids, way in ((topology.UPPER_LIDS[side], -LID_UP), (topology.LOWER_LIDS[side], LID_DOWN)):
            for index in lids:
                place = float((face.points[index] - middle) @ face.axes[0]) / half
                yield index, (0.0, amount * way * max(0.0, 1 - place**2))
        centre, *rim = topology.IRISES[side]
        for index in rim:
            out = (face.points[index] - face.points[centre]) / np.float32(face.unit)
            across, down = float(out @ face.axes[0]), float(out @ face.axes[1])
            yield index, (IRIS * amount * across, IRIS * amount * down)


def _nose(amount: float) -> Iterator[tuple[int, tuple[float, float]]]:
    for outward, wing in zip((-1.0, 1.0), topology.NOSE_WINGS, strict=True):
        for index in wing:
            yield index, (outward * NOSE_WIDTH * amount, 0.3 * NOSE_LENGTH * amount)
    for index in (topology.NOSE_TIP, topology.NOSE_BASE):
        yield index, (0.0, NOSE_LENGTH * amount)


def field(ways: Ways, box: Box, unit: float) -> Points:
    """Return the way back, (h, w, 2) float32 in px: what to add to a place of the result to find its source.

    A thin-plate spline through the points (Bookstein, PAMI 1989), which gives way a little where points that
    lie close together disagree. `box` is the part of the picture that is wanted, `unit` the distance of the
    eyes in px.
    """
    import cv2
    from scipy.interpolate import RBFInterpolator

    places = np.unique(np.round(np.column_stack([ways.end, ways.start - ways.end]), 3), axis=0)
    spline = RBFInterpolator(
        places[:, :2] / unit, places[:, 2:] / unit, kernel="thin_plate_spline", smoothing=GIVE
    )
    step = max(1.0, unit / NODES)
    across, down = (int(np.ceil((n - 1) / step)) + 2 for n in (box.width, box.height))
    x, y = np.meshgrid(np.arange(across) * step, np.arange(down) * step)
    nodes = np.column_stack([x.ravel() + box.x + 0.5, y.ravel() + box.y + 0.5])
    coarse = (spline(nodes / unit) * unit).reshape(down, across, 2).astype(np.float32)
    scale = np.array([[1 / step, 0, 0], [0, 1 / step, 0]], np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    size = (box.width, box.height)
    return np.asarray(
        cv2.warpAffine(coarse, scale, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _still(amounts: Amounts) -> Sequence[int]:
    """Return the points that hold their place unless they are moved."""
    held = [*topology.MIDDLE[:6], topology.CHIN, *(i for brow in topology.BROWS for i in brow)]
    held += [i for eye in (*topology.EYES, *topology.IRISES) for i in eye]
    if not amounts.smile:
        held += [*topology.LIPS, *topology.MOUTH]
    if not amounts.nose:
        held += [topology.NOSE_TIP, topology.NOSE_BASE, *(i for wing in topology.NOSE_WINGS for i in wing)]
    if not amounts.outline:
        held += topology.OVAL
    else:
        held += topology.FOREHEAD
    return held
