"""What a codec is: one module with a `CODEC` constant, found by `keepdial.discover`; no list names it."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from keepdial.errors import CorruptFile, TooLarge
from keepdial.geometry import Box, Orientation, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.files.metadata import Metadata
    from keepdial.image import Image
    from keepdial.settings import Settings

UPRIGHT = Orientation()

DECODER_ERRORS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BufferError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)
"""What decoders were seen to raise on damaged files. Every library error used here derives from one of these
(imagecodecs: RuntimeError; tifffile: ValueError; Pillow: OSError, SyntaxError, ValueError), but for
Pillow's DecompressionBombError, which cannot come up since sizes are judged first."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes say: the size as stored, before orientation, and the number of frames.

    `exact` is False where the header gives a bound only (AVIF, HEIC: of several items and a rotation).
    """

    size: Size
    frames: int = 1
    exact: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A picture as it lies in the file: the fields mean what they mean in `Image`, pixels not yet upright."""

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None = None
    icc: bytes | None = field(default=None, repr=False)
    orientation: Orientation = UPRIGHT
    dpi: tuple[float, float] | None = None
    exif: bytes | None = field(default=None, repr=False)
    xmp: bytes | None = field(default=None, repr=False)
    lossless: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A file ready to be written.

    Attributes:
        data: the file's bytes.
        format: the format's name, as in `Source.format`.
        guaranteed: (H, W) bool, upright; True where the pixel that decodes from `data` is promised to equal
            `image.pixels`; where a JPEG was spliced, to equal the source's decoded pixel. None: no promise.
        notes: what happened, in plain words, for the report.
    """

    data: bytes = field(repr=False)
    format: str
    guaranteed: NDArray[np.bool_] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What a codec is asked to write.

    Attributes:
        image: the picture, upright.
        metadata: what of EXIF and XMP goes into the file: cleaned, perhaps empty.
        settings: limits and habits.
        changed: (H, W) bool, upright, True where the edit may have written; None: not known.
        placement: where in the picture the source lies, if its size changed; None: nowhere known.
    """

    image: Image
    metadata: Metadata
    settings: Settings
    changed: NDArray[np.bool_] | None = None
    placement: Box | None = None


class Codec(Protocol):
    """One file format.

    Attributes:
        name: the format's name, lower case.
        suffixes: file name endings, the first one preferred.
        depths: bits per sample that the format can hold (or keepdial writes); empty: it is only read.
        alpha: whether it holds transparency.
        keeps_bytes: whether `Image.source.data` holds the file for the writer's use.
    """

    name: str
    suffixes: tuple[str, ...]
    depths: tuple[int, ...]
    alpha: bool
    keeps_bytes: bool

    def matches(self, head: bytes) -> bool:
        """Whether the first 64 bytes are this format's."""
        ...

    def header(self, data: bytes) -> Header:
        """Read size and frame count without decoding; raise `FileError` on what cannot be opened."""
        ...

    def decode(self, data: bytes, header: Header) -> Decoded:
        """Decode the first frame at its own depth; called only once the header was found within limits."""
        ...

    def encode(self, job: Job) -> Encoded:
        """Write the picture. The caller has checked depth and alpha against `depths` and `alpha`."""
        ...


@cache
def codecs() -> dict[str, Codec]:
    """Return every codec by name."""
    from keepdial.discover import units

    return units("keepdial.files", "CODEC")


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """Turn what a decoder of `name` raises on damaged bytes into `CorruptFile`."""
    try:
        yield
    except DECODER_ERRORS as problem:
        words = f"{type(problem).__name__}: {problem}"[:300]
        raise CorruptFile(
            f"The {name.upper()} file is damaged, or cut short.", hint="Get a fresh copy of it.", detail=words
        ) from problem


def too_large(what: str, value: object, limit: str, hint: str = "") -> TooLarge:
    """Return the error that says what was claimed, and the limit."""
    return TooLarge(f"{what}: {value}; the limit is {limit}.", hint=hint)


def per_inch(per_metre: float) -> float:
    """Return dots per inch; the whole number where one gives just this rounded number per metre."""
    exact = per_metre * 0.0254
    return float(round(exact)) if round(round(exact) / 0.0254) == per_metre else exact


def split_alpha(samples: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Split (H, W) or (H, W, 1 to 4) samples into pixels (H, W, 1 or 3) and alpha (H, W) or None."""
    import numpy as np

    if samples.ndim == 2:
        samples = samples[:, :, None]
    channels = samples.shape[2]
    if channels in (1, 3):
        return samples, None
    if channels not in (2, 4):
        raise ValueError(f"{channels} channels")
    return np.ascontiguousarray(samples[:, :, :-1]), np.ascontiguousarray(samples[:, :, -1])


def in_colour(image: Image) -> tuple[NDArray[Any], bytes | None, tuple[str, ...]]:
    """Return (H, W, 3 or 4) samples for formats without grey, the profile that still fits, and notes."""
    import numpy as np

    if image.pixels.shape[2] == 3:
        return join_alpha(image.pixels, image.alpha), image.icc, ()
    notes: tuple[str, ...] = ("grey stored as RGB with three equal channels",)
    if image.icc:
        notes += ("the grey profile does not fit RGB and was left out",)
    return join_alpha(np.repeat(image.pixels, 3, axis=2), image.alpha), None, notes


def join_alpha(pixels: NDArray[Any], alpha: NDArray[Any] | None) -> NDArray[Any]:
    """Return (H, W, 1 to 4) contiguous samples: pixels, then alpha if there is any."""
    import numpy as np

    if alpha is None:
        return np.ascontiguousarray(pixels)
    return np.concatenate([pixels, alpha[:, :, None]], axis=2)
