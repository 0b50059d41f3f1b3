"""A flag that draws the eye takes on the colours around it, and keeps its shape.

python examples/plot_camouflage.py     writes out/plot_camouflage.jpg
"""

from __future__ import annotations

from figure import PHOTOS, outlined, side_by_side

from keepdial import Request, Selector, edit, open_image

FLAG = (
    (0, 0),
    (50, 0),
    (62, 60),
    (92, 150),
    (106, 196),
    (70, 222),
    (48, 250),
    (36, 300),
    (20, 345),
    (0, 350),
)

photo = open_image(PHOTOS / "astronaut.png")
flag = Selector(kind="polygon", options={"points": [list(point) for point in FLAG]})
less, more = (
    edit(Request(operation="camouflage", targets=(flag,), params={"feather": 6}, keep=keep), photo)
    for keep in (0.7, 0.45)
)
side_by_side(
    "plot_camouflage.jpg",
    ("before", photo),
    ("selected", outlined(photo, less.mask)),
    ("camouflage, keep 0.7", less.image),
    ("camouflage, keep 0.45", more.image),
)
