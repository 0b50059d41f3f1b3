"""A suit and a cup in other colours: shading, badges, reflections and highlights stay.

python examples/plot_recolor.py     writes out/plot_recolor.jpg
"""

from __future__ import annotations

import math

from figure import PHOTOS, outlined, side_by_side

from keepdial import Request, Selector, edit, open_image

# A rough line around the orange suit, a little outside of it.
SUIT = Selector(
    kind="snap",
    options={
        "closed": True,
        "points": [
            [18, 511], [12, 440], [15, 360], [30, 300], [45, 255], [80, 215], [115, 195], [150, 245],
            [200, 282], [260, 292], [295, 255], [305, 232], [335, 240], [355, 280], [366, 345],
            [330, 360], [300, 390], [282, 440], [282, 511],
        ],
    },
)  # fmt: skip

photo = open_image(PHOTOS / "astronaut.png")
made = {
    colour: edit(Request(operation="recolor", targets=(SUIT,), params={"colour": colour}), photo)
    for colour in ("blue", "yellow", "white", "black")
}
coffee = open_image(PHOTOS / "coffee.png")


def ellipse(x: float, y: float, wide: float, high: float) -> list[list[float]]:
    """Return 24 points around an ellipse, given its middle and half its width and height in px."""
    turns = (2 * math.pi * i / 24 for i in range(24))
    return [[x + wide * math.cos(t), y + high * math.sin(t)] for t in turns]


# The saucer with the cup, but for the cup's white inside and the coffee, which is brown too.
CUP = (
    Selector(kind="snap", options={"points": ellipse(277, 226, 212, 160), "closed": True}),
    Selector(kind="polygon", options={"points": ellipse(290, 108, 112, 88)}, combine="subtract"),
)
cups = {
    colour: edit(Request(operation="recolor", targets=CUP, params={"colour": colour}), coffee)
    for colour in ("green", "navy")
}
side_by_side(
    "plot_recolor.jpg",
    ("before", photo),
    ("selected", outlined(photo, made["blue"].mask)),
    *((colour, done.image) for colour, done in made.items()),
    ("before", coffee),
    *((colour, done.image) for colour, done in cups.items()),
    columns=3,
)
