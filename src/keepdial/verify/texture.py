"""Texture: a fill that is smoother, or noisier, than its surroundings.

Detail is the local root mean square of the Laplacian over 9x9 px, at the picture's own scale and at half of
it. Compared are the edited area, without the 6 px next to its boundary, and the ring from 6 to 32 px
around it:

* too smooth: the geometric mean of detail inside, over that of the ring, at the scale where it is lower;
* too noisy: the tenth of the area with the least detail, over the same of the ring, at the picture's own
  scale. Noise shows first where a photograph is quiet.

The value is the ratio that is out of its range, otherwise the first; 1 = as around.

Measured with ``benches/signals.py``. Too smooth: no untouched one of 72 areas on Kodak photographs is below
the limit, but 2 of 22 real scenes are; of fills by interpolation (Telea, Navier-Stokes) and blur of sigma 2
and 4 all are, of sigma 1 90 % (AUROC 0.999 to 1.000). Too noisy: 4 % of the untouched areas and none of the
real scenes are above the limit; of noise of sigma 5, 10, 20 there are 38, 86, 96 % (AUROC 0.905, 0.967,
0.995).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.geometry import Box, size_of
from keepdial.verify import Evidence, Finding, Signal, Verdict

Singles = NDArray[np.float32]
Samples = tuple[Singles, Singles]

MARGIN = 6
RING = 32
WINDOW = 9
FEWEST = 64
TILE, MOST_TILES = 512, 16
FLOOR = 0.15
"""Added to detail (in levels of 255), below any camera's or decoder's noise: flat over flat counts as 1."""

NOISIEST = 2.2


@dataclass(frozen=True, slots=True)
class Texture:
    """Detail inside the edited area over detail around it: 1 = alike. See the module for the two ratios."""

    smooth: float
    noisy: float


def measure(evidence: Evidence) -> Finding | None:
    """Compare the detail of the edited area with the ring around it, where both are large enough."""
    if evidence.box is None or not evidence.blends or evidence.asked() >= 1:
        return None
    found = compare(evidence.result.pixels, evidence.mask, evidence.box)
    if found is None:
        return None
    verdict: Verdict = "pass"
    value, limit, advice = found.smooth, SIGNAL.limit, ""
    meaning = f"The edited area has {found.smooth:.2f} times the fine detail of its surroundings"
    if found.smooth < SIGNAL.limit:
        verdict, meaning = "warn", f"{meaning}: it looks smooth or blurred."
        advice = "Try another seed, or a smaller mask; ignore this if the area is meant to be smooth."
    elif found.noisy > NOISIEST:
        verdict, value, limit = "warn", found.noisy, NOISIEST
        meaning = (
            f"The quietest parts of the edited area have {found.noisy:.2f} times the fine detail of the "
            "quietest parts around it: it looks noisy."
        )
        advice = "Try another seed; ignore this if the area is meant to hold more detail."
    else:
        meaning = f"{meaning}, which is within what photographs do by themselves."
    return Finding(
        signal=SIGNAL.name, value=value, limit=limit, verdict=verdict, meaning=meaning, advice=advice
    )


def compare(picture: NDArray[Any], mask: NDArray[Any], box: Box) -> Texture | None:
    """Return the two ratios for a picture (H, W, C) uint8 or uint16 and its mask (H, W), 1 = edited.

    `box` is the mask's bounding box. Of masks that are spread wide, the tiles of 512 px that hold most of it
    are looked at, up to 16. None if the edited area or the ring around it is smaller than 64 px: nothing
    can be said then.
    """
    samples: dict[int, list[Samples]] = {1: [], 2: []}
    for tile in _tiles(mask, box):
        part = tile.grow(RING + WINDOW).clip(size_of(mask))
        for scale, a, b in _details(picture[part.slices], mask[part.slices]):
            samples[scale].append((a, b))
    logs: list[float] = []
    noisy = 1.0
    for scale, found in samples.items():
        a, b = (np.concatenate([pair[i] for pair in found]) for i in (0, 1))
        if min(a.size, b.size) < FEWEST // scale**2:
            if scale == 1:
                return None
            continue
        logs.append(
            float(np.log(a + FLOOR).mean(dtype=np.float64) - np.log(b + FLOOR).mean(dtype=np.float64))
        )
        if scale == 1:
            noisy = float((np.quantile(a, 0.1) + FLOOR) / (np.quantile(b, 0.1) + FLOOR))
    return Texture(smooth=float(np.exp(min(logs))), noisy=noisy)


def _tiles(mask: NDArray[Any], box: Box) -> list[Box]:
    """Return the box itself where it is small, else those of its tiles that hold most of the mask."""
    if box.area <= 4 * TILE * TILE:
        return [box]
    tiles = [
        Box(x, y, min(TILE, box.right - x), min(TILE, box.bottom - y))
        for y in range(box.y, box.bottom, TILE)
        for x in range(box.x, box.right, TILE)
    ]
    held = {tile: int(np.count_nonzero(mask[tile.slices])) for tile in tiles}
    return sorted((tile for tile in tiles if held[tile]), key=lambda tile: -held[tile])[:MOST_TILES]


def _details(picture: NDArray[Any], mask: NDArray[Any]) -> Iterator[tuple[int, Singles, Singles]]:
    """Yield, for scales 1 and 2, (scale, detail inside, detail in the ring around)."""
    import cv2

    grey = _grey(picture)
    inside = (mask >= 0.5).astype(np.uint8)
    outside = (mask <= 0).astype(np.uint8)
    for scale in (1, 2):
        area = _shrunk(inside, MARGIN // scale)
        near = np.asarray(cv2.dilate(inside, np.ones((2 * RING // scale + 1,) * 2, np.uint8)), np.uint8)
        around = _shrunk(outside, MARGIN // scale) & near
        detail = _detail(grey)
        yield scale, detail[area > 0], detail[around > 0]
        size = (max(1, grey.shape[1] // 2), max(1, grey.shape[0] // 2))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
        inside, outside = (
            np.asarray(cv2.resize(m, size, interpolation=cv2.INTER_NEAREST), np.uint8)
            for m in (inside, outside)
        )


def _grey(picture: NDArray[Any]) -> NDArray[np.float32]:
    import cv2

    unit = picture[..., 0] if picture.shape[2] == 1 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(unit, np.float32) * np.float32(255 / np.iinfo(picture.dtype).max)


def _detail(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    laplacian = cv2.Laplacian(grey, cv2.CV_32F)
    # 20 is the sum of the squared weights: white noise of deviation s gives detail s.
    energy = cv2.blur(np.square(laplacian, out=laplacian), (WINDOW, WINDOW)) / np.float32(20)
    return np.asarray(np.sqrt(np.maximum(energy, 0)), np.float32)


def _shrunk(region: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """Return `region` without `margin` px at its edge; with less taken off where nothing would be left."""
    import cv2

    for m in (margin, margin // 3):
        less = cv2.erode(region, np.ones((2 * m + 1, 2 * m + 1), np.uint8), borderValue=1)
        if np.count_nonzero(less) >= FEWEST:
            return np.asarray(less, np.uint8)
    return region.copy()


SIGNAL = Signal(
    name="texture",
    question="Does its texture match the surroundings?",
    catches="a fill that is too smooth or too noisy for its surroundings",
    limit=0.4,
    basis="no untouched one of 72 areas on Kodak photographs, and 90 % of blurs of sigma 1, are below it",
    measure=measure,
)
