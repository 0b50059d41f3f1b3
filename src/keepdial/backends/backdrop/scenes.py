"""New backgrounds. A scene is a function from (top, bottom) to those rows, (n, w, C) float32 in [0, 1]."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.color import unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image

Scene = Callable[[int, int], "NDArray[np.float32]"]

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of a grey picture's sample: Rec. 601, of encoded values, as cv2 and Pillow have them."""


def colour_of(text: str, channels: int) -> NDArray[np.float32]:
    """Return a colour (C,) float32 in [0, 1] from #rrggbb or a name; its grey for one channel."""
    from keepdial.tone.paint import exact

    rgb = np.array(exact(text), np.float32)
    return rgb if channels == 3 else np.array([float(rgb @ LUMA)], np.float32)


def plain(width: int, colour: NDArray[np.float32]) -> Scene:
    """Return a scene of one colour."""

    def rows(top: int, bottom: int) -> NDArray[np.float32]:
        return np.broadcast_to(colour, (bottom - top, width, colour.size))

    return rows


def gradient(
    height: int, width: int, first: NDArray[np.float32], second: NDArray[np.float32], angle: float
) -> Scene:
    """Return a straight gradient from `first` to `second`; `angle` in degrees, 0 = to the right, 90 = down.

    It begins and ends at the corners, as in CSS.
    """
    dx, dy = float(np.cos(np.deg2rad(angle))), float(np.sin(np.deg2rad(angle)))
    length = max(1e-6, abs(dx) * (width - 1) + abs(dy) * (height - 1))
    x = (np.arange(width, dtype=np.float32) - (width - 1) / 2) * np.float32(dx / length)

    def rows(top: int, bottom: int) -> NDArray[np.float32]:
        y = (np.arange(top, bottom, dtype=np.float32) - (height - 1) / 2) * np.float32(dy / length)
        part = np.clip(y[:, None] + x[None] + np.float32(0.5), 0, 1)[..., None]
        made: NDArray[np.float32] = first + part * (second - first)
        return made

    return rows


def picture(image: Image, height: int, width: int, channels: int) -> Scene:
    """Return a picture as a scene: scaled to cover, its middle in the middle; transparent parts on white."""
    import cv2

    h, w = image.pixels.shape[:2]
    scale = max(height / h, width / w)
    # The part of the picture that is seen, and that at the scene's size.
    sh, sw = min(h, max(1, round(height / scale))), min(w, max(1, round(width / scale)))
    y, x = (h - sh) // 2, (w - sw) // 2
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    seen: NDArray[Any] = np.ascontiguousarray(image.pixels[y : y + sh, x : x + sw])
    if image.alpha is not None:
        alpha = unit(image.alpha[y : y + sh, x : x + sw])[..., None]
        seen = np.rint(image.white - alpha * (image.white - seen.astype(np.float32))).astype(seen.dtype)
    fitted: NDArray[Any] = np.asarray(cv2.resize(seen, (width, height), interpolation=way))
    fitted = fitted.reshape(height, width, -1)

    def rows(top: int, bottom: int) -> NDArray[np.float32]:
        part = unit(fitted[top:bottom])
        if part.shape[2] == channels:
            return part
        if channels == 1:
            return np.asarray((part @ LUMA)[..., None], np.float32)
        return np.repeat(part, 3, axis=2)

    return rows


def enlarged(small: NDArray[np.float32], height: int, width: int) -> Scene:
    """Return a smaller picture (h, w, C) float32 as a scene of the full size, by straight lines."""
    import cv2

    h, w, c = small.shape
    if (h, w) == (height, width):
        return lambda top, bottom: small[top:bottom]
    wide = np.asarray(cv2.resize(small, (width, h), interpolation=cv2.INTER_LINEAR)).reshape(h, width, c)
    at = np.clip((np.arange(height, dtype=np.float32) + 0.5) * (h / height) - 0.5, 0, h - 1)
    first = np.minimum(at.astype(np.intp), max(0, h - 2))
    part = (at - first).astype(np.float32)[:, None, None]

    def rows(top: int, bottom: int) -> NDArray[np.float32]:
        i, p = first[top:bottom], part[top:bottom]
        below = np.minimum(i + 1, h - 1)
        made: NDArray[np.float32] = wide[i] * (1 - p) + wide[below] * p
        return made

    return rows
