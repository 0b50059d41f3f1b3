"""The one place where output pixels are written: at source size, last, and checked afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.color import samples_of, unit
from keepdial.errors import GuaranteeError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.mask import bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Frame, Proposal

ROWS = 256
"""Rows that are blended at a time: bounds the memory of the float copies."""


def compose(canvas: Image, frames: Sequence[Frame], proposals: Sequence[Proposal]) -> Image:
    """Return the canvas with each frame's proposal blended in by the frame's mask.

    ``out = source + mask * (proposal - source)`` in the picture's own encoding, rounded to its samples.
    Where the mask is 0 the canvas' samples are copied, where it is 1 the proposal's are taken. Alpha stays
    as it is in the canvas: an edit changes what is seen, not where the picture is transparent.
    """
    pixels = canvas.pixels.copy()
    for frame, proposal in zip(frames, proposals, strict=True):
        _blend(pixels[frame.box.slices], frame, proposal.pixels)
    return canvas.with_pixels(pixels, canvas.alpha)


def _blend(out: NDArray[Any], frame: Frame, proposed: NDArray[np.float32]) -> None:
    """Write a proposal into `out` (h, w, C), the frame's box of the result; padding falls away."""
    inside = Box(0, 0, frame.box.width, frame.box.height)
    weight = frame.mask[inside.slices]
    region = bounds(weight)
    if region is None:
        return
    for top in range(region.y, region.bottom, ROWS):
        part = Box(region.x, top, region.width, min(ROWS, region.bottom - top)).slices
        w = weight[part]
        chosen = w > 0 if frame.own is None else (w > 0) & frame.own[inside.slices][part]
        new = proposed[part]
        if not np.all(w[chosen] == 1):
            source = unit(out[part])
            new = source + w[..., None] * (new - source)
        np.copyto(out[part], samples_of(new, out), where=chosen[..., None])


def guard(source: Image, result: Image, free: NDArray[np.bool_], placement: Box | None) -> None:
    """Raise `GuaranteeError` if a pixel that had to be kept differs from the source, colour or alpha.

    `free` (H, W) bool of the result is True where a change was allowed; `placement` is where in the
    result the source lies, None when it has the same size. The comparison is with the source itself and
    not with the canvas, so nothing between them can be at fault unseen.
    """
    from keepdial.verify.preserved import differences

    if placement is not None:
        rows, columns = placement.slices
        alpha = None if result.alpha is None else result.alpha[rows, columns]
        result = result.with_pixels(result.pixels[rows, columns], alpha)
        free = free[rows, columns]
    changed = sum(
        int(np.count_nonzero(differs & ~free[rows])) for rows, differs in differences(source, result)
    )
    if changed:
        raise GuaranteeError(
            f"{changed:,} pixels that had to be kept would have changed; nothing is delivered.",
            hint="This is a defect in keepdial: please report it with the request.",
        )
