"""What is sharp and what is blurred, where a lens with a wide aperture tells the subject from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WINDOW = 6.0
GAP = 0.4
FEW = 50


def sharpness(lightness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the log of fine detail over coarse detail around each pixel, (H, W); higher is sharper.

    `lightness` (H, W) from 0 to 100. Re-blurring takes more from what is sharp (Zhuo & Sim, 2011); the
    ratio of two bands says so without finding edges first.
    """
    import cv2

    def blurred(values: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma), np.float32)

    fine = np.abs(lightness - blurred(lightness, 1.0))
    coarse = np.abs(blurred(lightness, 2.0) - blurred(lightness, 4.0))
    return np.log(blurred(fine, WINDOW) / (blurred(coarse, WINDOW) + 1.0) + 0.02).astype(np.float32)


def focus_odds(
    sharp: NDArray[np.float32], inside: NDArray[np.bool_], outside: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return evidence from -1 to 1, (H, W), that a pixel is as sharp as `inside` and not as `outside`.

    All 0 where the two (H, W) samples do not differ clearly: then the lens says nothing.
    """
    nothing = np.zeros(sharp.shape, np.float32)
    if np.count_nonzero(inside) < FEW or np.count_nonzero(outside) < FEW:
        return nothing
    near, far = float(np.median(sharp[inside])), float(np.median(sharp[outside]))
    if near - far < GAP:
        return nothing
    return np.asarray(np.clip((sharp - (near + far) / 2) / ((near - far) / 2), -1, 1), np.float32)
