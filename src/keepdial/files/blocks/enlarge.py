"""A JPEG that was extended: its blocks move as they are to where the old picture lies in the new one.

That can be where the old picture's corner falls on the grid of units (8 or 16 px, by the sampling), as it
always does where nothing was added on the left and above. Blocks at the old border that hold both old and new
pixels are encoded again like any touched block.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial.files.blocks import splice
from keepdial.files.blocks.coefficients import NotSpliceable, Plan, plan, read, write_anew
from keepdial.files.codec import Encoded, Job
from keepdial.files.jpegfile import FRAMES
from keepdial.geometry import Box, Size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.files.jpegfile import JpegFile


NARROW = 2
"""libjpeg interpolates no component that is at most so many samples wide (jdsample.c)."""


def enlarged(job: Job, file: JpegFile, source: bytes) -> Encoded:
    """Return the file with the old picture's blocks at `job.placement` and all others encoded.

    Raises `NotSpliceable`, with the reason in words, where the blocks do not fit.
    """
    image = job.image
    stored = image.orientation.stored(image.pixels)
    size = Size(stored.shape[1], stored.shape[0])
    place = _stored(job)
    frame = file.frame
    if Size(frame.width, frame.height) != Size(place.width, place.height):
        raise NotSpliceable("the size changed")
    unit = Size(8 * max(c.h for c in frame.components), 8 * max(c.v for c in frame.components))
    if place.x % unit.width or place.y % unit.height:
        raise NotSpliceable(f"the size changed, and the old picture moved off its grid of {unit} px")
    fresh = np.ones((size.height, size.width), np.bool_)
    fresh[place.slices] = False
    if job.changed is not None:
        fresh |= image.orientation.stored(job.changed)
    old = plan(source, file)
    if any(p.fx > 1 and -(-place.width // p.fx) <= NARROW for p in old.planes):
        raise NotSpliceable("the size changed, and decoders read so narrow a picture in another way")
    larger = _resized(file, size)
    new = plan(source, larger)
    coefficients, _ = read(source, old, None)
    grid, differing = _moved(old, new, coefficients, place, fresh)
    weights = splice.weights_of(file)
    for plane, mark in zip(new.planes, differing, strict=True):
        where = np.argwhere(mark)
        blocks = splice.encoded_again(plane, grid, where, stored, fresh, weights[plane.index])
        grid[plane.blocks].reshape(plane.rows, plane.stride, 64)[mark] = blocks
    result = splice.Spliced(write_anew(new, grid), True, differing)
    data = splice.assembled(job, larger, source, result)
    good = image.orientation.upright(splice.guaranteed(new, differing, size))
    kept = sum(int((~d[: p.down, : p.across]).sum()) for p, d in zip(new.planes, differing, strict=True))
    note = (
        f"the size changed: {kept:,} blocks of the old picture moved with their DCT coefficients, "
        "all others were encoded"
    )
    return Encoded(data, "jpeg", np.ascontiguousarray(good), (note,))


def _stored(job: Job) -> Box:
    """Return where the old picture lies, as stored."""
    if job.placement is None:
        raise NotSpliceable("the size changed")
    region = np.zeros(job.image.pixels.shape[:2], np.bool_)
    region[job.placement.slices] = True
    found = Box.of(job.image.orientation.stored(region))
    if found is None:
        raise NotSpliceable("the size changed")
    return found


def _resized(file: JpegFile, size: Size) -> JpegFile:
    """Return the structure with another size in its frame header."""
    if max(size.width, size.height) > 65535:
        raise NotSpliceable("the picture is too large for JPEG")
    body = struct.pack(">HH", size.height, size.width)
    segments = tuple(
        replace(s, body=s.body[:1] + body + s.body[5:]) if s.marker in FRAMES else s for s in file.segments
    )
    return replace(file, segments=segments, frame=replace(file.frame, width=size.width, height=size.height))


def _moved(
    old: Plan, new: Plan, coefficients: NDArray[np.int16], place: Box, fresh: NDArray[np.bool_]
) -> tuple[NDArray[np.int16], list[NDArray[np.bool_]]]:
    """Return the new grid's coefficients, with the old blocks in it, and what is to be encoded by plane."""
    grid = np.zeros((new.blocks, 64), np.int16)
    marks = []
    for was, now in zip(old.planes, new.planes, strict=True):
        part = Box(place.x // (8 * now.fx), place.y // (8 * now.fy), was.across, was.down).slices
        before = coefficients[was.blocks].reshape(was.rows, was.stride, 64)[: was.down, : was.across]
        grid[now.blocks].reshape(now.rows, now.stride, 64)[part] = before
        marks.append(splice.blocks_touched(now, fresh))
    return grid, marks
