"""Noise out of a picture: light and colour apart, as much of it as there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from keepdial.compiling import announced
from keepdial.tone.noise import OPPONENT, Noise
from keepdial.tone.render import Pass, each

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]

REACH = 16
"""How many px away two rounds of blocks of 8 px look, at most, and a multiple of the stride."""
STRIDES = ((3, 3), (4, 4), (4, 4))
"""Blocks of light and of the two colours begin at every so manieth px, in both rounds."""
KEEP_ABOVE = 2.7
BAND = 192
"""Rows that are worked on at a time."""


def denoise(look: Look, noise: Noise, light: float, colour: float) -> tuple[Pass, ...]:
    """Return the pass that takes noise out.

    Args:
        look: the frame.
        noise: what was measured.
        light, colour: for noise of how many times that deviation light and colour are smoothed.
    """
    deviations = [d * s for d, s in zip(noise.each, (light, colour, colour), strict=True)]
    if max(deviations) <= 0:
        return ()
    if look.pending:
        _ = look.light
    edited = np.flatnonzero(look.frame.mask.any(axis=1))
    if len(edited) == 0:
        return ()
    top, bottom = int(edited[0]), int(edited[-1]) + 1
    out = np.empty((bottom - top, look.width, 3), np.float32)

    def work(band: slice) -> None:
        seen = slice(max(0, band.start - REACH), min(look.height, band.stop + REACH))
        values = look.space.encode(look.rows(seen))
        lacking = (REACH - (band.start - seen.start), REACH - (seen.stop - band.stop))
        clean = without_noise(values, deviations, lacking)
        out[band.start - top : band.stop - top] = clean[REACH : clean.shape[0] - REACH]

    bands = [slice(y, min(bottom, y + BAND)) for y in range(top, bottom, BAND)]
    with announced(look.progress, look.cancel):
        each(bands, work, progress=look.progress, cancel=look.cancel)

    def run(tile: Array, rows: slice) -> Array:
        start, stop = max(rows.start, top), min(rows.stop, bottom)
        if start < stop:
            tile[start - rows.start : stop - rows.start] = out[start - top : stop - top]
        return tile

    return (Pass(run, domain="encoded"),)


def without_noise(values: Array, deviations: list[float], lacking: tuple[int, int] = (REACH, REACH)) -> Array:
    """Return encoded values (h, w, 3) without noise, with mirrored rows and columns added at the ends.

    Args:
        values: encoded as in the file, any depth.
        deviations: of light and both colours, in the order of `OPPONENT`; 0 leaves one as it is.
        lacking: how many rows are mirrored above and below. The result has them too, but no columns more.
    """
    from keepdial.tone.denoise_kernels import smoothed

    turned = cv2.transform(values, OPPONENT)
    padded = cv2.copyMakeBorder(turned, *lacking, REACH, REACH, cv2.BORDER_REFLECT)
    for i, deviation in enumerate(deviations):
        if deviation <= 0:
            continue
        plane = np.ascontiguousarray(padded[..., i])
        level = np.float32(deviation)
        once, twice = STRIDES[i]
        first = smoothed(plane, plane, once, level, np.float32(KEEP_ABOVE), False)
        padded[..., i] = smoothed(plane, first, twice, level, np.float32(KEEP_ABOVE), True)
    inside = np.ascontiguousarray(padded[:, REACH : padded.shape[1] - REACH])
    return np.asarray(cv2.transform(inside, np.ascontiguousarray(OPPONENT.T)), np.float32)
