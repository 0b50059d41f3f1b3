"""What could distract in a photograph: a wire and dust in the sky, a date stamp; each goes by its number.

python examples/plot_suggest.py     writes out/plot_suggest.jpg
"""

from __future__ import annotations

import cv2
import numpy as np
from figure import PHOTOS, side_by_side

from keepdial import Request, Selector, edit, open_image
from keepdial.cli.commands.suggest import numbered
from keepdial.suggest import suggest

photo = open_image(PHOTOS / "rocket.jpg")
spoilt = photo.pixels.copy()
height, width = spoilt.shape[:2]
along = np.arange(width)
sag = 60 + 40 * (2 * along / width - 1) ** 2
cv2.polylines(spoilt, [np.stack([along, sag], axis=1).astype(np.int32)], False, (8, 8, 14), 2, cv2.LINE_AA)
cv2.circle(spoilt, (width * 2 // 5, 130), 4, (10, 14, 40), -1, cv2.LINE_AA)
cv2.putText(
    spoilt,
    "'98  8 14",
    (width - 150, height - 20),
    cv2.FONT_HERSHEY_SIMPLEX,
    0.8,
    (255, 150, 40),
    2,
    cv2.LINE_AA,
)
photo = photo.with_pixels(spoilt)

found = [one for one in suggest(photo) if one.score > 0.6]
for one in found:
    print(f"{one.number}  {one.label} at {one.box}: {one.reason}")
targets = tuple(Selector(kind="suggestion", options={"number": one.number}) for one in found)
clean = edit(Request(operation="remove", targets=targets), photo)
side_by_side(
    "plot_suggest.jpg",
    ("before", photo),
    ("keepdial suggest", numbered(photo, found)),
    ("all of them removed", clean.image),
)
