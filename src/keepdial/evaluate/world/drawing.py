"""Drawing a scene: an antialiased object on a gradient with some texture, 64 x 64 px.

The same scene always gives the same picture. Backgrounds carry texture of low amplitude, so that two
unrelated scenes differ in structure and not only in colour.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from keepdial.evaluate.world.scene import NOTHING, Scene

SIDE = 64
"""The side of a picture, px."""

_FINE = 4  # masks are drawn this many times larger and averaged: that is the antialiasing
_RADIUS = {"small": 8.5, "big": 14.0}
_PLACE = {"left": (18, 33), "right": (46, 33), "top": (33, 18), "bottom": (33, 46), "centre": (33, 33)}
_PAINT = {
    "red": (214, 38, 38),
    "yellow": (246, 214, 40),
    "green": (44, 176, 66),
    "blue": (40, 84, 226),
    "purple": (158, 54, 196),
    "white": (242, 242, 242),
    "black": (24, 24, 26),
}
_GROUND = {  # colours at the top and at the bottom
    "sky": ((82, 146, 224), (186, 218, 244)),
    "sunset": ((104, 66, 122), (250, 156, 84)),
    "forest": ((24, 58, 34), (74, 112, 54)),
    "night": ((8, 10, 34), (36, 42, 88)),
    "sand": ((226, 198, 146), (198, 164, 112)),
}
_Y, _X = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def draw(scene: Scene) -> Bytes:
    """The picture of `scene`: (64, 64, 3) uint8, RGB."""
    rng = np.random.default_rng(scene.texture)
    picture = _ground(scene.background, rng)
    if scene.shape != NOTHING:
        _object(picture, scene)
    if scene.letter:
        _letter(picture, scene.letter)
    picture += rng.normal(0, 1.5, (SIDE, SIDE, 1)).astype(np.float32)
    out: Bytes = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
    return out


def object_mask(scene: Scene, *, grow: float = 0.0) -> Floats:
    """Where the object is: (64, 64) float32, 1 = object, 0 = background; `grow` widens it by that many px.

    The hole of a ring counts as background. All 0 where there is no object.
    """
    if scene.shape == NOTHING:
        return np.zeros((SIDE, SIDE), np.float32)
    return _mask(scene, grow)


def _small(fine: Bytes) -> Floats:
    small = np.asarray(cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    return small / np.float32(255)


def where(scene: Scene) -> tuple[float, float, float]:
    """Centre x and y and radius of the object, px."""
    x, y = _PLACE[scene.position]
    return x + scene.dx, y + scene.dy, _RADIUS[scene.size] * scene.scale


def _mask(scene: Scene, grow: float) -> Floats:
    x, y, radius = where(scene)
    fine: Bytes = np.zeros((SIDE * _FINE, SIDE * _FINE), np.uint8)
    centre = (round(x * _FINE), round(y * _FINE))
    if scene.shape in ("circle", "ring", "face"):
        cv2.circle(fine, centre, round((radius + grow) * _FINE), 255, -1)
        if scene.shape == "ring":
            cv2.circle(fine, centre, round(max(radius * 0.5 - grow, 0) * _FINE), 0, -1)
        return _small(fine)
    points = _corners(scene, radius + grow) + np.array((x, y))
    cv2.fillPoly(fine, [np.round(points * _FINE).astype(np.int32)], 255)
    return _small(fine)


def _corners(scene: Scene, radius: float) -> NDArray[np.float64]:
    if scene.shape == "square":
        turns, reach = np.array([0.125, 0.375, 0.625, 0.875]), np.full(4, 1.25)
    elif scene.shape == "triangle":
        turns, reach = np.array([0.75, 1 / 12, 5 / 12]), np.full(3, 1.3)
    else:
        turns, reach = 0.75 + np.arange(10) / 10, np.tile([1.25, 0.55], 5)
    angles = turns * 2 * np.pi + scene.angle
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * (reach * radius)[:, None]


def _object(picture: Floats, scene: Scene) -> None:
    x, y, radius = where(scene)
    colour = np.array(_PAINT[scene.colour], np.float32)
    contrast = np.array((24, 24, 26) if scene.colour in ("white", "yellow") else (244, 244, 244), np.float32)
    edge = np.array((150, 150, 156), np.float32) if scene.colour == "black" else colour * 0.42
    _blend(picture, edge, _mask(scene, 1.0))
    # Lit from the top left, as the gradients are.
    light = 1.06 - 0.16 * ((_X - x) + (_Y - y)) / (2 * radius)
    paint = colour * np.clip(light, 0.8, 1.15)[..., None]
    if scene.surface == "striped":
        wave = np.sin((_X - x + _Y - y) * (2 * np.pi / 8.0))
        _blend(paint, contrast, np.clip(wave * 2 + 0.4, 0, 1) * 0.9)
    elif scene.surface == "dotted":
        u, v = (_X - x + 3) % 6 - 3, (_Y - y + 3) % 6 - 3
        _blend(paint, contrast, np.clip(2.3 - np.sqrt(u * u + v * v), 0, 1) * 0.9)
    if scene.shape == "face":
        _blend(paint, contrast, _features(scene))
    _blend(picture, paint, _mask(scene, 0.0))


def _features(scene: Scene) -> Floats:
    """The eyes and the mouth of a face: 1 where they are."""
    x, y, radius = (_FINE * value for value in where(scene))
    fine: Bytes = np.zeros((SIDE * _FINE, SIDE * _FINE), np.uint8)
    for side in (-1, 1):
        cv2.circle(
            fine, (round(x + side * radius * 0.38), round(y - radius * 0.28)), round(radius * 0.17), 255, -1
        )
    thick = max(round(radius * 0.17), 1)
    if scene.mood == "smiling":
        axes, middle, arc = (radius * 0.52, radius * 0.42), y + radius * 0.12, (20, 160)
    else:
        axes, middle, arc = (radius * 0.52, radius * 0.42), y + radius * 0.72, (200, 340)
    cv2.ellipse(fine, (round(x), round(middle)), (round(axes[0]), round(axes[1])), 0, *arc, 255, thick)
    return _small(fine)


def _letter(picture: Floats, text: str) -> None:
    fine: Bytes = np.zeros((SIDE * _FINE, SIDE * _FINE), np.uint8)
    width = 2.1 if len(text) == 1 else 1.25
    for place, letter in enumerate(text):
        left = round((2.5 + place * 7.2) * _FINE)
        cv2.putText(fine, letter, (left, 14 * _FINE), cv2.FONT_HERSHEY_SIMPLEX, width, 255, 2 * _FINE)
    halo = np.asarray(cv2.dilate(fine, np.ones((2 * _FINE + 1, 2 * _FINE + 1), np.uint8)), np.uint8)
    _blend(picture, np.array((30, 30, 34), np.float32), _small(halo) * 0.85)
    _blend(picture, np.array((250, 250, 250), np.float32), _small(fine))


def _blend(under: Floats, over: Floats, alpha: Floats) -> None:
    under += (over - under) * alpha[..., None]


def _noise(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    """Smooth noise in about [-1, 1], `rows` by `columns` blobs over the picture."""
    coarse = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.float32)


def _ground(background: str, rng: np.random.Generator) -> Floats:
    top, bottom = (np.array(colour, np.float32) for colour in _GROUND[background])
    tilt = rng.uniform(-0.3, 0.3)
    ramp = np.clip(_Y / (SIDE - 1) + tilt * (_X / (SIDE - 1) - 0.5), 0, 1)[..., None]
    picture: Floats = (top + (bottom - top) * ramp) * np.float32(rng.uniform(0.93, 1.07))
    picture += _noise(rng, 5, 5)[..., None] * 7
    texture: Any = _TEXTURES[background]
    texture(picture, rng)
    return picture


def _clouds(picture: Floats, rng: np.random.Generator) -> None:
    _blend(picture, np.array((250, 250, 252), np.float32), np.clip(_noise(rng, 9, 5) * 1.2 - 0.35, 0, 0.6))


def _streaks(picture: Floats, rng: np.random.Generator) -> None:
    _blend(picture, np.array((255, 206, 130), np.float32), np.clip(_noise(rng, 16, 3) - 0.15, 0, 0.5))


def _trunks(picture: Floats, rng: np.random.Generator) -> None:
    _blend(picture, np.array((52, 40, 28), np.float32), np.clip(_noise(rng, 2, 16) * 1.3 - 0.2, 0, 0.65))
    picture += _noise(rng, 20, 20)[..., None] * 9


def _stars(picture: Floats, rng: np.random.Generator) -> None:
    _blend(picture, np.array((70, 66, 130), np.float32), np.clip(_noise(rng, 6, 6) - 0.2, 0, 0.45))
    rows, columns = rng.integers(0, SIDE - 1, (2, 14))
    bright = rng.uniform(90, 190, 14).astype(np.float32)[:, None]
    picture[rows, columns] += bright
    picture[rows, columns + 1] += bright * 0.5
    picture[rows + 1, columns] += bright * 0.5


def _ripples(picture: Floats, rng: np.random.Generator) -> None:
    bend = _noise(rng, 4, 4) * 2.2
    wave = np.sin(_Y * np.float32(rng.uniform(0.75, 0.95)) + _X * np.float32(rng.uniform(-0.25, 0.25)) + bend)
    picture += wave[..., None] * np.array((13, 13, 12), np.float32)


_TEXTURES = {"sky": _clouds, "sunset": _streaks, "forest": _trunks, "night": _stars, "sand": _ripples}
