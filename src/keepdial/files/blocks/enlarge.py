"""A JPEG that was extended or cut: its blocks move as they are to where the old picture lies in the new one.

That can be where the old picture's corner falls on the grid of units (8 or 16 px, by the sampling), as it
always does where nothing was added or cut off on the left and above. Blocks at the old border that hold both
old and new pixels are encoded again like any touched block. Of a picture that was cut, no block is.
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
from keepdial.geometry import Box, Orientation, Size, overlap

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
    frame = file.frame
    place = None if job.placement is None else as_stored(job.placement, image.size, image.orientation)
    if place is None or Size(frame.width, frame.height) != Size(place.width, place.height):
        raise NotSpliceable("the size changed")
    unit = unit_of(file)
    if place.x % unit.width or place.y % unit.height:
        raise NotSpliceable(f"the size changed, and the old picture moved off its grid of {unit} px")
    there, _ = overlap(place, size)
    if not there.area:
        raise NotSpliceable("nothing of the old picture is left")
    fresh = np.ones((size.height, size.width), np.bool_)
    fresh[there.slices] = False
    if job.changed is not None:
        fresh |= image.orientation.stored(job.changed)
    old = plan(source, file)
    larger = _resized(file, size)
    new = plan(source, larger)
    for planes, width in ((old.planes, place.width), (new.planes, size.width)):
        if any(p.fx > 1 and -(-width // p.fx) <= NARROW for p in planes):
            raise NotSpliceable("the size changed, and decoders read so narrow a picture in another way")
    coefficients, _ = read(source, old, None)
    grid, differing = _moved(old, new, coefficients, place, fresh)
    weights = splice.weights_of(file)
    for plane, mark in zip(new.planes, differing, strict=True):
        where = np.argwhere(mark)
        blocks = splice.encoded_again(plane, grid, where, stored, fresh, weights[plane.index])
        grid[plane.blocks].reshape(plane.rows, plane.stride, 64)[mark] = blocks
    result = splice.Spliced(write_anew(new, grid), True, differing)
    data = splice.assembled(job, larger, source, result)
    guaranteed = splice.guaranteed(new, differing, size)
    _without_cut_edges(guaranteed, new, place)
    good = image.orientation.upright(guaranteed)
    return Encoded(data, "jpeg", np.ascontiguousarray(good), (_note(new, differing),))


def unit_of(file: JpegFile) -> Size:
    """Return the size in pixels of a unit of the file (an MCU): what its blocks are moved by."""
    parts = file.frame.components
    return Size(8 * max(c.h for c in parts), 8 * max(c.v for c in parts))


def as_stored(box: Box, size: Size, orientation: Orientation) -> Box:
    """Return `box`, given in an upright picture of `size`, in the picture as it is stored.

    The box may reach out of the picture.
    """
    x = size.width - box.right if orientation.flips_columns else box.x
    y = size.height - box.bottom if orientation.flips_rows else box.y
    if orientation.swaps_axes:
        return Box(y, x, box.height, box.width)
    return Box(x, y, box.width, box.height)


def _note(new: Plan, differing: list[NDArray[np.bool_]]) -> str:
    again = sum(int(d[: p.down, : p.across].sum()) for p, d in zip(new.planes, differing, strict=True))
    kept = sum(p.down * p.across for p in new.planes) - again
    if not again:
        return f"cut along its grid: all {kept:,} blocks keep their DCT coefficients"
    return (
        f"the size changed: {kept:,} blocks of the old picture moved with their DCT coefficients, "
        "all others were encoded"
    )


def _without_cut_edges(guaranteed: NDArray[np.bool_], new: Plan, place: Box) -> None:
    """Take out of `guaranteed` (H, W), as stored, the pixels along the sides where the old picture was cut.

    Where a plane is coarser than the picture, the decoder makes a pixel at the edge of the samples on both
    sides of it; of a picture that was cut, those beyond the edge are gone.
    """
    height, width = guaranteed.shape
    if any(p.fx > 1 for p in new.planes):
        guaranteed[:, : int(place.x < 0)] = False
        guaranteed[:, width - int(place.right > width) :] = False
    if any(p.fy > 1 for p in new.planes):
        guaranteed[: int(place.y < 0)] = False
        guaranteed[height - int(place.bottom > height) :] = False


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
        lies = Box(place.x // (8 * now.fx), place.y // (8 * now.fy), was.across, was.down)
        there, here = overlap(lies, Size(now.stride, now.rows))
        before = coefficients[was.blocks].reshape(was.rows, was.stride, 64)
        grid[now.blocks].reshape(now.rows, now.stride, 64)[there.slices] = before[here.slices]
        marks.append(splice.blocks_touched(now, fresh))
    return grid, marks
