"""JPEG in, JPEG out: only blocks that an edit touches are encoded again; all others keep their coefficients.

Inside a block that is encoded again, samples that the edit did not touch enter as the exact inverse DCT of
the source's coefficients, so that they change by no more than the quantisation of their neighbours asks.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.files import exif as exif_block
from keepdial.files import jpegfile, metadata
from keepdial.files.blocks.coefficients import (
    NotSpliceable,
    Plan,
    Plane,
    complete,
    plan,
    read,
    write,
    write_anew,
)
from keepdial.files.blocks.dct import dct_rows, zigzag
from keepdial.files.codec import UPRIGHT, Encoded, Job
from keepdial.geometry import Box, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.files.jpegfile import JpegFile

_YCC = np.array([[0.299, 0.587, 0.114], [-0.168735892, -0.331264108, 0.5], [0.5, -0.418687589, -0.081312411]])
"""RGB to Y, Cb, Cr (JFIF 1.02), levels shifted so that each is centred on 0 after 128 is taken from Y."""


@dataclass(frozen=True, slots=True)
class Spliced:
    """The result: entropy coded scans, and which blocks of each plane differ from the source's."""

    scans: list[tuple[bytes, bytes]] = field(repr=False)
    rebuilt: bool
    differing: list[NDArray[np.bool_]] = field(repr=False)


def splice(job: Job, file: JpegFile, source: bytes) -> Encoded:
    """Return the source's file with the blocks replaced that the edit touched.

    Raises `NotSpliceable`, with the reason in words, where this file cannot be spliced.
    """
    image = job.image
    stored = image.orientation.stored(image.pixels)
    if len(file.frame.components) != stored.shape[2]:
        raise NotSpliceable("colour became grey, or grey colour")
    if (file.frame.width, file.frame.height) != (stored.shape[1], stored.shape[0]):
        from keepdial.files.blocks.enlarge import enlarged

        return enlarged(job, file, source)
    changed = _changed(job, file, source)
    layout = plan(source, file)
    result = _replace_blocks(source, layout, stored, image.orientation.stored(changed), weights_of(file))
    data = assembled(job, file, source, result)
    good = image.orientation.upright(
        guaranteed(layout, result.differing, Size(stored.shape[1], stored.shape[0]))
    )
    again = sum(int(d.sum()) for d in result.differing)
    total = sum(p.down * p.across for p in layout.planes)
    notes = [f"{again:,} of {total:,} blocks were encoded again; all others keep their DCT coefficients"]
    if result.rebuilt:
        notes.append("the Huffman tables were made anew, which changes no coefficient")
    return Encoded(data, "jpeg", np.ascontiguousarray(good), tuple(notes))


def guaranteed(layout: Plan, differing: list[NDArray[np.bool_]], size: Size) -> NDArray[np.bool_]:
    """Return (H, W) bool, as stored: True where no block that differs has a say in the decoded pixel.

    A sample of a plane that is coarser than the picture reaches one pixel beyond its own area when the
    decoder interpolates (libjpeg's triangle filter), so such blocks count with a border of one pixel.
    """
    out = np.ones((size.height, size.width), np.bool_)
    for plane in layout.planes:
        box = Box.of(differing[plane.index])
        if box is None:
            continue
        marks = differing[plane.index][box.slices]
        tall, wide = 8 * plane.fy, 8 * plane.fx
        region = np.repeat(np.repeat(marks, tall, axis=0), wide, axis=1)
        by, bx = int(plane.fy > 1), int(plane.fx > 1)
        if by or bx:
            region = _grown(np.pad(region, ((by, by), (bx, bx))), by, bx)
        y0, x0 = box.y * tall - by, box.x * wide - bx
        top, left = max(0, -y0), max(0, -x0)
        y1, x1 = min(size.height, y0 + region.shape[0]), min(size.width, x0 + region.shape[1])
        if y1 > y0 + top and x1 > x0 + left:
            out[y0 + top : y1, x0 + left : x1] &= ~region[top : y1 - y0, left : x1 - x0]
    return out


