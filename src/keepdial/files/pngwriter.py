"""Writing PNG fast: rows filtered with NumPy, bands deflated on all cores, one zlib stream."""

from __future__ import annotations

import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KIND = {1: 0, 2: 4, 3: 2, 4: 6}
_BAND = 1 << 21


def encode_samples(samples: NDArray[Any], ancillary: bytes = b"") -> bytes:
    """Return the PNG file of (H, W, 1 to 4) uint8 or uint16 samples; `ancillary` are chunks to put in."""
    import numpy as np

    from keepdial.files.png import SIGNATURE, chunk

    height, width, channels = samples.shape
    big = (
        np.ascontiguousarray(samples, dtype=">u2")
        if samples.dtype == np.uint16
        else np.ascontiguousarray(samples)
    )
    rows = big.view(np.uint8).reshape(height, -1)
    head = struct.pack(">IIBBBBB", width, height, 8 * samples.dtype.itemsize, _KIND[channels], 0, 0, 0)
    body = _deflated(rows)
    parts = [chunk(b"IDAT", part) for part in body]
    return b"".join([SIGNATURE, chunk(b"IHDR", head), ancillary, *parts, chunk(b"IEND", b"")])


def _deflated(rows: NDArray[Any]) -> list[bytes]:
    """Return the parts of one zlib stream over the filtered `rows` (H, bytes)."""
    height, width = rows.shape
    step = max(1, _BAND // (width + 1))
    starts = range(0, height, step)

    def one(y: int) -> tuple[bytes, bytes]:
        band = _filtered(rows, y, min(height, y + step)).tobytes()
        packer = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
        packed = packer.compress(band)
        last = y + step >= height
        return packed + packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH), band

    checksum = 1
    parts = [b"\x78\x01"]
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for packed, band in pool.map(one, starts):
            checksum = zlib.adler32(band, checksum)
            parts.append(packed)
    parts.append(struct.pack(">I", checksum))
    return parts


def _filtered(rows: NDArray[Any], top: int, bottom: int) -> NDArray[Any]:
    """Return rows `top` to `bottom` with filter type Up (PNG, section 9.2), each led by its type byte."""
    import numpy as np

    out = np.empty((bottom - top, rows.shape[1] + 1), np.uint8)
    out[:, 0] = 2
    if top:
        np.subtract(rows[top:bottom], rows[top - 1 : bottom - 1], out=out[:, 1:])
    else:
        out[0, 1:] = rows[0]
        np.subtract(rows[1:bottom], rows[: bottom - 1], out=out[1:, 1:])
    return out
