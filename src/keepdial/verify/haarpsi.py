"""How similar two pictures look: HaarPSI, and `kept`, the measured side of the dial; GMSD and PSNR.

HaarPSI: R. Reisenhofer, S. Bosse, G. Kutyniok, T. Wiegand, "A Haar wavelet-based perceptual similarity
index for image quality assessment", Signal Processing: Image Communication 61, 2018,
doi:10.1016/j.image.2017.11.001. GMSD: W. Xue, L. Zhang, X. Mou, A. Bovik, "Gradient magnitude similarity
deviation", IEEE TIP 23, 2014, doi:10.1109/TIP.2013.2293423.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError
from keepdial.geometry import Box, Size, size_of
from keepdial.parallel import over

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNRELATED, UNRELATED_GREY = 0.232, 0.19
"""HaarPSI of unrelated photographs (u in DESIGN 3.3), in colour and, without the chroma term, in grey.

Measured with ``python benches/unrelated.py`` on the Kodak photographs, median and tenth
to ninetieth percentile:

====================================  =========================  =========================
pairs                                 colour                     grey
====================================  =========================  =========================
168 pairs, 768x512                    0.209 (0.169 to 0.243)     0.165 (0.126 to 0.199)
168 pairs, halved to 384x256          0.221 (0.178 to 0.258)     0.177 (0.136 to 0.210)
336 pairs of crops, 32 to 256 px      0.248 (0.187 to 0.436)     0.207 (0.143 to 0.393)
====================================  =========================  =========================

Edits are measured over crops of all sizes, so u lies between the medians of the last two rows. Taking any
of the medians instead moves `kept` by at most 0.03, and by 0.015 where half is kept.
"""

C, ALPHA = 30.0, 4.2
"""The constants of the paper, section 3.3, for samples from 0 to 255."""

YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], np.float32)
SMALLEST = 32
TILE = 512
REACH = 4
"""How far, in halved px, the widest filter looks to either side."""


def haarpsi(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the HaarPSI similarity of two pictures (H, W, C) uint8 or uint16, C = 1 or 3; 1 = identical.

    As in the paper, pictures are halved first, and a grey picture (C = 1) has no chroma term. Both
    must have the same shape and dtype. Works in tiles: memory does not grow with the picture, and what
    is equal costs little.
    """
    _same(a, b)
    if np.array_equal(a, b):
        return 1.0
    total, weight = 0.0, 0.0
    for t, w in over(list(_tiles(size_of(a))), lambda part: _tile(a[part[0]], b[part[0]], part[1])):
        total += t
        weight += w
    mean = total / weight
    return min(1.0, (math.log(mean / (1 - mean)) / ALPHA) ** 2)


def kept(source: NDArray[Any], result: NDArray[Any], mask: NDArray[Any]) -> float:
    """Return how much of `source` survived in `result`: 1 = identical, 0 = as unlike as unrelated pictures.

    ``clamp((s - u) / (1 - u), 0, 1)`` with s the HaarPSI over the bounding box of `mask` (DESIGN 3.3), grown
    to at least 32 px a side where the picture has them, and u = `UNRELATED`
    (`UNRELATED_GREY` for pictures of one channel).

    Args:
        source, result: (H, W, C) uint8 or uint16, same shape and dtype; alpha has no part in it.
        mask: (H, W) bool or float in [0, 1], 1 = the edit acts here. An empty mask keeps everything: 1.
    """
    _same(source, result)
    box = Box.of(mask > 0)
    return 1.0 if box is None else kept_within(source, result, box)


def kept_within(source: NDArray[Any], result: NDArray[Any], box: Box) -> float:
    """Return `kept` over a `box` that is known already, grown to at least 32 px a side."""
    part = _at_least(box, SMALLEST, size_of(source)).slices
    s = haarpsi(source[part], result[part])
    u = UNRELATED if source.shape[2] == 3 else UNRELATED_GREY
    return min(1.0, max(0.0, (s - u) / (1 - u)))


