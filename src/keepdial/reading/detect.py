"""Where text stands: the network's map over a picture of any size, and the rectangles in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.reading.network import text_map

if TYPE_CHECKING:
    from numpy.typing import NDArray

FINE_AREA = 4_000_000
"""Pixels at which a large picture is searched for small text; 28-px type at 12 MP has 16 px there."""
SMALL_SIDE = 736
"""A picture whose short side is less is enlarged to it, at most `LARGEST_SCALE` times."""
LARGEST_SCALE = 3.0
COARSE_SIDE = 800
"""Long side at which a picture is searched again for type larger than the network sees at the fine scale."""
QUICK_AREA = 400_000
"""Pixels at which a picture is searched in a hurry."""
TILE, OVERLAP = 1024, 96
BINARY, SURE = 0.3, 0.5
"""Where the map counts as text, and the mean a rectangle needs, as PP-OCR sets them."""
UNCLIP = 1.6
"""How far a kernel is grown to its line: distance = area * UNCLIP / perimeter (Liao et al., eq. 10)."""
MOST = 2000
"""Rectangles that are looked at, per scale."""


def rectangles(rgb: NDArray[np.uint8]) -> tuple[tuple[NDArray[np.float32], float], ...]:
    """Return (corners, score) of each line in `rgb` (H, W, 3), in reading order.

    Corners are (4, 2) float32 in pixels, from the top left one clockwise, not cut at the picture's border;
    the score is 0 to 1.
    """
    h, w = rgb.shape[:2]
    fine = _fine_scale(h, w)
    found = _at_scale(rgb, fine)
    coarse = COARSE_SIDE / max(h, w)
    if coarse < 0.6 * fine:
        found = _merged(found, _at_scale(rgb, coarse))
    return tuple(sorted(found, key=_reading_order))


def quick_rectangles(rgb: NDArray[np.uint8]) -> tuple[tuple[NDArray[np.float32], float], ...]:
    """Return as `rectangles` does what one look at `QUICK_AREA` finds; small type is missed."""
    h, w = rgb.shape[:2]
    return tuple(_at_scale(rgb, min(1.0, (QUICK_AREA / (h * w)) ** 0.5)))


def _fine_scale(h: int, w: int) -> float:
    if min(h, w) < SMALL_SIDE:
        scale = min(LARGEST_SCALE, SMALL_SIDE / min(h, w))
        return float(min(scale, max(1.0, (FINE_AREA / (h * w)) ** 0.5)))
    return float(min(1.0, (FINE_AREA / (h * w)) ** 0.5))


def _at_scale(rgb: NDArray[np.uint8], scale: float) -> list[tuple[NDArray[np.float32], float]]:
    import cv2

    h, w = rgb.shape[:2]
    size = max(8, round(w * scale)), max(8, round(h * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    # A margin lets type that touches the border, or fills the picture, stand in something.
    margin = 32
    there = rgb if size == (w, h) else np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)
    framed = cv2.copyMakeBorder(there, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    back = np.array([w / size[0], h / size[1]], np.float32)
    return [((quad - margin) * back, score) for quad, score in _quads(_tiled(np.asarray(framed, np.uint8)))]


def _tiled(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the network's map of `rgb`, computed in tiles that overlap; of each its middle is used."""
    h, w = rgb.shape[:2]
    whole = np.zeros((h, w), np.float32)
    for y0, y1 in _spans(h):
        for x0, x1 in _spans(w):
            part = text_map(np.ascontiguousarray(rgb[y0:y1, x0:x1]))
            top, left = OVERLAP // 2 if y0 else 0, OVERLAP // 2 if x0 else 0
            whole[y0 + top : y1, x0 + left : x1] = part[top:, left:]
    return whole


