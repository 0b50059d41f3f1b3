"""Lay a colour over a picture, and tone it as a print.

python examples/plot_tint.py     writes out/plot_tint.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

astronaut, rocket = open_image(PHOTOS / "astronaut.png"), open_image(PHOTOS / "rocket.jpg")


def tint(photo: Image, colour: str, **params: Any) -> Image:
    """Return the photograph behind a glass of this colour."""
    return edit(Request(operation="tint", params={"colour": colour, **params}), photo).image


side_by_side(
    "plot_tint.jpg",
    ("before", astronaut),
    ("tint --colour blue", tint(astronaut, "blue")),
    ("tint --colour sepia --mono --amount 80", tint(astronaut, "sepia", mono=True, amount=80)),
    ("before", rocket),
    ("tint --colour orange", tint(rocket, "orange")),
    ("an old print: --fade 70 too", tint(rocket, "sepia", mono=True, amount=70, fade=70)),
    columns=3,
)