def gmsd(a: NDArray[Any], b: NDArray[Any], *, c: float = 170.0) -> float:
    """Return the gradient magnitude similarity deviation of two pictures (H, W, C); 0 = identical."""
    import cv2

    _same(a, b)
    if np.array_equal(a, b):
        return 0.0
    edge = np.array([1, 0, -1], np.float32)
    box3 = np.full(3, 1 / 3, np.float32)
    total, squares, count = 0.0, 0.0, 0
    for tile, inner in _tiles(size_of(a)):
        if np.array_equal(a[tile], b[tile]):
            pixels = (inner[0].stop - inner[0].start) * (inner[1].stop - inner[1].start)
            total, squares, count = total + pixels, squares + pixels, count + pixels
            continue
        magnitudes = []
        for picture in (a[tile], b[tile]):
            halves = _halved(picture)
            grey = halves @ YIQ[0] if halves.shape[2] == 3 else halves[..., 0]
            across = cv2.sepFilter2D(grey, cv2.CV_32F, edge, box3, borderType=cv2.BORDER_REFLECT)
            down = cv2.sepFilter2D(grey, cv2.CV_32F, box3, edge, borderType=cv2.BORDER_REFLECT)
            magnitudes.append(cv2.magnitude(across, down))
        m, n = magnitudes
        similar = ((2 * m * n + c) / (m * m + n * n + c))[inner].astype(np.float64)
        total += float(similar.sum())
        squares += float(np.square(similar).sum())
        count += similar.size
    mean = total / count
    return math.sqrt(max(0.0, squares / count - mean * mean))


