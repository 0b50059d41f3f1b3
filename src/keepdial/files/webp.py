"""WebP: read by libwebp through imagecodecs, written without loss through Pillow."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from keepdial.errors import CorruptFile
from keepdial.files import exif as exif_block
from keepdial.files.codec import Decoded, Encoded, Header, Job, in_colour, split_alpha, too_large
from keepdial.files.exif import resolution_only
from keepdial.geometry import Size

MAX_CHUNKS = 20_000


@dataclass(frozen=True, slots=True)
class _Parts:
    size: Size
    frames: int
    lossless: bool
    blocks: dict[bytes, bytes]


class Webp:
    """The WebP codec."""

    name = "webp"
    suffixes = (".webp",)
    depths: tuple[int, ...] = (8,)
    alpha = True
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the bytes are a RIFF file of kind WEBP."""
        return head[:4] == b"RIFF" and head[8:12] == b"WEBP"

    def header(self, data: bytes) -> Header:
        """Read the canvas size and count the frames."""
        parts = _parts(data)
        return Header(parts.size, max(1, parts.frames))

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the picture, or the first frame."""
        import imagecodecs

        parts = _parts(data)
        pixels, alpha = split_alpha(imagecodecs.webp_decode(data))
        exif = parts.blocks.get(b"EXIF")
        exif = exif.removeprefix(b"Exif\0\0") if exif else None
        return Decoded(
            pixels=pixels,
            alpha=alpha,
            icc=parts.blocks.get(b"ICCP"),
            orientation=exif_block.orientation_of(exif),
            dpi=exif_block.resolution_of(exif),
            exif=exif,
            xmp=parts.blocks.get(b"XMP "),
            lossless=parts.lossless,
        )

    def encode(self, job: Job) -> Encoded:
        """Write lossless WebP: a lossy source's pixels, too, are kept exactly as they were decoded."""
        import numpy as np
        from PIL import Image as Pil

        image = job.image
        samples, icc, notes = in_colour(image)
        picture = Pil.fromarray(samples)
        out = io.BytesIO()
        resolution = resolution_only(image.dpi) if image.dpi else None
        extra = {"icc_profile": icc, "exif": job.metadata.exif or resolution, "xmp": job.metadata.xmp}
        how = {"lossless": True, "exact": True, "quality": 20, "method": 1}
        picture.save(out, "WEBP", **how, **{k: v for k, v in extra.items() if v})
        if image.source.format == self.name and not image.source.lossless:
            notes += ("saved as lossless WebP, so that kept pixels stay as they were; the file is larger",)
        return Encoded(out.getvalue(), self.name, np.ones(image.pixels.shape[:2], np.bool_), notes)


def _parts(data: bytes) -> _Parts:
    size: Size | None = None
    frames, lossless = 0, True
    blocks: dict[bytes, bytes] = {}
    for kind, start, stop in _chunks(data):
        if kind == b"VP8X" and stop - start >= 10:
            width, height = (int.from_bytes(data[i : i + 3], "little") + 1 for i in (start + 4, start + 7))
            size = Size(width, height)
        elif kind == b"VP8L" and stop - start >= 5:
            (bits,) = struct.unpack_from("<I", data, start + 1)
            size = size or Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        elif kind == b"VP8 " and stop - start >= 10:
            lossless = False
            width, height = struct.unpack_from("<HH", data, start + 6)
            size = size or Size(width & 0x3FFF, height & 0x3FFF)
        elif kind == b"ANMF":
            frames += 1
            lossless = lossless and data[start + 16 : start + 20] == b"VP8L"
        elif kind in (b"ICCP", b"EXIF", b"XMP "):
            blocks.setdefault(kind, data[start:stop])
    if size is None:
        raise CorruptFile("The WebP file is damaged.", hint="Get a fresh copy of it.", detail="no picture")
    return _Parts(size, frames, lossless, blocks)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    end = 8 + int(struct.unpack_from("<I", data, 4)[0])
    if end > len(data):
        raise CorruptFile("The WebP file is cut short.", hint="Get a fresh copy of it.")
    at, count = 12, 0
    while at + 8 <= end:
        length = struct.unpack_from("<I", data, at + 4)[0]
        stop = at + 8 + length
        count += 1
        if count > MAX_CHUNKS:
            raise too_large(
                "The WebP file has too many parts", f"more than {MAX_CHUNKS:,}", f"{MAX_CHUNKS:,}"
            )
        if stop > end:
            raise CorruptFile("The WebP file is damaged.", hint="Get a fresh copy of it.", detail="chunk")
        yield data[at : at + 4], at + 8, stop
        at = stop + (length & 1)


CODEC = Webp()
