"""Opening a picture: bytes in, one upright `Image` out, or one of the errors of `FileError`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from keepdial.errors import CorruptFile, FileError, TooLarge
from keepdial.files.codec import Decoded, Header, decoding
from keepdial.files.icc import checked_profile
from keepdial.files.sniff import identify
from keepdial.geometry import Orientation, size_of
from keepdial.image import Image, Source
from keepdial.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray


def open_image(
    source: str | os.PathLike[str] | bytes | BinaryIO, *, settings: Settings | None = None
) -> Image:
    """Open a picture.

    The bytes decide the format, never the name; the size is judged from the header, before decoding. Sample
    depth, alpha, ICC profile, resolution and metadata are kept; `Image.pixels` are upright. What had to be
    converted or assumed is said in `Image.source.notes`.

    Args:
        source: a path, the bytes themselves, or an open binary file.
        settings: limits; default: `Settings.from_environment()`.

    Raises:
        UnsupportedFormat: not JPEG, PNG, WebP, TIFF, AVIF, HEIC, BMP or GIF.
        TooLarge: more pixels, bytes, frames, scans or metadata than the limits allow.
        CorruptFile: damaged, cut short, empty, or with NaN for pixels.
        FileError: the path cannot be read.
    """
    settings = settings or Settings.from_environment()
    data = _bytes_of(source, settings.max_file_bytes)
    codec = identify(data)
    with decoding(codec.name):
        header = codec.header(data)
    _check(header, settings)
    with decoding(codec.name):
        decoded = codec.decode(data, header)
    if not header.exact:
        _check(Header(size_of(decoded.pixels)), settings)
    elif size_of(decoded.pixels) != header.size:
        raise CorruptFile(
            f"The {codec.name.upper()} file's header says {header.size}, its picture is "
            f"{size_of(decoded.pixels)}.",
            hint="Get a fresh copy of it.",
        )
    icc, assumed = checked_profile(decoded.icc, decoded.pixels.shape[2])
    frames = (f"{header.frames} frames: the first one is used",) if header.frames > 1 else ()
    return Image(
        pixels=upright(decoded.pixels, decoded.orientation),
        alpha=None if decoded.alpha is None else upright(decoded.alpha, decoded.orientation),
        icc=icc,
        orientation=decoded.orientation,
        dpi=_upright_dpi(decoded),
        exif=decoded.exif,
        xmp=decoded.xmp,
        source=Source(
            format=codec.name,
            sha256=hashlib.sha256(data).hexdigest(),
            data=data if codec.keeps_bytes else None,
            lossless=decoded.lossless,
            notes=(*frames, *decoded.notes, *assumed),
        ),
    )


def upright(array: NDArray[Any], orientation: Orientation) -> NDArray[Any]:
    """Return the stored `array` turned upright, contiguous; cv2 is several times faster than a copy."""
    import numpy as np

    turned = orientation.upright(array)
    if not orientation.swaps_axes:
        return np.ascontiguousarray(turned)
    import cv2

    swapped = cv2.transpose(array).reshape(turned.shape)
    return np.ascontiguousarray(Orientation(orientation.value - 4).upright(swapped))


def _bytes_of(source: str | os.PathLike[str] | bytes | BinaryIO, limit: int) -> bytes:
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    elif isinstance(source, (str, os.PathLike)):
        try:
            with Path(source).open("rb") as file:
                data = _read(file, limit)
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise FileError(
                f"{os.fspath(source)!r} cannot be read: {reason}.",
                hint="Check the path.",
                detail=repr(problem),
            ) from problem
    else:
        data = _read(source, limit)
    if len(data) > limit:
        raise TooLarge(
            f"The file is larger than the limit of {limit:,} bytes.",
            hint="Raise KEEPDIAL_MAX_FILE_BYTES to open it.",
        )
    return data


def _read(file: BinaryIO, limit: int) -> bytes:
    data = file.read(limit + 1)
    while data and len(data) <= limit and (more := file.read(limit + 1 - len(data))):
        data += more
    return data


def _check(header: Header, settings: Settings) -> None:
    size = header.size
    if size.width < 1 or size.height < 1:
        raise CorruptFile(f"The file's header says {size}: no picture.", hint="Get a fresh copy of it.")
    if size.area > settings.max_pixels:
        raise TooLarge(
            f"The picture is {size} = {size.area:,} pixels; the limit is {settings.max_pixels:,}.",
            hint="Make it smaller, or raise KEEPDIAL_MAX_PIXELS.",
        )


def _upright_dpi(decoded: Decoded) -> tuple[float, float] | None:
    if decoded.dpi is None:
        return None
    x, y = decoded.dpi
    return (y, x) if decoded.orientation.swaps_axes else (x, y)
