"""Auto puts right what went wrong and leaves alone what did not; match takes on another photograph's look.

python examples/plot_auto_and_match.py     writes out/plot_auto.jpg and out/plot_match.jpg
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

coffee, rocket, astronaut = (open_image(PHOTOS / n) for n in ("coffee.png", "rocket.jpg", "astronaut.png"))


def spoilt(photo: Image, *, red: float, blue: float, light: float, contrast: float) -> Image:
    """Return the photograph as a hasty camera would have taken it: wrong light, too little of it, flat."""
    values = (photo.pixels / 255.0) ** 2.2 * light * np.array([red, 1.0, blue])
    flat = 0.5 + contrast * (np.minimum(values, 1) ** (1 / 2.2) - 0.5)
    return photo.with_pixels(np.rint(255 * flat).astype(np.uint8))


def auto(photo: Image) -> Image:
    done = edit(Request(operation="auto"), photo)
    print(*done.notes)
    return done.image


warm = spoilt(coffee, red=1.3, blue=0.5, light=0.5, contrast=1.0)
cool = spoilt(astronaut, red=0.75, blue=1.5, light=0.9, contrast=0.65)
side_by_side(
    "plot_auto.jpg",
    ("too dark, too warm", warm),
    ("auto", auto(warm)),
    ("flat and cool", cool),
    ("auto", auto(cool)),
    ("a good one", rocket),
    ("auto", auto(rocket)),
    columns=2,
)


def match(photo: Image, reference: str, **more: Any) -> Image:
    file = base64.b64encode((PHOTOS / reference).read_bytes()).decode()
    return edit(Request(operation="match", params={"reference": file, **more}), photo).image


side_by_side(
    "plot_match.jpg",
    ("before", astronaut),
    ("the look of coffee.png", match(astronaut, "coffee.png")),
    ("half of it", match(astronaut, "coffee.png", strength=50)),
    ("before", coffee),
    ("the look of rocket.jpg", match(coffee, "rocket.jpg")),
    ("rocket.jpg", rocket),
    columns=3,
)
