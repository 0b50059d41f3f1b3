"""PNG: chunks are walked and checked in `pngchunks`, samples decoded by libpng, written by `pngwriter`."""

from __future__ import annotations

import struct
import zlib

from keepdial.files import exif as exif_block
from keepdial.files.codec import Decoded, Encoded, Header, Job, join_alpha, split_alpha
from keepdial.files.pngchunks import SIGNATURE, XMP_KEY, chunk, ihdr, read_chunks
from keepdial.geometry import Size


class Png:
    """The PNG codec."""

    name = "png"
    suffixes = (".png", ".apng")
    depths: tuple[int, ...] = (8, 16)
    alpha = True
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the bytes start with PNG's signature."""
        return head.startswith(SIGNATURE)

    def header(self, data: bytes) -> Header:
        """Read IHDR, and walk the chunks for bombs and damage."""
        width, height, _, _ = ihdr(data)
        frames = 1
        if width * height:
            frames = read_chunks(data).frames
        return Header(Size(width, height), frames)

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the default picture; palettes and fewer than 8 bits are widened, 16 bits stay 16."""
        import imagecodecs

        from keepdial.files import adam7

        width, height, depth, kind = ihdr(data)
        chunks = read_chunks(data)
        # Only the chunks that make the picture: libpng sees no text, profile or animation.
        plain = [data[a:b] for a, b in chunks.plain]
        if data[28]:
            palette = b"".join(c for c in plain if c[4:8] in (b"PLTE", b"tRNS"))
            packed = b"".join(c[8:-4] for c in plain if c[4:8] == b"IDAT")
            samples = adam7.decode(width, height, depth, kind, palette, packed)
        else:
            samples = imagecodecs.png_decode(SIGNATURE + b"".join(plain))
        pixels, alpha = split_alpha(samples)
        notes = []
        if kind == 3:
            notes.append("palette converted to RGB")
        elif depth < 8:
            notes.append(f"{depth}-bit grey converted to 8 bits")
        if chunks.transparent and kind != 3:
            notes.append("the transparent colour became an alpha channel")
        if chunks.cicp:
            notes.append("coding-independent colour tags (cICP) were not understood and are lost")
        elif (
            chunks.gamma is not None
            and not chunks.srgb
            and not chunks.icc
            and not 44000 < chunks.gamma < 47000
        ):
            notes.append(f"the gamma tag {chunks.gamma / 100000:g} is lost: sRGB is assumed")
        return Decoded(
            pixels=pixels,
            alpha=alpha,
            icc=chunks.icc,
            orientation=exif_block.orientation_of(chunks.exif),
            dpi=chunks.dpi or exif_block.resolution_of(chunks.exif),
            exif=chunks.exif,
            xmp=chunks.xmp,
            notes=tuple(notes),
        )

    def encode(self, job: Job) -> Encoded:
        """Write without loss at the image's own depth."""
        import numpy as np

        from keepdial.files.pngwriter import encode_samples

        image = job.image
        before = []
        if image.icc:
            before.append(chunk(b"iCCP", b"icc\0\0" + zlib.compress(image.icc, 6)))
        if image.dpi:
            x, y = (round(d / 0.0254) for d in image.dpi)
            before.append(chunk(b"pHYs", struct.pack(">IIB", x, y, 1)))
        if job.metadata.exif:
            before.append(chunk(b"eXIf", job.metadata.exif))
        if job.metadata.xmp:
            before.append(chunk(b"iTXt", XMP_KEY + b"\0\0\0\0" + job.metadata.xmp))
        data = encode_samples(join_alpha(image.pixels, image.alpha), b"".join(before))
        everywhere = np.ones(image.pixels.shape[:2], np.bool_)
        return Encoded(data, self.name, everywhere, ())


CODEC = Png()
