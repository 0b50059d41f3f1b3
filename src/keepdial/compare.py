"""Compare two pictures: how many pixels differ, where, by how much, and how alike they look."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import InputError
from keepdial.geometry import Box, Size
from keepdial.request import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

ROWS = 256
MOST_REGIONS = 12
GAP = 8
"""Changed pixels nearer than this many px to each other count as one region."""


class Region(Value):
    """The bounding box of a region that changed, in the pixels of the later picture, and its pixels."""

    x: int
    y: int
    width: int
    height: int
    pixels: int


class Comparison(Value):
    """How two pictures differ.

    Attributes:
        before, after: their sizes as text, ``768x512``.
        offset: (x, y) where the earlier picture lies in the later one; (0, 0) where they have one size.
        equal: whether size, depth, colour and alpha are the same everywhere.
        compared: how many pixels were compared: those both pictures have.
        changed: how many of them differ in colour or alpha; `share` is their part, 0 to 1.
        regions: where, largest first; at most 12 of `regions_found`.
        largest, mean: difference of samples on the scale of 0 to 255, over all compared pixels.
        psnr: in dB; None when no colour differs (it would be infinite).
        haarpsi: how alike they look, 1 = identical (Reisenhofer 2018).
        gmsd: how much edges differ, 0 = identical (Xue 2014).
        kept: how much of the look survived in the box around all changes, 0 to 1, as the dial counts.
        notes: what has to be said about the comparison itself.
    """

    before: str
    after: str
    offset: tuple[int, int]
    equal: bool
    compared: int
    changed: int
    share: float
    regions: tuple[Region, ...]
    regions_found: int
    largest: float
    mean: float
    psnr: float | None
    haarpsi: float
    gmsd: float
    kept: float
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = "" if self.before == self.after else f" {self.before} lies in {self.after}."
        if self.changed == 0:
            return f"All {self.compared:,} pixels are equal.{where}"
        if self.regions_found == 1:
            r = self.regions[0]
            places = f"in one region, {r.width}x{r.height} px at {r.x},{r.y}"
        else:
            places = f"in {self.regions_found:,} regions"
        share = f"{100 * self.share:.2g} %" if self.share < 1 else "100 %"
        return (
            f"{self.changed:,} of {self.compared:,} pixels differ ({share}), {places}; by {self.mean:.3g} on "
            f"average over the picture and {self.largest:.3g} at most, of 255. kept = {self.kept:.2f}.{where}"
        )


def compare(before: Image, after: Image) -> Comparison:
    """Return how `after` differs from `before`.

    Pictures of different sizes are compared where they overlap, if it is evident how one lies in the other:
    the smaller one is found in the larger one pixel for pixel, at least in part. Depths may differ: then
    both are compared at 8 bits.

    Raises `InputError` when neither picture lies in the other.
    """
    from keepdial.verify.haarpsi import gmsd, haarpsi, kept_within, psnr

    overlap = _overlap(before, after)
    p, q = overlap.before, overlap.after
    changed = _changed(p, q, overlap)
    count = int(np.count_nonzero(changed))
    largest, total = 0.0, 0.0
    for rows in _rows(p.shape[0]):
        step = np.abs(p[rows].astype(np.int32) - q[rows])
        largest = max(largest, float(step.max()))
        total += float(step.sum(dtype=np.float64))
    scale = 255 / np.iinfo(p.dtype).max
    decibels = psnr(p, q)
    box = Box.of(changed)
    regions = _regions(changed, box)
    dx, dy = overlap.shift
    return Comparison(
        before=str(before.size),
        after=str(after.size),
        offset=overlap.offset,
        equal=count == 0 and before.size == after.size and before.depth == after.depth,
        compared=changed.size,
        changed=count,
        share=count / changed.size,
        regions=tuple(
            Region(x=b.x + dx, y=b.y + dy, width=b.width, height=b.height, pixels=n)
            for b, n in regions[:MOST_REGIONS]
        ),
        regions_found=len(regions),
        largest=largest * scale,
        mean=total * scale / p.size,
        psnr=None if math.isinf(decibels) else decibels,
        haarpsi=haarpsi(p, q),
        gmsd=gmsd(p, q),
        kept=1.0 if box is None else kept_within(p, q, box),
        notes=overlap.notes,
    )


def heat_map(before: Image, after: Image) -> Image:
    """Return a picture for people: `before` in grey, the difference in colour on top, and a legend below.

    What did not change stays grey. Colours run from dark violet (1 in CIE Lab: hardly visible) to yellow
    (20 and more: obvious). Every changed pixel gets at least the darkest colour, and small regions get a
    ring, so that a change of one level in one pixel is not lost. Small pictures are enlarged. Raises as
    `compare` does.
    """
    from keepdial.heatmap import draw
    from keepdial.image import Image

    overlap = _overlap(before, after)
    p, q = overlap.before, overlap.after
    changed = _changed(p, q, overlap)
    return Image(draw(p, q, changed, [box for box, _ in _regions(changed, Box.of(changed))]))


@dataclass(frozen=True, eq=False, slots=True)
class _Overlap:
    """The part both pictures have, at one depth and with one number of channels.

    `offset` is where the earlier picture lies in the later one, `shift` where the part lies in the later one.
    """

    before: NDArray[Any]
    after: NDArray[Any]
    alpha: tuple[NDArray[Any], NDArray[Any]] | None
    offset: tuple[int, int]
    shift: tuple[int, int]
    notes: tuple[str, ...]


def _overlap(before: Image, after: Image) -> _Overlap:
    notes = []
    x, y = (0, 0) if before.size == after.size else _placement(before, after)
    if before.size != after.size:
        notes.append(
            f"The sizes differ, {before.size} and {after.size}: compared is the part both have, since "
            f"the {'earlier' if _fits(before.size, after.size) else 'later'} picture lies in the other one."
        )
    width = min(before.size.width, after.size.width)
    height = min(before.size.height, after.size.height)
    of_before = Box(max(0, -x), max(0, -y), width, height).slices
    of_after = Box(max(0, x), max(0, y), width, height).slices
    p: NDArray[Any] = before.pixels[of_before]
    q: NDArray[Any] = after.pixels[of_after]
    if p.dtype != q.dtype:
        notes.append(f"Compared at 8 bits: {before.depth} bits per sample before, {after.depth} after.")
        p, q = _eight(p), _eight(q)
    if p.shape[2] != q.shape[2]:
        notes.append("One picture is grey, the other has colours: grey counts as red = green = blue.")
        p, q = (np.repeat(a, 3, axis=2) if a.shape[2] == 1 else a for a in (p, q))
    alpha = None
    if before.alpha is not None or after.alpha is not None:
        a, b = (
            np.full(image.pixels.shape[:2], 255, np.uint8) if image.alpha is None else _eight(image.alpha)
            for image in (before, after)
        )
        if before.alpha is not None and after.alpha is not None and before.depth == after.depth:
            a, b = before.alpha, after.alpha
        alpha = a[of_before], b[of_after]
    return _Overlap(p, q, alpha, (x, y), (max(0, x), max(0, y)), tuple(notes))


def _fits(inner: Size, outer: Size) -> bool:
    return inner.width <= outer.width and inner.height <= outer.height


def _placement(before: Image, after: Image) -> tuple[int, int]:
    """Return where `before` lies in `after` (negative: `after` lies in `before`), or raise `InputError`.

    A patch with detail from the smaller picture is looked for in the larger one, up to three of them; a
    place counts if the patch is found there nearly exactly.
    """
    import cv2

    smaller, larger, sign = (before, after, 1) if _fits(before.size, after.size) else (after, before, -1)
    if _fits(smaller.size, larger.size):
        small, large = _grey(smaller), _grey(larger)
        for patch in _patches(small):
            template = small[patch.slices]
            scores = cv2.matchTemplate(large, template, cv2.TM_SQDIFF)
            _, _, (x, y), _ = cv2.minMaxLoc(scores)
            found = large[y : y + patch.height, x : x + patch.width]
            x, y = x - patch.x, y - patch.y
            inside = min(x, y) >= 0 and _fits(Size(x + small.shape[1], y + small.shape[0]), larger.size)
            if inside and float(np.abs(found - template).mean()) < 3:
                return sign * x, sign * y
    raise InputError(
        f"The pictures have different sizes, {before.size} and {after.size}, and neither lies in the other.",
        hint="Compare pictures of one size, or an extended picture with its original.",
    )


def _patches(grey: NDArray[np.float32], side: int = 64) -> Iterator[Box]:
    """Yield the boxes of up to three patches, those with the most detail first."""
    height, width = grey.shape
    w, h = min(side, width), min(side, height)
    boxes = [
        Box(x, y, w, h)
        for y in range(0, height - h + 1, max(1, h))
        for x in range(0, width - w + 1, max(1, w))
    ]
    yield from sorted(boxes, key=lambda b: -float(grey[b.slices].std()))[:3]


def _grey(image: Image) -> NDArray[np.float32]:
    pixels = _eight(image.pixels)
    return np.asarray(pixels.mean(axis=2), np.float32)


def _eight(samples: NDArray[Any]) -> NDArray[Any]:
    if samples.dtype == np.uint8:
        return samples
    return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _rows(height: int) -> Iterator[slice]:
    for y in range(0, height, ROWS):
        yield slice(y, min(height, y + ROWS))


def _changed(p: NDArray[Any], q: NDArray[Any], overlap: _Overlap) -> NDArray[np.bool_]:
    changed = np.zeros(p.shape[:2], np.bool_)
    for rows in _rows(p.shape[0]):
        for channel in range(p.shape[2]):
            changed[rows] |= p[rows, :, channel] != q[rows, :, channel]
        if overlap.alpha is not None:
            changed[rows] |= overlap.alpha[0][rows] != overlap.alpha[1][rows]
    return changed


def _regions(changed: NDArray[np.bool_], box: Box | None) -> list[tuple[Box, int]]:
    """Return (bounding box, changed pixels) of each region of changed pixels, largest first."""
    import cv2

    if box is None:
        return []
    part = changed[box.slices].astype(np.uint8)
    joined = cv2.morphologyEx(np.pad(part, GAP), cv2.MORPH_CLOSE, np.ones((GAP + 1, GAP + 1), np.uint8))[
        GAP:-GAP, GAP:-GAP
    ]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    pixels = np.bincount(labels[part > 0], minlength=count)
    found = [
        (Box(int(x) + box.x, int(y) + box.y, int(w), int(h)), int(pixels[i]))
        for i, (x, y, w, h, _) in enumerate(stats[1:], 1)
    ]
    return sorted(found, key=lambda region: -region[1])
