"""Where to cut: the window that keeps what matters and cuts nothing in half that should stay whole.

Every place of the window is judged: how much of each thing lies inside, a penalty for what would be cut in
two, how much detail there is, and, where all that leaves a choice, how near the main thing comes to a line
of thirds. Summed-area tables (Crow, SIGGRAPH 1984) make it quick enough to try them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.geometry import Box, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

    Map = NDArray[np.float32]

WORK = 256
"""Longer side at which windows are tried, in px."""
WHOLE = 0.985
"""A share inside from which a thing counts as kept; the rest of it is the rounding of the working size."""
GONE = 0.02
"""A share inside up to which a thing counts as left out."""
DETAIL, THIRDS, MIDDLE = 1.0, 0.3, 0.02
"""What detail, the rule of thirds and the middle of the picture count, beside the things' own weights."""
FACE, TEXT, SUBJECT, CHOSEN = 10.0, 3.0, 4.0, 100.0
"""What things count: all faces together, all text, the main subject, and what was selected."""
HEAD = 0.3
"""What the rest of the head counts, as a part of the face's weight."""
HAIR, CHIN, EARS = 0.65, 0.25, 0.3
"""How much a face's box, from the brows to the chin, grows upwards, downwards and to the sides, as a part of
its own sides: a head is more than a face."""


@dataclass(frozen=True, eq=False, slots=True)
class Thing:
    """Something that matters.

    Attributes:
        label: what it is, in words; "" where nothing is to be said of it.
        region: (H, W) float32 over the picture, 1 = part of it, or its box.
        weight: what it counts.
        firm: what it costs to cut it in two, as a multiple of its weight.
        main: whether it is what the picture is about, for the rule of thirds.
    """

    label: str
    region: Map | Box
    weight: float
    firm: float
    main: bool = False


def things(image: Image) -> tuple[Thing, ...]:
    """Return faces, text and the main subject of the picture, as far as there are finders for them here."""
    from keepdial.select import finders
    from keepdial.select._maps import face_boxes, subject

    found: list[Thing] = []
    faces = face_boxes(image)
    sizes = [box.area**0.5 for box in faces]
    for box, size in zip(faces, sizes, strict=True):
        weight, main = FACE * size / sum(sizes), size > 0.5 * max(sizes)
        found.append(Thing("face", box, (1 - HEAD) * weight, 2.0, main=main))
        found.append(Thing("", _head(box).clip(image.size), HEAD * weight, 1.0))
    text = finders().get("text")
    if text is not None and text.glance is not None and not text.missing():
        read = [one for one in text.glance(image) if one.score >= text.guard_least]
        areas = [one.region.box.area**0.5 for one in read]
        for one, size in zip(read, areas, strict=True):
            found.append(Thing(one.label, one.region.box, TEXT * size / sum(areas), 1.5))
    mask = subject(image)
    if float(mask.mean()) > 0.002:
        found.append(Thing("the main subject", mask, SUBJECT, 0.3, main=not faces))
    return tuple(found)


def _head(face: Box) -> Box:
    left, top = round(EARS * face.width), round(HAIR * face.height)
    return Box(
        face.x - left, face.y - top, face.width + 2 * left, face.height + top + round(CHIN * face.height)
    )


def detail(image: Image) -> Map:
    """Return (H', W') float32, how much goes on in each place, at the working size; its sum is 1."""
    import cv2

    small = _reduced(image.pixels).mean(axis=2) / np.float32(image.white)
    gx, gy = np.diff(small, axis=1, prepend=small[:, :1]), np.diff(small, axis=0, prepend=small[:1])
    # The root keeps one hard edge from outweighing a whole meadow.
    energy = np.asarray(cv2.GaussianBlur(np.sqrt(np.hypot(gx, gy)), (0, 0), 2.0), np.float32)
    energy += 1e-6
    return np.asarray(energy / energy.sum(), np.float32)


def best_window(size: Size, window: Size, found: Sequence[Thing], busy: Map) -> Box:
    """Return the place of a window of the size `window` in a picture of `size` that keeps most.

    `found` is what matters, `busy` what `detail` returns.
    """
    h, w = busy.shape
    across, down = w / size.width, h / size.height
    inner = Size(max(1, min(w, round(window.width * across))), max(1, min(h, round(window.height * down))))
    score = DETAIL * _inside(busy, inner)
    for thing in found:
        share = _share(thing, size, inner, (h, w))
        score = score + thing.weight * (share - thing.firm * 4 * share * (1 - share))
    rows, columns = score.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    centre = _centre(found, size, (h, w))
    if centre is not None:
        score = score + THIRDS * _thirds(centre[0] - x, inner.width) * _thirds(centre[1] - y, inner.height)
    off = np.hypot(x / max(1, columns - 1) - 0.5, y / max(1, rows - 1) - 0.5)
    score = score - MIDDLE * off
    top, left = np.unravel_index(int(score.argmax()), score.shape)
    # The ends of the working picture are those of the picture itself.
    free = Size(size.width - window.width, size.height - window.height)
    place = (
        free.width if int(left) == columns - 1 and columns > 1 else round(int(left) / across),
        free.height if int(top) == rows - 1 and rows > 1 else round(int(top) / down),
    )
    return Box(min(place[0], free.width), min(place[1], free.height), window.width, window.height)


