"""Dusk and the golden hour, made out of pictures of another light.

python examples/plot_looks.py     writes out/plot_looks.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

coffee, rocket = open_image(PHOTOS / "coffee.png"), open_image(PHOTOS / "rocket.jpg")


def look(photo: Image, operation: str, **params: Any) -> Image:
    """Return the photograph in another light."""
    return edit(Request(operation=operation, params=params), photo).image


side_by_side(
    "plot_looks.jpg",
    ("before", rocket),
    ("day-to-dusk", look(rocket, "day-to-dusk")),
    ("golden-hour, the sun on the right", look(rocket, "golden-hour", angle=0, strength=100)),
    ("before", coffee),
    ("day-to-dusk", look(coffee, "day-to-dusk")),
    ("golden-hour, the sun on the left", look(coffee, "golden-hour", angle=180)),
    columns=3,
)
