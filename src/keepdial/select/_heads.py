"""Whose face, and whose hair: outlines of people who touch each other say little, heads tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import hypot

import numpy as np

from keepdial.geometry import Box, Size
from keepdial.select import Instance, Region
from keepdial.select._where import middle, tight

PARTS = frozenset({"face", "head", "hair", "haircut", "hairdo"})
"""What sits on a head."""

LEAST = 0.01
"""A share of an area under this is an edge of somebody else's."""


def _box(person: Instance) -> Box:
    """Return the box that a detector drew around somebody, or that around the outline."""
    told = person.detail.get("box")
    if isinstance(told, list) and len(told) == 4:
        return Box(*(int(v) for v in told))
    return tight(person) or person.region.box


def _head(box: Box) -> Box:
    """Return where a head is expected on somebody: at the middle of the top, an eighth of the height."""
    side = max(2, round(min(box.height / 6, box.width / 2)))
    return Box(round(middle(box)[0] - side / 2), box.y, side, side)


def heads(faces: Sequence[Instance], people: Sequence[Instance]) -> dict[int, int]:
    """Return whose each face is: the place among `faces` to that among `people`, one face for each at most.

    Those come together whose face is nearest to where a head is expected, in sides of the person's box; a
    face whose middle is not in somebody's box, a tenth larger, is not theirs.
    """
    ways: list[tuple[float, int, int]] = []
    for i, face in enumerate(faces):
        x, y = middle(tight(face) or face.region.box)
        for j, person in enumerate(people):
            box = _box(person)
            loose = box.grow(round(0.1 * box.width), round(0.1 * box.height))
            if loose.x <= x <= loose.right and loose.y <= y <= loose.bottom:
                hx, hy = middle(_head(box))
                ways.append((hypot((x - hx) / box.width, (y - hy) / box.height), i, j))
    whose: dict[int, int] = {}
    for _, i, j in sorted(ways):
        if i not in whose and j not in whose.values():
            whose[i] = j
    return whose


def hair_of(
    hair: Instance, faces: Sequence[Instance], people: Sequence[Instance], size: Size
) -> list[tuple[Instance, int]]:
    """Return each person's share of all hair, with their place among `people`: by the nearest head.

    Distances count in sizes of each head, from its middle. Who shows no face has a head where one is
    expected.
    """
    whose = heads(faces, people)
    place = {j: tight(faces[i]) or faces[i].region.box for i, j in whose.items()}
    spots = [place.get(j, _head(_box(person))) for j, person in enumerate(people)]
    box = hair.region.box.clip(size)
    rows = np.arange(box.y, box.bottom, dtype=np.float32)[:, None]
    columns = np.arange(box.x, box.right, dtype=np.float32)[None, :]
    best = np.full((box.height, box.width), np.inf, np.float32)
    owner = np.zeros((box.height, box.width), np.int32)
    for j, spot in enumerate(spots):
        x, y = middle(spot)
        way = ((columns - x) ** 2 + (rows - y) ** 2) / np.float32(max(spot.width, spot.height) ** 2)
        nearer = way < best
        best[nearer], owner[nearer] = way[nearer], j
    total = float(np.sum(hair.region.values))
    result = []
    for j in range(len(people)):
        values = np.where(owner == j, hair.region.values, np.float32(0))
        if float(np.sum(values)) > LEAST * total:
            result.append((replace(hair, region=Region(hair.region.box, values)), j))
    return result