def _spans(length: int) -> list[tuple[int, int]]:
    """Return equal spans (start, stop) of at most `TILE` that cover `length` and overlap by `OVERLAP`."""
    if length <= TILE:
        return [(0, length)]
    count = -(-(length - OVERLAP) // (TILE - OVERLAP))
    step = -(-(length - OVERLAP) // count)
    return [(i * step, min(length, i * step + step + OVERLAP)) for i in range(count)]


def _quads(found: NDArray[np.float32]) -> list[tuple[NDArray[np.float32], float]]:
    """Return the rectangles of a map (Liao et al., section 3.5: threshold, contour, grow)."""
    import cv2

    binary = cv2.dilate((found > BINARY).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(binary, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads: list[tuple[NDArray[np.float32], float]] = []
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:MOST]:
        centre, (a, b), angle = cv2.minAreaRect(outline)
        if min(a, b) < 3:
            continue
        inner = np.asarray(cv2.boxPoints((centre, (a, b), angle)), np.float32)
        score = _mean_inside(found, inner)
        if score < SURE:
            continue
        grown = 2 * a * b * UNCLIP / (2 * (a + b))
        quad = np.asarray(cv2.boxPoints((centre, (a + grown, b + grown), angle)), np.float32)
        quads.append((clockwise(quad), score))
    return quads


def _mean_inside(values: NDArray[np.float32], quad: NDArray[np.float32]) -> float:
    import cv2

    h, w = values.shape
    x0, y0 = np.clip(np.floor(quad.min(axis=0)).astype(int), 0, (w - 1, h - 1))
    x1, y1 = np.clip(np.ceil(quad.max(axis=0)).astype(int), 0, (w - 1, h - 1))
    inside = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(inside, [np.round(quad - (x0, y0)).astype(np.int32)], 1)
    return float(cv2.mean(values[y0 : y1 + 1, x0 : x1 + 1], inside)[0])


def clockwise(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the corners of a rectangle (4, 2) from its top left one, clockwise on the screen."""
    middle = quad.mean(axis=0)
    turn = np.arctan2(quad[:, 1] - middle[1], quad[:, 0] - middle[0])
    ordered = quad[np.argsort(turn, kind="stable")]
    first = int(np.argmin(ordered.sum(axis=1)))
    return np.roll(ordered, -first, axis=0)


def sides(quad: NDArray[np.float32]) -> tuple[float, float]:
    """Return (width, height) of a rectangle given by its corners."""
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    return float(np.hypot(*across)), float(np.hypot(*down))


def _shared(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the area that two rectangles share."""
    import cv2

    if (a.max(axis=0) < b.min(axis=0)).any() or (b.max(axis=0) < a.min(axis=0)).any():
        return 0.0
    area, _ = cv2.intersectConvexConvex(a, b)
    return float(area)


def _area(quad: NDArray[np.float32]) -> float:
    width, height = sides(quad)
    return width * height


def _merged(
    fine: list[tuple[NDArray[np.float32], float]], coarse: list[tuple[NDArray[np.float32], float]]
) -> list[tuple[NDArray[np.float32], float]]:
    """Return both scales' rectangles, of each line one.

    A coarse rectangle that is covered by fine ones says nothing new, unless they are pieces of it: much
    lower or much shorter than it, as when large letters fall apart at the fine scale.
    """
    kept = list(fine)
    for quad, score in coarse:
        overlaps = [(q, _shared(q, quad)) for q, _ in kept]
        within = [(q, s) for q, s in overlaps if s > 0.5 * _area(q)]
        covered = sum(s for _, s in overlaps) / max(_area(quad), 1e-6)
        same = any(s > 0.5 * _area(quad) for _, s in overlaps)
        pieces = bool(within) and max(_area(q) for q, _ in within) < 0.3 * _area(quad)
        if same or (covered > 0.6 and not (pieces and len(within) <= 3)):
            continue
        if covered <= 0.6:
            kept = [(q, s) for q, s in kept if _shared(q, quad) <= 0.7 * _area(q)]
        kept.append((quad, score))
    return kept


def _reading_order(found: tuple[NDArray[np.float32], float]) -> tuple[int, int]:
    quad = found[0]
    return int(quad[:, 1].min()), int(quad[:, 0].min())
