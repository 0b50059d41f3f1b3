"""What samples mean: between a picture's encoding and linear light, by its ICC profile.

Nearly all profiles of photographs (sRGB, Display P3, Adobe RGB, ProPhoto, Rec. 2020) are of the matrix kind:
a curve for each channel and the primaries (ICC.1:2022, 8.3.3 and 9.2). These are read here, because the
curves are fused with the work on the pixels; a profile that is a table of colours is taken as sRGB, and that
is said.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

STEPS = 1 << 16
"""Entries of a table from 0 to 1. Encoding goes over the square root of light, where no curve is steep."""
OVER = 4
"""Tables reach to this value of the square root (16 times white): passes may go above white in between."""
BEYOND = 2.2
"""Above white there is no curve, so the encoding goes on as this power."""

SRGB_TO_XYZ = np.array(
    [
        [0.4360657, 0.3851515, 0.1430784],
        [0.2224932, 0.7168870, 0.0606169],
        [0.0139160, 0.0970764, 0.7140961],
    ]
)
"""Linear sRGB to CIE XYZ of the profile connection space (D50), as the sRGB profile has it (IEC
61966-2-1)."""


@dataclass(frozen=True, eq=False)
class Space:
    """The encoding of a picture: linear light of its own primaries and back.

    Attributes:
        name: a word for people.
        curves: (3, STEPS) float32, linear light for encoded values from 0 to 1 in equal steps.
        to_xyz: (3, 3) float64, linear RGB to XYZ under D50; white goes to (0.9642, 1, 0.8249).
        note: what had to be assumed, in words; "" = nothing.
        exact: whether tables are read between their entries too, for pictures of 16 bits.
    """

    name: str
    curves: Array
    to_xyz: NDArray[np.float64]
    note: str = ""
    exact: bool = False

    @cached_property
    def luma(self) -> Array:
        """(3,) float32, the share of each channel of linear light in luminance (Y); they add up to 1."""
        weights = self.to_xyz[1] / self.to_xyz[1].sum()
        return np.asarray(weights, np.float32)

    @cached_property
    def to_srgb(self) -> Array:
        """(3, 3) float32, linear light of this space to linear sRGB: colours outside sRGB get negative
        parts."""
        return np.asarray(np.linalg.inv(SRGB_TO_XYZ) @ self.to_xyz, np.float32)

    @cached_property
    def from_srgb(self) -> Array:
        """(3, 3) float32, linear sRGB to linear light of this space."""
        return np.asarray(np.linalg.inv(self.to_xyz) @ SRGB_TO_XYZ, np.float32)

    def light(self, samples: NDArray[Any]) -> Array:
        """Return samples (..., C) uint8 or uint16, C = 1 or 3, as linear light (..., 3) float32 in [0, 1]."""
        import cv2

        table = self._bytes if samples.dtype == np.uint8 else self._words
        if samples.shape[-1] == 1:
            samples = np.repeat(samples, 3, axis=-1)
        light = cv2.LUT(np.ascontiguousarray(samples.reshape(1, -1, 3)), table)
        return np.asarray(light, np.float32).reshape(*samples.shape[:-1], 3)

    def decode(self, encoded: Array) -> Array:
        """Return encoded values (..., 3) as linear light; below 0 counts as 0, above 1 goes on as a power."""
        return _looked_up(self._opened, encoded * np.float32(STEPS - 1), exact=self.exact)

    def encode(self, light: Array) -> Array:
        """Return linear light (..., 3) encoded, float32; below 0 counts as 0, above 1 stays above 1.

        The error is at most a step of 16 bits, and a hundredth of that where `exact`.
        """
        at = np.maximum(light, np.float32(0))
        np.sqrt(at, out=at)
        at *= np.float32(STEPS)
        return _looked_up(self._encoding, at, exact=self.exact)

    def finish(self, light: Array) -> Array:
        """Return linear light (..., 3) encoded and cut off at black and white; as `encode`, but quicker.

        Writes into `light`.
        """
        import cv2

        np.clip(light, 0, 1, out=light)
        if self.exact:
            return np.minimum(self.encode(light), np.float32(1))
        np.sqrt(light, out=light)
        light *= np.float32(STEPS - 1)
        light += np.float32(0.5)
        index = light.astype(np.uint16).reshape(1, -1, 3)
        return np.asarray(cv2.LUT(index, self._roots), np.float32).reshape(light.shape)

    @cached_property
    def _same(self) -> bool:
        return bool(np.array_equal(self.curves[0], self.curves[1])) and bool(
            np.array_equal(self.curves[0], self.curves[2])
        )

    @cached_property
    def _bytes(self) -> Array:
        """Linear light for each sample of 8 bits, as OpenCV takes a table."""
        return self._table(self.curves[:, :: (STEPS - 1) // 255])

    @cached_property
    def _words(self) -> Array:
        """Linear light for each sample of 16 bits."""
        return self._table(self.curves)

    @cached_property
    def _roots(self) -> Array:
        """Encoded values for square roots of light 0, 1 / (STEPS - 1), ... to 1."""
        root = np.linspace(0, 1, STEPS) * STEPS
        return self._table(
            np.stack([np.interp(root, np.arange(STEPS + 1), t[: STEPS + 1]) for t in self._encoding])
        )

    def _table(self, tables: NDArray[np.floating]) -> Array:
        """Return tables (1 or 3, n) as OpenCV's: one for all channels where they are the same."""
        if self._same:
            return np.ascontiguousarray(tables[0], np.float32)
        return np.ascontiguousarray(tables.T[None], np.float32)

    @cached_property
    def _opened(self) -> Array:
        """Linear light for encoded values 0, 1 / (STEPS - 1), ... to OVER: samples of 16 bits are entries."""
        at = np.arange(OVER * STEPS + 1, dtype=np.float64) / (STEPS - 1)
        grid = np.linspace(0, 1, STEPS)
        over = np.maximum(at, 1) ** BEYOND
        tables = self.curves[:1] if self._same else self.curves
        return np.asarray([np.where(at > 1, over, np.interp(at, grid, c)) for c in tables], np.float32)

    @cached_property
    def _encoding(self) -> Array:
        """Encoded values for square roots of light 0, 1 / STEPS, ... to OVER."""
        root = np.arange(OVER * STEPS + 1, dtype=np.float64) / STEPS
        grid = np.linspace(0, 1, STEPS)
        over = np.maximum(root, 1) ** (2 / BEYOND)
        out = []
        for curve in self.curves[:1] if self._same else self.curves:
            # A curve may be level at an end; there the nearest value to the middle is as good as any.
            rising = np.maximum.accumulate(curve.astype(np.float64)) + grid * 1e-9
            out.append(np.where(root > 1, over, np.interp(root**2, rising, grid)))
        return np.asarray(out, np.float32)


