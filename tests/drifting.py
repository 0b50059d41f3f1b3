"""Proposals that drifted by known amounts, for the tests of what brings them back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial.backends import Frame
from keepdial.color import samples_of
from keepdial.geometry import Box
from keepdial.registration import Motion

Singles = NDArray[np.float32]


PART = Box(40, 20, 320, 256)


def photo(photos: Path, name: str = "astronaut.png", *, box: Box = PART) -> NDArray[np.uint8]:
    """A part of a photograph that the project ships."""
    with Pillow.open(photos / name) as picture:
        return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[box.slices])


def moved(picture: Singles, motion: Motion) -> Singles:
    """The picture with everything where the motion has it."""
    h, w = picture.shape[:2]
    x = (np.arange(w) - (w - 1) / 2 - motion.dx) / (1 + motion.zx) + (w - 1) / 2
    y = (np.arange(h) - (h - 1) / 2 - motion.dy) / (1 + motion.zy) + (h - 1) / 2
    map_x, map_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
    made = cv2.remap(picture, map_x, map_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    return np.clip(np.asarray(made, np.float32).reshape(picture.shape), 0, 1)


def rebuilt(picture: Singles, seed: int = 0) -> Singles:
    """The picture as it comes out of a VAE, roughly: a little softer, with a little grain."""
    grain = np.random.default_rng(seed).normal(0, 2 / 255, picture.shape)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.6) + grain, np.float32).reshape(picture.shape)


def framed(pixels: NDArray[Any], hole: Box | None, *, guess: bool = False) -> Frame:
    """A frame whose hole, or all of it, is to be painted; what is under the hole is painted over."""
    h, w = pixels.shape[:2]
    mask = np.zeros((h, w), np.float32)
    pixels = pixels.copy()
    if hole is None:
        mask[:] = 1
    else:
        mask[hole.slices] = 1
        pixels[hole.slices] = samples_of(np.array([1, 0, 1], np.float32), pixels)[: pixels.shape[2]]
    return Frame(Box(0, 0, w, h), pixels, mask, mask <= 0, guess)
