"""Which of the things that were found are meant: by colour, ground, side, size, rank and number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import SelectionError
from keepdial.select import Instance, Region, nothing_found
from keepdial.select._where import middle, overlap, tight
from keepdial.select.place import box_of

if TYPE_CHECKING:
    from keepdial.geometry import Box, Size
    from keepdial.image import Image
    from keepdial.select._meant import Part

LEAST_COLOUR = 0.2
"""A thing has a colour when at least this share of it has."""

FAR = 0.25
"""What has less of the picture than this share of the biggest is in the background, compared with it."""


def shares(found: Sequence[Instance], colours: Sequence[str], image: Image) -> list[float]:
    """Return for each thing which share of it has each of the colours, the least of them."""
    from keepdial.regions.colours import colour_map
    from keepdial.scene import scene_of

    rgb = scene_of(image).rgb
    result = []
    for instance in found:
        box, values = instance.region.box, instance.region.values
        weight = float(values.sum())
        each = [
            float((np.asarray(colour_map(rgb[box.slices], colour)) * values).sum()) / weight
            if weight
            else 0.0
            for colour in colours
        ]
        result.append(min(each))
    return result


def coloured(
    found: tuple[Instance, ...], colours: Sequence[str], image: Image, least: float = LEAST_COLOUR
) -> tuple[Instance, ...]:
    """Return the instances that have the colours, each whole: the red car has black tyres too."""
    kept = [
        (s, i) for s, i in zip(shares(found, colours, image), found, strict=True) if s >= least / len(colours)
    ]
    # Of several that have enough of it, those with clearly less than the best have only spots of it.
    best = max((share for share, _ in kept), default=0.0)
    return tuple(instance for share, instance in kept if share >= best / 2)


def prominence(instance: Instance) -> float:
    """Return how much a thing stands out: surely found, and large."""
    return float(instance.score * area(instance) ** 0.5)


def area(instance: Instance) -> float:
    """Return how many pixels a thing covers."""
    return float(np.sum(instance.region.values))


def main(found: Sequence[Instance], subject: Sequence[Instance]) -> list[bool]:
    """Return for each thing whether it is the main one, or one of the main ones.

    The main ones lie by half in the picture's subject; where that does not tell them apart, because all do or
    none does, the main ones are those not clearly smaller than the biggest.
    """
    inside = [any(overlap(one, other) >= 0.5 for other in subject) for one in found]
    if any(inside) and not all(inside):
        return inside
    biggest = max((area(one) for one in found), default=0.0)
    return [area(one) >= FAR * biggest for one in found]


def by_ground(found: tuple[Instance, ...], ground: str, subject: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return what stands in the foreground, or in the background, as far as one picture tells."""
    wanted = ground == "foreground"
    return tuple(i for i, front in zip(found, main(found, subject), strict=True) if front == wanted)


def others(found: tuple[Instance, ...], subject: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return all but the main one: all but those in the subject, or where that leaves none, but the first."""
    inside = [any(overlap(one, other) >= 0.5 for other in subject) for one in found]
    if any(inside) and not all(inside):
        return tuple(i for i, one in zip(found, inside, strict=True) if not one)
    first = max(found, key=prominence, default=None)
    return tuple(i for i in found if i is not first)


def on_sides(one: Instance, sides: Sequence[str], size: Size) -> Instance:
    """Return as much of a thing as lies in those halves of the picture, or in its middle third."""
    box = one.region.box
    values = one.region.values.copy()
    for side in sides:
        spot = box_of("middle" if side == "middle" else f"{side} half", size)
        rows, columns = np.arange(box.y, box.bottom), np.arange(box.x, box.right)
        values[(rows < spot.y) | (rows >= spot.bottom)] = 0
        values[:, (columns < spot.x) | (columns >= spot.right)] = 0
    return replace(one, region=Region(box, values))


def chosen(found: tuple[Instance, ...], part: Part, plural: bool, image: Image) -> tuple[Instance, ...]:
    """Return which of the instances are meant by place, size, rank and number.

    Raises `SelectionError` for a rank beyond their number, and where none is on the side that was named.
    """
    here = [(i, box) for i in found if (box := tight(i)) is not None]
    if part.rank is not None:
        return (_ranked(here, part, image),)
    if part.size:
        there = [(i, b) for i, b in here if all(_on(b, side, image) for side in part.sides)] or here
        sign = -1 if part.size == "biggest" else 1
        ordered = [i for i, _ in sorted(there, key=lambda pair: sign * area(pair[0]))]
        if part.count is not None:
            return tuple(ordered[: part.count])
        return _extreme(ordered, part) if plural else tuple(ordered[:1])
    if part.count is not None and part.sides:
        return tuple(i for i, _ in sorted(here, key=lambda p: _along(p[1], part, image))[: part.count])
    if part.count is not None:
        most = sorted(found, key=prominence, reverse=True)[: part.count]
        return tuple(i for i in found if i in most)
    if part.sides and plural:
        kept = tuple(i for i, box in here if all(_on(box, side, image) for side in part.sides))
        if not kept:
            raise nothing_found(f"{part.noun} on the {' '.join(part.sides)}")
        return kept
    if part.sides:
        return (min(here, key=lambda pair: _along(pair[1], part, image))[0],)
    return found if plural else (max(found, key=prominence),)


def _ranked(here: Sequence[tuple[Instance, Box]], part: Part, image: Image) -> Instance:
    assert part.rank is not None
    side = part.sides[-1] if part.sides else "left"
    ordered = sorted(here, key=lambda pair: _way(pair[1], side, image))
    index = part.rank - 1 if part.rank > 0 else part.rank
    if not -len(ordered) <= index < len(ordered):
        raise SelectionError(
            f"There is no number {part.rank} of {part.noun!r}: {len(ordered)} were found.",
            hint="Count from the left, or name a side: the second from the right.",
        )
    return ordered[index][0]


def _extreme(ordered: Sequence[Instance], part: Part) -> tuple[Instance, ...]:
    """Return the big ones, or the small ones, of several: those nearer to that end, by area."""
    first, last = area(ordered[0]), area(ordered[-1])
    between = (first * last) ** 0.5
    return tuple(i for i in ordered if (area(i) - between) * (first - between) >= 0)


def _along(box: Box, part: Part, image: Image) -> float:
    return sum(_way(box, side, image) for side in part.sides)


def _way(box: Box, side: str, image: Image) -> float:
    """Return how far a box is from a side (or from the middle), in picture sides."""
    x, y = middle(box)
    x, y = x / image.size.width, y / image.size.height
    far: dict[str, float] = {
        "left": x,
        "right": 1 - x,
        "top": y,
        "bottom": 1 - y,
        "middle": float(((x - 0.5) ** 2 + (y - 0.5) ** 2) ** 0.5),
    }
    return far[side]


def _on(box: Box, side: str, image: Image) -> bool:
    return _way(box, side, image) < (0.5 if side != "middle" else 0.25)
