"""Drawing where two pictures differ, so that a person sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.verify.noop import VISIBLE, lab_difference

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box

ROWS = 256
FULL_COLOUR = 20.0
"""The difference, in CIE Lab, that gets the strongest colour of a heat map: nobody overlooks it."""

LEAST_WIDTH, SMALL, MOST_RINGS = 480, 0.02, 40
RING, INK = (0, 150, 70), (30, 30, 30)


def draw(
    before: NDArray[Any], after: NDArray[Any], changed: NDArray[np.bool_], regions: Sequence[Box]
) -> NDArray[np.uint8]:
    """Return the heat map (H', W', 3) uint8 of two pictures (H, W, C) of one shape, uint8 or uint16.

    `changed` (H, W) is True where they differ, `regions` are the boxes of these places. For what the map
    shows see `keepdial.compare.heat_map`.
    """
    import cv2

    height, width = changed.shape
    canvas = np.empty((height, width, 3), np.uint8)
    colours = _colours()
    for y in range(0, height, ROWS):
        rows = slice(y, min(height, y + ROWS))
        unit = before[rows].astype(np.float32) * np.float32(255 / np.iinfo(before.dtype).max)
        grey = unit[..., 0] if unit.shape[2] == 1 else cv2.cvtColor(unit, cv2.COLOR_RGB2GRAY)
        # Pale, so that the colours stand out and shapes stay readable.
        canvas[rows] = (grey * np.float32(0.45) + np.float32(110))[..., None]
        here = changed[rows]
        if here.any():
            delta = lab_difference(before[rows][here][:, None], after[rows][here][:, None])[:, 0]
            level = np.sqrt(np.minimum(delta / FULL_COLOUR, 1))
            canvas[rows][here] = colours[np.round(level * 255).astype(np.intp)]
    times = max(1, math.ceil(LEAST_WIDTH / width))
    canvas = canvas.repeat(times, axis=0).repeat(times, axis=1) if times > 1 else canvas
    rings = _ring(canvas, regions, width, times)
    return np.concatenate([canvas, _legend(canvas.shape[1], changed, times, rings)])


def _colours() -> NDArray[np.uint8]:
    """Return 256 RGB colours, from violet to yellow, of evenly rising lightness."""
    import cv2

    ramp = np.arange(256, dtype=np.uint8)[:, None]
    # The darkest tenth of the map would read as black.
    ramp = (25 + ramp.astype(np.float32) * 0.9).astype(np.uint8)
    return np.asarray(cv2.applyColorMap(ramp, cv2.COLORMAP_PLASMA)[:, 0, ::-1], np.uint8)


def _ring(canvas: NDArray[np.uint8], regions: Sequence[Box], width: int, times: int) -> bool:
    """Draw a ring around each region that is easily overlooked, where there are few; say whether any was."""
    import cv2

    small = [box for box in regions if max(box.width, box.height) < width * SMALL]
    if not small or len(regions) > MOST_RINGS:
        return False
    for box in small:
        centre = (round((box.x + box.width / 2) * times), round((box.y + box.height / 2) * times))
        radius = round(max(box.width, box.height) * times + canvas.shape[1] * SMALL)
        cv2.circle(canvas, centre, radius, RING, max(2, canvas.shape[1] // 500), cv2.LINE_AA)
    return True


def _legend(width: int, changed: NDArray[np.bool_], times: int, rings: bool) -> NDArray[np.uint8]:
    """Return the strip below the map: how much changed, the colour bar, and what its colours mean."""
    import cv2

    scale = max(0.48, min(3.0, width / 1100))
    line, margin = round(34 * scale), round(12 * scale)
    strip = np.full((line * 3, width, 3), 255, np.uint8)
    font, size, thick = cv2.FONT_HERSHEY_SIMPLEX, 0.6 * scale, max(1, round(1.2 * scale))

    def write(text: str, x: float, y: float) -> None:
        """Write `text` with its middle at `x`, but inside the strip."""
        (long, _), _ = cv2.getTextSize(text, font, size, thick)
        left = max(margin, min(width - margin - long, round(x - long / 2)))
        cv2.putText(strip, text, (left, round(y)), font, size, INK, thick, cv2.LINE_AA)

    count = int(np.count_nonzero(changed))
    words = f"{count:,} of {changed.size:,} pixels differ ({100 * count / changed.size:.2g} %)"
    words += f", enlarged {times} times" if times > 1 else ""
    words += ", rings around small changes" if rings else ""
    write(f"{words}; grey: no change", 0, line * 0.8)
    bar = width - 2 * margin
    strip[line + line // 5 : line * 2 - line // 5, margin : margin + bar] = _colours()[
        np.linspace(0, 255, bar).astype(np.intp)
    ]
    for text, delta in (("hardly visible", 0.0), ("visible", VISIBLE), ("obvious", FULL_COLOUR)):
        write(text, margin + bar * (delta / FULL_COLOUR) ** 0.5, line * 2.6)
    return strip
