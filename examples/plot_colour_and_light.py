"""Light: brightness, contrast, the ends of the tones, curves, a vignette and grain.

python examples/plot_colour_and_light.py     writes out/plot_colour_and_light.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

photo = open_image(PHOTOS / "astronaut.png")


def adjusted(operation: str, **params: Any) -> Image:
    return edit(Request(operation=operation, params=params), photo).image


side_by_side(
    "plot_colour_and_light.jpg",
    ("before", photo),
    ("exposure +0.7 stops", adjusted("exposure", stops=0.7)),
    ("brightness 40", adjusted("brightness", amount=40)),
    ("contrast 50", adjusted("contrast", amount=50)),
    ("contrast -50", adjusted("contrast", amount=-50)),
    ("whites -60", adjusted("whites", amount=-60)),
    ("blacks 60", adjusted("blacks", amount=60)),
    ("levels 20 to 230, gamma 1.2", adjusted("levels", black=20, white=230, gamma=1.2)),
    ("curves 0,0 64,45 192,215 255,255", adjusted("curves", points="0,0 64,45 192,215 255,255")),
    ("vignette -70", adjusted("vignette", amount=-70)),
    ("grain 25", adjusted("grain", amount=25)),
    ("black and white, red filter", adjusted("black-and-white", filter="red")),
    columns=4,
)
