"""Haze: how much of it lies where, and the picture without it, or with more.

K. He, J. Sun, X. Tang, Single Image Haze Removal Using Dark Channel Prior, CVPR 2009: in a clear picture each
neighbourhood holds something dark in one of the channels, so that what is light there in all of them is haze.
A picture with haze is I = J t + A (1 - t): J without haze, t what gets through, A the colour of the air. As
in the paper the values are the file's own, which lie closer to what the eye sees than linear light does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.tone.guided import coefficients
from keepdial.tone.maps import Maps
from keepdial.tone.render import Pass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]

PATCH = 0.01
"""Half a side of the neighbourhoods that hold something dark, as a part of the diagonal."""
REFINE, EDGE = 0.035, 0.02
"""Windows that bind the haze to the picture's edges, part of the diagonal; and what is an edge, 0 to 1."""
BRIGHTEST = 0.002
"""The share of the haziest pixels that show the air's colour."""
REMAINS = 0.08
"""The share of haze that is left at 100: without any, distance is lost (the paper's 1 - omega)."""
LEAST = 0.3
"""No less is taken to get through: what is divided by less is noise."""
GREY = 0.2
"""How far the air's colour is drawn to grey, since a lamp or a white wall may be taken for it."""
ADDED, FAR = 0.25, 0.5
"""How much haze -100 adds everywhere, and on top of it where there is haze already."""


@dataclass(frozen=True, eq=False, slots=True)
class Haze:
    """What was found.

    Attributes:
        air: (3,) float32, the colour of the air in [0, 1], encoded as in the file.
        maps: coefficients that make what gets through from the file's luma.
        amount: mean share of haze in the picture, 0 to 1.
    """

    air: Array
    maps: Maps
    amount: float

    def through(self, luma: Array, rows: slice) -> Array:
        """Return what gets through (rows, width), 0 to 1, from luma in the same rows."""
        both = self.maps.at(rows, luma.shape[1])
        out: Array = both[..., 0] * luma
        out += both[..., 1]
        return np.clip(out, 0, 1, out=out)


def dark_channel(values: Array, radius: int) -> Array:
    """Return the darkest channel in the neighbourhood (h, w) of encoded values (h, w, 3); eq. 5."""
    darkest = np.minimum(np.minimum(values[..., 0], values[..., 1]), values[..., 2])
    side = 2 * radius + 1
    return np.asarray(cv2.erode(darkest, np.ones((side, side), np.uint8)), np.float32)


def find_haze(values: Array, luma: Array, height: int, width: int) -> Haze:
    """Find the haze in a small picture.

    Args:
        values: (h, w, 3) float32 in [0, 1], encoded.
        luma: (h, w) float32, what of it guides.
        height, width: of the frame that the small picture shows.
    """
    diagonal = float(np.hypot(*luma.shape))
    radius = max(1, round(PATCH * diagonal))
    dark = dark_channel(values, radius)
    count = max(1, round(BRIGHTEST * dark.size))
    haziest = np.argpartition(dark.ravel(), -count)[-count:]
    air = values.reshape(-1, 3)[haziest].mean(axis=0)
    air += np.float32(GREY) * (air.mean() - air)
    np.clip(air, 0.05, 1, out=air)
    share = np.clip(dark_channel(values / air, radius), 0, 1)
    windows = max(1, round(REFINE * diagonal))
    slope, offset = coefficients(luma, 1 - share, radius=windows, edge=EDGE)
    maps = Maps(np.stack([slope, offset], axis=-1), height, width)
    return Haze(np.asarray(air, np.float32), maps, float(share.mean()))


def dehaze(look: Look, amount: float) -> tuple[tuple[Pass, ...], Haze]:
    """Return the pass that takes haze away (`amount` 0 to 1) or adds some (-1 to 0), and what was found."""
    encoded = look.space.encode(look.small)
    np.minimum(encoded, 1, out=encoded)
    haze = find_haze(encoded, look.luminance(encoded), look.height, look.width)
    return (Pass(lambda tile, rows: _changed(tile, rows, look, haze, amount), domain="encoded"),), haze


def _changed(tile: Array, rows: slice, look: Look, haze: Haze, amount: float) -> Array:
    through = haze.through(look.luminance(tile), rows)
    if amount > 0:
        clear = 1 - np.float32(amount * (1 - REMAINS)) * (1 - through)
        times = 1 / np.maximum(clear, np.float32(LEAST), out=clear)
    else:
        times = 1 + np.float32(amount) * (np.float32(ADDED) + np.float32(FAR) * (1 - through))
    rest = 1 - times
    for channel in range(3):
        plane = tile[..., channel]
        plane *= times
        plane += haze.air[channel] * rest
    return tile
