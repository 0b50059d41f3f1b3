"""Colours: white balance, saturation, vibrance, hue, single ranges of colour, toning, black and white.

python examples/plot_colours.py     writes out/plot_colours.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

photo = open_image(PHOTOS / "astronaut.png")


def adjusted(operation: str, **params: Any) -> Image:
    return edit(Request(operation=operation, params=params), photo).image


side_by_side(
    "plot_colours.jpg",
    ("before", photo),
    ("white balance 6500 to 9000 K", adjusted("white-balance", kelvin=9000)),
    ("white balance, warmth -40", adjusted("white-balance", warmth=-40)),
    ("white balance, tint 12", adjusted("white-balance", tint=12)),
    ("saturation 60", adjusted("saturation", amount=60)),
    ("vibrance 60", adjusted("vibrance", amount=60)),
    ("saturation -60", adjusted("saturation", amount=-60)),
    ("hue 90", adjusted("hue", degrees=90)),
    ("hsl: orange hue -30, saturation 30", adjusted("hsl", orange_hue=-30, orange_saturation=30)),
    ("hsl: blue lightness 40", adjusted("hsl", blue_lightness=40, blue_saturation=40)),
    ("split toning", adjusted("split-toning", shadow_saturation=45, highlight_saturation=45)),
    ("black and white, blue filter", adjusted("black-and-white", filter="blue")),
    columns=4,
)
