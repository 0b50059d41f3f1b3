"""BMP: Pillow's decoder, the size read here."""

from __future__ import annotations

import io
import struct

from keepdial.errors import CorruptFile
from keepdial.files.codec import Decoded, Encoded, Header, Job, per_inch, split_alpha
from keepdial.geometry import Size

_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}


class Bmp:
    """The BMP codec."""

    name = "bmp"
    suffixes = (".bmp", ".dib")
    depths: tuple[int, ...] = (8,)
    alpha = False
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the bytes start with BM and a known header size."""
        return head[:2] == b"BM" and len(head) >= 18

    def header(self, data: bytes) -> Header:
        """Read the size from the DIB header; rows may be counted from below."""
        (size,) = struct.unpack_from("<I", data, 14)
        if size not in _HEADER_SIZES:
            raise CorruptFile(
                "The BMP file is damaged.", hint="Get a fresh copy of it.", detail=f"header {size}"
            )
        width, height = struct.unpack_from("<HH" if size == 12 else "<ii", data, 18)
        if width < 0:
            raise CorruptFile(
                "The BMP file is damaged.", hint="Get a fresh copy of it.", detail=f"width {width}"
            )
        return Header(Size(width, abs(height)))

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode with Pillow; palettes and 1-bit pictures are widened to 8 bits."""
        from keepdial.files.pil import opened, samples

        with opened(data, "BMP") as picture:
            array, notes = samples(picture)
        pixels, alpha = split_alpha(array)
        return Decoded(pixels=pixels, alpha=alpha, dpi=_dpi(data), notes=notes)

    def encode(self, job: Job) -> Encoded:
        """Write 24-bit RGB or 8-bit grey, exactly."""
        import numpy as np
        from PIL import Image as Pil

        pixels = job.image.pixels
        picture = Pil.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
        out = io.BytesIO()
        picture.save(out, "BMP", dpi=job.image.dpi or (72, 72))
        notes = ("BMP holds no colour profile: it was left out",) if job.image.icc else ()
        return Encoded(out.getvalue(), self.name, np.ones(pixels.shape[:2], np.bool_), notes)


def _dpi(data: bytes) -> tuple[float, float] | None:
    if struct.unpack_from("<I", data, 14)[0] < 40:
        return None
    x, y = struct.unpack_from("<ii", data, 38)
    return (per_inch(x), per_inch(y)) if x > 0 and y > 0 else None


CODEC = Bmp()
