"""Every way of saying where: in words, by clicks, by a rough line, by a place; what it selects stays bright.

python examples/plot_select.py     writes out/plot_select.jpg
"""

from __future__ import annotations

import cv2
from figure import HELMET, PHOTOS, side_by_side

from keepdial import Image, Selector, open_image
from keepdial.outlined import outlined
from keepdial.select import select

astronaut = open_image(PHOTOS / "astronaut.png")
coffee = open_image(PHOTOS / "coffee.png")
rocket = open_image(PHOTOS / "rocket.jpg")
stamped = rocket.pixels.copy()
cv2.putText(stamped, "21 NOV 2026", (400, 400), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 150, 40), 2, cv2.LINE_AA)
stamped = rocket.with_pixels(stamped)


def words(text: str) -> Selector:
    return Selector(kind="what", options={"words": text})


def panel(title: str, photo: Image, *selectors: Selector) -> tuple[str, Image]:
    selection = select(selectors, photo)
    print(f"{title}: {int((selection.mask >= 0.5).sum()):,} px {' '.join(selection.notes)}")
    return title, outlined(photo, selection.mask)


shuttle = Selector(kind="points", options={"inside": [[420, 100]]})
spoon = Selector(kind="points", options={"box": {"x": 325, "y": 240, "width": 85, "height": 90}})
side_by_side(
    "plot_select.jpg",
    panel('--what "the face"', astronaut, words("the face")),
    panel('--what "the subject"', astronaut, words("the subject")),
    panel("--snap: a rough line around the helmet", astronaut, HELMET),
    panel('--what "skin"', astronaut, words("skin")),
    panel("--point: one click on the shuttle", astronaut, shuttle),
    panel('--what "orange except the left half"', astronaut, words("orange except the left half")),
    panel("--around: a box around the spoon", coffee, spoon),
    panel('--what "the date stamp"', stamped, words("the date stamp")),
    panel('--what "the sky"', rocket, words("the sky")),
    columns=3,
)
