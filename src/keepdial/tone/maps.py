"""Maps at a lower resolution, enlarged tile by tile: what varies slowly need not be worked out everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.tone.render import each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]

BAND = 128
"""Rows that are read at a time to make a frame smaller."""


@dataclass(frozen=True, eq=False, slots=True)
class Maps:
    """Some maps of a frame at a lower resolution.

    Attributes:
        values: (h, w) or (h, w, n) float32, n at most 4.
        height, width: what they cover, in px of the frame; at least the frame.
    """

    values: Array
    height: int
    width: int

    def at(self, rows: slice, width: int) -> Array:
        """Return the maps (rows, width[, n]) float32 for some rows of the frame, bilinear between samples.

        A row's values do not depend on which other rows are asked for.
        """
        small = self.values.shape[0]
        where = (np.arange(rows.start, rows.stop) + 0.5) * (small / self.height) - 0.5
        where = np.clip(where, 0, small - 1)
        above = np.minimum(where.astype(np.intp), max(0, small - 2))
        shape = (-1, *[1] * (self.values.ndim - 1))
        share = (where - above).astype(np.float32).reshape(shape)
        below = np.minimum(above + 1, small - 1)
        tall = self.values[above]
        tall += share * (self.values[below] - tall)
        wide = cv2.resize(tall, (self.width, len(where)), interpolation=cv2.INTER_LINEAR)
        wide = wide.reshape(len(where), self.width, *self.values.shape[2:])
        return np.asarray(wide[:, :width], np.float32)


def luminance_by(look: Look, step: int) -> Array:
    """Return the frame's luminance in linear light, (ceil(H / step), ceil(W / step)) float32, each the mean
    of a square of `step` px; of every other row where the squares are large."""
    if look.pending:
        _ = look.light
    skip = 2 if step >= 4 and step % 2 == 0 else 1
    height, width = -(-look.height // step), -(-look.width // step)
    out = np.empty((height, width), np.float32)

    def work(band: slice) -> None:
        stop = min(look.height, band.stop * step)
        light = look.luminance(look.rows(slice(band.start * step, stop, skip)))
        down = (band.stop - band.start) * step // skip - light.shape[0]
        light = np.pad(light, ((0, down), (0, width * step - light.shape[1])), mode="edge")
        size = (width, band.stop - band.start)
        out[band] = cv2.resize(light, size, interpolation=cv2.INTER_AREA)

    tall = max(1, BAND // step)
    each([slice(y, min(height, y + tall)) for y in range(0, height, tall)], work, cancel=look.cancel)
    return out
