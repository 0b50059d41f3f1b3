"""The boxes of AVIF and HEIC files (ISO/IEC 14496-12, 23008-12): brands, sizes, rotation. No pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from keepdial.errors import CorruptFile
from keepdial.geometry import Orientation, Size

_CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}
_MAX_BOXES = 20_000


@dataclass(frozen=True, slots=True)
class Properties:
    """What the property boxes say, of whichever item.

    The largest size of any item, the orientation that irot and imir ask for, bits per sample, and the
    transfer characteristics of a nclx colour box (ITU-T H.273: 16 and 18 are HDR).
    """

    size: Size
    orientation: Orientation
    bits: int
    transfer: int


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
    if not sizes:
        raise CorruptFile("The file holds no picture, or is cut short.", hint="Get a fresh copy of it.")
    return Properties(max(sizes, key=lambda s: s.area), _orientation(rotation, mirror), bits, transfer)


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


def _orientation(rotation: int, mirror: int) -> Orientation:
    """Return the EXIF orientation of `rotation` quarter turns to the left, then a mirroring.

    Mirror 0 exchanges top and bottom, 1 left and right, -1 is none (ISO/IEC 23008-12, 6.5.10 and 6.5.12).
    """
    plain = {0: 1, 1: 8, 2: 3, 3: 6}
    flipped = {(0, 0): 4, (0, 1): 2, (1, 0): 5, (1, 1): 7, (2, 0): 2, (2, 1): 4, (3, 0): 7, (3, 1): 5}
    return Orientation(plain[rotation] if mirror < 0 else flipped[rotation, mirror])
