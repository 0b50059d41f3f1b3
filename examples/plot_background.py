"""Change what is behind a person: out of focus, a studio, another place, another light.

python examples/plot_background.py     writes out/plot_background.jpg
"""

from __future__ import annotations

import base64
from typing import Any

from figure import ASTRONAUT, PHOTOS, side_by_side

from keepdial import Image, Request, edit, open_image

photo = open_image(PHOTOS / "astronaut.png")
place = base64.b64encode((PHOTOS / "rocket.jpg").read_bytes()).decode("ascii")


def before(**params: Any) -> Image:
    """Return the person before another background."""
    return edit(Request(operation="background", targets=ASTRONAUT, params=params), photo).image


side_by_side(
    "plot_background.jpg",
    ("before", photo),
    ("--to blur", before(to="blur")),
    ("--to gradient", before(to="gradient", colour="#33475b", second_colour="#a9bccb")),
    ("--to image", before(to="image", image=place)),
    ("--to image --harmonise 0.7", before(to="image", image=place, harmonise=0.7)),
    ("--to reference", before(to="reference", image=place)),
    columns=3,
)
