"""EXIF blocks: read the orientation, rebuild without location, thumbnails and maker notes.

An EXIF block is a small TIFF file (EXIF 2.32, section 4.5). What is dropped is dropped by not copying it: the
block is built anew from the entries that stay.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from keepdial.geometry import Orientation

ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 0x0112, 0x011A, 0x011B, 0x0128
FOCAL_LENGTH_35MM = 0xA405
_CAMERA, _GPS, _INTEROP = 0x8769, 0x8825, 0xA005
_MAKER_NOTE = 0x927C
_DROPPED = frozenset(
    {
        _GPS,
        _MAKER_NOTE,
        0x0201,
        0x0202,
        0x02BC,
        0x83BB,
        0x8649,
        0x8773,
        0xC4A5,
        0xEA1C,
        0x014A,
        0x0111,
        0x0117,
    }
)
"""Location, maker note, thumbnail, XMP, IPTC, Photoshop, ICC, print matching, padding, sub pictures."""

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_MOST_ENTRIES = 1000
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One tag: EXIF type number, count of values, their bytes in the block's own order."""

    tag: int
    kind: int
    count: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A parsed block: the byte order (``<`` or ``>``), IFD0's entries, those of its EXIF and interop IFDs."""

    order: str
    main: tuple[Entry, ...] = ()
    camera: tuple[Entry, ...] = ()
    interop: tuple[Entry, ...] = ()

    def number(self, tag: int) -> int | None:
        """Return IFD0's `tag` if it is one whole number (SHORT or LONG)."""
        for entry in self.main:
            if entry.tag == tag and entry.kind in (3, 4) and entry.count == 1:
                return int(struct.unpack(self.order + ("H" if entry.kind == 3 else "I"), entry.value)[0])
        return None

    def ratio(self, tag: int) -> float | None:
        """Return IFD0's `tag` if it is one RATIONAL with a denominator."""
        for entry in self.main:
            if entry.tag == tag and entry.kind == 5 and entry.count == 1:
                top, bottom = struct.unpack(self.order + "II", entry.value)
                return top / bottom if bottom else None
        return None


def parse(exif: bytes) -> Block | None:
    """Return the block, or None when its first IFD cannot be read; damaged entries are left out."""
    if exif[:4] not in (b"II*\0", b"MM\0*") or len(exif) < 8:
        return None
    order = "<" if exif[:1] == b"I" else ">"
    main = _entries(exif, order, struct.unpack(order + "I", exif[4:8])[0])
    if main is None:
        return None
    camera = _entries(exif, order, _pointer(main, order, _CAMERA)) or ()
    interop = _entries(exif, order, _pointer(camera, order, _INTEROP)) or ()
    return Block(order, main, camera, interop)


def orientation_of(exif: bytes | None) -> Orientation:
    """Return the orientation that the block tells; 1 where it tells none."""
    block = parse(exif) if exif else None
    return Orientation.parse(block.number(ORIENTATION)) if block else Orientation()


def resolution_of(exif: bytes | None) -> tuple[float, float] | None:
    """Return (x, y) dots per inch as the block tells, or None."""
    block = parse(exif) if exif else None
    if block is None:
        return None
    unit = {2: 1.0, 3: 2.54}.get(block.number(RESOLUTION_UNIT) or 2)
    x, y = block.ratio(X_RESOLUTION), block.ratio(Y_RESOLUTION)
    return (x * unit, y * unit) if unit and x and y else None


def focal_length_35mm(exif: bytes | None) -> float | None:
    """Return the focal length in mm as on 35 mm film (EXIF 2.32, tag 0xA405), if the block tells one."""
    block = parse(exif) if exif else None
    for entry in block.camera if block else ():
        if entry.tag == FOCAL_LENGTH_35MM and entry.kind == 3 and entry.count == 1 and block is not None:
            return float(struct.unpack(block.order + "H", entry.value)[0]) or None
    return None


def orientation_only(orientation: Orientation) -> bytes:
    """Return the smallest block that tells the orientation."""
    return struct.pack("<4sIHHHIII", b"II*\0", 8, 1, ORIENTATION, 3, 1, orientation.value, 0)


