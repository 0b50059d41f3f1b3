"""A colour cast: which colour the light of a picture has, and how sure that is.

Three ways to see the light's colour are put together on the small picture:

- grey pixels (after Qian et al., On finding gray pixels, 2019): where the logarithms of the three channels
  rise and fall alike from place to place, only light and shade change, so that the thing there is grey and
  its colour is the light's;
- shades of grey (Finlayson and Trezzi, Shades of gray and colour constancy, 2004);
- grey edges (van de Weijer, Gevers and Gijsenij, Edge-based color constancy, 2007).

All are fooled by a picture of one colour, and by a sunset, whose colour is what it shows. So the estimate
counts by how well the ways agree, whether bright and dark parts have it, and whether the picture without it
still holds colours. A small cast is within the error of the estimate (7 degrees on photographs) and is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]
    Colour = NDArray[np.float64]

POWER = 6
"""Minkowski norm: between the mean (1) and the brightest pixel (infinity)."""
DARK, BRIGHT = 0.01, 0.97
"""Linear light outside of which a pixel says nothing of the light's colour: noise, or cut off."""
FEWEST = 200
"""Pixels that must be left."""
GREYEST = 0.01
"""Part of the pixels with some drawing that count as grey."""
DRAWING = 0.02
"""Least change of the logarithm of light, from a pixel to the mean around it, that counts as drawing."""
USUAL = np.array([1.05, 1.0, 0.82])
"""What photographs that look right give as an estimate, by the median over 24 of them (kodak24): people leave
them a little warm. A light is judged beside this and not beside grey."""
SMALLEST = 5.0, 12.0
"""Angle in degrees up to which a cast is none, and from which it is corrected altogether."""
APART = 8.0, 16.0
"""Angle in degrees between the ways up to which they agree, and from which they do not."""
SCATTERED = 6.0, 11.0
"""The same for the angle by which half of the grey pixels miss their middle."""
BANDS = 20.0, 32.0
"""The same for the angle between bright parts and others."""
COLOURFUL = 2.0, 4.0
"""The same, the other way round, for the angle to grey that half of the corrected pixels have."""

GREYLESS = 28.0, 40.0
"""The same angle again, from which on there is too little grey in the picture to go by."""


@dataclass(frozen=True, eq=False, slots=True)
class Cast:
    """What was estimated.

    Attributes:
        light: (3,) float64, the light's colour in linear light, of luminance 1.
        angle: degrees between it and grey, in linear light.
        confidence: 0 = none, 1 = sure; the part of the cast to take away.
        why: what spoke most against it, in words; "" where nothing did.
    """

    light: Colour
    angle: float
    confidence: float
    why: str


def cast(look: Look) -> Cast:
    """Return the colour of the light in the part of the frame that is edited."""
    small, inside = look.small, look.small_mask > 0.5
    high = small.max(axis=2)
    usable = inside & (high < BRIGHT) & (high > DARK) & (small.min(axis=2) > DARK / 5)
    grey = _grey_pixels(small, usable) if usable.sum() >= FEWEST else np.empty((0, 3))
    if len(grey) < FEWEST * GREYEST:
        return Cast(np.ones(3), 0.0, 0.0, "too little of it has drawing and is neither black nor white")
    pixels = small[usable].astype(np.float64)
    middle = _unit(np.median(grey, axis=0))
    others = _unit(_unit(_norm(pixels)) + _unit(_norm(_edges(small, usable))))
    seen = _unit(middle + others)
    light = _unit(seen / USUAL)
    found = angle(light, np.ones(3))
    scatter = _scatter(pixels / seen, np.ones(3))
    doubts = (
        (_rise(found, SMALLEST), "its cast is too small to be sure of"),
        (1 - _rise(angle(middle, others), APART), "its grey and its bright parts show different casts"),
        (1 - _rise(_scatter(grey, middle), SCATTERED), "no colour stands out as its grey"),
        (1 - _rise(_across(pixels, look.space.luma), BANDS), "bright and dark parts have different colours"),
        (_rise(scatter, COLOURFUL), "it is of one colour"),
        (1 - _rise(scatter, GREYLESS), "strong colours fill it"),
    )
    least, why = min(doubts, key=lambda doubt: doubt[0])
    confidence = float(np.prod([share for share, _ in doubts]))
    return Cast(light / (light @ look.space.luma), found, confidence, why if least < 1 else "")


def angle(one: Colour, two: Colour) -> float:
    """Return degrees between two colours (3,)."""
    return float(np.degrees(np.arccos(np.clip(_unit(one) @ _unit(two), -1, 1))))


def _unit(colour: Colour) -> Colour:
    return colour / max(float(np.linalg.norm(colour)), 1e-12)


def _rise(value: float, span: tuple[float, float]) -> float:
    return float(np.clip((value - span[0]) / (span[1] - span[0]), 0, 1))


def _norm(values: Colour) -> Colour:
    return np.asarray(np.mean(values**POWER, axis=0) ** (1 / POWER))


def _scatter(pixels: Colour, middle: Colour) -> float:
    """Return the angle in degrees to `middle` that half of the pixels (n, 3) stay within."""
    directions = pixels / np.maximum(np.linalg.norm(pixels, axis=1, keepdims=True), 1e-12)
    return float(np.degrees(np.arccos(np.clip(np.median(directions @ _unit(middle)), -1, 1))))


def _across(pixels: Colour, luma: Array) -> float:
    """Return the largest angle in degrees between the mean colour of the brightest third and of others."""
    thirds = np.array_split(pixels[np.argsort(pixels @ luma.astype(np.float64), kind="stable")], 3)
    dark, middle, bright = (third.mean(axis=0) for third in thirds)
    return max(angle(dark, bright), angle(middle, bright))


def _grey_pixels(small: Array, usable: NDArray[np.bool_]) -> Colour:
    """Return the directions (n, 3) of the colours of the pixels whose channels change most alike."""
    import cv2

    soft = cv2.GaussianBlur(small, (0, 0), 0.7)
    logs = np.log(np.maximum(soft, np.float32(1e-4)))
    change = logs - cv2.GaussianBlur(logs, (0, 0), 2.0)
    mean = change.mean(axis=2)
    whole = cv2.erode(usable.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    drawn = whole & (np.abs(mean) > DRAWING)
    if drawn.sum() < FEWEST:
        return np.empty((0, 3))
    unlike = np.sqrt(np.mean((change - mean[..., None]) ** 2, axis=2)) / np.maximum(np.abs(mean), 1e-6)
    even = cv2.GaussianBlur(np.where(drawn, unlike, np.median(unlike[drawn])).astype(np.float32), (0, 0), 1.0)
    chosen = soft[drawn & (even <= np.quantile(even[drawn], GREYEST))].astype(np.float64)
    return np.asarray(chosen / np.linalg.norm(chosen, axis=1, keepdims=True))


def _edges(small: Array, usable: NDArray[np.bool_]) -> Colour:
    """Return how much each channel changes (n, 3), where no cut-off pixel is near."""
    import cv2

    soft = cv2.GaussianBlur(small, (0, 0), 1.0)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    whole = cv2.erode(usable.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return np.asarray(np.hypot(across, down)[whole], np.float64)
