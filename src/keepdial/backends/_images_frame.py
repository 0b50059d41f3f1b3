"""A frame as an images server takes it, and what it answers as a proposal for the frame.

What is sent is a PNG of the frame alone, 8 bits, sRGB, without any metadata, and the mask in the server's
convention: what is fully transparent in it is to be edited. Its colours say the same for servers that look at
them instead: white where the edit may act, black where it must not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends._images_server import ImagesError, Model, size_for
from keepdial.color import samples_of, unit
from keepdial.errors import FileError
from keepdial.geometry import Size, size_of
from keepdial.remote.words import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Frame
    from keepdial.image import Image

    Singles = NDArray[np.float32]

GREY = 127
"""What stands where nothing may be shown: under the mask where there is nothing to keep, and where the canvas
is transparent."""

KINDS = ("png", "jpeg", "webp")
"""The formats of an answer that are opened."""

ALIKE = 1.05
"""An answer of another size is stretched where its shape is the one asked for to within this: as far as
models round that work in steps of 32 px."""

LEAST = 1 / 16
"""An answer of less than this share of the area that was asked for shows nothing."""

ALWAYS = 4_194_304
"""Pixels that an answer may always have; beyond, four times what was asked for."""

REFERENCE = 1024
"""The longest side in px at which a reference picture is sent."""


@dataclass(frozen=True, eq=False, slots=True)
class Sent:
    """What is sent of a frame, and where in it the frame lies.

    Attributes:
        whole: the size of the picture that is sent.
        part: the size of the frame within it, at its top left; the rest is padding.
        pixels: (h, w, 3) uint8 sRGB of `whole`, what the server sees.
        image: that as a PNG.
        mask: an RGBA PNG of the same size, fully transparent = edit here; None where all of it is free.
        anew: whether nothing is shown at all: the picture is made from words alone.
    """

    whole: Size
    part: Size
    pixels: NDArray[np.uint8]
    image: bytes
    mask: bytes | None
    anew: bool


def sent(frame: Frame, takes: Model) -> Sent:
    """Return what is sent of a frame to a model that takes these sizes.

    Where the frame is no guess, what lies under the mask is left out: nobody is to start from it.
    """
    from keepdial.files.pngwriter import encode_samples

    whole, part = size_for(size_of(frame.mask), takes)
    hole = frame.mask > 0
    pixels = srgb_of(frame.pixels, frame.icc)
    hidden = np.zeros(hole.shape, np.bool_) if frame.guess else hole.copy()
    if frame.alpha is not None:
        hidden |= frame.alpha == 0
    pixels[hidden] = GREY
    shown = _framed(_resized(pixels, part), whole, mode="edge")
    free = _framed(_covered(hole, part), whole)[..., 0] > 0
    mask = None
    if not hole.all():
        clear = np.zeros((whole.height, whole.width, 4), np.uint8)
        clear[..., 3] = 255
        clear[free] = (255, 255, 255, 0)
        mask = encode_samples(clear)
    anew = mask is None and not frame.guess
    return Sent(whole, part, shown, encode_samples(shown), mask, anew)


def proposed(data: bytes, frame: Frame, asked: Sent) -> tuple[Singles, tuple[str, ...]]:
    """Return a server's picture as a proposal for the frame, (h, w, C) float32 in [0, 1], and notes.

    Raises `ImagesError` for what is no picture, or one of another shape than was asked for.
    """
    image = _opened(data, asked.whole)
    values, alpha = _singles(image), image.alpha
    notes = []
    if image.size != asked.whole:
        values, said = _shaped(values, asked)
        alpha = (
            None if alpha is None else samples_of(_shaped(unit(alpha)[..., None], asked)[0], alpha)[..., 0]
        )
        notes.append(f"The server answered with {image.size} px instead of {asked.whole} px, {said}.")
    notes += [f"Of its answer: {note}." for note in image.source.notes if "frames" in note]
    if alpha is not None and not (alpha == np.iinfo(alpha.dtype).max).all():
        # What it left transparent shows what is there.
        share = unit(alpha)[..., None]
        values = values * share + unit(asked.pixels) * (1 - share)
    values = values[: asked.part.height, : asked.part.width]
    back = np.clip(_resized(values, size_of(frame.mask)), 0, 1)
    return _encoded(back, frame), tuple(notes)


def reference(image: Image) -> bytes:
    """Return a reference picture as it is sent: an sRGB PNG of at most 1024 px a side, without metadata."""
    from keepdial.files.pngwriter import encode_samples

    pixels = srgb_of(image.pixels, image.icc)
    if image.alpha is not None:
        pixels[image.alpha == 0] = 255
    scale = min(1.0, REFERENCE / max(image.size.width, image.size.height))
    size = Size(*(max(1, round(side * scale)) for side in (image.size.width, image.size.height)))
    return encode_samples(_resized(pixels, size))


def srgb_of(pixels: NDArray[Any], icc: bytes | None) -> NDArray[np.uint8]:
    """Return samples (h, w, C) of a profile as (h, w, 3) uint8 sRGB: a new array."""
    from keepdial.tone.space import space_of

    if icc is None:
        narrow = (
            pixels.copy() if pixels.dtype == np.uint8 else samples_of(unit(pixels), np.empty(0, np.uint8))
        )
        return np.ascontiguousarray(np.repeat(narrow, 3, axis=-1) if narrow.shape[-1] == 1 else narrow)
    space = space_of(icc)
    light = space.light(pixels) @ space.to_srgb.T
    encoded = space_of(None).finish(np.ascontiguousarray(light, np.float32))
    return np.asarray(samples_of(encoded, np.empty(0, np.uint8)))


def _singles(image: Image) -> Singles:
    """Return a picture as (h, w, 3) float32 sRGB in [0, 1]."""
    if image.icc is not None:
        return unit(srgb_of(image.pixels, image.icc))
    values = unit(image.pixels)
    return np.repeat(values, 3, axis=-1) if values.shape[-1] == 1 else values


def _encoded(values: Singles, frame: Frame) -> Singles:
    """Return sRGB (h, w, 3) in the frame's own colours and channels."""
    from keepdial.tone.space import space_of

    grey = frame.pixels.shape[-1] == 1
    if frame.icc is None and not grey:
        return np.ascontiguousarray(values, np.float32)
    srgb, space = space_of(None), space_of(frame.icc)
    light = srgb.decode(np.ascontiguousarray(values, np.float32))
    light = np.repeat((light @ srgb.luma)[..., None], 3, axis=-1) if grey else light @ space.from_srgb.T
    made = space.finish(np.ascontiguousarray(light, np.float32))
    return np.ascontiguousarray(made[..., :1] if grey else made)