def resolution_only(dpi: tuple[float, float]) -> bytes:
    """Return the smallest block that tells the resolution, for formats that have no other place for it."""
    x, y = (struct.pack("<II", round(d * 1000), 1000) for d in dpi)
    inches = Entry(RESOLUTION_UNIT, 3, 1, struct.pack("<H", 2))
    return _build("<", [Entry(X_RESOLUTION, 5, 1, x), Entry(Y_RESOLUTION, 5, 1, y), inches], [], [])


def cleaned(exif: bytes, orientation: Orientation) -> bytes | None:
    """Return the block anew with this orientation, without location, thumbnail and maker note.

    None when the block cannot be read, or nothing is left of it.
    """
    block = parse(exif)
    if block is None:
        return None
    order = block.order
    turned = Entry(ORIENTATION, 3, 1, struct.pack(order + "H", orientation.value))
    main = [e for e in block.main if e.tag not in _DROPPED | {ORIENTATION, _CAMERA}]
    camera = [e for e in block.camera if e.tag not in _DROPPED | {_INTEROP}]
    if not main and not camera:
        return None
    return _build(order, [*main, turned], camera, list(block.interop))


def _entries(exif: bytes, order: str, offset: int | None) -> tuple[Entry, ...] | None:
    if not offset or offset + 2 > len(exif):
        return None
    (count,) = struct.unpack_from(order + "H", exif, offset)
    found: dict[int, Entry] = {}
    for i in range(min(count, _MOST_ENTRIES)):
        at = offset + 2 + 12 * i
        if at + 12 > len(exif):
            break
        tag, kind, number = struct.unpack_from(order + "HHI", exif, at)
        length = _SIZES.get(kind, 0) * number
        if not 0 < length <= _LONGEST:
            continue
        start = at + 8 if length <= 4 else struct.unpack_from(order + "I", exif, at + 8)[0]
        if start + length <= len(exif) and tag not in found:
            found[tag] = Entry(tag, kind, number, exif[start : start + length])
    return tuple(found.values())


def _pointer(entries: tuple[Entry, ...], order: str, tag: int) -> int | None:
    for entry in entries:
        if entry.tag == tag and entry.kind in (4, 13) and entry.count == 1:
            return int(struct.unpack(order + "I", entry.value)[0])
    return None


def _build(order: str, main: list[Entry], camera: list[Entry], interop: list[Entry]) -> bytes:
    def pointer(tag: int, offset: int) -> Entry:
        return Entry(tag, 4, 1, struct.pack(order + "I", offset))

    if interop:
        camera = [*camera, pointer(_INTEROP, 0)]
    if camera:
        main = [*main, pointer(_CAMERA, 0)]
    camera_at = 8 + _length(main)
    interop_at = camera_at + _length(camera)
    if interop:
        camera[-1] = pointer(_INTEROP, interop_at)
    if camera:
        main[-1] = pointer(_CAMERA, camera_at)
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    body = _ifd(order, main, 8)
    body += _ifd(order, camera, camera_at) if camera else b""
    body += _ifd(order, interop, interop_at) if interop else b""
    return head + body


def _length(entries: list[Entry]) -> int:
    return 2 + 12 * len(entries) + 4 + sum(_padded(e) for e in entries if len(e.value) > 4)


def _padded(entry: Entry) -> int:
    return len(entry.value) + len(entry.value) % 2


def _ifd(order: str, entries: list[Entry], at: int) -> bytes:
    table = struct.pack(order + "H", len(entries))
    values = b""
    start = at + 2 + 12 * len(entries) + 4
    for e in sorted(entries, key=lambda e: e.tag):
        if len(e.value) > 4:
            field = struct.pack(order + "I", start + len(values))
            values += e.value.ljust(_padded(e), b"\0")
        else:
            field = e.value.ljust(4, b"\0")
        table += struct.pack(order + "HHI", e.tag, e.kind, e.count) + field
    return table + struct.pack(order + "I", 0) + values