def _grown(region: NDArray[np.bool_], by: int, bx: int) -> NDArray[np.bool_]:
    out = region.copy()
    if by:
        out[1:] |= region[:-1]
        out[:-1] |= region[1:]
    if bx:
        rows = out.copy()
        out[:, 1:] |= rows[:, :-1]
        out[:, :-1] |= rows[:, 1:]
    return out


def _changed(job: Job, file: JpegFile, source: bytes) -> NDArray[np.bool_]:
    if job.changed is not None:
        return job.changed
    import simplejpeg

    image = job.image
    before = simplejpeg.decode_jpeg(
        source, "GRAY" if len(file.frame.components) == 1 else "RGB", strict=False
    )
    upright: NDArray[Any] = image.orientation.upright(before)
    return np.asarray((upright != image.pixels).any(axis=2))


def weights_of(file: JpegFile) -> NDArray[np.float64]:
    """Return (components, channels): how the file's components are made of the picture's channels."""
    components = file.frame.components
    if len(components) == 1:
        return np.ones((1, 1))
    if jpegfile.app_blocks(file, jpegfile.APP0, b"JFIF\0"):
        return _YCC
    for body in jpegfile.app_blocks(file, jpegfile.APP14, b"Adobe"):
        if len(body) >= 7:
            return np.eye(3) if body[6] == 0 else _YCC
    return np.eye(3) if bytes(c.ident for c in components) == b"RGB" else _YCC


def _replace_blocks(
    source: bytes, layout: Plan, stored: NDArray[Any], changed: NDArray[np.bool_], weights: NDArray[Any]
) -> Spliced:
    touched = [blocks_touched(plane, changed) for plane in layout.planes]
    if not any(t.any() for t in touched):
        return Spliced([], False, touched)
    # Tables without all symbols may have to be made anew, and then all coefficients are needed.
    whole = not complete(layout)
    coefficients, tracks = read(source, layout, None if whole else touched)
    news = [
        encoded_again(plane, coefficients, np.argwhere(mark), stored, changed, weights[plane.index])
        for plane, mark in zip(layout.planes, touched, strict=True)
    ]
    differing = [np.zeros_like(t) for t in touched]
    for plane, mark, new in zip(layout.planes, touched, news, strict=True):
        old = coefficients[plane.blocks].reshape(plane.rows, plane.stride, 64)[mark]
        differing[plane.index][mark] = (old != new).any(axis=1)
    if not any(d.any() for d in differing):
        return Spliced([], False, differing)
    _put(layout, coefficients, touched, news)
    scans = write(layout, coefficients, tracks, touched)
    if scans is not None:
        return Spliced(scans, False, differing)
    if not whole:
        coefficients, _ = read(source, layout, None)
        _put(layout, coefficients, touched, news)
    return Spliced(write_anew(layout, coefficients), True, differing)


def _put(
    layout: Plan,
    coefficients: NDArray[np.int16],
    touched: list[NDArray[np.bool_]],
    news: list[NDArray[np.int16]],
) -> None:
    for plane in layout.planes:
        grid = coefficients[plane.blocks].reshape(plane.rows, plane.stride, 64)
        grid[touched[plane.index]] = news[plane.index]


