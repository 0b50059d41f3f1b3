"""What is said of handles after they were dragged: where they are seen, and what was in their way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.warping.dragging import Landing

PATCH = 0.024
"""Half the side of what is looked for to see where a handle is, as a part of the picture's side."""

REACHED = 3.0
"""Distance from its target, px, within which a handle counts as there."""


def looked_for(pixels: int) -> int:
    """Return half the side, px, of what is looked for in a picture of so many pixels."""
    return int(np.clip(round(PATCH * float(np.sqrt(pixels))), 8, 24))


def told(
    start: NDArray[np.float64], goal: NDArray[np.float64], why: Sequence[str], landed: Sequence[Landing]
) -> list[str]:
    """Return what is to be said of handles (n, 2) taken from `start` to `goal`, px.

    How far from their targets they were seen, and `why` where something stopped one ("" = nothing did).
    """
    said = []
    near = [i.distance for i in landed if i.distance is not None and i.distance <= REACHED]
    pulled = np.flatnonzero((start != goal).any(axis=1))
    if near:
        count = "The handle" if len(landed) == 1 else f"{len(near)} of {len(landed)} handles"
        verb = "was" if len(near) == 1 else "were"
        said.append(
            f"{count} {verb} seen {np.mean(near):.1f} px from the target (largest {max(near):.1f} px)."
        )
    for i in pulled.tolist():
        name, there, one = _place(start[i]), _place(goal[i]), landed[i]
        reason = f": {why[i]}" if why[i] else ""
        if one.distance is None:
            said.append(
                f"Where the handle {name} came to lie could not be measured, since nothing around it can be "
                f"recognised{reason}."
            )
        elif one.distance > REACHED:
            seen = _place((one.x, one.y))
            off = f"missed its target {there} by {one.distance:.1f} px"
            said.append(f"The handle {name} {off}; it is seen at {seen}{reason}.")
        elif reason:
            said.append(f"The handle {name} could not be taken all the way{reason}.")
    return said


def _place(point: NDArray[np.float64] | tuple[float, float]) -> str:
    return f"({point[0]:.0f}, {point[1]:.0f})"
