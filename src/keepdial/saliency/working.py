"""A picture at working size: nothing here needs more pixels than these to know what is where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.geometry import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Working:
    """rgb: (h, w, 3) uint8. lab: (h, w, 3) float32, CIE Lab. scale: working over full size, at most 1."""

    rgb: NDArray[np.uint8]
    lab: NDArray[np.float32]
    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """(h, w)."""
        return self.lab.shape[0], self.lab.shape[1]

    def box(self, box: Box) -> Box:
        """Return a box of the full picture at working size; it keeps a pixel at least."""
        width, height = max(1, int(box.width * self.scale)), max(1, int(box.height * self.scale))
        return Box(int(box.x * self.scale), int(box.y * self.scale), width, height)

    def fit(self, values: NDArray[Any]) -> NDArray[np.float32]:
        """Return a map (H, W) of the full picture at working size, averaged."""
        import cv2

        size = (self.shape[1], self.shape[0])
        return np.asarray(
            cv2.resize(np.asarray(values, np.float32), size, interpolation=cv2.INTER_AREA), np.float32
        )


def lab_of(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return CIE Lab (H, W, 3) float32 of sRGB samples: L 0 to 100, a and b about -100 to 100."""
    import cv2

    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def working(rgb: NDArray[np.uint8], area: int) -> Working:
    """Return `rgb` (H, W, 3) scaled down to about `area` pixels; a smaller one keeps its size."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, float(np.sqrt(area / (height * width))))
    small: NDArray[Any] = np.ascontiguousarray(rgb)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Working(small, lab_of(small), scale)
