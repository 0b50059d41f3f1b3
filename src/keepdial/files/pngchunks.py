"""The chunks of a PNG file: walked, checked, and unfolded within limits. No samples are decoded here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from keepdial.errors import CorruptFile
from keepdial.files.codec import per_inch, too_large
from keepdial.files.icc import LIMIT as ICC_LIMIT

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_CHUNKS = 10_000
"""Chunks other than picture data; more is a bomb."""
TEXT_LIMIT = 8 * 1024 * 1024
"""Largest text that a compressed text chunk may hold, in bytes."""
XMP_KEY = b"XML:com.adobe.xmp\0"
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


def ihdr(data: bytes) -> tuple[int, int, int, int]:
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
        if body.startswith(XMP_KEY):
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
