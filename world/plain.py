"""The plain part of the drawn world that the small generator learns: one thing on a smooth ground.

One circle of one of three colours, of 9 to 13 px, anywhere inside the picture, on three of the world's
grounds without their texture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from keepdial.evaluate.world import Scene, drawing

Picture = NDArray[np.uint8]

COLOURS = ("red", "yellow", "blue")
GROUNDS = ("sky", "forest", "sand")


MIDDLE = 33
"""Where the world puts a thing at its centre, px; the thing's own `dx` and `dy` are from there."""

SHIFT = -0.56
"""What `thing` finds it at, px, with the sign turned: drawing and finding round differently."""

SMALL = 8.5
"""Radius of a small thing, px."""


def scene(rng: np.random.Generator) -> Scene:
    """Return a random scene of those that the generator learns."""
    dx, dy = rng.uniform(-15, 14, 2)
    return Scene(
        shape="circle",
        colour=COLOURS[int(rng.integers(len(COLOURS)))],
        size="small",
        position="centre",
        background=GROUNDS[int(rng.integers(len(GROUNDS)))],
        dx=float(dx),
        dy=float(dy),
        scale=float(rng.uniform(1.1, 1.5)),
    )


def plain(what: Scene) -> NDArray[np.float32]:
    """Return the picture of a scene (64, 64, 3), 0 to 255, as the world draws it but without texture."""
    top, bottom = (np.array(colour, np.float32) for colour in drawing._GROUND[what.background])
    down = np.linspace(0, 1, drawing.SIDE, dtype=np.float32)[:, None, None]
    picture = np.repeat(top + (bottom - top) * down, drawing.SIDE, axis=1)
    drawing._object(picture, what)
    return np.clip(picture, 0, 255)


def draw(count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return pictures (n, 3, 64, 64) in [-1, 1]."""
    made = np.stack([plain(scene(rng)) for _ in range(count)])
    return np.ascontiguousarray(made.transpose(0, 3, 1, 2)) / np.float32(127.5) - 1


@dataclass(frozen=True)
class Thing:
    """What stands on the ground: its middle, px, its area, and where it is (h, w)."""

    x: float
    y: float
    area: float
    mask: NDArray[np.bool_]


def thing(
    picture: NDArray[Any], *, least: float = 60, alone: float = 0.8, differs: float = 40
) -> Thing | None:
    """Find the one thing in a picture (64, 64, 3) uint8; None where there is none, or several.

    The ground is the same along a row. `least` is the smallest area, px, `alone` the smallest part of what
    stands on the ground that the largest thing may be, `differs` how far its colour is from the ground's.
    """
    ground = np.median(picture, axis=1, keepdims=True)
    off = np.abs(picture.astype(np.float32) - ground).max(axis=2)
    taken = cv2.morphologyEx((off > differs).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, middles = cv2.connectedComponentsWithStats(taken, connectivity=8)
    if count < 2:
        return None
    best = int(stats[1:, 4].argmax()) + 1
    area = float(stats[best, 4])
    if area < least or area < alone * taken.sum():
        return None
    return Thing(float(middles[best][0]), float(middles[best][1]), area, labels == best)


def nearest(picture: Picture) -> Scene | None:
    """Return the scene that a picture (64, 64, 3) shows best; None where nothing stands on its ground."""
    found = thing(picture, least=20, alone=0, differs=28)
    if found is None:
        return None
    inner = cv2.erode(found.mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    colour = np.median(picture[inner if inner.any() else found.mask], axis=0)
    paints = [np.array(drawing._PAINT[name], np.float32) for name in COLOURS]
    ground = np.median(picture, axis=1)
    tops = [np.array(drawing._GROUND[name], np.float32) for name in GROUNDS]
    down = np.linspace(0, 1, drawing.SIDE, dtype=np.float32)[:, None]
    far = [float(np.abs(a + (b - a) * down - ground).mean()) for a, b in tops]
    radius = float(np.clip(np.sqrt(found.area / np.pi) - 1, 1.1 * SMALL, 1.5 * SMALL))
    return Scene(
        shape="circle",
        colour=COLOURS[int(np.argmin([np.abs(paint - colour).sum() for paint in paints]))],
        size="small",
        position="centre",
        background=GROUNDS[int(np.argmin(far))],
        dx=found.x + SHIFT - MIDDLE,
        dy=found.y + SHIFT - MIDDLE,
        scale=radius / SMALL,
    )
