"""The one place where output pixels are written: at source size, last, and checked afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.color import samples_of, unit
from keepdial.errors import GuaranteeError
from keepdial.frame import Window, frame_of
from keepdial.geometry import Box, overlap
from keepdial.image import Image
from keepdial.mask import bounds
from keepdial.parallel import over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Capabilities, Frame, Proposal

ROWS = 64
"""Rows that are blended at a time: bounds the memory of the float copies."""


class Composite:
    """The picture in the making.

    ``out = source + mask * (proposal - source)`` in the picture's own encoding, rounded to its samples.
    Where the mask is 0 the canvas' samples are copied, where it is 1 the proposal's are taken. Alpha stays
    as it is in the canvas, unless the proposal has alpha of its own: that is what a cut-out does.

    What is filled already is part of the picture for the windows that come after, so that a long hole that
    was cut into pieces goes on across the cuts.
    """

    def __init__(
        self,
        canvas: Image,
        mask: NDArray[np.float32],
        *,
        pieces: bool = True,
        matte: NDArray[np.float32] | None = None,
        guide: object = None,
    ) -> None:
        """Start from the canvas and the mask, (H, W) float32, 1 = edit here; neither is modified.

        With `pieces` False nothing is looked at after it was filled, which saves a copy of the mask. `matte`
        (H, W) float32 is the share of the subject in each pixel, for frames to show, as is `guide`.
        """
        self._canvas = canvas
        self._matte = matte
        self._guide = guide
        self._alpha = canvas.alpha
        self._pixels = canvas.pixels.copy()
        self._todo = mask.copy() if pieces else mask
        self._pieces = pieces

    def frame(self, window: Window, capabilities: Capabilities, *, guess: bool = False) -> Frame:
        """Return what the window shows now. It is a view: use it before the next `add`."""
        return frame_of(
            window,
            self._pixels,
            self._todo,
            capabilities,
            guess=guess,
            matte=self._matte,
            alpha=self._alpha,
            icc=self._canvas.icc,
            guide=self._guide,
        )

    def add(self, frame: Frame, proposal: Proposal) -> None:
        """Blend the frame's proposal in, where the frame owns the mask."""
        box = Box(0, 0, frame.box.width, frame.box.height).slices
        own = None if frame.own is None else frame.own[box]
        weight = frame.mask[box]
        if proposal.blended:
            weight = np.asarray(weight > 0, np.float32)
        _blend(self._pixels[frame.box.slices], weight, own, proposal.pixels)
        if proposal.alpha is not None:
            self._add_alpha(frame, weight, own, proposal.alpha[box])
        if self._pieces:
            self._todo[frame.box.slices][... if own is None else own] = 0

    def image(self) -> Image:
        """Return the picture as it is now, and end the work on it."""
        return self._canvas.with_pixels(self._pixels, self._alpha)

    def _add_alpha(
        self,
        frame: Frame,
        weight: NDArray[np.float32],
        own: NDArray[np.bool_] | None,
        proposed: NDArray[np.float32],
    ) -> None:
        assert self._alpha is not None
        alpha = self._alpha if self._alpha.flags.writeable else self._alpha.copy()
        _blend(alpha[frame.box.slices][..., None], weight, own, proposed[..., None])
        self._alpha = alpha


def _blend(
    out: NDArray[Any],
    weight: NDArray[np.float32],
    own: NDArray[np.bool_] | None,
    proposed: NDArray[np.float32],
) -> None:
    """Write a proposal into `out` (h, w, C) by `weight` (h, w); what is padded of it falls away."""
    region = bounds(weight)
    if region is None:
        return
    tops = range(region.y, region.bottom, ROWS)
    bands = [Box(region.x, top, region.width, min(ROWS, region.bottom - top)).slices for top in tops]

    def blend(part: tuple[slice, slice]) -> None:
        w = weight[part]
        chosen = w > 0 if own is None else (w > 0) & own[part]
        new = proposed[part]
        if np.any((w < 1) & chosen):
            source = unit(out[part])
            new = source + w[..., None] * (new - source)
        if chosen.all():
            out[part] = samples_of(new, out)
        else:
            np.copyto(out[part], samples_of(new, out), where=chosen[..., None])

    for _ in over(bands, blend):
        pass


def guard(source: Image, result: Image, free: NDArray[np.bool_], placement: Box | None) -> None:
    """Raise `GuaranteeError` if a pixel that had to be kept differs from the source, colour or alpha.

    `free` (H, W) bool of the result is True where a change was allowed; `placement` is where in the
    result the source lies, None when it has the same size; it may reach out of a result that was cropped.
    The comparison is with the source itself and
    not with the canvas, so nothing between them can be at fault unseen.
    """
    from keepdial.verify.preserved import differences

    if free.all():
        return
    if placement is not None:
        there, here = overlap(placement, result.size)
        alpha = None if result.alpha is None else result.alpha[there.slices]
        result = result.with_pixels(result.pixels[there.slices], alpha)
        free = free[there.slices]
        alpha = None if source.alpha is None else source.alpha[here.slices]
        source = source.with_pixels(source.pixels[here.slices], alpha)
    changed = sum(
        int(np.count_nonzero(differs & ~free[rows])) for rows, differs in differences(source, result)
    )
    if changed:
        raise GuaranteeError(
            f"{changed:,} pixels that had to be kept would have changed; nothing is delivered.",
            hint="This is a defect in keepdial: please report it with the request.",
        )
