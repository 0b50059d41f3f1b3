"""What a scene is: a handful of attributes, each one of a few values, and where exactly the thing stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

NOTHING = "nothing"
"""The shape of a scene without an object: background (and lettering) only."""

SHAPES = ("circle", "square", "triangle", "star", "ring", "face")
COLOURS = ("red", "yellow", "green", "blue", "purple", "white", "black")
SIZES = ("small", "big")
POSITIONS = ("left", "right", "top", "bottom", "centre")
SURFACES = ("plain", "striped", "dotted")
BACKGROUNDS = ("sky", "sunset", "forest", "night", "sand")
MOODS = ("smiling", "sad")
LETTERS = ("", "X", "T", "HI", "OK")
"""What is written in the top left corner; empty = no lettering."""

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "shape": (*SHAPES, NOTHING),
    "colour": COLOURS,
    "size": SIZES,
    "position": POSITIONS,
    "surface": SURFACES,
    "background": BACKGROUNDS,
    "mood": MOODS,
    "letter": LETTERS,
}
"""Each attribute and the values it can have, in the order in which the classifier counts them."""

PATTERNED = ("circle", "square", "triangle", "star")
"""Shapes with room for stripes or dots; the others are always plain."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: one object on a background.

    `dx` and `dy` move the object off its place by up to 2 px, `scale` multiplies its radius (about 1),
    `angle` turns a square, a triangle or a star (radians), and `texture` seeds everything random in the
    background.
    `mood` shows in faces only. Attributes of the object mean nothing where the shape is `NOTHING`.
    """

    shape: str = "circle"
    colour: str = "red"
    size: str = "big"
    position: str = "centre"
    surface: str = "plain"
    background: str = "sky"
    mood: str = "smiling"
    letter: str = ""
    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    angle: float = 0.0
    texture: int = 0

    def visible(self) -> dict[str, str]:
        """The attributes that can be seen in the picture, by name."""
        seen = ["shape", "background", "letter"]
        if self.shape != NOTHING:
            seen += ["colour", "size", "position"]
            seen += ["surface"] if self.shape in PATTERNED else []
            seen += ["mood"] if self.shape == "face" else []
        return {name: getattr(self, name) for name in ATTRIBUTES if name in seen}


def sample(rng: np.random.Generator, *, empty: float = 0.06, lettered: float = 0.25) -> Scene:
    """A random scene; `empty` and `lettered` are the shares without an object and with lettering."""

    def one(values: tuple[str, ...]) -> str:
        return values[int(rng.integers(len(values)))]

    shape = NOTHING if rng.random() < empty else one(SHAPES)
    surface = one(SURFACES)
    return Scene(
        shape=shape,
        colour=one(COLOURS),
        size=one(SIZES),
        position=one(POSITIONS),
        surface=surface if shape in PATTERNED else "plain",
        background=one(BACKGROUNDS),
        mood=one(MOODS),
        letter=one(LETTERS[1:]) if rng.random() < lettered else "",
        dx=float(rng.uniform(-2, 2)),
        dy=float(rng.uniform(-2, 2)),
        scale=float(rng.uniform(0.94, 1.06)),
        angle=float(rng.uniform(-0.12, 0.12)),
        texture=int(rng.integers(2**31)),
    )


def dataset(count: int, seed: int) -> Iterator[tuple[Scene, np.ndarray, str]]:
    """`count` scenes with their pictures, (64, 64, 3) uint8, and captions that may leave words out."""
    from keepdial.evaluate.world.drawing import draw
    from keepdial.evaluate.world.wording import caption

    rng = np.random.default_rng(seed)
    for _ in range(count):
        scene = sample(rng)
        yield scene, draw(scene), caption(scene, rng)
