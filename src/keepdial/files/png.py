"""PNG: chunks are walked and checked here, samples decoded by libpng, written by `pngwriter`."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from keepdial.errors import CorruptFile
from keepdial.files import exif as exif_block
from keepdial.files.codec import Decoded, Encoded, Header, Job, join_alpha, per_inch, split_alpha, too_large
from keepdial.files.icc import LIMIT as ICC_LIMIT
from keepdial.geometry import Size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 10_000
"""Chunks other than picture data; more is a bomb."""
TEXT_LIMIT = 8 * 1024 * 1024
"""Largest text that a compressed text chunk may hold, in bytes."""
_XMP_KEY = b"XML:com.adobe.xmp\0"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


@dataclass(slots=True)
class Chunks:
    """What the chunks say beside the samples."""

    icc: bytes | None = field(default=None, repr=False)
    exif: bytes | None = field(default=None, repr=False)
    xmp: bytes | None = field(default=None, repr=False)
    dpi: tuple[float, float] | None = None
    transparent: bool = False
    frames: int = 1
    gamma: int | None = None
    srgb: bool = False
    cicp: bool = False
    plain: list[tuple[int, int]] = field(default_factory=list, repr=False)


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
        width, height, _, _ = _ihdr(data)
        frames = 1
        if width * height:
            frames = read_chunks(data).frames
        return Header(Size(width, height), frames)

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the default picture; palettes and fewer than 8 bits are widened, 16 bits stay 16."""
        import imagecodecs

        _, _, depth, kind = _ihdr(data)
        chunks = read_chunks(data)
        # Only the chunks that make the picture: libpng sees no text, profile or animation.
        samples = imagecodecs.png_decode(SIGNATURE + b"".join(data[a:b] for a, b in chunks.plain))
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
            before.append(chunk(b"iTXt", _XMP_KEY + b"\0\0\0\0" + job.metadata.xmp))
        data = encode_samples(join_alpha(image.pixels, image.alpha), b"".join(before))
        everywhere = np.ones(image.pixels.shape[:2], np.bool_)
        return Encoded(data, self.name, everywhere, ())


def _ihdr(data: bytes) -> tuple[int, int, int, int]:
    """Return width, height, bit depth and colour type."""
    if len(data) < 33 or data[8:16] != b"\0\0\0\x0dIHDR":
        raise _damaged("no IHDR")
    if zlib.crc32(data[12:29]) != struct.unpack_from(">I", data, 29)[0]:
        raise _damaged("IHDR checksum")
    width, height, depth, kind = struct.unpack_from(">IIBB", data, 16)
    if depth not in _DEPTHS.get(kind, ()):
        raise _damaged(f"colour type {kind} of {depth} bits")
    return width, height, depth, kind


def walk(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start, stop) of each chunk up to IEND; ``data[start + 8 : stop - 4]`` is its payload.

    Raises `CorruptFile` where a chunk reaches beyond the file, there is no IEND, or a checksum is wrong.
    """
    at, count = 8, 0
    view = memoryview(data)
    while at + 12 <= len(data):
        length = struct.unpack_from(">I", data, at)[0]
        kind, stop = data[at + 4 : at + 8], at + 12 + length
        if stop > len(data):
            break
        if zlib.crc32(view[at + 4 : stop - 4]) != struct.unpack_from(">I", data, stop - 4)[0]:
            raise _damaged(f"checksum of {kind!r}")
        if kind not in (b"IDAT", b"fdAT", b"fcTL"):
            count += 1
            if count > MAX_CHUNKS:
                raise too_large(
                    "The PNG file has too much metadata", "too many chunks", f"{MAX_CHUNKS:,} chunks"
                )
        yield kind, at, stop
        if kind == b"IEND":
            return
        at = stop
    raise CorruptFile("The PNG file is cut short.", hint="Get a fresh copy of it.")


def read_chunks(data: bytes) -> Chunks:
    """Walk all chunks; raise `TooLarge` where text or profile unfold beyond the limits."""
    found = Chunks()
    for kind, start, stop in walk(data):
        if kind in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            found.plain.append((start, stop))
            found.transparent |= kind == b"tRNS"
        else:
            _note_chunk(found, kind, data[start + 8 : stop - 4])
    return found


def _note_chunk(found: Chunks, kind: bytes, body: bytes) -> None:
    if kind == b"iCCP":
        found.icc = _inflate(body.partition(b"\0")[2][1:], ICC_LIMIT, "colour profile") or b"damaged"
    elif kind == b"zTXt":
        _inflate(body.partition(b"\0")[2][1:], TEXT_LIMIT, "text")
    elif kind == b"iTXt":
        text = _international_text(body)
        if body.startswith(_XMP_KEY):
            found.xmp = text
    elif kind == b"eXIf":
        found.exif = body.removeprefix(b"Exif\0\0")
    elif kind == b"pHYs" and len(body) == 9:
        x, y, unit = struct.unpack(">IIB", body)
        found.dpi = (per_inch(x), per_inch(y)) if unit == 1 and x and y else None
    elif kind == b"acTL" and len(body) == 8:
        found.frames = struct.unpack_from(">I", body)[0]
    elif kind == b"gAMA" and len(body) == 4:
        found.gamma = struct.unpack(">I", body)[0]
    elif kind == b"sRGB":
        found.srgb = True
    elif kind == b"cICP":
        found.cicp = body[:2] != b"\x01\x0d"


def _international_text(body: bytes) -> bytes | None:
    _, _, rest = body.partition(b"\0")
    if len(rest) < 2:
        return None
    packed = rest[0] == 1
    text = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    return _inflate(text, TEXT_LIMIT, "text") if packed else text


def _inflate(packed: bytes, limit: int, what: str) -> bytes | None:
    """Return the unpacked bytes, None where they are damaged; never more than `limit` are unfolded."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        return None
    if len(data) > limit:
        raise too_large(
            f"The PNG file's {what} is too large", f"more than {limit:,} bytes", f"{limit:,} bytes"
        )
    return data


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return the bytes of one chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _damaged(what: str) -> CorruptFile:
    return CorruptFile("The PNG file is damaged.", hint="Get a fresh copy of it.", detail=what)


CODEC = Png()
