"""HEIC: libheif through pillow-heif, which turns the picture upright itself; written without loss."""

from __future__ import annotations

import io
from typing import Any

from keepdial.files import isobmff
from keepdial.files.codec import Decoded, Encoded, Header, Job, in_colour, split_alpha
from keepdial.files.exif import resolution_of, resolution_only

_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1"}


class Heic:
    """The HEIC codec."""

    name = "heic"
    suffixes = (".heic", ".heif", ".hif")
    depths: tuple[int, ...] = (8,)
    alpha = True
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the brands say HEIF with HEVC inside."""
        found = isobmff.brands(head)
        return bool(found & _BRANDS) and not found & {b"avif", b"avis"}

    def header(self, data: bytes) -> Header:
        """Read the largest size of any item."""
        return Header(isobmff.properties(data).size, exact=False)

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the primary picture; 10 and 12 bits are widened to 16."""
        import numpy as np
        import pillow_heif

        found = isobmff.properties(data)
        picture = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
        array: Any = np.array(picture)
        notes = []
        if array.dtype == np.uint16:
            notes.append(f"{found.bits} bits per sample widened to 16")
        if found.transfer in (16, 18):
            notes.append("the HDR transfer curve was not understood: sRGB is assumed")
        pixels, alpha = split_alpha(array)
        exif = picture.info.get("exif")
        exif = exif.removeprefix(b"Exif\0\0") if exif else None
        return Decoded(
            pixels=pixels,
            alpha=alpha,
            icc=picture.info.get("icc_profile"),
            dpi=resolution_of(exif),
            exif=exif,
            xmp=picture.info.get("xmp") or None,
            lossless=False,
            notes=tuple(notes),
        )

    def encode(self, job: Job) -> Encoded:
        """Write lossless HEIC (RGB planes, no colour transform): pixels stay exactly as they were decoded."""
        import numpy as np
        import pillow_heif
        from PIL import Image as Pil

        image = job.image
        samples, icc, notes = in_colour(image)
        file = pillow_heif.from_pillow(Pil.fromarray(samples))
        out = io.BytesIO()
        resolution = resolution_only(image.dpi) if image.dpi else None
        extra = {"icc_profile": icc, "exif": job.metadata.exif or resolution, "xmp": job.metadata.xmp}
        file.info.update({k: v for k, v in extra.items() if v})
        file.save(out, quality=-1, chroma=444, matrix_coefficients=0, enc_params={"preset": "ultrafast"})
        notes += ("saved as lossless HEIC, so that kept pixels stay as they were; the file is larger",)
        return Encoded(out.getvalue(), self.name, np.ones(image.pixels.shape[:2], np.bool_), notes)


CODEC = Heic()
