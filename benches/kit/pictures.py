"""Test photographs of any size and deterministic holes, for the benches of time and memory.

There is no 12-megapixel photograph in the reference data, so ``photograph`` lays the 24 Kodak
photographs at their own resolution: portrait ones turned, every second one mirrored, neighbours
cross-faded over 48 pixels. So a 4000x3000 picture has detail in every pixel, as a sharp camera has,
and no patch of it is an upscaled one; what it has not is the long structure of a real photograph. A
size that fits one photograph is a crop of one.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from kit.cases import Mask, Pixels, read_rgb
from kit.paths import DATA

_ORDER = (5, 13, 1, 8, 24, 21, 14, 19, 6, 18, 22, 11, 3, 16, 9, 2, 20, 7, 12, 23, 4, 15, 10, 17)
_FADE = 48


@cache
def _landscape(number: int) -> Pixels:
    pixels = read_rgb(DATA / "kodak24" / f"kodim{number:02}.png")
    turned = np.rot90(pixels) if pixels.shape[0] > pixels.shape[1] else pixels
    return np.ascontiguousarray(turned)


def photograph(width: int, height: int) -> Pixels:
    """A ``(height, width, 3)`` uint8 photograph; the same for the same size."""
    first = _landscape(_ORDER[0])
    rows, cols = first.shape[:2]
    if width <= cols and height <= rows:
        top, left = (rows - height) // 2, (cols - width) // 2
        return first[top : top + height, left : left + width].copy()
    weight = np.outer(_ramp(rows), _ramp(cols))[..., None]
    total = np.zeros((height, width, 3), np.float32)
    weights = np.zeros((height, width, 1), np.float32)
    index = 0
    for top in range(0, height, rows - _FADE):
        for left in range(0, width, cols - _FADE):
            tile = _landscape(_ORDER[index % len(_ORDER)])
            turn = index // len(_ORDER) + index % 2
            tile = tile[:, ::-1] if turn % 2 else tile
            h, w = min(rows, height - top), min(cols, width - left)
            total[top : top + h, left : left + w] += tile[:h, :w] * weight[:h, :w]
            weights[top : top + h, left : left + w] += weight[:h, :w]
            index += 1
    return (total / weights + 0.5).astype(np.uint8)


def _ramp(length: int) -> NDArray[np.float32]:
    edge = np.minimum(np.arange(length) + 1, length - np.arange(length))
    return np.minimum(edge / _FADE, 1).astype(np.float32)


def blob(width: int, height: int, share: float, *, seed: int = 1, area: float = 0) -> Mask:
    """One smooth, lobed hole (True) of ``share`` of the picture, or of ``area`` pixels."""
    rng = np.random.default_rng(seed)
    waves = np.arange(2, 7)
    size, phase = rng.uniform(0.05, 0.22, 5) / np.sqrt(waves - 1), rng.uniform(0, 2 * np.pi, 5)
    pixels = area or share * width * height
    radius = np.sqrt(pixels / (np.pi * (1 + (size**2).sum() / 2)))
    y = np.arange(height)[:, None] - height * 0.52
    x = np.arange(width)[None, :] - width * 0.47
    angle = np.arctan2(y, x)
    edge = 1 + sum(s * np.cos(w * angle + p) for s, w, p in zip(size, waves, phase, strict=True))
    return np.asarray(np.hypot(x, y) < radius * edge)


def strokes(width: int, height: int, *, count: int = 60, seed: int = 2) -> Mask:
    """``count`` separate curved strokes (True), scattered; 60 cover about 2 % of 12 megapixels."""
    rng = np.random.default_rng(seed)
    hole = np.zeros((height, width), bool)
    unit = np.hypot(width, height) / 5000
    for _ in range(count):
        place = np.array([rng.uniform(0, height), rng.uniform(0, width)])
        heading, thick = rng.uniform(0, 2 * np.pi), rng.uniform(5, 13) * unit
        for _ in range(int(rng.integers(12, 30))):
            heading += rng.normal(0, 0.35)
            place = place + np.array([np.sin(heading), np.cos(heading)]) * 10 * unit
            top, left = (np.maximum(place - thick, 0)).astype(int)
            bottom, right = (np.maximum(place + thick + 2, 0)).astype(int)
            view = hole[top:bottom, left:right]
            y, x = np.mgrid[top : top + view.shape[0], left : left + view.shape[1]]
            view |= np.hypot(y - place[0], x - place[1]) <= thick
    return hole


def boxed(mask: Mask, grow: float = 0.5) -> tuple[slice, slice]:
    """The hole's bounding box and ``grow`` of its sides more on every side."""
    slices = []
    for axis in (0, 1):
        found = np.flatnonzero(mask.any(axis=1 - axis))
        low, high = int(found[0]), int(found[-1]) + 1
        margin = round((high - low) * grow)
        slices.append(slice(max(0, low - margin), min(mask.shape[axis], high + margin)))
    return slices[0], slices[1]
