"""What several suggesters look at: the picture in Lab at a bounded size, and how calm each part of it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.scene import scene_of
from keepdial.select import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image


@dataclass(frozen=True, eq=False, slots=True)
class Ground:
    """A picture at working size.

    Attributes:
        lab: (h, w, 3) float32, CIELAB in its own units (L 0 to 100).
        scale: size of a working pixel in pixels of the picture, at least 1 unless the picture is small.
    """

    lab: NDArray[np.float32]
    scale: float


def ground(image: Image, side: int) -> Ground:
    """Return the picture with its longer side at most `side`; made once per picture and side."""

    def make() -> Ground:
        import cv2

        rgb = scene_of(image).rgb
        h, w = rgb.shape[:2]
        scale = max(1.0, max(h, w) / side)
        size = max(1, round(w / scale)), max(1, round(h / scale))
        small = rgb if scale == 1 else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(np.asarray(small, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
        return Ground(np.asarray(lab, np.float32), scale)

    return scene_of(image).once(("ground", side), make)


def placed(image: Image, box: Box, inside: NDArray[np.bool_], *, scale: float, margin: float) -> Region:
    """Return what lies at working size as a region of the picture, grown by `margin` of its pixels.

    `inside` (box.height, box.width) is True inside, `box` its place at working size, `scale` the `Ground`'s.
    """
    import cv2

    x0, y0 = round(box.x * scale), round(box.y * scale)
    width, height = max(1, round(box.width * scale)), max(1, round(box.height * scale))
    pad = int(np.ceil(margin)) + 1
    framed = np.zeros((height + 2 * pad, width + 2 * pad), np.uint8)
    framed[pad:-pad, pad:-pad] = cv2.resize(
        inside.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_LINEAR
    )
    core = (framed >= 128).astype(np.uint8)
    far = cv2.distanceTransform(1 - core, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    values = np.asarray((far <= margin) & core.any(), np.float32)
    whole = Box(x0 - pad, y0 - pad, width + 2 * pad, height + 2 * pad)
    cut = whole.clip(image.size)
    rows, columns = slice(cut.y - whole.y, cut.bottom - whole.y), slice(cut.x - whole.x, cut.right - whole.x)
    inner = values[rows, columns]
    tight = Box.of(inner)
    if tight is None:
        return Region(Box(cut.x, cut.y, 0, 0), np.zeros((0, 0), np.float32))
    return Region(tight.shift(cut.x, cut.y), np.ascontiguousarray(inner[tight.slices]))


def calm(lab: NDArray[np.float32], reach: int, *, limit: float) -> NDArray[np.bool_]:
    """Return (h, w) True where lightness varies (standard deviation) by less than `limit` within `reach`."""
    import cv2

    light = np.ascontiguousarray(lab[..., 0])
    side = (2 * reach + 1, 2 * reach + 1)
    mean, square = cv2.blur(light, side), cv2.blur(light * light, side)
    return np.asarray(np.maximum(square - mean * mean, 0) < limit * limit)
