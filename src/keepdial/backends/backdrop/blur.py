"""Out of focus, as through a lens.

A lens spreads a point of light over a disc, in linear light, so highlights grow into discs instead of fading;
and light from behind the subject's edge belongs to the background alone. So the background is first completed
behind the subject, out of its surroundings (a pull and push over a pyramid, after Gortler et al., "The
Lumigraph", 1996, section 3.4), and then blurred with a disc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends.backdrop.scenes import Scene, enlarged
from keepdial.color import white_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORK = 1_500_000
"""Pixels on which it is computed; more where the radius would become smaller than `FINE`."""

FINE = 6.0

BRIGHT = 0.94
"""Encoded value above which light is taken as cut off by the sensor, and brighter than it looks."""

BLOOM = 4.0
"""How much brighter a small white light is taken to have been; chosen by eye. A large bright area, such as a
wall or a sky, is as bright as it looks: it is exposed for, a lamp in the picture is not."""


def blurred(pixels: NDArray[Any], behind: NDArray[np.float32], radius: float) -> Scene:
    """Return the background as a scene, out of focus by `radius` pixels.

    `pixels` (h, w, C) uint8 or uint16; `behind` (h, w) float32 in [0, 1], 1 = background through and through.
    """
    import cv2

    h, w, c = pixels.shape
    scale = min(1.0, max((WORK / (h * w)) ** 0.5, FINE / radius))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    # Linear light at 16 bits, so that a small lamp keeps its light when the picture is made smaller.
    table = np.rint(linear(np.arange(white_of(pixels) + 1) / white_of(pixels)) * 65535).astype(np.uint16)
    smaller: NDArray[Any] = np.asarray(cv2.resize(table[pixels], size, interpolation=cv2.INTER_AREA))
    light: NDArray[np.float32] = np.true_divide(
        smaller.reshape(size[1], size[0], c), np.float32(65535), dtype=np.float32
    )
    # Only what is background through and through counts: a mixed pixel would spread the subject's colour.
    share = np.asarray(cv2.resize(behind, size, interpolation=cv2.INTER_AREA), np.float32)
    sure: NDArray[np.float32] = np.clip(share * 10 - 9, 0, 1).astype(np.float32)
    top = light.max(axis=2, keepdims=True)
    over = np.clip((encoded(top) - BRIGHT) / (1 - BRIGHT), 0, 1)
    small_radius = radius * (size[0] / w + size[1] / h) / 2
    side = 4 * int(np.ceil(small_radius)) + 1
    around = np.asarray(cv2.blur(over, (side, side)), np.float32).reshape(over.shape)
    light *= 1 + BLOOM * over * np.clip(1 - 3 * around, 0, 1)
    whole = completed(light, sure)
    spread = cv2.filter2D(whole, -1, disc(small_radius), borderType=cv2.BORDER_REFLECT)
    spread = np.asarray(spread, np.float32).reshape(light.shape)
    return enlarged(encoded(np.clip(spread, 0, 1)), h, w)


def linear(encoded: NDArray[Any]) -> NDArray[Any]:
    """Return linear light for values encoded as sRGB (IEC 61966-2-1)."""
    made: NDArray[Any] = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    return made


def encoded(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values encoded as sRGB for linear light; light above 1 is cut off."""
    light = np.clip(light, 0, 1)
    made: NDArray[np.float32] = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, np.float32(1 / 2.4)) - 0.055
    ).astype(np.float32)
    return made


def disc(radius: float) -> NDArray[np.float32]:
    """Return a disc whose values sum to 1; its rim is one pixel soft."""
    reach = int(np.ceil(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    kernel = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1)
    made: NDArray[np.float32] = (kernel / kernel.sum()).astype(np.float32)
    return made


def completed(light: NDArray[np.float32], weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `light` (h, w, C) where `weight` (h, w) is 1, and elsewhere what its surroundings suggest."""
    import cv2

    if min(weight.shape) < 2 or weight.min() >= 1:
        return light
    h, w, c = light.shape
    half = ((w + 1) // 2, (h + 1) // 2)
    sums = np.asarray(cv2.resize(light * weight[..., None], half, interpolation=cv2.INTER_AREA), np.float32)
    share = np.asarray(cv2.resize(weight, half, interpolation=cv2.INTER_AREA), np.float32)
    mean = np.asarray(sums.reshape(half[1], half[0], c) / np.maximum(share, 1e-6)[..., None], np.float32)
    coarse = completed(mean, np.asarray(np.minimum(1, share * 2), np.float32))
    back = np.asarray(cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR), np.float32).reshape(h, w, c)
    made: NDArray[np.float32] = back + weight[..., None] * (light - back)
    return made
