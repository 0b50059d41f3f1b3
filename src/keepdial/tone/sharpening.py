"""Sharpening by unsharp masking on luma, held back where it would draw a line along an edge.

A picture is sharpened by adding what a blur takes away. Beside an edge that adds a dark and a bright line: a
halo. There the result is held near the lightest and darkest that lie around (after the limits of "limited
sharpening" filters for film).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.tone.render import Pass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]

RADIUS, SMALLEST = 0.0003, 0.7
"""The radius where none is given: a part of the diagonal, at least so many px."""
OVERSHOOT = 0.12
"""How much of what goes beyond the lightest or darkest around is left."""
ROOM = np.float32(0.75)
"""How much of the way to white, or to black, a pixel may go."""


def radius_of(look: Look, radius: float | None) -> float:
    """Return the radius in px."""
    return radius if radius is not None else max(SMALLEST, RADIUS * look.diagonal)


def sharpen(look: Look, amount: float, radius: float, threshold: float) -> tuple[Pass, ...]:
    """Return the pass that sharpens.

    Args:
        look: the frame.
        amount: how many times what the blur takes away is added.
        radius: standard deviation of the blur in px.
        threshold: differences up to this are left as they are, 0 to 1 of the file's range.
    """
    times, least = np.float32(amount), np.float32(threshold)
    reach = max(1, round(radius))
    around = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    wide = int(np.ceil(3 * radius))

    def run(tile: Array, rows: slice) -> Array:
        luma = look.luminance(tile)
        size = (2 * wide + 1, 2 * wide + 1)
        blurred = cv2.GaussianBlur(luma, size, radius, borderType=cv2.BORDER_REFLECT)
        detail = luma - np.asarray(blurred, np.float32)
        if least > 0:
            detail -= np.clip(detail, -least, least)
        detail *= times
        added = _held(luma, detail, around)
        up, down = _room(tile)
        np.clip(added, -down, up, out=added)
        for channel in range(3):
            tile[..., channel] += added
        return tile

    return (Pass(run, domain="encoded", halo=max(wide, reach)),)


def _held(luma: Array, detail: Array, around: NDArray[np.uint8]) -> Array:
    """Return what to add (h, w) to luma (h, w) so that it hardly goes beyond what lies around."""
    wanted = luma + detail
    lightest = np.asarray(cv2.dilate(luma, around), np.float32)
    darkest = np.asarray(cv2.erode(luma, around), np.float32)
    held = np.clip(wanted, darkest, lightest)
    held += np.float32(OVERSHOOT) * (wanted - held)
    held -= luma
    return np.asarray(held, np.float32)


def _room(tile: Array) -> tuple[Array, Array]:
    """Return how far (h, w) all channels may go up, and down, before one comes near white or black."""
    largest = np.maximum(np.maximum(tile[..., 0], tile[..., 1]), tile[..., 2])
    least = np.minimum(np.minimum(tile[..., 0], tile[..., 1]), tile[..., 2])
    return ROOM * np.maximum(1 - largest, 0), ROOM * np.maximum(least, 0)
