"""Light by its surroundings: shadows, highlights, clarity, texture, haze; and noise and sharpness, close up.

python examples/plot_local_light.py     writes out/plot_local_light.jpg and out/plot_denoise_sharpen.jpg
"""

from __future__ import annotations

from typing import Any

import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

rocket, astronaut = open_image(PHOTOS / "rocket.jpg"), open_image(PHOTOS / "astronaut.png")


def made(operation: str, photo: Image, **params: Any) -> Image:
    return edit(Request(operation=operation, params=params), photo).image


side_by_side(
    "plot_local_light.jpg",
    ("before", rocket),
    ("shadows +80", made("shadows", rocket, amount=80)),
    ("highlights -100", made("highlights", rocket, amount=-100)),
    ("clarity +80", made("clarity", rocket, amount=80)),
    ("clarity -80", made("clarity", rocket, amount=-80)),
    ("texture +100", made("texture", rocket, amount=100)),
    ("dehaze +70", made("dehaze", rocket, amount=70)),
    ("dehaze -60", made("dehaze", rocket, amount=-60)),
    columns=4,
)

face = astronaut.with_pixels(np.ascontiguousarray(astronaut.pixels[20:280, 100:400]))
grain = np.random.default_rng(0).normal(0, 14, face.pixels.shape)
noisy = face.with_pixels(np.clip(face.pixels + grain, 0, 255).astype(np.uint8))
clean = edit(Request(operation="denoise"), noisy)
print(*clean.notes)
side_by_side(
    "plot_denoise_sharpen.jpg",
    ("as it was", face),
    ("noise added, sigma 14", noisy),
    ("denoise", clean.image),
    ("sharpen 150, as it was", made("sharpen", face, amount=150)),
    ("texture -80, as it was", made("texture", face, amount=-80)),
    columns=5,
)
