"""The quantised DCT coefficients of a JPEG file: read those that are wanted, write a file with some replaced.

Baseline and extended files keep the source's own bits for every unit that is not coded again. Progressive
files, and files whose Huffman tables lack a symbol that the new blocks need, are entropy coded anew with
optimal tables; no coefficient changes by that.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.files import jpegfile
from keepdial.files.blocks.huffman import Table, optimal, parse_tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.files.jpegfile import JpegFile, Segment


class NotSpliceable(Exception):
    """This file's blocks cannot be replaced one by one; the message says why, for the report."""


@dataclass(frozen=True, slots=True)
class Plane:
    """One component's blocks.

    `down` x `across` blocks hold picture; the grid is padded to `rows` x `stride`. Its blocks start at
    `first` in the array of all blocks. One sample covers `fy` x `fx` pixels. `quant` (64,) is in zigzag
    order.
    """

    index: int
    h: int
    v: int
    down: int
    across: int
    rows: int
    stride: int
    first: int
    fx: int
    fy: int
    quant: NDArray[np.int64] = field(repr=False)

    @property
    def blocks(self) -> slice:
        """The plane's blocks in the array of all blocks."""
        return slice(self.first, self.first + self.rows * self.stride)


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan: its header, its planes, its grid of units, its bands and the tables in force."""

    header: Segment
    stop: int
    planes: tuple[Plane, ...]
    across: int
    units: int
    interval: int
    layout: NDArray[np.int64]
    band: tuple[int, int, int, int]
    tables: dict[tuple[int, int], Table]

    def units_with(self, marked: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Return (units,) True for units that hold a block marked in its plane's (rows, stride) array."""
        if len(self.planes) == 1:
            plane = self.planes[0]
            return np.ascontiguousarray(marked[plane.index][: plane.down, : plane.across]).reshape(-1)
        out = np.zeros((self.units // self.across, self.across), np.bool_)
        for plane in self.planes:
            grid = marked[plane.index].reshape(out.shape[0], plane.v, self.across, plane.h)
            out |= grid.any(axis=(1, 3))
        return out.reshape(-1)


@dataclass(frozen=True, slots=True)
class Plan:
    """A file's planes and scans."""

    file: JpegFile
    planes: tuple[Plane, ...]
    scans: tuple[Scan, ...]
    blocks: int


def complete(layout: Plan) -> bool:
    """Whether every Huffman table has all symbols that any block can need, as the standard's tables do."""
    need = {0: set(range(12)), 1: {0, 0xF0, *(r << 4 | s for r in range(16) for s in range(1, 11))}}
    return not layout.file.frame.progressive and all(
        need[kind] <= set(table.symbols) for s in layout.scans for (kind, _), table in s.tables.items()
    )


@dataclass(frozen=True, slots=True)
class Track:
    """Where a sequential scan's units lie: unstuffed bytes, bits, and DC predictors."""

    buf: NDArray[np.uint8]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    before: NDArray[np.int64]


def plan(data: bytes, file: JpegFile) -> Plan:
    """Lay out the file's planes and scans; raise `NotSpliceable` for kinds that are not handled."""
    frame = file.frame
    if not frame.huffman:
        raise NotSpliceable("it is not Huffman coded")
    planes = _planes(file)
    by_ident = {c.ident: p for c, p in zip(frame.components, planes, strict=True)}
    if len(by_ident) != len(planes):
        raise NotSpliceable("two components have the same name")
    scans: list[Scan] = []
    tables: dict[tuple[int, int], Table] = {}
    interval = 0
    for at, segment in enumerate(file.segments):
        if segment.marker == jpegfile.DHT:
            tables = tables | parse_tables(segment.body)
        elif segment.marker == jpegfile.DRI:
            interval = struct.unpack(">H", segment.body)[0]
        elif segment.marker == jpegfile.DNL:
            raise NotSpliceable("its height is told behind the first scan")
        elif segment.marker == jpegfile.SOS:
            following = file.segments[at + 1].start if at + 1 < len(file.segments) else file.end - 2
            scans.append(_scan(segment, following, by_ident, tables, interval, file))
    return Plan(file, planes, tuple(scans), sum(p.rows * p.stride for p in planes))


def read(
    data: bytes, layout: Plan, marked: list[NDArray[np.bool_]] | None
) -> tuple[NDArray[np.int16], list[Track | None]]:
    """Return the coefficients (blocks, 64) int16, zigzag, and where each scan's units lie.

    With `marked` (one (rows, stride) array for each plane) only the units that hold a marked block, and each
    unit behind one, are filled in; all others stay 0. Progressive files are always read whole.
    """
    from keepdial.files.blocks import entropy, progressive

    source = np.frombuffer(data, np.uint8)
    coefficients = np.zeros((layout.blocks, 64), np.int16)
    tracks: list[Track | None] = []
    for scan in layout.scans:
        buf = np.zeros(scan.stop - scan.header.stop + entropy.SLACK, np.uint8)
        expected = -(-scan.units // scan.interval)
        bounds = np.zeros(expected + 2, np.int64)
        found = entropy.unstuff(source, scan.header.stop, scan.stop, buf, bounds)
        if found != expected:
            raise NotSpliceable("its restart markers do not fit")
        short, long = _lookups(scan)
        grid = (scan.interval, scan.across)
        if not layout.file.frame.progressive:
            wanted = np.ones(scan.units, np.bool_) if marked is None else again(scan, marked)
            begins, ends = np.empty(scan.units, np.int64), np.empty(scan.units, np.int64)
            before = np.empty((scan.units, len(scan.planes)), np.int64)
            done = entropy.decode_sequential(
                buf, bounds, *grid, scan.layout, short, long, wanted, coefficients, begins, ends, before
            )
            tracks.append(Track(buf, begins, ends, before))
        else:
            args = (buf, bounds, *grid, scan.units, scan.layout, short, long)
            if scan.band[0] == 0:
                done = progressive.decode_dc(*args, scan.band[2] > 0, scan.band[3], coefficients)
            else:
                done = progressive.decode_ac(*args, np.array(scan.band, np.int64), coefficients)
            tracks.append(None)
        if done != scan.units:
            raise NotSpliceable("its data are damaged")
    return coefficients, tracks


def again(scan: Scan, marked: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return (units,) True for units to code again: marked ones, and the next (its DC difference changes)."""
    units = scan.units_with(marked)
    out = units.copy()
    out[1:] |= units[:-1]
    return out


def write(
    layout: Plan,
    coefficients: NDArray[np.int16],
    tracks: list[Track | None],
    marked: list[NDArray[np.bool_]],
) -> list[tuple[bytes, bytes]] | None:
    """Return (tables to put before the scan's header, entropy coded bytes) for each scan.

    Tables are empty where the file's own serve. None: the source's tables lack a symbol, so read everything
    and use `write_anew`.
    """
    out: list[tuple[bytes, bytes]] = []
    for scan, track in zip(layout.scans, tracks, strict=True):
        if track is None:
            return None
        units = again(scan, marked)
        symbol, bits, count, first = _tokens(layout, scan, coefficients, units, track, np.zeros(0, np.uint64))
        codes, lengths = _books(scan.tables)
        used = symbol[: first[-1]]
        if (lengths[used] == 0).any():
            return None
        out.append((b"", _written(scan, (symbol, bits, count, first), codes, lengths, units, track)))
    return out


def write_anew(layout: Plan, coefficients: NDArray[np.int16]) -> list[tuple[bytes, bytes]]:
    """Return (tables, entropy coded bytes) for each scan, coded from all coefficients with optimal tables."""
    from keepdial.files.blocks import progressive

    if coefficients.max() > 16383 or coefficients.min() < -16383:
        raise NotSpliceable("its coefficients are out of range")
    masks = np.zeros(layout.blocks if layout.file.frame.progressive else 0, np.uint64)
    progressive.nonzero(coefficients, masks)
    out: list[tuple[bytes, bytes]] = []
    for scan in layout.scans:
        units = np.ones(scan.units, np.bool_)
        none = Track(
            np.zeros(8, np.uint8),
            np.zeros(scan.units, np.int64),
            np.zeros(scan.units, np.int64),
            np.zeros((scan.units, len(scan.planes)), np.int64),
        )
        tokens = _tokens(layout, scan, coefficients, units, none, masks)
        used = tokens[0][: tokens[3][-1]]
        counts = np.bincount(used[used >= 0], minlength=8 * 256).reshape(8, 256)
        tables = {(int(i >= 4), int(i % 4)): optimal(counts[i]) for i in range(8) if counts[i].any()}
        codes, lengths = _books(tables)
        body = b"".join(jpegfile.segment(jpegfile.DHT, t.segment_body(*key)) for key, t in tables.items())
        out.append((body, _written(scan, tokens, codes, lengths, units, none)))
    return out


def _tokens(
    layout: Plan,
    scan: Scan,
    coefficients: NDArray[np.int16],
    units: NDArray[np.bool_],
    track: Track,
    masks: NDArray[np.uint64],
) -> tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.int8], NDArray[np.int64]]:
    from keepdial.files.blocks import entropy, progressive

    each = sum(p.h * p.v for p in scan.planes) if len(scan.planes) > 1 else 1
    room = (int(units.sum()) * each + 1) * 130 + 1200
    tokens = (np.empty(room, np.int16), np.empty(room, np.int32), np.empty(room, np.int8))
    first = np.empty(scan.units + 1, np.int64)
    grid = (scan.interval, scan.across)
    if not layout.file.frame.progressive:
        entropy.tokens_sequential(coefficients, *grid, scan.layout, units, track.before, *tokens, first)
    elif scan.band[0] == 0:
        refine, low = scan.band[2] > 0, scan.band[3]
        progressive.tokens_dc(coefficients, *grid, scan.units, scan.layout, refine, low, *tokens, first)
    else:
        band = np.array(scan.band, np.int64)
        progressive.tokens_ac(coefficients, *grid, scan.units, scan.layout, band, masks, *tokens, first)
    return (*tokens, first)


def _written(
    scan: Scan,
    tokens: tuple[NDArray[np.int16], NDArray[np.int32], NDArray[np.int8], NDArray[np.int64]],
    codes: NDArray[np.int64],
    lengths: NDArray[np.int64],
    units: NDArray[np.bool_],
    track: Track,
) -> bytes:
    from keepdial.files.blocks import entropy

    room = 2 * track.buf.size + 8 * int(tokens[3][-1]) + 4 * (scan.units // scan.interval) + 64
    out = np.empty(room, np.uint8)
    size = entropy.write_scan(
        *tokens, codes, lengths, units, track.buf, track.begins, track.ends, scan.interval, out
    )
    return out[:size].tobytes()


def _planes(file: JpegFile) -> tuple[Plane, ...]:
    frame = file.frame
    quant = _quant_tables(file)
    most_h, most_v = max(c.h for c in frame.components), max(c.v for c in frame.components)
    mcus_across = -(-frame.width // (8 * most_h))
    mcus_down = -(-frame.height // (8 * most_v))
    planes: list[Plane] = []
    first = 0
    for i, c in enumerate(frame.components):
        if most_h % c.h or most_v % c.v:
            raise NotSpliceable("its sampling factors are odd")
        if c.table not in quant:
            raise NotSpliceable("a quantisation table is missing")
        across = _ceil(_ceil(frame.width * c.h, most_h), 8)
        down = _ceil(_ceil(frame.height * c.v, most_v), 8)
        rows, stride = mcus_down * c.v, mcus_across * c.h
        planes.append(
            Plane(
                i, c.h, c.v, down, across, rows, stride, first, most_h // c.h, most_v // c.v, quant[c.table]
            )
        )
        first += rows * stride
    return tuple(planes)


def _ceil(a: int, b: int) -> int:
    return -(-a // b)


def _quant_tables(file: JpegFile) -> dict[int, NDArray[np.int64]]:
    found: dict[int, NDArray[np.int64]] = {}
    for segment in file.segments:
        if segment.marker != jpegfile.DQT:
            continue
        at, body = 0, segment.body
        while at < len(body):
            wide, ident = body[at] >> 4, body[at] & 15
            length = 128 if wide else 64
            values = np.frombuffer(body[at + 1 : at + 1 + length], ">u2" if wide else "u1").astype(np.int64)
            if values.size != 64 or (values == 0).any():
                raise NotSpliceable("a quantisation table is damaged")
            if ident in found and (found[ident] != values).any():
                raise NotSpliceable("a quantisation table changes between scans")
            found[ident] = values
            at += 1 + length
    return found


def _scan(
    segment: Segment,
    stop: int,
    by_ident: dict[int, Plane],
    tables: dict[tuple[int, int], Table],
    interval: int,
    file: JpegFile,
) -> Scan:
    body, count = segment.body, segment.body[0] if segment.body else 0
    if len(body) < 4 + 2 * count or not 1 <= count <= 4:
        raise NotSpliceable("a scan header is damaged")
    chosen: list[Plane] = []
    rows: list[tuple[int, ...]] = []
    for i in range(count):
        plane = by_ident.get(body[1 + 2 * i])
        dc, ac = body[2 + 2 * i] >> 4, body[2 + 2 * i] & 15
        if plane is None or dc > 3 or ac > 3 or plane in chosen:
            raise NotSpliceable("a scan header is damaged")
        h, v = (plane.h, plane.v) if count > 1 else (1, 1)
        chosen.append(plane)
        rows.append((h, v, dc, ac + 4, plane.first, plane.stride))
    start, end, bits = body[1 + 2 * count : 4 + 2 * count]
    band = (start, end, bits >> 4, bits & 15)
    if file.frame.progressive and (end > 63 or start > end or (start and count > 1) or (not start and end)):
        raise NotSpliceable("a scan header is damaged")
    if count > 1:
        across = chosen[0].stride // chosen[0].h
        units = across * (chosen[0].rows // chosen[0].v)
    else:
        across, units = chosen[0].across, chosen[0].across * chosen[0].down
    layout = np.array(rows, np.int64)
    return Scan(segment, stop, tuple(chosen), across, units, interval or units, layout, band, tables)


def _lookups(scan: Scan) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    short, long = np.zeros((8, 1 << 9), np.uint16), np.zeros((8, 1 << 16), np.uint16)
    for (kind, ident), table in scan.tables.items():
        if kind < 2 and ident < 4:
            short[4 * kind + ident], long[4 * kind + ident] = table.lookup()
    return short, long


def _books(tables: dict[tuple[int, int], Table]) -> tuple[NDArray[Any], NDArray[Any]]:
    codes, lengths = np.zeros((8, 256), np.int64), np.zeros((8, 256), np.int64)
    for (kind, ident), table in tables.items():
        if kind < 2 and ident < 4:
            codes[4 * kind + ident], lengths[4 * kind + ident] = table.codes()
    return codes.reshape(-1), lengths.reshape(-1)
