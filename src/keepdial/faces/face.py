"""The value: one face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box


@dataclass(frozen=True, eq=False, slots=True)
class Face:
    """One face.

    Attributes:
        box: inside the picture: a square from the brows to the chin (``dlib``), or from the hair to the chin
            (``yunet``).
        points: (5, 2) float32 in pixels (x, y): the eye on the picture's left, the eye on its right, the
            nose, and the corners of the mouth, left and right; NaN for the mouth where the detector does not
            know it (``dlib``).
            None where they are not known.
        score: how sure the detector is, in [0, 1].
        source: which detector found it, ``yunet`` or ``dlib``.
    """

    box: Box
    points: NDArray[np.float32] | None
    score: float
    source: str
