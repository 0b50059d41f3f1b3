"""A thing is moved, set down a second time, or made larger, and what was behind it is filled in.

python examples/plot_move.py     writes out/plot_move.jpg
"""

from __future__ import annotations

from typing import Any

import numpy as np
from figure import PHOTOS, outlined, side_by_side

from keepdial import Image, Request, Selector, edit, open_image

LINE = (
    (321, 122), (334, 140), (340, 200), (340, 340), (352, 404), (292, 404), (302, 340), (304, 200), (308, 140)
)  # fmt: skip
ROCKET = Selector(kind="snap", options={"points": [list(point) for point in LINE]})

photo = open_image(PHOTOS / "rocket.jpg")


def move(**params: Any) -> Image:
    """Return the photo after a move; what it says of it is printed."""
    made = edit(Request(operation="move", targets=(ROCKET,), params=params), photo)
    print(*made.notes, sep="\n")
    return made.image


selected = edit(Request(operation="cutout", targets=(ROCKET,), params={"only_mask": True}), photo)
matte = selected.image.pixels[..., 0].astype(np.float32) / np.float32(255)
side_by_side(
    "plot_move.jpg",
    ("selected", outlined(photo, matte)),
    ("--by -70,0", move(by="-70,0")),
    ("--by 56,30 --scale 0.8 --duplicate", move(by="56,30", scale=0.8, duplicate=True)),
    ("--by 10,-60 --rotate 12", move(by="10,-60", rotate=12)),
    columns=2,
)
