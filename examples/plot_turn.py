"""Mirror, turn by quarters, frame: no pixel of the picture changes its value.

python examples/plot_turn.py     writes out/plot_turn.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

coffee = open_image(PHOTOS / "coffee.png")


def made(operation: str, **params: Any) -> Image:
    """Return the photograph after one operation."""
    return edit(Request(operation=operation, params=params), coffee).image


side_by_side(
    "plot_turn.jpg",
    ("before", coffee),
    ("flip", made("flip")),
    ("flip --direction vertical", made("flip", direction="vertical")),
    ("rotate", made("rotate")),
    ("rotate --turn left", made("rotate", turn="left")),
    ("border --colour black --width 3", made("border", colour="black", width=3)),
    ("border --bottom 18 --colour '#f4efe6'", made("border", bottom=18, colour="#f4efe6")),
    columns=3,
)
