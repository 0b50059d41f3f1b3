"""Interactive segmentation without weights: clicks, a box, scribbles or a prior become an object's mask.

Polarity: 1 = inside the object. Coordinates: (0, 0) is the upright picture's top left corner, the first
pixel's centre is (0.5, 0.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box

__all__ = ["Click", "segment", "session"]


@dataclass(frozen=True, slots=True)
class Click:
    """A point that lies inside the object, or (`inside` False) outside of it; pixel (floor x, floor y)."""

    x: float
    y: float
    inside: bool = True


def segment(
    rgb: NDArray[np.uint8],
    *,
    clicks: Sequence[Click] = (),
    box: Box | None = None,
    hints: NDArray[np.int8] | None = None,
    prior: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return the object's mask, (H, W) float32 in [0, 1], 1 = inside, soft over at most two pixels.

    Args:
        rgb: (H, W, 3) uint8 sRGB; not modified.
        clicks: points inside and outside; in the order in which they were made.
        box: a box around the object; all outside of it is outside.
        hints: (H, W) int8; 1 = certainly inside, -1 = certainly outside, 0 = unknown.
        prior: (H, W) float32 in [0, 1], the probability of inside from elsewhere.

    Raises:
        SelectionError: a click or a box outside of the picture, or nothing that says what is inside.
        ParameterError: an array of another shape or type.
    """
    from keepdial.segment.session import Session

    return Session(rgb).solve(clicks=clicks, box=box, hints=hints, prior=prior)
