"""Putting an ICC profile into an AVIF file: one more property box (ISO/IEC 14496-12, 12.1.5)."""

from __future__ import annotations

import struct

from keepdial.files.isobmff import locations, walk


def with_profile(data: bytes, icc: bytes) -> bytes:
    """Return the file with a ``colr`` box that holds `icc`, tied to every item that has a size.

    The property list, its associations and every box around them grow; places of picture data behind the
    meta box move by as much.
    """
    boxes = {kind: (start, stop) for kind, start, stop in walk(data, 0, len(data))}
    meta, iprp, ipco, ipma = (boxes[k] for k in (b"meta", b"iprp", b"ipco", b"ipma"))
    number = sum(1 for _ in walk(data, *ipco)) + 1
    if number > 127:
        raise ValueError("too many properties")
    colour = struct.pack(">I4s4s", 12 + len(icc), b"colr", b"prof") + icc
    associations = _associated(data[slice(*ipma)], number)
    grown = len(colour) + len(associations) - (ipma[1] - ipma[0])
    out = bytearray(data)
    out[slice(*ipma)] = associations
    _resize(out, ipma[0], len(associations) - (ipma[1] - ipma[0]))
    out[ipco[1] : ipco[1]] = colour
    _resize(out, ipco[0], len(colour))
    for start, _ in (iprp, meta):
        _resize(out, start, grown)
    _move(out, boxes[b"iloc"], grown, meta[1])
    return bytes(out)


def _resize(out: bytearray, start: int, by: int) -> None:
    (length,) = struct.unpack_from(">I", out, start - 8)
    struct.pack_into(">I", out, start - 8, length + by)


def _associated(body: bytes, number: int) -> bytes:
    """Return an ipma payload with property `number` added to each item."""
    version, flags = body[0], body[3]
    wide = flags & 1
    out, at = bytearray(body[:8]), 8
    for _ in range(struct.unpack_from(">I", body, 4)[0]):
        head = 2 if version == 0 else 4
        count = body[at + head]
        end = at + head + 1 + count * (2 if wide else 1)
        out += body[at : at + head] + bytes([count + 1]) + body[at + head + 1 : end]
        out += struct.pack(">H", number) if wide else bytes([number])
        at = end
    return bytes(out)


def _move(out: bytearray, iloc: tuple[int, int], by: int, behind: int) -> None:
    """Add `by` to each item's place in `iloc` that lies at `behind` or later."""
    if out[iloc[0] + 4] >> 4 != 4 or out[iloc[0] + 5] >> 4:
        raise ValueError("iloc of an unknown layout")
    for _, spans in list(locations(bytes(out), *iloc)):
        for at, offset, _ in spans:
            if offset >= behind:
                struct.pack_into(">I", out, at, offset + by)