def psnr(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the peak signal-to-noise ratio in dB of two pictures of one shape; infinite if equal."""
    _same(a, b)
    total = 0.0
    for y in range(0, a.shape[0], TILE):
        d = a[y : y + TILE].astype(np.float32) - b[y : y + TILE]
        total += float(np.square(d, out=d).sum(dtype=np.float64))
    if total == 0:
        return math.inf
    white = float(np.iinfo(a.dtype).max)
    return 10 * math.log10(white * white * a.size / total)


def _same(a: NDArray[Any], b: NDArray[Any]) -> None:
    if a.shape != b.shape or a.dtype != b.dtype:
        raise ParameterError(
            "result", f"{b.shape} {b.dtype}", f"the shape and depth of the source, {a.shape} {a.dtype}"
        )


def _tiles(size: Size) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Yield (rows and columns of the picture with a margin, rows and columns of the halved tile to count).

    The margin is 16 px (8 after halving, as wide as the widest Haar filter), so that only the picture's
    own border is ever seen as a border.
    """
    for rows in _spans(size.height):
        for columns in _spans(size.width):
            yield (rows[0], columns[0]), (rows[1], columns[1])


def _spans(length: int) -> Iterator[tuple[slice, slice]]:
    for start in range(0, length, TILE):
        first, last = max(0, start - 16), min(length, start + TILE + 16)
        inner = (start - first) // 2
        yield slice(first, last), slice(inner, inner + (min(length, start + TILE) - start + 1) // 2)


def _scaled(picture: NDArray[Any]) -> NDArray[np.float32]:
    samples = picture.astype(np.float32)
    if picture.dtype == np.uint16:
        samples *= np.float32(1 / 257)
    return samples


def _halved(picture: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mean of each 2x2 block, (h, w, C); beyond the border all is 0, as in the paper's code."""
    import cv2

    samples = _scaled(picture)
    h, w, channels = samples.shape
    if h % 2 or w % 2:
        samples = np.pad(samples, ((0, h % 2), (0, w % 2), (0, 0)))
    size = ((w + 1) // 2, (h + 1) // 2)
    halves = np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), np.float32)
    return halves.reshape(size[1], size[0], channels)


def _tile(a: NDArray[Any], b: NDArray[Any], inner: tuple[slice, slice]) -> tuple[float, float]:
    """Return (sum of weighted similarities after the sigmoid, sum of weights) over the part `inner`.

    All similarities are computed only where a filter reaches a change. Elsewhere they are 1, and the weights
    alone are needed; the chroma term then changes both sums alike, since its weight is their mean.
    """
    changed = _where(a, b)
    near = None if changed is None else _reached(changed, inner)
    if near is not None and 2 * near.area > _box(inner).area:
        return _compared(a, b, inner)
    luma = _luma(a)
    weight = 0.0
    for across in (False, True):
        sizes = np.abs(_haar(luma, 3, across))
        weight += float(sizes[inner].sum(dtype=np.float64))
        if near is not None:
            weight -= float(sizes[near.slices].sum(dtype=np.float64))
    weight *= 1.5 if a.shape[2] == 3 else 1.0
    total = weight / (1 + math.exp(-ALPHA))
    if near is not None:
        seen = near.grow(REACH).clip(size_of(luma))
        part = Box(2 * seen.x, 2 * seen.y, 2 * seen.width, 2 * seen.height).slices
        t, w = _compared(a[part], b[part], near.shift(-seen.x, -seen.y).slices)
        total, weight = total + t, weight + w
    return total, weight


def _where(a: NDArray[Any], b: NDArray[Any]) -> Box | None:
    """Return the bounding box of what differs; None where nothing does."""
    if np.array_equal(a, b):
        return None
    # Rows are compared whole; only those that differ are looked at more closely.
    rows = np.flatnonzero((a != b).reshape(len(a), -1).any(axis=1))
    y0, y1 = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero((a[y0:y1] != b[y0:y1]).any(axis=0).any(axis=1))
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    return Box(x0, y0, x1 - x0, y1 - y0)


def _box(part: tuple[slice, slice]) -> Box:
    rows, columns = part
    return Box(columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start)


def _reached(changed: Box, inner: tuple[slice, slice]) -> Box | None:
    """Return the part of `inner`, halved, whose values depend on the `changed` box; None if there is none."""
    x, y = changed.x // 2, changed.y // 2
    halved = Box(x, y, -(-changed.right // 2) - x, -(-changed.bottom // 2) - y).grow(REACH)
    whole = _box(inner)
    found = halved.shift(-whole.x, -whole.y).clip(Size(whole.width, whole.height))
    return found.shift(whole.x, whole.y) if found.area else None


def _compared(a: NDArray[Any], b: NDArray[Any], inner: tuple[slice, slice]) -> tuple[float, float]:
    """Return the two sums over `inner`, computed for every value."""
    both = [_planes(a), _planes(b)]
    similar: list[NDArray[np.float32]] = []
    weights: list[NDArray[np.float32]] = []
    for across in (False, True):
        fine: NDArray[np.float32] | None = None
        for scale in (1, 2):
            x, y = (np.abs(_haar(p[0], scale, across)) for p in both)
            s = _alike(x, y)
            fine = s if fine is None else (fine + s) * np.float32(0.5)
        assert fine is not None
        x, y = (np.abs(_haar(p[0], 3, across)) for p in both)
        similar.append(fine[inner])
        weights.append(np.maximum(x, y)[inner])
    if len(both[0]) == 3:
        chroma = [_alike(*(np.abs(_smooth(p[channel])) for p in both)) for channel in (1, 2)]
        similar.append(((chroma[0] + chroma[1]) * np.float32(0.5))[inner])
        weights.append((weights[0] + weights[1]) * np.float32(0.5))
    total = weight = 0.0
    for s, w in zip(similar, weights, strict=True):
        total += float((w / (1 + np.exp(np.float32(-ALPHA) * s))).sum(dtype=np.float64))
        weight += float(w.sum(dtype=np.float64))
    return total, weight


def _planes(picture: NDArray[Any]) -> list[NDArray[np.float32]]:
    """Return the halved picture's planes: Y, I and Q, or the grey one."""
    import cv2

    halves = _halved(picture)
    if halves.shape[2] == 1:
        return [halves[..., 0]]
    # Halving is linear, so it may come first, on a quarter of the pixels to transform.
    return [np.asarray(plane, np.float32) for plane in cv2.split(cv2.transform(halves, YIQ))]


def _luma(picture: NDArray[Any]) -> NDArray[np.float32]:
    """Return the halved picture's Y, or the grey plane."""
    import cv2

    halves = _halved(picture)
    if halves.shape[2] == 1:
        return halves[..., 0]
    return np.asarray(cv2.transform(halves, YIQ[:1]), np.float32).reshape(halves.shape[:2])


def _alike(x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    c = np.float32(C)
    return np.asarray((2 * x * y + c) / (x * x + y * y + c), np.float32)


def _haar(plane: NDArray[np.float32], scale: int, across: bool) -> NDArray[np.float32]:
    """Correlate with the Haar filter of side 2**scale: difference of two halves along one axis."""
    n = 2**scale
    step = np.repeat(np.array([1, -1], np.float32), n // 2)
    box = np.full(n, np.float32(1 / n))
    return _filter(plane, step if across else box, box if across else step)


def _smooth(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    half = np.full(2, np.float32(0.5))
    return _filter(plane, half, half)


def _filter(
    plane: NDArray[np.float32], row: NDArray[np.float32], column: NDArray[np.float32]
) -> NDArray[np.float32]:
    import cv2

    anchor = len(row) // 2 - 1
    return np.asarray(
        cv2.sepFilter2D(
            plane, cv2.CV_32F, row, column, anchor=(anchor, anchor), borderType=cv2.BORDER_CONSTANT
        ),
        np.float32,
    )


def _at_least(box: Box, side: int, size: Size) -> Box:
    """Grow `box` around its middle to `side` px, moved into the picture where it would stick out."""
    width, height = max(box.width, min(side, size.width)), max(box.height, min(side, size.height))
    x = min(max(0, box.x - (width - box.width) // 2), size.width - width)
    y = min(max(0, box.y - (height - box.height) // 2), size.height - height)
    return Box(x, y, width, height)
