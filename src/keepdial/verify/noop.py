"""No-op: an edit that did nothing.

The value is the part of the masked pixels, 0 to 1, whose colour changed visibly: by more than 2.3 in CIE
Lab, the just noticeable difference (Mahy et al. 1994, doi:10.1002/col.5080190204), or whose alpha changed
by more than one part in a hundred.

Measured with ``benches/signals.py`` (72 areas on Kodak photographs): above the limit are no untouched area,
83 % with colours moved by 3 levels of 255, and all that were moved by 6 or filled by interpolation (AUROC
0.97, 1.00, 1.00).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.geometry import Box
from keepdial.verify import Evidence, Finding, Signal

VISIBLE = 2.3
ROWS = 256
SPARSE = 5
LARGE, ENOUGH = 1_000_000, 20_000
"""Of an area of more than LARGE px only some rows are looked at, if they hold ENOUGH px of the mask."""


def measure(evidence: Evidence) -> Finding | None:
    """Measure how much of the masked area changed visibly, where there was a picture and it could change."""
    box = evidence.box
    asked = evidence.asked()
    if not evidence.guess or box is None or asked >= 1:
        return None
    every = _rows_between(evidence.mask, box)
    part = slice(box.y, box.bottom, every), slice(box.x, box.right)
    value, moved = visible_part(
        evidence.canvas.pixels[part], evidence.result.pixels[part], evidence.mask[part]
    )
    a, b = evidence.canvas.alpha, evidence.result.alpha
    if a is not None and b is not None:
        inside = evidence.mask[part] > 0
        step = np.abs(a[part][inside].astype(np.float32) - b[part][inside])
        value = max(value, float((step > 0.01 * evidence.canvas.white).mean()))
    # The more is to be kept, the less has to change before the edit counts as done.
    limit = SIGNAL.limit * (1 - asked)
    idle = value < limit
    return Finding(
        signal=SIGNAL.name,
        value=value,
        limit=limit,
        verdict="warn" if idle else "pass",
        meaning=(
            f"{100 * value:.1f} % of the selected pixels changed visibly; their colour moved by "
            f"{moved:.1f} on average (about 2.3 can just be seen)."
            + (f" One row in {every} was looked at, since the area is large." if every > 1 else "")
        ),
        advice=(
            "The edit did next to nothing: check that the mask covers what you meant, or lower keep."
            if idle
            else ""
        ),
    )


def _rows_between(mask: NDArray[Any], box: Box) -> int:
    """Return which of the rows of a large area are looked at: every so manieth; 1 = all.

    A share is known well enough from a part of the rows, if they hold enough of the mask.
    """
    every = -(-box.area // LARGE)
    if every > 1 and np.count_nonzero(mask[box.y : box.bottom : every, box.x : box.right]) < ENOUGH:
        return 1
    return every


def visible_part(before: NDArray[Any], after: NDArray[Any], mask: NDArray[Any]) -> tuple[float, float]:
    """Return (part of the mask's pixels that changed visibly, their mean difference in CIE Lab).

    `before` and `after` are (h, w, C), uint8 or uint16; `mask` (h, w) is over 0 where the edit was to act.
    """
    inside = visible = 0
    moved = 0.0
    for y in range(0, mask.shape[0], ROWS):
        here = mask[y : y + ROWS] > 0
        if not here.any():
            continue
        parts = before[y : y + ROWS], after[y : y + ROWS]
        if np.count_nonzero(here) * SPARSE < here.size:
            # Only the pixels that count, as a picture of one column; picking them costs more than Lab does.
            delta = lab_difference(*(part[here][:, None] for part in parts))
        else:
            delta = lab_difference(*parts)[here]
        inside += delta.size
        visible += int(np.count_nonzero(delta > VISIBLE))
        moved += float(delta.sum(dtype=np.float64))
    return visible / max(1, inside), moved / max(1, inside)


def lab_difference(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float32]:
    """Return the CIE76 colour difference (h, w) of two pictures (h, w, C) of one shape and dtype, as sRGB."""
    import cv2

    planes = []
    for picture in (a, b):
        unit = picture.astype(np.float32) * np.float32(1 / np.iinfo(picture.dtype).max)
        rgb = cv2.cvtColor(unit, cv2.COLOR_GRAY2RGB) if picture.shape[2] == 1 else unit
        planes.append(cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab))
    gap = planes[0] - planes[1]
    out: NDArray[np.float32] = np.sqrt(np.square(gap, out=gap).sum(axis=2))
    return out


SIGNAL = Signal(
    name="no-op",
    question="Did the edit do anything?",
    catches="an edit that did nothing",
    limit=0.02,
    basis="a fiftieth of the area: no untouched area, and nearly every edit that can be seen, is above it",
    measure=measure,
)
