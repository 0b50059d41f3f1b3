"""Dust and drops on a portrait are healed; a badge is copied to a second place.

python examples/plot_heal.py     writes out/plot_heal.jpg
"""

from __future__ import annotations

import base64
import io

import numpy as np
from figure import PHOTOS, outlined, side_by_side
from PIL import Image as Pillow

from keepdial import Request, Selector, edit, open_image

photo = open_image(PHOTOS / "astronaut.png")
height, width = photo.pixels.shape[:2]
rng = np.random.default_rng(5)
y, x = np.mgrid[0:height, 0:width]
spots = np.zeros((height, width), bool)
for _ in range(60):
    at = rng.uniform(0, (width, height))
    spots |= np.hypot(x - at[0], y - at[1]) < rng.uniform(1.5, 7)
spoilt = photo.pixels.copy()
spoilt[spots] = (236, 228, 210)
dusty = photo.with_pixels(spoilt)

file = io.BytesIO()
Pillow.fromarray(spots).save(file, "PNG")
mask = Selector(kind="mask", options={"png": base64.b64encode(file.getvalue()).decode()})
healed = edit(Request(operation="heal", targets=(mask,)), dusty)

turns = np.linspace(0, 2 * np.pi, 32, endpoint=False)
sleeve = Selector(
    kind="polygon",
    options={"points": [[106 + 43 * float(np.cos(t)), 296 + 43 * float(np.sin(t))] for t in turns]},
)
cloned, plain = (
    edit(
        Request(operation="clone", targets=(sleeve,), params={"copy_from": "171,385", "blend": blend}), photo
    )
    for blend in (True, False)
)
side_by_side(
    "plot_heal.jpg",
    ("60 spots", dusty),
    ("healed", healed.image),
    ("the photograph as it was", photo),
    ("the place to copy to", outlined(photo, cloned.mask)),
    ("cloned, under the light of its place", cloned.image),
    ("cloned as it is", plain.image),
    columns=3,
)
