"""Straighten by the lines in a picture, cut by what is in it, and see a table from above.

python examples/plot_shape.py     writes out/plot_shape.jpg
"""

from __future__ import annotations

import cv2
import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Image, Request, Selector, edit, open_image

rocket, astronaut, coffee = (
    open_image(PHOTOS / name) for name in ("rocket.jpg", "astronaut.png", "coffee.png")
)


def shaped(operation: str, image: Image, *, target: Selector | None = None, **params: object) -> Image:
    targets = () if target is None else (target,)
    done = edit(Request(operation=operation, params=params, targets=targets), image)
    print(f"{operation}: {' '.join(done.stage.notes)}")
    return done.image


# The pad as a camera held askew would have it, and what the lines of its towers say.
askew = shaped("straighten", rocket, angle=-3.0)
level = shaped("straighten", askew)
wide = shaped("crop", astronaut, aspect="21:9", content=True)
tall = shaped("crop", astronaut, aspect="9:16", content=True)

# A page on the table, seen from the side, and flat again by its four corners.
sheet = np.float32([[-210, -150, 0], [210, -150, 0], [210, 150, 0], [-210, 150, 0]])
camera = np.float64([[470, 0, 300], [0, 470, 200], [0, 0, 1]])
corners = cv2.projectPoints(sheet, np.float64([-0.7, 0.5, 0.25]), np.float64([0, 0, 560]), camera, None)[0]
corners = np.float32(corners.reshape(4, 2))
page = np.full((300, 420, 3), 245, np.uint8)
for row in range(40, 270, 26):
    page[row : row + 3, 30:390] = 90
cv2.putText(page, "keepdial", (110, 165), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (30, 30, 160), 3, cv2.LINE_AA)
lay = cv2.getPerspectiveTransform(np.float32([[0, 0], [420, 0], [420, 300], [0, 300]]), corners)
share = cv2.warpPerspective(np.ones(page.shape, np.float32), lay, (600, 400))
seen = share * cv2.warpPerspective(page, lay, (600, 400), borderMode=cv2.BORDER_REPLICATE)
askance = Image(np.uint8(seen + (1 - share) * coffee.pixels))
words = " ".join(f"{x:g},{y:g}" for x, y in corners)
flat = shaped("perspective", askance, corners=words)

side_by_side(
    "plot_shape.jpg",
    ("held askew", askew),
    ("straighten", level),
    ("before", astronaut),
    ("crop --aspect 9:16 --content", tall),
    ("crop --aspect 21:9 --content", wide),
    ("a page from the side", askance),
    ("perspective --corners ...", flat),
    columns=2,
)
