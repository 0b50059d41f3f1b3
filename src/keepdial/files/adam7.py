"""Interlaced PNG (PNG, section 8.2): each pass is a small picture of its own and is decoded as one.

libpng through imagecodecs decodes interlaced files too, but complains on standard error each time.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

from keepdial.files.pngchunks import SIGNATURE, chunk

_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def decode(width: int, height: int, depth: int, kind: int, palette: bytes, packed: bytes) -> Any:
    """Return the samples of an interlaced picture; `palette` are its PLTE and tRNS chunks, whole.

    Raises ValueError or zlib.error when the data are damaged or too short.
    """
    import imagecodecs
    import numpy as np

    bits = depth * _CHANNELS[kind]
    sizes = [(_count(width, x, dx), _count(height, y, dy)) for x, y, dx, dy in _PASSES]
    lengths = [h * (1 + (w * bits + 7) // 8) if w and h else 0 for w, h in sizes]
    raw = zlib.decompressobj().decompress(packed, sum(lengths))
    if len(raw) < sum(lengths):
        raise ValueError("too few rows")
    out: Any = None
    at = 0
    for (x, y, dx, dy), (w, h), length in zip(_PASSES, sizes, lengths, strict=True):
        if not length:
            continue
        head = struct.pack(">IIBBBBB", w, h, depth, kind, 0, 0, 0)
        body = chunk(b"IDAT", zlib.compress(raw[at : at + length], 0))
        part = imagecodecs.png_decode(SIGNATURE + chunk(b"IHDR", head) + palette + body + chunk(b"IEND", b""))
        if out is None:
            out = np.empty((height, width, *part.shape[2:]), part.dtype)
        out[y::dy, x::dx] = part
        at += length
    return out


def _count(size: int, first: int, step: int) -> int:
    return max(0, -(-(size - first) // step))
