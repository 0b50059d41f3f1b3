"""TIFF: tifffile with imagecodecs, in process: both raise on damage, and sizes are judged first."""

from __future__ import annotations

import io
import logging
import struct
from typing import TYPE_CHECKING, Any

from keepdial.errors import CorruptFile, TooLarge, UnsupportedFormat
from keepdial.files.codec import Decoded, Encoded, Header, Job, join_alpha, too_large
from keepdial.geometry import Orientation, Size

if TYPE_CHECKING:
    pass

MAX_PAGES = 10_000
MAX_SAMPLE_BITS = 256
"""Bits of one pixel, all samples together: four doubles. More would fill the memory at a modest size."""
_WIDTH, _HEIGHT, _BITS, _SAMPLES = 256, 257, 258, 277
_SHAPES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}

logging.getLogger("tifffile").addHandler(logging.NullHandler())


class Tiff:
    """The TIFF codec."""

    name = "tiff"
    suffixes = (".tif", ".tiff")
    depths: tuple[int, ...] = (8, 16)
    alpha = True
    keeps_bytes = False

    def matches(self, head: bytes) -> bool:
        """Whether the bytes start like TIFF or BigTIFF, in either byte order."""
        return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

    def header(self, data: bytes) -> Header:
        """Read the first directory's size; count the directories, at most once each."""
        first, pages = _directories(data)
        size = Size(_number(first, _WIDTH, 0), _number(first, _HEIGHT, 0))
        bits = _number(first, _SAMPLES, 1) * _number(first, _BITS, 1)
        if bits > MAX_SAMPLE_BITS:
            raise too_large(
                "The TIFF file's pixels are too deep", f"{bits} bits each", f"{MAX_SAMPLE_BITS} bits"
            )
        return Header(size, pages)

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the first page; see `tiffpixels` for what becomes of rare sample kinds."""
        import tifffile

        from keepdial.files.tiffpixels import convert

        with tifffile.TiffFile(io.BytesIO(data)) as file:
            page: Any = file.pages[0]
            if (page.imagewidth, page.imagelength) != (header.size.width, header.size.height):
                raise ValueError("the page has another size than its header")
            if page.imagedepth != 1:
                raise UnsupportedFormat("The TIFF file holds a volume; pictures open.")
            samples = page.asarray(maxworkers=1)
            tags = {t.code: t.value for t in page.tags.values() if t.code in (282, 283, 296, 274, 700, 34675)}
            converted = convert(samples, page, tags.get(34675))
            lossless = page.compression not in (6, 7, 33003, 33004, 33005, 34712, 34892, 50001, 50002)
        return Decoded(
            pixels=converted.pixels,
            alpha=converted.alpha,
            icc=converted.icc,
            orientation=Orientation.parse(int(tags.get(274, 1))),
            dpi=_dpi(tags),
            xmp=tags.get(700) if isinstance(tags.get(700), bytes) else None,
            lossless=lossless,
            notes=converted.notes,
        )

    def encode(self, job: Job) -> Encoded:
        """Write without loss: deflate with the horizontal predictor, at the image's own depth."""
        import numpy as np
        import tifffile

        image = job.image
        samples = join_alpha(image.pixels, image.alpha)
        if samples.shape[2] == 1:
            samples = samples[:, :, 0]
        out = io.BytesIO()
        extra = [(700, 1, len(job.metadata.xmp), job.metadata.xmp, True)] if job.metadata.xmp else []
        tifffile.imwrite(
            out,
            samples,
            photometric="rgb" if image.pixels.shape[2] == 3 else "minisblack",
            planarconfig="contig" if samples.ndim == 3 else None,
            extrasamples=["unassalpha"] if image.alpha is not None else None,
            compression="adobe_deflate",
            compressionargs={"level": 1},
            predictor=True,
            iccprofile=image.icc,
            resolution=image.dpi or (72.0, 72.0),
            resolutionunit="INCH",
            metadata=None,
            software=False,
            extratags=extra,
        )
        notes = ("EXIF is not written to TIFF files",) if job.metadata.exif else ()
        return Encoded(out.getvalue(), self.name, np.ones(image.pixels.shape[:2], np.bool_), notes)


def _directories(data: bytes) -> tuple[dict[int, tuple[int, ...]], int]:
    """Return the first directory's whole numbers by tag, and how many directories there are (TIFF 6.0, 2)."""
    order = "<" if data[:1] == b"I" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    offset = struct.unpack_from(order + ("Q" if big else "I"), data, 8 if big else 4)[0]
    first: dict[int, tuple[int, ...]] | None = None
    seen: set[int] = set()
    while offset and offset not in seen:
        if len(seen) >= MAX_PAGES:
            raise TooLarge(f"The TIFF file has more than {MAX_PAGES:,} pages.")
        seen.add(offset)
        if offset + 8 > len(data):
            break
        count = struct.unpack_from(order + ("Q" if big else "H"), data, offset)[0]
        start, step = offset + (8 if big else 2), 20 if big else 12
        if first is None:
            if count > 4096 or start + count * step > len(data):
                raise _damaged("directory")
            first = {}
            for at in range(start, start + count * step, step):
                tag, values = _entry(data, order, at, big=big)
                first.setdefault(tag, values)
        link = start + count * step
        if link + (8 if big else 4) > len(data):
            break
        offset = struct.unpack_from(order + ("Q" if big else "I"), data, link)[0]
    if first is None:
        raise _damaged("no directory")
    return first, len(seen)


def _entry(data: bytes, order: str, at: int, *, big: bool) -> tuple[int, tuple[int, ...]]:
    tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, at)
    shape = _SHAPES.get(kind)
    if tag not in (_WIDTH, _HEIGHT, _BITS, _SAMPLES) or shape is None or not 0 < count <= 64:
        return tag, ()
    length, place = struct.calcsize(shape) * count, at + (12 if big else 8)
    if length > (8 if big else 4):
        place = struct.unpack_from(order + ("Q" if big else "I"), data, place)[0]
    if place + length > len(data):
        raise _damaged(f"tag {tag}")
    return tag, struct.unpack_from(f"{order}{count}{shape}", data, place)


def _number(directory: dict[int, tuple[int, ...]], tag: int, default: int) -> int:
    return max(directory.get(tag) or (default,))


def _dpi(tags: dict[int, Any]) -> tuple[float, float] | None:
    factor = {2: 1.0, 3: 2.54}.get(int(tags.get(296, 2)))
    values = []
    for tag in (282, 283):
        top, bottom = tags.get(tag, (0, 0))
        values.append(top / bottom * (factor or 0) if bottom else 0.0)
    return (values[0], values[1]) if all(values) else None


def _damaged(what: str) -> CorruptFile:
    return CorruptFile("The TIFF file is damaged.", hint="Get a fresh copy of it.", detail=what)


CODEC = Tiff()