def blocks_touched(plane: Plane, changed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (rows, stride) bool: blocks that hold a sample to which a changed pixel contributes."""
    out = np.zeros((plane.rows, plane.stride), np.bool_)
    box = Box.of(changed)
    if box is None:
        return out
    tall, wide = 8 * plane.fy, 8 * plane.fx
    y0, x0 = box.y // tall, box.x // wide
    y1, x1 = -(-box.bottom // tall), -(-box.right // wide)
    part = changed[y0 * tall : y1 * tall, x0 * wide : x1 * wide]
    part = np.pad(part, ((0, (y1 - y0) * tall - part.shape[0]), (0, (x1 - x0) * wide - part.shape[1])))
    by_rows = part.reshape(y1 - y0, tall, -1).any(axis=1)
    out[y0:y1, x0:x1] = by_rows.reshape(y1 - y0, x1 - x0, wide).any(axis=2)
    return out


def encoded_again(
    plane: Plane,
    coefficients: NDArray[np.int16],
    where: NDArray[np.intp],
    stored: NDArray[Any],
    changed: NDArray[np.bool_],
    weights: NDArray[np.float64],
) -> NDArray[np.int16]:
    """Return (blocks, 64) int16, zigzag: the blocks at `where` (row, column) with changed samples put in."""
    from keepdial.files.blocks.kernels import replaced_blocks

    new = np.empty((len(where), 64), np.int16)
    old = coefficients[plane.first + where[:, 0] * plane.stride + where[:, 1]]
    # The level shift: 128 where the component is a weighted mean, 0 where it is a difference.
    centre = 128.0 if weights.sum() > 0.5 else 0.0
    basis, order = dct_rows(), zigzag()

    def part(s: slice) -> None:
        share = (old[s], plane.quant, where[s], stored, changed, weights, centre)
        replaced_blocks(*share, plane.fy, plane.fx, basis, order, new[s])

    step = max(1, -(-len(where) // (os.cpu_count() or 1)))
    with ThreadPoolExecutor() as pool:
        list(pool.map(part, (slice(i, i + step) for i in range(0, len(where), step))))
    return new


def assembled(job: Job, file: JpegFile, source: bytes, result: Spliced) -> bytes:
    """Return the file: the source's segments but private ones, with the new scans."""
    parts = [b"\xff\xd8"]
    scan = 0
    extra = _own_metadata(job)
    for at, segment in enumerate(file.segments):
        if segment.marker != jpegfile.APP0 and extra:
            parts.append(extra)
            extra = b""
        if segment.marker == jpegfile.DHT and result.rebuilt:
            continue
        if segment.marker == jpegfile.SOS:
            tables, body = result.scans[scan] if result.scans else (b"", None)
            if body is None:
                stop = file.segments[at + 1].start if at + 1 < len(file.segments) else file.end - 2
                body = source[segment.stop : stop]
            parts += [tables, source[segment.start : segment.stop], body]
            scan += 1
        elif segment.marker in jpegfile.FRAMES:
            parts.append(jpegfile.segment(segment.marker, segment.body))
        elif _kept(segment):
            parts.append(_without_thumbnail(segment, source))
    return b"".join([*parts, b"\xff\xd9"])


def _own_metadata(job: Job) -> bytes:
    orientation = job.image.orientation
    found = metadata.outgoing(job.image, keep=job.settings.keep_metadata, orientation=orientation)
    exif = found.exif or (exif_block.orientation_only(orientation) if orientation != UPRIGHT else None)
    parts = [jpegfile.segment(jpegfile.APP1, jpegfile.EXIF + exif)] if exif and len(exif) < 65000 else []
    if found.xmp and len(found.xmp) < 65000:
        parts.append(jpegfile.segment(jpegfile.APP1, jpegfile.XMP + found.xmp))
    return b"".join(parts)


def _kept(segment: jpegfile.Segment) -> bool:
    """Whether a segment belongs to the picture: coding, density, colour; not camera data or previews."""
    marker = segment.marker
    if marker == jpegfile.APP0:
        return segment.body.startswith(b"JFIF\0")
    if marker == jpegfile.APP2:
        return segment.body.startswith(jpegfile.ICC)
    if marker == jpegfile.APP14:
        return segment.body.startswith(b"Adobe")
    return not (0xE0 <= marker <= 0xEF or marker == jpegfile.COM)


def _without_thumbnail(segment: jpegfile.Segment, source: bytes) -> bytes:
    if segment.marker == jpegfile.APP0 and len(segment.body) > 14:
        return jpegfile.segment(jpegfile.APP0, segment.body[:12] + b"\0\0")
    return source[segment.start : segment.stop]