def said(window: Box, size: Size, found: Sequence[Thing]) -> str:
    """Return in a sentence what the window keeps, cuts and leaves out."""
    groups: dict[str, list[str]] = {"keeps": [], "cuts": [], "leaves out": []}
    for thing in (one for one in found if one.label):
        share = _kept(thing, window, size)
        if share >= WHOLE:
            groups["keeps"].append(thing.label)
        elif share > GONE:
            groups["cuts"].append(f"{thing.label} (of which {share:.0%} stay)")
        else:
            groups["leaves out"].append(thing.label)
    parts = [f"{verb} {_listed(words)}" for verb, words in groups.items() if words]
    if not parts:
        return "Nothing was found that had to stay whole; the window follows the detail."
    return f"The window {', '.join(parts)}."


def _listed(words: list[str]) -> str:
    counted: list[str] = []
    for word in dict.fromkeys(words):
        count = words.count(word)
        counted.append(word if word.startswith("the ") else f"{count} {word}{'s' if count > 1 else ''}")
    return counted[0] if len(counted) == 1 else f"{', '.join(counted[:-1])} and {counted[-1]}"


def _kept(thing: Thing, window: Box, size: Size) -> float:
    if isinstance(thing.region, Box):
        box = thing.region
        left, top = max(box.x, window.x), max(box.y, window.y)
        wide, tall = min(box.right, window.right) - left, min(box.bottom, window.bottom) - top
        return max(0, wide) * max(0, tall) / max(1, box.area)
    return float(thing.region[window.slices].sum() / max(1e-6, float(thing.region.sum())))


def _share(thing: Thing, size: Size, window: Size, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return for each place of the window the share of the thing inside of it."""
    values = _small(thing, size, shape)
    total = float(values.sum())
    return np.asarray(np.clip(_inside(values, window) / max(total, 1e-9), 0, 1))


def _small(thing: Thing, size: Size, shape: tuple[int, int]) -> Map:
    h, w = shape
    if not isinstance(thing.region, Box):
        return _reduced(thing.region, shape)
    # The coverage of each working pixel by the box, exactly: the product of two overlaps of intervals.
    box = thing.region

    def covered(start: int, stop: int, count: int, length: int) -> NDArray[np.float64]:
        edges = np.arange(count + 1) * (length / count)
        return np.asarray(np.clip(np.minimum(edges[1:], stop) - np.maximum(edges[:-1], start), 0, None))

    rows = covered(box.y, box.bottom, h, size.height)
    columns = covered(box.x, box.right, w, size.width)
    return np.asarray(np.outer(rows, columns), np.float32)


def _inside(values: Map, window: Size) -> NDArray[np.float64]:
    """Return the sum of `values` (h, w) inside the window at each of its places."""
    table = np.zeros((values.shape[0] + 1, values.shape[1] + 1), np.float64)
    np.cumsum(np.cumsum(values, axis=0, dtype=np.float64), axis=1, out=table[1:, 1:])
    high, wide = window.height, window.width
    return np.asarray(
        table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide]
    )


def _centre(found: Sequence[Thing], size: Size, shape: tuple[int, int]) -> tuple[float, float] | None:
    main = [thing for thing in found if thing.main]
    if not main:
        return None
    total = np.sum([_small(thing, size, shape) for thing in main], axis=0)
    mass = float(total.sum())
    if mass <= 0:
        return None
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    return float((total * x).sum() / mass), float((total * y).sum() / mass)


def _thirds(offset: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    """Return 1 where a point at `offset` from the window's start lies on a third of it, 0 a sixth away."""
    place = offset / length
    away = np.minimum(np.abs(place - 1 / 3), np.abs(place - 2 / 3))
    return np.asarray(np.clip(1 - 6 * away, 0, 1))


def _reduced(values: NDArray[Any], shape: tuple[int, int] | None = None) -> Map:
    """Return (h, w[, C]) values at the working size, or at `shape`, by area."""
    import cv2

    if shape is None:
        scale = min(1.0, WORK / max(values.shape[:2]))
        shape = max(1, round(values.shape[0] * scale)), max(1, round(values.shape[1] * scale))
    small = cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    out = np.asarray(small, np.float32)
    return out[..., None] if values.ndim == 3 and out.ndim == 2 else out
