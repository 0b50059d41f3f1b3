"""What an adjustment may look at before it decides what to do: the frame, as earlier ones have left it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from keepdial.progress import Cancel, Listener, silent
from keepdial.tone.render import Pass, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from keepdial.backends import Frame
    from keepdial.tone.space import Space

    Array = NDArray[np.float32]

SMALL = 640
"""Longer side of the small picture, in px: statistics and the lighting of a scene need no more."""
SAMPLE = 200_000
"""At most so many pixels are sampled for statistics."""


class Look:
    """The frame that an operation's passes will work on.

    Passes of earlier operations in the same walk are carried out only when something of the picture is looked
    at: operations that need no more than their numbers are fused into one walk.

    Attributes:
        frame: the frame as the backend was given it; `frame.guide` is what the operation found.
        space: what its samples mean.
        seed: seed of all randomness.
        notes: what the operations had to say so far.
        cancel, progress: for operations whose own work takes long.
    """

    def __init__(
        self,
        frame: Frame,
        space: Space,
        seed: int,
        cancel: Cancel | None = None,
        progress: Listener = silent,
    ) -> None:
        self.frame = frame
        self.space = space
        self.seed = seed
        self.notes: list[str] = []
        self.cancel = cancel
        self.progress = progress
        self._pending: list[Pass] = []
        self._light: Array | None = None

    @property
    def height(self) -> int:
        """Rows of the frame."""
        return int(self.frame.pixels.shape[0])

    @property
    def width(self) -> int:
        """Columns of the frame."""
        return int(self.frame.pixels.shape[1])

    @property
    def diagonal(self) -> float:
        """Length of the frame's diagonal in px: what radii are given in parts of."""
        return float(np.hypot(self.height, self.width))

    @property
    def pending(self) -> tuple[Pass, ...]:
        """The passes that are still to be run."""
        return tuple(self._pending)

    def say(self, note: str) -> None:
        """Add a sentence to the report."""
        self.notes.append(note)

    def then(self, passes: Sequence[Pass]) -> None:
        """Put an operation's passes behind those that there are."""
        self._pending += passes
        if passes:
            self.__dict__.pop("small", None)
            self.__dict__.pop("sample", None)

    def rows(self, rows: slice) -> Array:
        """Return linear light (h, W, 3) of some rows before the pending passes; a new array."""
        if self._light is not None:
            return self._light[rows].copy()
        return self.space.light(self.frame.pixels[rows])

    @property
    def light(self) -> Array:
        """Return (H, W, 3) float32, linear light of the whole frame, white = 1; do not write into it."""
        if self._light is None or self._pending:
            out = np.empty((self.height, self.width, 3), np.float32)

            def take(rows: slice, tile: Array) -> None:
                out[rows] = tile

            run(
                self.rows,
                self._pending,
                self.space,
                self.height,
                self.width,
                take,
                end="linear",
                cancel=self.cancel,
            )
            self._light, self._pending = out, []
        return self._light

    @cached_property
    def small(self) -> Array:
        """(h, w, 3) float32 linear light of the frame, its longer side at most `SMALL` px."""
        import cv2

        size = self.small_size
        if self._pending or self._light is not None:
            source = self.light
        else:
            # Only every so manieth row and column, averaged by fours: a tenth of the pixels is enough to see
            # by.
            step = max(1, max(self.height, self.width) // (2 * SMALL))
            source = self.space.light(self.frame.pixels[::step, ::step])
        if (source.shape[1], source.shape[0]) == size:
            return source
        return np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA), np.float32)

    @property
    def small_size(self) -> tuple[int, int]:
        """(width, height) of the small picture."""
        shrink = min(1.0, SMALL / max(self.height, self.width))
        return max(1, round(self.width * shrink)), max(1, round(self.height * shrink))

    @cached_property
    def small_mask(self) -> Array:
        """(h, w) float32 in [0, 1] beside `small`: 1 = edit here and visible."""
        import cv2

        mask = self.frame.mask
        if self.frame.alpha is not None:
            mask = mask * (self.frame.alpha > 0)
        return np.asarray(cv2.resize(mask, self.small_size, interpolation=cv2.INTER_AREA), np.float32)

    @cached_property
    def sample(self) -> Array:
        """(n, 3) float32 linear light of pixels spread over the part that is edited; at least one."""
        inside = self.small[self.small_mask > 0.5]
        if len(inside) == 0:
            inside = self.small.reshape(-1, 3)
        return inside[:: max(1, len(inside) // SAMPLE)]

    def luminance(self, light: Array) -> Array:
        """Return Y (...) of linear light (..., 3)."""
        return light @ self.space.luma
