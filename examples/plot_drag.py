"""Points are dragged to other places: a rocket grows, the handle of a cup is lower, hair stands up.

python examples/plot_drag.py     writes out/plot_drag.jpg
"""

from __future__ import annotations

import numpy as np
from figure import PHOTOS, eight_bit, side_by_side
from PIL import Image as Pillow
from PIL import ImageDraw

from keepdial import Image, Request, edit, open_image

ROCKET = ("321,150:321,95", "321,400:321,400")
CUP = ("215,275:192,296", "290,120:290,120")
HAIR = ("255,40:255,15", "210,150:210,150")


def drag(photo: Image, handles: tuple[str, ...]) -> Image:
    """Return the photo with its handles dragged; what it says of them is printed."""
    made = edit(Request(operation="drag", params={"handle": list(handles)}), photo)
    print(*made.notes, sep="\n")
    return made.image


def arrows(photo: Image, handles: tuple[str, ...]) -> np.ndarray:
    """Return the photo with its handles drawn: a line to where each is to come, a ring where one holds."""
    picture = Pillow.fromarray(np.ascontiguousarray(eight_bit(photo)))
    draw = ImageDraw.Draw(picture)
    for handle in handles:
        (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in handle.split(":"))
        draw.line([(x0, y0), (x1, y1)], fill=(255, 230, 0), width=3)
        draw.ellipse([x1 - 5, y1 - 5, x1 + 5, y1 + 5], outline=(255, 40, 90), width=3)
    return np.asarray(picture)


rocket, coffee, portrait = (open_image(PHOTOS / f) for f in ("rocket.jpg", "coffee.png", "astronaut.png"))
side_by_side(
    "plot_drag.jpg",
    ("handles; a ring alone holds its place", arrows(rocket, ROCKET)),
    ("dragged", drag(rocket, ROCKET)),
    ("handles", arrows(coffee, CUP)),
    ("dragged", drag(coffee, CUP)),
    ("handles", arrows(portrait, HAIR)),
    ("dragged", drag(portrait, HAIR)),
    columns=2,
)
