"""How much noise a picture holds: measured where it is flat.

Noise of one standard deviation in all pixels has the same one in every coefficient of an orthonormal cosine
transform. The blocks that hold least in the lower frequencies are flat, and what they hold in the higher ones
is noise (N. Ponomarenko et al., An automatic approach to lossy compression of AVIRIS images, IGARSS 2007).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.tone.look import Look

    Array = NDArray[np.float32]

SIDE = 8
CALMEST = 0.02
"""Which share of the blocks, those with least in the lower frequencies, counts as flat; at least `FEWEST`."""
FEWEST = 20
FINE = 8
"""Frequencies count as high whose two indices add up to at least this."""
BLOCKS = 40_000
"""At most about so many blocks are looked at."""
EDGE = 2 / 255
"""Blocks that reach closer to black or white than this are cut off there, and hold too little noise."""

OPPONENT = np.array(
    [[3**-0.5, 3**-0.5, 3**-0.5], [2**-0.5, 0, -(2**-0.5)], [6**-0.5, -2 * 6**-0.5, 6**-0.5]], np.float32
)
"""Rotates encoded red, green, blue into light and two colours; orthonormal: white noise stays white."""


def cosines(side: int = SIDE) -> Array:
    """Return the orthonormal cosine transform (DCT-II) of `side` samples, (side, side) float32."""
    frequency, place = np.mgrid[0:side, 0:side]
    table = np.cos(np.pi * (2 * place + 1) * frequency / (2 * side)) * np.sqrt(2 / side)
    table[0] /= np.sqrt(2)
    return np.asarray(table, np.float32)


@dataclass(frozen=True, slots=True)
class Noise:
    """Standard deviations of the noise, 1 = the file's whole range: of light, and of each of two colours."""

    light: float
    colour: tuple[float, float]

    @property
    def each(self) -> tuple[float, float, float]:
        """The three in the order of `OPPONENT`."""
        return (self.light, *self.colour)


def deviation(blocks: Array) -> float:
    """Return the standard deviation of the noise in blocks (n, 8, 8) float32, n at least 1."""
    table = cosines()
    order = np.add.outer(np.arange(SIDE), np.arange(SIDE))
    power = (table @ blocks @ table.T) ** 2
    low = power[:, (order > 0) & (order < FINE)].mean(axis=1)
    count = min(len(blocks), max(FEWEST, round(CALMEST * len(blocks))))
    calm = np.argpartition(low, count - 1)[:count]
    return float(np.sqrt(np.median(power[calm][:, order >= FINE].mean(axis=1))))


def find_noise(look: Look) -> Noise:
    """Measure the noise of the part that is edited, in the file's encoding."""
    if look.pending:
        _ = look.light
    height, width = look.height // SIDE, look.width // SIDE
    if height == 0 or width == 0:
        return Noise(0.0, (0.0, 0.0))
    down = max(1, round(height / max(1.0, (BLOCKS * height / width) ** 0.5)))
    across = max(1, round(height * width / down / BLOCKS))
    found = []
    for row in range(0, height, down):
        rows = slice(SIDE * row, SIDE * row + SIDE)
        values = look.space.encode(look.rows(rows))[:, : width * SIDE]
        blocks = values.reshape(SIDE, width, SIDE, 3).transpose(1, 0, 2, 3)
        edited = look.frame.mask[rows, : width * SIDE].reshape(SIDE, width, SIDE).min(axis=(0, 2)) > 0
        found.append(blocks[edited][::across])
    every = np.concatenate(found)
    whole = (every.min(axis=(1, 2, 3)) > EDGE) & (every.max(axis=(1, 2, 3)) < 1 - EDGE)
    if whole.any():
        every = every[whole]
    if len(every) == 0:
        return Noise(0.0, (0.0, 0.0))
    turned = every @ OPPONENT.T
    light, first, second = (deviation(np.ascontiguousarray(turned[..., i])) for i in range(3))
    return Noise(light, (first, second))
