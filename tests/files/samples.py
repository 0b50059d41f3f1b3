"""Small pictures and hand-made files that the tests of files share."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pil
from PIL import ImageCms


def photo(height: int, width: int, channels: int = 3, *, seed: int = 0) -> NDArray[np.uint8]:
    """Smooth shapes with some grain, (height, width, channels) uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 90 * np.sin(x / (7 + 3 * c) + seed) * np.cos(y / (9 - c)) for c in range(channels)]
    grain = rng.normal(0, 6, (height, width, channels))
    return np.clip(np.stack(waves, axis=2) + grain, 0, 255).astype(np.uint8)


def deep(pixels: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """The same picture at 16 bits, with all low bits in use."""
    wide = pixels.astype(np.uint16)
    return wide * np.uint16(257) ^ (wide * np.uint16(31) & np.uint16(63))


@cache
def profile(space: Literal["sRGB", "LAB"] = "sRGB") -> bytes:
    """A profile that LittleCMS makes."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def encoded(picture: Pil.Image, format: str, **how: Any) -> bytes:
    """What Pillow writes."""
    out = io.BytesIO()
    picture.save(out, format, **how)
    return out.getvalue()


def jpeg(pixels: NDArray[np.uint8], **how: Any) -> bytes:
    """A JPEG that Pillow writes."""
    return encoded(Pil.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels), "JPEG", **how)


def exif(orientation: int = 1, *, gps: bool = False) -> bytes:
    """An EXIF block with orientation, a description, and perhaps a location, with Pillow's prefix."""
    block = Pil.Exif()
    block[0x0112] = orientation
    block[0x010E] = "secret words"
    if gps:
        block.get_ifd(0x8825)[1] = "N"
        block.get_ifd(0x8825)[2] = (48.0, 51.0, 29.0)
    return block.tobytes()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, colour: int, *, extra: bytes = b"", rows: bytes = b"") -> bytes:
    """A PNG whose header claims what is asked, with these filtered rows."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    parts = [
        png_chunk(b"IHDR", head),
        extra,
        png_chunk(b"IDAT", zlib.compress(rows)),
        png_chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
