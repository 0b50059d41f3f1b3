"""A portrait, retouched: what works with a face detector alone, and what with the mesh of the face as well.

python examples/plot_faces.py     writes out/plot_faces.jpg

With the models ``yunet`` and ``face-landmarker`` (``keepdial models get face-landmarker``) the parts of the
face are seen; without, they are estimated from the eyes and the nose, and a smile and lipstick are left out.
"""

from __future__ import annotations

import cv2
import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image
from keepdial.errors import ModelMissing

FACE = (slice(30, 200), slice(140, 310))
"""Rows and columns around the face."""
STEPS = (
    ("retouch, even skin", (("retouch", {"amount": 80}), ("even-skin", {}))),
    ("brighten eyes, whiten teeth", (("brighten-eyes", {"amount": 80}), ("whiten-teeth", {"amount": 80}))),
    ("blush", (("cheeks", {}),)),
    ("slim 60, open eyes 50", (("reshape", {"slim": 60, "open_eyes": 50}),)),
    ("smile 70", (("reshape", {"smile": 70}),)),
    ("lips red", (("lips", {"colour": "red"}),)),
    ("hair auburn", (("hair-colour", {"colour": "auburn"}),)),
)


def red_eyed(picture: Image) -> Image:
    """Return the picture as a flash beside the lens would have shown the eyes."""
    pixels = picture.pixels.astype(np.float32)
    y, x = np.mgrid[: picture.size.height, : picture.size.width]
    for cx, cy in ((203.0, 101.5), (246.0, 102.5)):
        away = np.hypot(x - cx, y - cy)
        share = np.clip(3.4 - away, 0, 1)[..., None]
        pixels = pixels * (1 - share) + share * np.array([215, 45, 50], np.float32)
        spark = np.clip(1.3 - np.hypot(x - cx + 1, y - cy + 1), 0, 1)[..., None]
        pixels = pixels * (1 - spark) + spark * 245
    return picture.with_pixels(pixels.astype(np.uint8))


def spotted(picture: Image) -> Image:
    """Return the picture with four small red spots on the skin."""
    pixels = picture.pixels.astype(np.float32)
    y, x = np.mgrid[: picture.size.height, : picture.size.width]
    for cx, cy, size in ((214.0, 84.0, 1.9), (196.0, 122.0, 1.6), (252.0, 118.0, 1.8), (226.0, 150.0, 1.5)):
        share = 0.45 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * size**2))[..., None]
        pixels = pixels * (1 - share) + share * np.array([150, 60, 60], np.float32)
    return picture.with_pixels(pixels.astype(np.uint8))


def close(picture: Image) -> np.ndarray:
    """Return the face, enlarged twice."""
    return np.asarray(cv2.resize(picture.pixels[FACE], None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


photo = open_image(PHOTOS / "astronaut.png")
panels = [("before", close(photo))]
for words, operations in STEPS:
    first, *rest = (Request(operation=name, params=params) for name, params in operations)
    try:
        done = edit(first.model_copy(update={"then": tuple(rest)}), photo)
    except ModelMissing as missing:
        print(f"{words}: {missing}")
        continue
    print(f"{words}: identity {done.report['identity'].value:.2f} of {done.report['identity'].limit}")
    panels.append((words, close(done.image)))
flash, spots = red_eyed(photo), spotted(photo)
panels += [
    ("spots (made)", close(spots)),
    ("blemishes", close(edit(Request(operation="blemishes"), spots).image)),
    ("red eyes (made)", close(flash)),
    ("red-eye", close(edit(Request(operation="red-eye"), flash).image)),
]
side_by_side("plot_faces.jpg", *panels, columns=4)
