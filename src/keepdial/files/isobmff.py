"""The boxes of AVIF and HEIC files (ISO/IEC 14496-12, 23008-12): brands, sizes, rotation. No pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from keepdial.errors import CorruptFile
from keepdial.geometry import Orientation, Size

_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}
_MAX_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class Properties:
    """What the property boxes say, of whichever item.

    The largest size of any item, the orientation that irot and imir ask for, bits per sample, and the
    transfer characteristics of a nclx colour box (ITU-T H.273: 16 and 18 are HDR), and the ICC profile.
    """

    size: Size
    orientation: Orientation
    bits: int
    transfer: int
    icc: bytes | None = field(default=None, repr=False)


def brands(head: bytes) -> set[bytes]:
    """Return the brands of the ftyp box in a file's first bytes."""
    if head[4:8] != b"ftyp":
        return set()
    stop = min(len(head), struct.unpack_from(">I", head)[0])
    return {head[8:12], *(head[i : i + 4] for i in range(16, stop - 3, 4))}


def properties(data: bytes) -> Properties:
    """Walk the boxes and return the properties; raise `CorruptFile` where there is no size."""
    sizes: list[Size] = []
    rotation, mirror, bits, transfer = 0, -1, 8, 0
    icc: bytes | None = None
    for kind, start, stop in walk(data, 0, len(data)):
        body = data[start : min(stop, start + 64)]
        if kind == b"ispe" and len(body) >= 12:
            sizes.append(Size(*struct.unpack_from(">II", body, 4)))
        elif kind == b"irot" and body:
            rotation = body[0] & 3
        elif kind == b"imir" and body:
            mirror = body[0] & 1
        elif kind == b"pixi" and len(body) >= 6 and body[4]:
            bits = max(bits, *body[5 : 5 + body[4]])
        elif kind == b"colr" and body[:4] == b"nclx":
            transfer = struct.unpack_from(">H", body, 6)[0]
        elif kind == b"colr" and body[:4] in (b"prof", b"rICC"):
            icc = data[start + 4 : stop]
    if not sizes:
        raise CorruptFile("The file holds no picture, or is cut short.", hint="Get a fresh copy of it.")
    largest = max(sizes, key=lambda s: s.area)
    return Properties(largest, _orientation(rotation, mirror), bits, transfer, icc)


def walk(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, start, stop) of each box's payload, those of containers before what they contain."""
    for _ in range(_MAX_BOXES):
        if at + 8 > end:
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1 and at + 16 <= end:
            length, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif length == 0:
            length = end - at
        if length < head:
            raise CorruptFile("The file is damaged.", hint="Get a fresh copy of it.", detail=f"box {kind!r}")
        stop = min(at + length, end)
        yield kind, at + head, stop
        if kind in _CONTAINERS:
            yield from walk(data, at + head + _CONTAINERS[kind], stop)
        at += length


def metadata(data: bytes) -> tuple[bytes | None, bytes | None]:
    """Return the EXIF block, without its prefix, and the XMP packet that are items of the file."""
    exif = xmp = None
    boxes = {kind: (start, stop) for kind, start, stop in walk(data, 0, len(data))}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return None, None
    places = dict(locations(data, *boxes[b"iloc"]))
    start, stop = boxes[b"iinf"]
    for kind, at, end in walk(data, start + (6 if data[start] == 0 else 8), stop):
        if kind != b"infe" or data[at] not in (2, 3):
            continue
        wide = data[at] == 3
        item = int.from_bytes(data[at + 4 : at + (8 if wide else 6)], "big")
        sort = data[at + (10 if wide else 8) :][:4]
        if sort not in (b"Exif", b"mime") or item not in places:
            continue
        content = b"".join(data[a : a + n] for _, a, n in places[item])
        if sort == b"Exif":
            skip = int.from_bytes(content[:4], "big")
            exif = content[4 + skip :].removeprefix(b"Exif\0\0")
        elif b"rdf+xml" in data[at:end]:
            xmp = content
    return exif or None, xmp or None


def locations(data: bytes, at: int, end: int) -> Iterator[tuple[int, list[tuple[int, int, int]]]]:
    """Yield (item, spans) of an iloc payload; a span is (where its offset is written, offset, length)."""
    version, sizes, more = data[at], data[at + 4], data[at + 5]
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    if version > 2 or offset_size not in (4, 8) or length_size not in (4, 8):
        return
    at += 6
    number = 4 if version == 2 else 2
    items, at = int.from_bytes(data[at : at + number], "big"), at + number
    for _ in range(min(items, _MAX_BOXES)):
        item = int.from_bytes(data[at : at + number], "big")
        at += number
        method = data[at + 1] & 15 if version else 0
        at += (2 if version else 0) + 2
        base = int.from_bytes(data[at : at + base_size], "big")
        at += base_size
        extents, at = int.from_bytes(data[at : at + 2], "big"), at + 2
        spans: list[tuple[int, int, int]] = []
        for _ in range(extents):
            at += index_size
            if at + offset_size + length_size > end:
                return
            offset = base + int.from_bytes(data[at : at + offset_size], "big")
            length = int.from_bytes(data[at + offset_size : at + offset_size + length_size], "big")
            spans.append((at, offset, length))
            at += offset_size + length_size
        if method == 0:
            yield item, spans


def _orientation(rotation: int, mirror: int) -> Orientation:
    """Return the EXIF orientation of `rotation` quarter turns to the left, then a mirroring.

    Mirror 0 exchanges top and bottom, 1 left and right, -1 is none (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
    """
    plain = {0: 1, 1: 8, 2: 3, 3: 6}
    flipped = {(0, 0): 4, (0, 1): 2, (1, 0): 5, (1, 1): 7, (2, 0): 2, (2, 1): 4, (3, 0): 7, (3, 1): 5}
    return Orientation(plain[rotation] if mirror < 0 else flipped[rotation, mirror])
