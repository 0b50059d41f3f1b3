"""Small frames and profiles for the tests on colour and light."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keepdial.backends import Frame, Step
from keepdial.backends.tone import BACKEND
from keepdial.geometry import Box
from keepdial.tone import Look, space_of

ADOBE = (
    (0.60974, 0.20528, 0.14919),
    (0.31111, 0.62567, 0.06322),
    (0.01947, 0.06087, 0.74457),
)
"""Linear Adobe RGB (1998) to XYZ under D50."""
P3 = (
    (0.51512, 0.29198, 0.15710),
    (0.24120, 0.69225, 0.06657),
    (-0.00105, 0.04189, 0.78407),
)
"""Linear Display P3 to XYZ under D50."""


def matrix_profile(to_xyz: tuple[tuple[float, ...], ...], gamma: float) -> bytes:
    """Return the least ICC profile that says so: primaries and one power for all channels."""
    columns = np.array(to_xyz).T
    tags = [
        (name + b"XYZ", b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(float(v) * 65536) for v in column)))
        for name, column in zip((b"r", b"g", b"b"), columns, strict=True)
    ]
    curve = b"curv\0\0\0\0" + struct.pack(">IHxx", 1, round(gamma * 256))
    tags += [(name + b"TRC", curve) for name in (b"r", b"g", b"b")]
    offset = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags:
        table += struct.pack(">4sII", name, offset + len(body), len(data))
        body += data
    head = struct.pack(">I", offset + len(body)).ljust(36, b"\0") + b"acsp"
    return head.ljust(128, b"\0") + table + body


def frame_of(
    pixels: NDArray[Any], icc: bytes | None = None, mask: NDArray[np.float32] | None = None
) -> Frame:
    """Return the frame of a whole picture (H, W, C), all of it to be edited where no mask is given."""
    height, width = pixels.shape[:2]
    inside = np.ones((height, width), np.float32) if mask is None else mask
    return Frame(Box(0, 0, width, height), pixels, inside, inside > 0, guess=True, icc=icc)


def look_of(pixels: NDArray[Any], icc: bytes | None = None) -> Look:
    return Look(frame_of(pixels, icc), space_of(icc), 0)


def adjusted(
    operation: str,
    pixels: NDArray[Any],
    *,
    knob: float = 0.0,
    icc: bytes | None = None,
    seed: int = 0,
    **params: Any,
) -> NDArray[np.float32]:
    """Return what the backend proposes for a whole picture (H, W, C), float32 in [0, 1]."""
    return BACKEND.generate(frame_of(pixels, icc), Step(operation, knob, seed, params)).pixels


def rounded(proposed: NDArray[np.float32], like: NDArray[Any]) -> NDArray[Any]:
    """Return a proposal as samples of the depth of `like`."""
    top = np.iinfo(like.dtype).max
    return np.asarray(np.round(proposed.astype(np.float64) * top), like.dtype)


def patch(*rgb: float, depth: int = 16) -> NDArray[Any]:
    """Return a picture (1, 1, 3) of one colour, given as encoded values from 0 to 1."""
    top = 2**depth - 1
    kind: Any = np.uint16 if depth == 16 else np.uint8
    return np.asarray(np.round(np.array(rgb) * top), kind).reshape(1, 1, 3)


def ramp(depth: int = 16) -> NDArray[Any]:
    """Return all levels of grey, as a picture (16 or 256, 16 or 256, 3)."""
    side = 2 ** (depth // 2)
    kind: Any = np.uint16 if depth == 16 else np.uint8
    levels = np.arange(side * side).astype(kind).reshape(side, side)
    return np.repeat(levels[..., None], 3, axis=2)
