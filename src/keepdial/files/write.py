"""Delivering a picture: the format it came in unless told otherwise, and what can be promised of the file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from keepdial.errors import OutputError, OutputExists, ParameterError
from keepdial.files import metadata
from keepdial.files.atomic import write_atomically
from keepdial.files.codec import Codec, Encoded, Job, codecs
from keepdial.files.sniff import names
from keepdial.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image


def encode_image(
    image: Image,
    *,
    format: str | None = None,
    changed: NDArray[np.bool_] | None = None,
    placement: Box | None = None,
    settings: Settings | None = None,
) -> Encoded:
    """Return the file for `image`, in `format` or in the format it came in.

    A JPEG that came from a JPEG of the same size is spliced: only blocks that `changed` touches are encoded
    again. If it was extended, the old blocks move as they are, where they fit the grid. PNG, TIFF, BMP and
    lossless WebP hold every pixel exactly. The picture opens upright the same.

    Args:
        image: the picture to deliver.
        format: a format's name (``png``); None: the source's, or the nearest that can hold the picture.
        changed: (H, W) bool, upright, True where the edit may have written; None: not known, so everything
            that differs from the source counts.
        placement: where in an extended picture the source lies; None: it has the source's size, or not known.
        settings: habits; default: `Settings.from_environment()`.

    Raises:
        ParameterError: an unknown format, or `changed` of another size.
        OutputError: the format asked for cannot hold the picture's transparency.
    """
    settings = settings or Settings.from_environment()
    if changed is not None and (changed.shape != image.pixels.shape[:2] or changed.dtype != np.bool_):
        raise ParameterError(
            "changed", f"{changed.shape} {changed.dtype}", f"{image.pixels.shape[:2]} bool, as the picture"
        )
    codec, why = _codec_for(image, format)
    image, fitted = _fit(image, codec)
    data = metadata.outgoing(image, keep=settings.keep_metadata)
    encoded = codec.encode(Job(image, data, settings, changed, placement))
    notes = (*why, *fitted, *encoded.notes, *data.notes)
    guaranteed = None if fitted and encoded.guaranteed is not None and _lossy(fitted) else encoded.guaranteed
    return replace(encoded, notes=notes, guaranteed=guaranteed)


def save_image(
    image: Image,
    target: str | os.PathLike[str] | BinaryIO,
    *,
    format: str | None = None,
    changed: NDArray[np.bool_] | None = None,
    placement: Box | None = None,
    overwrite: bool = False,
    settings: Settings | None = None,
) -> Encoded:
    """Encode `image` and write it: `target`'s suffix decides the format unless `format` is given.

    The file is written whole or not at all, and nothing is overwritten unless asked. See `encode_image` for
    the other arguments and errors.

    Raises:
        OutputExists: `target` exists and `overwrite` is False.
        DiskFull: no space left.
        OutputError: the folder is missing, or the suffix names no format that can be written.
    """
    if not isinstance(target, (str, os.PathLike)):
        encoded = encode_image(image, format=format, changed=changed, placement=placement, settings=settings)
        target.write(encoded.data)
        return encoded
    if not overwrite and os.path.lexists(target):
        raise OutputExists(
            f"{os.fspath(target)!r} exists; nothing was written.",
            hint="Choose another name, or ask for --overwrite.",
        )
    if format is None:
        format = format_of(target)
    encoded = encode_image(image, format=format, changed=changed, placement=placement, settings=settings)
    write_atomically(target, encoded.data, overwrite=overwrite)
    return encoded


def format_of(target: str | os.PathLike[str]) -> str | None:
    """Return the format that the file name's suffix stands for; None when it has no suffix.

    Raises `OutputError` when the suffix stands for nothing that can be written.
    """
    suffix = Path(target).suffix.lower()
    if not suffix:
        return None
    for codec in codecs().values():
        if suffix in codec.suffixes and codec.depths:
            return codec.name
    raise OutputError(
        f"{os.fspath(target)!r}: no format is written under the suffix {suffix!r}; known: {_suffixes()}.",
        hint="Choose one of these, or name the format.",
    )


def _suffixes() -> str:
    return ", ".join(sorted(c.suffixes[0] for c in codecs().values() if c.depths))


def _codec_for(image: Image, format: str | None) -> tuple[Codec, tuple[str, ...]]:
    known = codecs()
    if format is not None:
        codec = known.get(format.lower())
        if codec is None or not codec.depths:
            raise ParameterError("format", format, names())
        return codec, ()
    codec = known.get(image.source.format)
    if codec is None or not codec.depths:
        return known["png"], (f"saved as PNG: {image.source.format.upper()} would lose colours",)
    if image.depth not in codec.depths:
        return known["png"], (
            f"saved as PNG: {codec.name.upper()} would lose the {image.depth} bits per sample",
        )
    if _transparent(image) and not codec.alpha:
        return known["png"], (f"saved as PNG: {codec.name.upper()} holds no transparency",)
    return codec, ()


def _transparent(image: Image) -> bool:
    return image.alpha is not None and bool((image.alpha != image.white).any())


def _fit(image: Image, codec: Codec) -> tuple[Image, tuple[str, ...]]:
    """Return the image as the codec can hold it, with notes; refuse to lose transparency."""
    notes = []
    if image.alpha is not None and not codec.alpha:
        if _transparent(image):
            raise OutputError(
                f"{codec.name.upper()} holds no transparency, and the picture has some.",
                hint="Save it as PNG, TIFF or WebP, or put it on a background first.",
            )
        image = replace(image, alpha=None)
        notes.append("the alpha channel was opaque throughout and was left out")
    if image.depth not in codec.depths:
        image = _to_8_bit(image)
        notes.append(f"16 bits per sample became 8: {codec.name.upper()} holds no more")
    return image, tuple(notes)


def _lossy(notes: tuple[str, ...]) -> bool:
    return any("became 8" in note for note in notes)


def _to_8_bit(image: Image) -> Image:
    def narrow(samples: NDArray[np.uint16]) -> NDArray[np.uint8]:
        return ((samples.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)

    pixels = narrow(image.pixels.astype(np.uint16))
    alpha = None if image.alpha is None else narrow(image.alpha.astype(np.uint16))
    return image.with_pixels(pixels, alpha)
