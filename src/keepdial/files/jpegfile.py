"""The structure of a JPEG file: markers, frame, scans (ITU-T T.81, annex B). No pixels are decoded here."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from keepdial.errors import CorruptFile

SOI, EOI, SOS, DQT, DHT, DRI, DNL, DAC, COM = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD, 0xDC, 0xCC, 0xFE
APP0, APP1, APP2, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, DAC}

EXIF = b"Exif\0\0"
XMP = b"http://ns.adobe.com/xap/1.0/\0"
ICC = b"ICC_PROFILE\0"
MAX_SCANS = 100
"""More scans than any encoder writes (a full progressive script has 10 to 20): a bomb, not a picture."""

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment: ``data[start:stop]`` is all of it, from the marker on; `body` its payload."""

    marker: int
    start: int
    stop: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Component:
    """One component of the frame: identifier, sampling factors, quantisation table."""

    ident: int
    h: int
    v: int
    table: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame header: the SOF marker's number, bits per sample, size as stored, components."""

    marker: int
    precision: int
    width: int
    height: int
    components: tuple[Component, ...]

    @property
    def progressive(self) -> bool:
        """Whether the scans refine one another."""
        return self.marker in (0xC2, 0xC6, 0xCA, 0xCE)

    @property
    def huffman(self) -> bool:
        """Whether it is baseline, extended or progressive Huffman coding, not lossless or arithmetic."""
        return self.marker in (0xC0, 0xC1, 0xC2)


@dataclass(frozen=True, slots=True)
class JpegFile:
    """A parsed file: all segments in order, the frame, and where the picture ends.

    Entropy coded data follow each SOS segment up to the next segment's start. `end` is the offset after the
    EOI marker; what follows it does not belong to the picture.
    """

    segments: tuple[Segment, ...]
    frame: Frame
    end: int

    @property
    def scans(self) -> int:
        """Number of scans."""
        return sum(s.marker == SOS for s in self.segments)


def parse(data: bytes) -> JpegFile:
    """Return the structure; raise `CorruptFile` when it cannot be followed to the end of the picture."""
    segments: list[Segment] = []
    frame: Frame | None = None
    at = 2
    while True:
        at = _marker_at(data, at)
        marker = data[at + 1]
        if marker == EOI:
            break
        if at + 4 > len(data):
            raise _cut_short()
        length = struct.unpack_from(">H", data, at + 2)[0]
        stop = at + 2 + length
        if length < 2 or stop > len(data):
            raise _cut_short()
        segment = Segment(marker, at, stop, data[at + 4 : stop])
        segments.append(segment)
        if marker in FRAMES:
            if frame is not None:
                raise _damaged("two frame headers")
            frame = _frame(segment)
        at = stop
        if marker == SOS:
            found = _NEXT_MARKER.search(data, at)
            if found is None:
                raise _cut_short()
            at = found.start()
    if frame is None or not any(s.marker == SOS for s in segments):
        raise _damaged("no frame or no scan")
    return JpegFile(tuple(segments), frame, at + 2)


def read_frame(data: bytes) -> Frame:
    """Return the frame header alone: the walk stops there."""
    at = 2
    while True:
        at = _marker_at(data, at)
        marker = data[at + 1]
        if marker in (EOI, SOS) or at + 4 > len(data):
            raise _damaged("no frame header")
        stop = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker in FRAMES:
            if stop > len(data):
                raise _cut_short()
            return _frame(Segment(marker, at, stop, data[at + 4 : stop]))
        at = stop


def _marker_at(data: bytes, at: int) -> int:
    """Return where the next marker is: at `at`, or behind fill bytes."""
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise _cut_short()
    return found.start()


def _frame(segment: Segment) -> Frame:
    body = segment.body
    if len(body) < 6 or len(body) < 6 + 3 * body[5] or body[5] == 0:
        raise _damaged("frame header too short")
    precision, height, width, count = struct.unpack_from(">BHHB", body)
    components = tuple(
        Component(body[i], body[i + 1] >> 4, body[i + 1] & 15, body[i + 2])
        for i in range(6, 6 + 3 * count, 3)
    )
    if any(not 1 <= c.h <= 4 or not 1 <= c.v <= 4 for c in components):
        raise _damaged("sampling factors")
    return Frame(segment.marker, precision, width, height, components)


def app_blocks(file: JpegFile, marker: int, prefix: bytes) -> list[bytes]:
    """Return the payloads, without `prefix`, of all APPn segments of that kind."""
    return [s.body[len(prefix) :] for s in file.segments if s.marker == marker and s.body.startswith(prefix)]


def icc_profile(file: JpegFile) -> bytes | None:
    """Return the ICC profile, joined from its numbered chunks (ICC.1:2010, annex B.4); None if incomplete."""
    chunks = {b[0]: b for b in app_blocks(file, APP2, ICC) if len(b) > 2}
    if not chunks:
        return None
    total = next(iter(chunks.values()))[1]
    if sorted(chunks) != list(range(1, total + 1)):
        return b""
    return b"".join(chunks[i][2:] for i in range(1, total + 1))


def segment(marker: int, body: bytes) -> bytes:
    """Return the bytes of a marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def icc_segments(icc: bytes) -> bytes:
    """Return APP2 segments that hold the profile."""
    size = 65533 - len(ICC) - 2
    parts = [icc[i : i + size] for i in range(0, len(icc), size)]
    return b"".join(segment(APP2, ICC + bytes((i, len(parts))) + p) for i, p in enumerate(parts, 1))


def _cut_short() -> CorruptFile:
    return CorruptFile("The JPEG file is cut short.", hint="Get a fresh copy of it.")


def _damaged(what: str) -> CorruptFile:
    return CorruptFile("The JPEG file is damaged.", hint="Get a fresh copy of it.", detail=what)
