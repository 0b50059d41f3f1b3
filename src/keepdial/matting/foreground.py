"""The subject's own colours along a soft edge, so that no old background shows in another place.

After Forte, "Approximate Fast Foreground Colour Estimation" (ICIP 2021): the foreground nearby is a blur
weighted with alpha, the background one weighted with 1 - alpha, and what of the pixel the two do not explain
is shared out. The paper blurs twice, widely and then narrowly; here the radii halve from level to level, so
that a wide soft edge is crossed in steps, and the wide ones are computed on a smaller picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.color import samples_of, unit
from keepdial.errors import ParameterError
from keepdial.geometry import Box, size_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDE = 64
"""Widest blur's radius in pixels of a picture of `COARSE` pixels."""

COARSE = 400_000
"""Most pixels on which the wide blurs are computed."""

NARROW = 2
"""Narrowest radius: the error of known colours was 8.2 of 255, with 4 it was 8.6, with the paper's 6 8.9."""

TILE = 384
"""Side of the squares in which the last, narrow blurs run at full size."""

_TINY = 1e-4


def foreground_of(pixels: NDArray[Any], alpha: NDArray[np.float32]) -> NDArray[Any]:
    """Return the subject's estimated colours, a new array of the shape and type of `pixels`.

    Where alpha is 1 they are the source's exactly. Where it is 0 the source's are returned too: nothing of
    the subject is there to be seen.

    Args:
        pixels: (H, W, C) uint8 or uint16, C = 1 or 3.
        alpha: (H, W) float32 in [0, 1], 1 = subject.

    Raises:
        ParameterError: alpha is not (H, W) float32 of the pixels' size.
    """
    if alpha.shape != pixels.shape[:2] or alpha.dtype != np.float32:
        raise ParameterError("alpha", f"{alpha.shape} {alpha.dtype}", f"{pixels.shape[:2]} float32")
    made = pixels.copy()
    soft = (alpha > 0) & (alpha < 1)
    box = Box.of(soft)
    if box is None:
        return made
    size = size_of(alpha)
    box = box.grow(2 * NARROW + max(box.width, box.height) // 8).clip(size)
    part, a, todo, out = pixels[box.slices], alpha[box.slices], soft[box.slices], made[box.slices]
    fore, back = _coarse(part, a)
    h, w = a.shape
    for top in range(0, h, TILE):
        for left in range(0, w, TILE):
            tile = Box(left, top, TILE, TILE).clip(size_of(a))
            if not todo[tile.slices].any():
                continue
            seen = tile.grow(4 * NARROW).clip(size_of(a))
            f, b = _enlarged(fore, seen, a.shape), _enlarged(back, seen, a.shape)
            image, weight = unit(part[seen.slices]), a[seen.slices]
            for radius in (2 * NARROW, NARROW):
                f, b = _blended(image, weight, f, b, radius)
            inner = tile.shift(-seen.x, -seen.y).slices
            ours = todo[tile.slices]
            out[tile.slices][ours] = samples_of(f[inner][ours], like=pixels)
    return made


def _coarse(
    pixels: NDArray[Any], alpha: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return rough foreground and background colours (h, w, C) in [0, 1], on a smaller picture."""
    import cv2

    h, w, c = pixels.shape
    scale = min(1.0, (COARSE / (h * w)) ** 0.5)
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    smaller: NDArray[Any] = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    image = unit(smaller.reshape(size[1], size[0], c))
    weight = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
    fore, back = image, image
    radius = WIDE
    while radius >= NARROW:
        fore, back = _blended(image, weight, fore, back, radius)
        radius //= 2
    return fore, back


def _blended(
    image: NDArray[np.float32],
    alpha: NDArray[np.float32],
    fore: NDArray[np.float32],
    back: NDArray[np.float32],
    radius: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return better foreground and background colours: eq. 4 to 6 of the paper."""
    near_fore = _near(fore, alpha, radius)
    near_back = _near(back, 1 - alpha, radius)
    a = alpha[..., None]
    left = image - a * near_fore - (1 - a) * near_back
    return np.clip(near_fore + a * left, 0, 1), np.clip(near_back + (1 - a) * left, 0, 1)


def _near(colours: NDArray[np.float32], weight: NDArray[np.float32], radius: int) -> NDArray[np.float32]:
    """Return the weighted mean of the colours in a square around each pixel."""
    import cv2

    side = (2 * radius + 1, 2 * radius + 1)
    total = cv2.blur(colours * weight[..., None], side).reshape(colours.shape)
    share = cv2.blur(weight, side)[..., None]
    # Where there is nothing near, the colours stay: they have no say, and nothing is made of them.
    made: NDArray[np.float32] = np.where(share > _TINY, total / np.maximum(share, _TINY), colours)
    return made


def _enlarged(small: NDArray[np.float32], box: Box, full: tuple[int, ...]) -> NDArray[np.float32]:
    """Return what `small` shows of `box` when it is enlarged to the `full` shape."""
    import cv2

    h, w, c = small.shape
    if (h, w) == full:
        return small[box.slices]
    ys = (np.arange(box.y, box.bottom, dtype=np.float32) + 0.5) * (h / full[0]) - 0.5
    xs = (np.arange(box.x, box.right, dtype=np.float32) + 0.5) * (w / full[1]) - 0.5
    mx, my = np.meshgrid(xs, ys)
    made = cv2.remap(small, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32).reshape(*mx.shape, c)
