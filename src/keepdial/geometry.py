"""Sizes, boxes and orientations, in pixels: x to the right, y down, (0, 0) the top left corner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def area(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle of whole pixels: columns x to x + width - 1, rows y to y + height - 1."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.y + self.height

    @property
    def area(self) -> int:
        """Number of pixels; 0 when the box is empty."""
        return max(0, self.width) * max(0, self.height)

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns), to index an array with."""
        return slice(self.y, self.bottom), slice(self.x, self.right)

    def grow(self, left: int, top: int | None = None) -> Box:
        """Return the box grown by `left` columns on both sides and `top` rows (default: the same)."""
        dx, dy = left, left if top is None else top
        return Box(self.x - dx, self.y - dy, self.width + 2 * dx, self.height + 2 * dy)

    def clip(self, size: Size) -> Box:
        """Return the part of the box inside a picture of `size`."""
        x0, y0 = min(max(self.x, 0), size.width), min(max(self.y, 0), size.height)
        x1 = min(max(self.right, 0), size.width)
        y1 = min(max(self.bottom, 0), size.height)
        return Box(x0, y0, max(0, x1 - x0), max(0, y1 - y0))

    def shift(self, dx: int, dy: int) -> Box:
        """Return the box moved by (dx, dy)."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def intersects(self, other: Box) -> bool:
        """Whether the two boxes share a pixel."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"

    @classmethod
    def of(cls, region: NDArray[Any]) -> Box | None:
        """Return the bounding box of the non-zero pixels of `region` (H, W); None if there are none."""
        import numpy as np

        rows = np.flatnonzero(region.any(axis=1))
        if rows.size == 0:
            return None
        y0, y1 = int(rows[0]), int(rows[-1]) + 1
        cols = np.flatnonzero(region[y0:y1].any(axis=0))
        x0, x1 = int(cols[0]), int(cols[-1]) + 1
        return cls(x0, y0, x1 - x0, y1 - y0)


@dataclass(frozen=True, slots=True)
class Orientation:
    """The EXIF orientation, 1 to 8: how stored rows and columns become the upright picture."""

    value: int = 1

    @classmethod
    def parse(cls, value: object) -> Orientation:
        """Return the orientation for a tag's raw value; anything but 1 to 8 counts as 1."""
        if isinstance(value, int) and 1 <= value <= 8:
            return cls(value)
        return cls(1)

    @property
    def swaps_axes(self) -> bool:
        """Whether width and height change places."""
        return self.value >= 5

    @property
    def flips_rows(self) -> bool:
        """Whether the upright picture's rows run against the stored ones (after `swaps_axes`)."""
        return self.value in (3, 4, 7, 8)

    @property
    def flips_columns(self) -> bool:
        """Whether the upright picture's columns run against the stored ones (after `swaps_axes`)."""
        return self.value in (2, 3, 6, 7)

    def upright(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a view of the stored `array` (H, W[, C]) turned upright (EXIF 2.3, tag 0x0112)."""
        a = array.swapaxes(0, 1) if self.swaps_axes else array
        return a[:: -1 if self.flips_rows else 1, :: -1 if self.flips_columns else 1]

    def stored(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a view of the upright `array` as it lies in the file: the inverse of `upright`."""
        a = array[:: -1 if self.flips_rows else 1, :: -1 if self.flips_columns else 1]
        return a.swapaxes(0, 1) if self.swaps_axes else a


def overlap(placement: Box, canvas: Size) -> tuple[Box, Box]:
    """Return the part of a canvas that a picture placed there covers, and the same part in the picture.

    `placement` may reach out of the canvas: then the canvas shows a part of the picture only.
    """
    there = placement.clip(canvas)
    return there, there.shift(-placement.x, -placement.y)


def size_of(array: NDArray[np.generic]) -> Size:
    """Return the Size of an array (H, W[, C])."""
    return Size(int(array.shape[1]), int(array.shape[0]))
