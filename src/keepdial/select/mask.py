"""A mask picture: white (or, by `channel`, transparent) = inside."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from pydantic import Field

from keepdial.errors import ParameterError, SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Options, Region

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Orientation, Size
    from keepdial.image import Image


class MaskOptions(Options):
    """A mask picture of the same size as the photograph; give exactly one of `path` and `png`."""

    path: str | None = Field(default=None, min_length=1, max_length=4096, description="File of the mask.")
    png: str | None = Field(default=None, min_length=1, description="The mask as base64 of a PNG.")
    channel: str = Field(
        default="auto",
        pattern=r"^(?:auto|luminance|alpha|#[0-9a-fA-F]{6})$",
        description=(
            "What to read. luminance: white = inside, black = outside, transparent = outside. alpha: "
            "transparent = inside, opaque = outside, as image services have it. auto: luminance, unless the "
            "mask has transparent pixels and the visible ones are a photograph rather than black and white. "
            "#rrggbb: what is painted in that colour = inside, for photographs that were marked by hand."
        ),
    )
    invert: bool = Field(default=False, description="Swap inside and outside after reading.")


def rasterise(options: MaskOptions, image: Image) -> Region:
    """Return the mask's values, 1 = inside; greys, at 8 or 16 bits, are part selected.

    A mask in a lossy format is cleaned: values under 1/16 count as 0 and over 15/16 as 1. A mask of the
    size of the picture as it is stored, before its orientation tag, is turned like the picture.

    Raises `SelectionError` when the size fits neither way, `ParameterError` for neither or both of path
    and png, `FileError` for a mask that cannot be opened.
    """
    from keepdial.files import open_image

    if (options.path is None) == (options.png is None):
        raise ParameterError("mask", "both" if options.path else "neither", "one of path and png")
    found = open_image(options.path if options.path is not None else decoded(options.png or ""))
    mask = fitted(values(found, options.channel), image.size, image.orientation)
    if options.invert:
        mask = 1 - mask
    return Region(Box(0, 0, image.size.width, image.size.height), mask)


def decoded(text: str) -> bytes:
    """Return the bytes that are written as base64, or raise `ParameterError`."""
    try:
        return base64.b64decode(text.partition("base64,")[2] or text, validate=True)
    except (binascii.Error, ValueError):
        raise ParameterError("png", text[:40], "base64 of a PNG file") from None


def values(picture: Image, channel: str) -> NDArray[np.float32]:
    """Return a mask picture's values (H, W) float32 in [0, 1] read by `channel` (see `MaskOptions`)."""
    import cv2
    import numpy as np

    from keepdial.color import unit

    if channel.startswith("#"):
        return _painted(picture, channel)
    grey: NDArray[Any] = picture.pixels[..., 0]
    if picture.pixels.shape[2] == 3:
        p = picture.pixels
        plain = np.array_equal(p[..., 0], p[..., 1]) and np.array_equal(p[..., 0], p[..., 2])
        grey = grey if plain else np.asarray(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY))
    alpha = picture.alpha
    if alpha is not None and int(alpha.min()) == picture.white:
        alpha = None
    if channel == "auto":
        channel = "alpha" if alpha is not None and not _black_and_white(grey, alpha) else "luminance"
    if channel == "alpha":
        if picture.alpha is None:
            raise SelectionError(
                "The mask was to be read by its alpha channel, but it has none.",
                hint="Use channel=luminance: white = inside.",
            )
        read = unit(picture.white - picture.alpha)
    else:
        read = unit(grey)
        if alpha is not None:
            read *= unit(alpha)
    if not picture.source.lossless:
        read[read < 1 / 16] = 0
        read[read > 15 / 16] = 1
    return read


def _painted(picture: Image, code: str) -> NDArray[np.float32]:
    """Return 1 where the picture has the colour `code` (#rrggbb), within what JPEG makes of flat paint."""
    import numpy as np

    from keepdial.color import unit

    wanted = np.frombuffer(bytes.fromhex(code[1:]), np.uint8).astype(np.float32) / np.float32(255)
    near: NDArray[np.bool_] = np.abs(unit(picture.pixels) - wanted).max(axis=2) <= PAINT
    if picture.alpha is not None:
        near &= picture.alpha > 0
    return near.astype(np.float32)


PAINT = 0.125
"""Largest distance in a channel, of 1, that counts as the painted colour."""


def _black_and_white(grey: NDArray[Any], alpha: NDArray[Any]) -> bool:
    """Whether what is visible is a drawn mask: some white, and hardly anything between black and white."""
    import numpy as np

    visible = grey[alpha > 0]
    white = np.iinfo(grey.dtype).max
    low, high = white // 50, white - white // 50
    ends = np.count_nonzero(visible <= low) + np.count_nonzero(visible >= high)
    return bool(visible.size and visible.max() >= high and ends >= 0.95 * visible.size)


def fitted(mask: NDArray[np.float32], size: Size, orientation: Orientation) -> NDArray[np.float32]:
    """Return the mask in the upright picture's shape, turned if it was made for the stored one.

    Raises `SelectionError` naming both sizes when neither fits.
    """
    import numpy as np

    from keepdial.geometry import size_of

    if size_of(mask) == size:
        return mask
    turned = orientation.upright(mask)
    if size_of(turned) == size:
        return np.ascontiguousarray(turned)
    raise SelectionError(
        f"The mask is {size_of(mask)}, the picture is {size}.",
        hint="A mask must have the size of the picture; scale it, or paint it on a copy of the picture.",
    )


FINDER = Finder(
    "mask", "A mask picture: white, or by channel transparent, is inside.", MaskOptions, rasterise, hugs=True
)
