"""A face that is drawn: the mean face at a known place, and pixels to go with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.faces import Face
from keepdial.faces.landmarks import Landmarks, estimated
from keepdial.geometry import Box

SKIN = (0.75, 0.04, 0.05)
"""A light skin in OKLab."""


def someone(x: float = 100.0, y: float = 80.0, apart: float = 40.0, *, seen: bool = True) -> Landmarks:
    """A face whose eyes lie `apart` px apart about (x, y), upright."""
    points = np.array(
        [
            (x - apart / 2, y),
            (x + apart / 2, y),
            (x, y + 0.701 * apart),
            (np.nan, np.nan),
            (np.nan, np.nan),
        ],
        np.float32,
    )
    box = Box(round(x - 1.1 * apart), round(y - 0.5 * apart), round(2.2 * apart), round(2.2 * apart))
    face = Face(box, points, 0.9, "dlib")
    return Landmarks(face, estimated(face), not seen)


def canvas(height: int = 200, width: int = 200, colour: Any = SKIN) -> NDArray[np.float32]:
    """(H, W, 3) float32 OKLab of one colour."""
    return np.broadcast_to(np.array(colour, np.float32), (height, width, 3)).copy()
