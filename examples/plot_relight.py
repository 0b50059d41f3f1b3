"""A portrait lit from the left, from the right by a warm lamp, from above; and a spot of light.

python examples/plot_relight.py     writes out/plot_relight.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

photo = open_image(PHOTOS / "astronaut.png")


def lit(**params: Any) -> Image:
    """Return the portrait under another lamp."""
    return edit(Request(operation="relight", params=params), photo).image


side_by_side(
    "plot_relight.jpg",
    ("before", photo),
    ("from the left, 1.5 stops", lit(angle=180, strength=1.5)),
    ("from the right, warm, little ambient light", lit(angle=0, strength=1.5, ambient=0.1, colour="3500K")),
    ("from above", lit(angle=90, strength=1.5, height=50)),
    ("a spot on the face", lit(at="225,110", radius=150, strength=0.6)),
    ("a spot that darkens the wall", lit(at="420,120", radius=190, strength=-1.5)),
    columns=3,
)
