"""The image value: pixels with everything that has to survive an edit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.errors import ParameterError
from keepdial.geometry import Orientation, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

Samples = np.uint8 | np.uint16


@dataclass(frozen=True, slots=True)
class Source:
    """Where an image came from and how it was stored; what `save` needs to hand the same kind back.

    `format` is ``jpeg``, ``png``, ``webp``, ``tiff``, ``avif``, ``heic``, ``bmp`` or ``gif``, from the bytes;
    ``none`` for an empty canvas, which was not stored at all.
    `data` holds the file's bytes where the writer can reuse them (the DCT blocks of a JPEG), else None.
    `notes` says in words what opening had to convert or assume ("palette converted to RGB").
    """

    format: str = "png"
    sha256: str = ""
    data: bytes | None = field(default=None, repr=False)
    lossless: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class Image:
    """An upright picture at its own sample depth.

    Attributes:
        pixels: (H, W, C) uint8 or uint16, C = 1 (grey) or 3 (RGB), encoded as the profile says (gamma, not
            linear light), not premultiplied; a read-only view of the array given, which must not change any
            more.
        alpha: (H, W) of the same dtype, 0 = transparent; None when the picture is opaque.
        icc: the ICC profile's bytes; None means sRGB.
        orientation: how the file stores the picture. `pixels` are upright already; a writer that keeps the
            tag turns them back.
        dpi: (x, y) dots per inch, or None.
        exif, xmp: raw metadata blocks as found (EXIF without the ``Exif\\0\\0`` prefix), or None.
        source: how and where it was stored.
    """

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    alpha: NDArray[np.uint8] | NDArray[np.uint16] | None = None
    icc: bytes | None = field(default=None, repr=False)
    orientation: Orientation = Orientation()
    dpi: tuple[float, float] | None = None
    exif: bytes | None = field(default=None, repr=False)
    xmp: bytes | None = field(default=None, repr=False)
    source: Source = Source()

    def __post_init__(self) -> None:
        p, a = self.pixels, self.alpha
        if p.ndim != 3 or p.shape[2] not in (1, 3) or 0 in p.shape:
            raise ParameterError("pixels.shape", p.shape, "(H, W, 1) or (H, W, 3), not empty")
        if p.dtype not in (np.uint8, np.uint16):
            raise ParameterError("pixels.dtype", str(p.dtype), "uint8 or uint16")
        if a is not None and (a.shape != p.shape[:2] or a.dtype != p.dtype):
            raise ParameterError("alpha", f"{a.shape} {a.dtype}", f"{p.shape[:2]} {p.dtype}, as the pixels")
        for name, array in (("pixels", p), ("alpha", a)):
            if array is not None and array.flags.writeable:
                view = array.view()
                view.flags.writeable = False
                object.__setattr__(self, name, view)

    @property
    def size(self) -> Size:
        """Width and height of the upright picture."""
        return Size(int(self.pixels.shape[1]), int(self.pixels.shape[0]))

    @property
    def blank(self) -> bool:
        """Whether it is an empty canvas (`keepdial.blank`), with nothing on it that could be kept."""
        return self.source.format == "none"

    @property
    def depth(self) -> int:
        """Bits per sample: 8 or 16."""
        return 8 * self.pixels.dtype.itemsize

    @property
    def white(self) -> int:
        """Largest sample value: 255 or 65535."""
        return 255 if self.depth == 8 else 65535

    def with_pixels(
        self,
        pixels: NDArray[np.uint8] | NDArray[np.uint16],
        alpha: NDArray[np.uint8] | NDArray[np.uint16] | None = None,
    ) -> Image:
        """Return the same picture with other pixels (and alpha); all else is carried over."""
        return replace(self, pixels=pixels, alpha=alpha)

    def digest(self) -> str:
        """Return the sha256 over size, depth, pixels and alpha: equal exactly when the pictures are."""
        h = hashlib.sha256(f"{self.pixels.shape} {self.pixels.dtype}".encode())
        h.update(np.ascontiguousarray(self.pixels).data)
        if self.alpha is not None:
            h.update(b"alpha")
            h.update(np.ascontiguousarray(self.alpha).data)
        return h.hexdigest()
