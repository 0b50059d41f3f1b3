"""Blur a part or the whole: soft, in blocks that nobody can read through, smeared by motion or zoom.

python examples/plot_blur.py     writes out/plot_blur.jpg
"""

from __future__ import annotations

from typing import Any

from figure import PHOTOS, side_by_side

from keepdial import Image, Request, Selector, edit, open_image

astronaut, coffee = open_image(PHOTOS / "astronaut.png"), open_image(PHOTOS / "coffee.png")
face = Selector(
    kind="polygon", options={"points": [[192, 70], [262, 70], [266, 130], [228, 172], [190, 130]]}
)
badge = Selector(kind="box", options={"x": 278, "y": 340, "width": 58, "height": 40})


def blur(photo: Image, *targets: Selector, **params: Any) -> Image:
    """Return the photograph with what is selected blurred; without a selection all of it."""
    done = edit(Request(operation="blur", params=params, targets=targets), photo)
    for note in done.notes:
        print(note)
    return done.image


side_by_side(
    "plot_blur.jpg",
    ("before", astronaut),
    ("blur --kind pixelate, her face and her name", blur(astronaut, face, badge, kind="pixelate")),
    ("blur, her face", blur(astronaut, face)),
    ("blur --kind zoom --at 228,110", blur(astronaut, kind="zoom", at="228,110")),
    ("before", coffee),
    ("blur --amount 1", blur(coffee, amount=1)),
    ("blur --kind motion --angle 30", blur(coffee, kind="motion", angle=30)),
    ("blur --kind pixelate --amount 3", blur(coffee, kind="pixelate", amount=3)),
    columns=4,
)
