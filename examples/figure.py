"""Pictures side by side with a line of words under each; what the examples draw with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from keepdial import Selector

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial import Image

HERE = Path(__file__).resolve().parent
PHOTOS = HERE / "photos"
OUT = HERE.parent / "out"
GAP, CAPTION = 12, 30

# A rough line around the helmet on the astronaut's lap: the search for the subject cuts it in two.
HELMET = Selector(
    kind="snap",
    options={
        "points": [
            [280, 340], [300, 320], [360, 335], [400, 332], [450, 345],
            [500, 400], [508, 480], [505, 510], [300, 510], [275, 400],
        ]
    },
)  # fmt: skip
ASTRONAUT = (Selector(kind="subject"), HELMET)


def eight_bit(picture: Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 for a picture or an array (H, W[, 1 or 3]) uint8."""
    pixels = picture if isinstance(picture, np.ndarray) else picture.pixels
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    return np.broadcast_to(pixels, (*pixels.shape[:2], 3))


def outlined(picture: Image, mask: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the picture with the selected part tinted and its edge drawn."""
    shown = eight_bit(picture).astype(np.float32)
    inside = mask > 0.5
    shown[inside] = 0.6 * shown[inside] + 0.4 * np.float32([255, 40, 90])
    return shown.astype(np.uint8)


def side_by_side(name: str, *panels: tuple[str, Image | NDArray[np.uint8]], columns: int = 0) -> Path:
    """Write ``out/<name>`` with the captioned panels in rows of `columns` (0 = one row); return the path."""
    pictures = [(words, Pillow.fromarray(np.ascontiguousarray(eight_bit(p)))) for words, p in panels]
    columns = columns or len(pictures)
    rows = [pictures[i : i + columns] for i in range(0, len(pictures), columns)]
    widths = [sum(p.width for _, p in row) + GAP * (len(row) + 1) for row in rows]
    heights = [max(p.height for _, p in row) + CAPTION + GAP for row in rows]
    sheet = Pillow.new("RGB", (max(widths), sum(heights) + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(16)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        left = GAP
        for words, picture in row:
            sheet.paste(picture, (left, top))
            draw.text((left, top + picture.height + 6), words, fill="black", font=font)
            left += picture.width + GAP
        top += height
    OUT.mkdir(exist_ok=True)
    path = OUT / name
    sheet.save(path, quality=90)
    print(f"wrote {path.relative_to(HERE.parent)}")
    return path