def _looked_up(tables: Array, at: Array, *, exact: bool) -> Array:
    """Return the tables' values at places (..., 3) counted in entries; `at` is used up."""
    last = tables.shape[1] - 1
    if not exact:
        at += np.float32(0.5)
    np.clip(at, 0, last, out=at)
    index = at.astype(np.int32)
    low = _taken(tables, index)
    if exact:
        at -= index
        index += 1
        high = _taken(tables, index)
        high -= low
        high *= at
        low += high
    return low


def _taken(tables: Array, index: NDArray[np.int32]) -> Array:
    if len(tables) == 1:
        return np.take(tables[0], index, mode="clip")
    out = np.empty(index.shape, np.float32)
    for channel in range(3):
        np.take(tables[channel], index[..., channel], out=out[..., channel], mode="clip")
    return out


def _srgb_curve(encoded: NDArray[np.float64]) -> NDArray[np.float64]:
    high = ((np.maximum(encoded, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, encoded / 12.92, high)


@lru_cache(maxsize=16)
def space_of(icc: bytes | None, *, exact: bool = False) -> Space:
    """Return the space of a profile; None, and a profile that is no matrix, mean sRGB.

    `exact` is for pictures of 16 bits: tables are read between their entries too.
    """
    return replace(_space(icc), exact=exact)


def _space(icc: bytes | None) -> Space:
    curve = np.asarray(_srgb_curve(np.linspace(0, 1, STEPS)), np.float32)
    srgb = Space("sRGB", np.stack([curve] * 3), SRGB_TO_XYZ)
    if icc is None:
        return srgb
    try:
        found = _matrix_profile(icc)
    except (struct.error, ValueError, IndexError, ZeroDivisionError, OverflowError):
        found = None
    if found is None:
        note = "The colour profile is a table of colours; colour and light were worked out as in sRGB."
        return Space("sRGB", srgb.curves, srgb.to_xyz, note)
    return found


def _matrix_profile(icc: bytes) -> Space | None:
    tags = _tags(icc)
    if b"kTRC" in tags and b"rXYZ" not in tags:
        grey = _curve(tags[b"kTRC"])
        return None if grey is None else Space("grey", np.stack([grey] * 3), SRGB_TO_XYZ)
    names = (b"r", b"g", b"b")
    if not all(n + b"XYZ" in tags and n + b"TRC" in tags for n in names):
        return None
    columns = [struct.unpack(">3i", tags[n + b"XYZ"][8:20]) for n in names]
    to_xyz = np.array(columns, np.float64).T / 65536
    curves = [_curve(tags[n + b"TRC"]) for n in names]
    if abs(np.linalg.det(to_xyz)) < 1e-4 or to_xyz[1].sum() <= 0 or any(c is None for c in curves):
        return None
    return Space("the picture's own", np.stack([c for c in curves if c is not None]), to_xyz)


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack(">I", icc[128:132])
    found = {}
    for i in range(min(count, 100)):
        name, offset, length = struct.unpack(">4sII", icc[132 + 12 * i : 144 + 12 * i])
        found[name] = icc[offset : offset + length]
    return found


PARAMETERS = (1, 3, 4, 5, 7)


def _curve(tag: bytes) -> Array | None:
    """Return a ``curv`` or ``para`` tag as (STEPS,) float32 (ICC.1:2022, 10.6 and 10.18)."""
    x = np.linspace(0, 1, STEPS)
    if tag[:4] == b"curv":
        (count,) = struct.unpack(">I", tag[8:12])
        if count == 0:
            return np.asarray(x, np.float32)
        points = np.frombuffer(tag[12 : 12 + 2 * count], ">u2").astype(np.float64)
        if count == 1:
            return np.asarray(x ** (points[0] / 256), np.float32)
        return np.asarray(np.interp(x, np.linspace(0, 1, len(points)), points / 65535), np.float32)
    if tag[:4] != b"para":
        return None
    (kind,) = struct.unpack(">H", tag[8:10])
    if kind >= len(PARAMETERS):
        return None
    given = np.array(struct.unpack(f">{PARAMETERS[kind]}i", tag[12 : 12 + 4 * PARAMETERS[kind]])) / 65536
    g, a, b, c, d, e, f = np.pad(given, (0, 7 - len(given))).tolist()
    if kind == 0:
        return np.asarray(x**g, np.float32)
    start, below, above = {
        1: (-b / a if a else 0, 0 * x, 0.0),
        2: (-b / a if a else 0, 0 * x + c, c),
        3: (d, c * x, 0.0),
        4: (d, c * x + f, e),
    }[kind]
    high = np.maximum(a * x + b, 0) ** g + above
    return np.asarray(np.clip(np.where(x >= start, high, below), 0, 1), np.float32)
