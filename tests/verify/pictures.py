"""Small pictures for the tests of verify: made, not stored."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.image import Image
from keepdial.verify import Evidence

Pixels = NDArray[np.uint8]
Mask = NDArray[np.float32]


def grain(height: int, width: int, *, seed: int = 0, channels: int = 3, strength: float = 6) -> Pixels:
    """A soft slope of colours with grain, as a wall in a photograph has."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    slope = 90 + 40 * x / width + 30 * y / height
    noisy = slope[..., None] + rng.normal(0, strength, (height, width, channels))
    return np.asarray(np.clip(np.round(noisy), 0, 255), np.uint8)


def box_mask(height: int, width: int, x: int, y: int, w: int, h: int) -> Mask:
    mask = np.zeros((height, width), np.float32)
    mask[y : y + h, x : x + w] = 1
    return mask


def evidence(before: Any, after: Any, mask: Mask, **more: Any) -> Evidence:
    given: dict[str, Any] = {"operation": "remove", "keep": 0.0, "free": mask > 0} | more
    return Evidence(canvas=Image(before), result=Image(after), mask=mask, **given)