def _opened(data: bytes, whole: Size) -> Image:
    from keepdial.files import open_image
    from keepdial.files.sniff import identify
    from keepdial.settings import Settings

    what = "The images server answered with"
    try:
        kind = identify(data).name
        if kind not in KINDS:
            raise ImagesError(f"{what} a {kind.upper()} picture; PNG, JPEG and WebP are taken.")
        most = max(4 * whole.area, ALWAYS)
        return open_image(data, settings=Settings(max_pixels=most, max_file_bytes=max(len(data), 1)))
    except FileError as problem:
        raise ImagesError(
            f"{what} a picture that cannot be used: {short(problem.message, 200)}",
            hint="Nothing was written.",
            detail=problem.detail,
        ) from problem


def _shaped(values: Singles, asked: Sent) -> tuple[Singles, str]:
    """Return an answer of another size at the size asked for, and what was done to it, in words."""
    have, want = size_of(values), asked.whole
    stretch = (have.width * want.height) / (have.height * want.width)
    if have.area < LEAST * want.area:
        raise ImagesError(
            f"The images server answered with a picture of {have} px; {want} px were asked for.",
            hint="Name the sizes that it makes in KEEPDIAL_IMAGES_SIZES.",
        )
    if 1 / ALIKE <= stretch <= ALIKE:
        return _resized(values, want), "which was scaled"
    if not asked.anew:
        raise ImagesError(
            f"The images server answered with a picture of {have} px; {want} px were asked for. The shape is "
            "another one, so that nobody knows what lies where in it.",
            hint="Name the sizes that it makes in KEEPDIAL_IMAGES_SIZES, for example 1024x1024.",
        )
    scale = max(want.width / have.width, want.height / have.height)
    large = Size(max(want.width, round(have.width * scale)), max(want.height, round(have.height * scale)))
    x, y = (large.width - want.width) // 2, (large.height - want.height) // 2
    return _resized(values, large)[y : y + want.height, x : x + want.width], "whose middle was taken"


def _resized(values: NDArray[Any], size: Size) -> NDArray[Any]:
    """Return (H, W, C) values at `size`: means where it shrinks, cubic where it grows."""
    import cv2

    have = size_of(values)
    if have == size:
        return values
    how = cv2.INTER_AREA if size.area < have.area else cv2.INTER_CUBIC
    made = cv2.resize(np.ascontiguousarray(values), (size.width, size.height), interpolation=how)
    return np.ascontiguousarray(made.reshape(size.height, size.width, values.shape[2]))


def _covered(hole: NDArray[np.bool_], size: Size) -> NDArray[np.uint8]:
    """Return (h, w, 1) uint8 of `size`, 1 on every pixel that covers any part of the hole."""
    import cv2

    if size_of(hole) == size:
        return hole[..., None].astype(np.uint8)
    shrinks = size.width < hole.shape[1] or size.height < hole.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    made = cv2.resize(hole.astype(np.float32), (size.width, size.height), interpolation=how)
    return np.asarray(made > 0, np.uint8)[..., None]


def _framed(values: NDArray[Any], size: Size, **how: Any) -> NDArray[Any]:
    """Return (h, w, C) values at the top left of `size`; the rest is padded, `how` as in ``numpy.pad``."""
    below, right = size.height - values.shape[0], size.width - values.shape[1]
    return np.pad(values, ((0, below), (0, right), (0, 0)), **how)
