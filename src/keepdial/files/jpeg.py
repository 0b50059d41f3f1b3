"""JPEG: libjpeg-turbo through simplejpeg; delivered by splicing blocks into the source's file."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

from keepdial.errors import UnsupportedFormat
from keepdial.files import exif as exif_block
from keepdial.files import jpegfile
from keepdial.files.codec import Decoded, Encoded, Header, Job, too_large
from keepdial.geometry import Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.files.jpegfile import JpegFile

QUALITY = 95


class Jpeg:
    """The JPEG codec."""

    name = "jpeg"
    suffixes = (".jpg", ".jpeg", ".jpe", ".jfif")
    depths: tuple[int, ...] = (8,)
    alpha = False
    keeps_bytes = True

    def matches(self, head: bytes) -> bool:
        """Whether the bytes start with SOI and a marker."""
        return head[:3] == b"\xff\xd8\xff"

    def header(self, data: bytes) -> Header:
        """Read the frame header; refuse CMYK, other depths than 8 bits, and lossless coding."""
        frame = jpegfile.read_frame(data)
        count = len(frame.components)
        if count == 4:
            raise UnsupportedFormat(
                "The JPEG file holds CMYK colours; grey and RGB (YCbCr) JPEG files open.",
                hint="Convert it to RGB with its profile, in the program that made it.",
            )
        if count not in (1, 3):
            raise UnsupportedFormat(f"The JPEG file has {count} components; 1 (grey) or 3 (colour) open.")
        if frame.precision != 8 or frame.marker not in (0xC0, 0xC1, 0xC2, 0xC9, 0xCA):
            raise UnsupportedFormat(
                f"The JPEG file is of a rare kind ({frame.precision} bits, coding 0x{frame.marker:02X}).",
                hint="Convert it to an ordinary JPEG or PNG first.",
            )
        return Header(Size(frame.width, frame.height))

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode with libjpeg-turbo's accurate DCT and smooth upsampling, as browsers and Pillow do."""
        import simplejpeg

        file = jpegfile.parse(data)
        if file.scans > jpegfile.MAX_SCANS:
            raise too_large("The JPEG file has too many scans", file.scans, str(jpegfile.MAX_SCANS))
        grey = len(file.frame.components) == 1
        notes: list[str] = []
        try:
            pixels = simplejpeg.decode_jpeg(data, "GRAY" if grey else "RGB")
        except ValueError as problem:
            if "extraneous bytes" not in str(problem):
                raise
            pixels = simplejpeg.decode_jpeg(data, "GRAY" if grey else "RGB", strict=False)
            notes.append("the JPEG file holds stray bytes between its parts; they were skipped")
        if file.end < len(data):
            notes.append(f"{len(data) - file.end:,} bytes behind the picture were not looked at")
        exif = next(iter(jpegfile.app_blocks(file, jpegfile.APP1, jpegfile.EXIF)), None)
        return Decoded(
            pixels=pixels,
            icc=jpegfile.icc_profile(file),
            orientation=exif_block.orientation_of(exif),
            dpi=_density(file) or exif_block.resolution_of(exif),
            exif=exif,
            xmp=next(iter(jpegfile.app_blocks(file, jpegfile.APP1, jpegfile.XMP)), None),
            lossless=False,
            notes=tuple(notes),
        )

    def encode(self, job: Job) -> Encoded:
        """Splice into the source's file; where that cannot be, write an ordinary JPEG and say why."""
        source = job.image.source.data
        if job.image.source.format != self.name or source is None:
            return _whole(job, None, "")
        from keepdial.files.blocks.coefficients import NotSpliceable
        from keepdial.files.blocks.splice import splice

        file = jpegfile.parse(source)
        try:
            return splice(job, file, source)
        except NotSpliceable as reason:
            return _whole(job, source, str(reason))


def _whole(job: Job, source: bytes | None, reason: str) -> Encoded:
    """Encode everything: at the source's own tables if there is one, else at quality 95 in full colour."""
    if source is None:
        said = f"encoded as a whole at quality {QUALITY}: every pixel may differ by a little"
        data = _at_quality(job.image.pixels)
    else:
        said = f"{reason}: encoded as a whole at the source's own tables; every pixel may differ by a little"
        data = _at_tables_of(source, job.image.pixels)
    return Encoded(with_metadata(data, job), "jpeg", None, (said,))


def _at_quality(pixels: NDArray[Any]) -> bytes:
    import numpy as np
    import simplejpeg

    grey = pixels.shape[2] == 1
    how = ("GRAY", "Gray") if grey else ("RGB", "444")
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), QUALITY, *how))


def _at_tables_of(source: bytes, pixels: NDArray[Any]) -> bytes:
    from PIL import Image as Pil

    with Pil.open(io.BytesIO(source), formats=["JPEG"]) as old:
        tables = getattr(old, "quantization", {})
    file = jpegfile.parse(source)
    picture = Pil.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    out = io.BytesIO()
    sampling, progressive = _subsampling(file), file.frame.progressive
    picture.save(out, "JPEG", qtables=tables, subsampling=sampling, progressive=progressive)
    return out.getvalue()


def _subsampling(file: JpegFile) -> int:
    """Return Pillow's number for the file's sampling; full colour where Pillow has none."""
    parts = file.frame.components
    if len(parts) == 1 or any((c.h, c.v) != (1, 1) for c in parts[1:]):
        return 0
    return {(1, 1): 0, (2, 1): 1, (2, 2): 2}.get((parts[0].h, parts[0].v), 0)


def with_metadata(data: bytes, job: Job) -> bytes:
    """Return a fresh encoder's file with density, EXIF, XMP and ICC put in."""
    file = jpegfile.parse(data)
    parts = [b"\xff\xd8", jpegfile.segment(jpegfile.APP0, jfif(job.image.dpi))]
    if job.metadata.exif:
        parts.append(jpegfile.segment(jpegfile.APP1, jpegfile.EXIF + job.metadata.exif))
    if job.metadata.xmp and len(job.metadata.xmp) < 65000:
        parts.append(jpegfile.segment(jpegfile.APP1, jpegfile.XMP + job.metadata.xmp))
    if job.image.icc:
        parts.append(jpegfile.icc_segments(job.image.icc))
    first = next(s for s in file.segments if s.marker != jpegfile.APP0)
    return b"".join(parts) + data[first.start :]


def jfif(dpi: tuple[float, float] | None) -> bytes:
    """Return the payload of a JFIF APP0 segment (JFIF 1.02) with this density and no thumbnail."""
    x, y = (min(65535, max(1, round(d))) for d in dpi) if dpi else (1, 1)
    return struct.pack(">5sHBHHBB", b"JFIF\0", 0x0101, 1 if dpi else 0, x, y, 0, 0)


def _density(file: JpegFile) -> tuple[float, float] | None:
    for body in jpegfile.app_blocks(file, jpegfile.APP0, b"JFIF\0"):
        if len(body) >= 7:
            unit, x, y = struct.unpack_from(">BHH", body, 2)
            factor = {1: 1.0, 2: 2.54}.get(unit)
            if factor and x and y:
                return x * factor, y * factor
    return None


CODEC = Jpeg()
