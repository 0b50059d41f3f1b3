"""The JPEG promise: which pixels of the delivered file changed, with keepdial and with an ordinary save.

    python examples/plot_jpeg_promise.py     writes out/plot_jpeg_promise.jpg

Black = exactly as it was; white = changed by 16 or more.
"""

from __future__ import annotations

import io

import numpy as np
from figure import PHOTOS, eight_bit, side_by_side
from numpy.typing import NDArray
from PIL import Image as Pillow

from keepdial import Image, Request, Selector, edit, open_image
from keepdial.files import encode_image

TOWER = "189,118 208,118 208,190 207,378 164,378 186,190"

photo = open_image(PHOTOS / "rocket.jpg")
points = [[float(n) for n in pair.split(",")] for pair in TOWER.split()]
done = edit(
    Request(operation="remove", targets=(Selector(kind="polygon", options={"points": points}),)), photo
)

ours = open_image(encode_image(done.image, changed=done.changed).data)
buffer = io.BytesIO()
Pillow.fromarray(done.image.pixels).save(buffer, "JPEG", quality=95)
ordinary = open_image(buffer.getvalue())


def difference(after: Image) -> tuple[NDArray[np.uint8], float]:
    """Return where `after` differs from the photograph, and the part of the kept pixels that does."""
    apart = np.abs(after.pixels.astype(int) - photo.pixels).max(axis=2)
    return np.minimum(apart * 16, 255).astype(np.uint8), float((apart[~done.changed] > 0).mean())


(map_ours, part_ours), (map_ordinary, part_ordinary) = difference(ours), difference(ordinary)
print(f"kept pixels that changed: keepdial {part_ours:.3%}, an ordinary save {part_ordinary:.1%}")
side_by_side(
    "plot_jpeg_promise.jpg",
    ("before", photo),
    ("after", eight_bit(ours)),
    (f"keepdial: {100 * part_ours:.2f} % of kept pixels changed", map_ours),
    (f"saved at quality 95: {100 * part_ordinary:.0f} % changed", map_ordinary),
    columns=2,
)
