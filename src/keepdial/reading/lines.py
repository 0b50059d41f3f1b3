"""Lines of text: where they stand, what they say, and where a part of one stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import ParameterError
from keepdial.geometry import Box, size_of
from keepdial.reading.detect import quick_rectangles, rectangles, sides
from keepdial.reading.network import Reading, recognise

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEGIBLE = 0.5
"""Mean probability of its characters from which a line counts as read, as PP-OCR sets it."""
UPRIGHT = 0.85
"""A line that is read with less confidence is tried upside down as well."""
SURER = 0.1
"""By how much more confident the turned reading must be, for most text stands upright."""
TALL = 1.5
"""A rectangle that is so much higher than wide holds a line that runs up or down."""
MOST_CROP = 6400
"""Columns of a line's crop at most; a longer line is read at a smaller scale."""


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """One line of text.

    Attributes:
        polygon: (4, 2) float32, its corners in pixels of the picture, clockwise from where reading begins
            (`read_text`) or from the top left (`find_text`); they may lie outside of the picture.
        box: the whole pixels around it, inside the picture.
        score: how sure it is that this is text, 0 to 1.
        text: what it says; empty where it was not read.
        confidence: mean probability of the characters, 0 to 1; 0 where it was not read.
        places: for each character of `text` its centre along the line, 0 (start) to 1 (end).
    """

    polygon: NDArray[np.float32]
    box: Box
    score: float
    text: str = ""
    confidence: float = 0.0
    places: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        """How high the line is, in pixels: the shorter side of its rectangle."""
        return min(sides(self.polygon))


def find_text(rgb: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Return the lines of text in `rgb` (H, W, 3) uint8, from top to bottom, without reading them.

    About 0.8 s for a megapixel on two cores; a large picture is searched at `detect.FINE_AREA`. Raises
    `ParameterError` for another array, `BackendError` where the weights are not there.
    """
    _check(rgb)
    return tuple(_line(rgb, quad, score) for quad, score in rectangles(rgb))


def glance_text(rgb: NDArray[np.uint8]) -> tuple[Line, ...]:
    """Return lines of text in `rgb` as `read_text` does, by one look of bounded cost; not every one."""
    _check(rgb)
    return _read(rgb, tuple(_line(rgb, quad, score) for quad, score in quick_rectangles(rgb)), LEGIBLE)


def read_text(rgb: NDArray[np.uint8], *, least: float = LEGIBLE) -> tuple[Line, ...]:
    """Return the lines of text in `rgb` (H, W, 3) uint8 with what they say, from top to bottom.

    A line is given only where the mean probability of its characters is at least `least`, 0 to 1; with 0
    lines that could not be read are given too. Lines that run up, down or upside down are read as well.
    Raises as `find_text` does.
    """
    return _read(rgb, find_text(rgb), least)


def _read(rgb: NDArray[np.uint8], lines: tuple[Line, ...], least: float) -> tuple[Line, ...]:
    """Return those of the `lines` that can be read, with what they say."""
    read = recognise([straight(rgb, line.polygon) for line in lines])
    doubtful = [i for i, answer in enumerate(read) if answer.confidence < UPRIGHT]
    turned = recognise([straight(rgb, _upside_down(lines[i].polygon)) for i in doubtful])
    over = {i: answer for i, answer in zip(doubtful, turned, strict=True) if _better(answer, read[i])}
    found = []
    for i, line in enumerate(lines):
        flip = i in over
        answer = over[i] if flip else read[i]
        polygon = _along(_upside_down(line.polygon) if flip else line.polygon)
        if answer.confidence >= least:
            found.append(
                replace(
                    line,
                    polygon=polygon,
                    text=answer.text,
                    confidence=answer.confidence,
                    places=answer.places,
                )
            )
    return tuple(found)


def part_of_line(line: Line, start: int, stop: int) -> Line:
    """Return the part of a line that was read which holds the characters from `start` up to `stop`.

    The cuts are half way between the centres of neighbouring characters. Raises `ParameterError` for an
    empty part or one outside of the text.
    """
    n = len(line.text)
    if not 0 <= start < stop <= n:
        raise ParameterError("part", (start, stop), f"0 <= start < stop <= {n}, characters of {line.text!r}")
    places = line.places
    left = 0.0 if start == 0 else (places[start - 1] + places[start]) / 2
    right = 1.0 if stop == n else (places[stop - 1] + places[stop]) / 2
    a, b, c, d = line.polygon
    corners = np.stack([a + (b - a) * left, a + (b - a) * right, d + (c - d) * right, d + (c - d) * left])
    polygon = np.asarray(corners, np.float32)
    low = np.floor(polygon.min(axis=0)).astype(int)
    high = np.ceil(polygon.max(axis=0)).astype(int)
    around = Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
    x, y = max(around.x, line.box.x), max(around.y, line.box.y)
    right_, bottom = min(around.right, line.box.right), min(around.bottom, line.box.bottom)
    box = Box(x, y, max(0, right_ - x), max(0, bottom - y))
    shifted = tuple((p - left) / max(right - left, 1e-6) for p in places[start:stop])
    return replace(line, polygon=polygon, box=box, text=line.text[start:stop], places=shifted)


def straight(rgb: NDArray[np.uint8], polygon: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the line in `polygon` as an upright picture (h, w, 3) that reads from left to right."""
    import cv2

    quad = _along(polygon)
    width, height = sides(quad)
    shrink = min(1.0, MOST_CROP / max(width, 1.0))
    w, h = max(4, round(width * shrink)), max(4, round(height * shrink))
    aim = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    box = _around(quad, rgb).grow(2).clip(size_of(rgb))
    turn = cv2.getPerspectiveTransform(quad - np.array([box.x, box.y], np.float32), aim)
    crop = np.ascontiguousarray(rgb[box.slices])
    return np.asarray(
        cv2.warpPerspective(crop, turn, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _along(polygon: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the corners so that the first side is the one along which the text runs."""
    width, height = sides(polygon)
    return np.roll(polygon, 1, axis=0) if height >= TALL * width else polygon


def _upside_down(polygon: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.roll(polygon, 2, axis=0)


def _better(turned: Reading, as_found: Reading) -> bool:
    return bool(turned.text) and turned.confidence > as_found.confidence + SURER


def _around(polygon: NDArray[np.float32], rgb: NDArray[np.uint8]) -> Box:
    low = np.floor(polygon.min(axis=0)).astype(int)
    high = np.ceil(polygon.max(axis=0)).astype(int)
    found = Box(int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1]))
    inside = found.clip(size_of(rgb))
    if inside.area:
        return inside
    x = min(max(found.x, 0), rgb.shape[1] - 1)
    y = min(max(found.y, 0), rgb.shape[0] - 1)
    return Box(x, y, 1, 1)


def _line(rgb: NDArray[np.uint8], quad: NDArray[np.float32], score: float) -> Line:
    return Line(quad, _around(quad, rgb), min(1.0, score))


def _check(rgb: NDArray[np.uint8]) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or 0 in rgb.shape:
        raise ParameterError("rgb", f"{rgb.shape} {rgb.dtype}", "(H, W, 3) uint8, not empty")
