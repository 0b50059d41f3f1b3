"""Settling a proposal on its source: what drifted in place or colour is brought back before it is composited.

Models that paint a whole frame anew shift it, zoom it, or change its colours by some levels, in the part
that has to be kept as in the rest. What is kept is copied from the source anyhow, so the drift shows along
the mask's edge: as steps in lines that cross it, and as a seam. How it drifted, the kept part of it tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from keepdial import registration
from keepdial.registration import Found, Motion, moved_back
from keepdial.tint import Tint, matched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends import Frame, Proposal

    Singles = NDArray[np.float32]

MOST_KEPT, MOST_FREE = 0.10, 0.03
"""The farthest a proposal is moved back, in sides of the frame: where part of it has to be kept, and where
nothing has, so that only the drift of a model, a few percent, is taken for one and not what was asked for."""

CONSENT_FREE, BLOCKS_FREE = 0.8, 16
"""Where nothing has to be kept, this share of the blocks, of so many, must agree that it all moved: a thing
that moved on a plain ground is not a picture that moved."""

ANCHOR = 0.002
"""The share of a frame that has to be kept for the proposal to be held against it."""

SIDE = 1280
"""Larger frames are compared at a half, a third, ... of their size."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a proposal lay on its source, and how it lies now.

    Attributes:
        moved: how far in px of the picture the corner of the frame that moved farthest was off; None where
            there is too little to tell.
        zoom: how much larger things were, 1 = as large.
        left: the same as `moved` after the proposal was moved back; as `moved` where it was not.
        colour: how far the kept part was off in colour (CIE Lab, of means over squares, the median); None
            where nothing is kept.
        colour_left: the same after colours were matched.
        where: (width, height) of the frame in px.
    """

    moved: float | None = None
    zoom: float = 1.0
    left: float | None = None
    colour: float | None = None
    colour_left: float | None = None
    where: tuple[int, int] = (0, 0)

    def worse(self, other: Drift | None) -> Drift:
        """Return, of two frames' drifts, the larger number of each kind."""
        if other is None:
            return self
        place = max((self, other), key=lambda d: (d.left or 0.0, d.moved or 0.0))
        shade = max((self, other), key=lambda d: (d.colour_left or 0.0, d.colour or 0.0))
        return replace(place, colour=shade.colour, colour_left=shade.colour_left)


def settle(frame: Frame, proposal: Proposal, *, blends: bool = True) -> tuple[Proposal, Drift]:
    """Return the proposal moved back to where the source has it and in its colours, and what was found.

    Nothing is moved that does not agree with the kept pixels, and no colour changed where there are none to
    match. Notes say what was done.

    Args:
        frame: what was to be painted, at its own size.
        proposal: of the frame's size; not modified.
        blends: whether the result is to pass for a part of the picture around it. Where it is not, only
            colours that are off by as little as a model's own drift are matched, the rest may be what was
            asked for.
    """
    from keepdial.color import unit

    height, width = frame.box.height, frame.box.width
    inside = np.s_[:height, :width]
    kept = (frame.mask <= 0) & _showing(frame)
    anchored = bool(np.count_nonzero(kept[inside]) >= ANCHOR * width * height)
    source, pixels = unit(frame.pixels), proposal.pixels
    notes: list[str] = []

    found = _found(source[inside], pixels[inside], kept[inside] if anchored else None)
    drift = Drift(where=(width, height))
    if found is not None and not anchored and found.blocks < BLOCKS_FREE:
        found = None
    if found is not None:
        far = found.motion.farthest(width, height) if found.sure else 0.0
        drift = replace(drift, moved=far, left=far, zoom=found.motion.zoom if found.sure else 1.0)
        if found.sure and _allowed(found, far, max(width, height), anchored=anchored):
            pixels = pixels.copy()
            pixels[inside] = moved_back(np.ascontiguousarray(pixels[inside]), found.motion)
            again = _found(source[inside], pixels[inside], kept[inside] if anchored else None)
            left = again.motion.farthest(width, height) if again is not None and again.sure else 0.0
            drift = replace(drift, left=left)
            notes.append(_moved_note(found.motion, far))
        elif found.sure:
            notes.append(
                f"The proposal lies up to {far:.1f} px off the picture, which may be what was asked for: it "
                "was left there."
            )
    if anchored:
        tint = matched(source, pixels, kept, blends=blends)
        pixels = tint.pixels
        drift = replace(drift, colour=tint.before, colour_left=tint.after)
        if tint.changed:
            notes.append(_tint_note(tint))
    if pixels is proposal.pixels:
        return proposal, drift
    return replace(proposal, pixels=pixels, notes=(*proposal.notes, *notes)), drift


def _showing(frame: Frame) -> NDArray[np.bool_]:
    """Return (h, w) bool, True where the frame shows the picture: not padding, not transparent."""
    shows = np.zeros(frame.mask.shape, np.bool_)
    shows[: frame.box.height, : frame.box.width] = True
    return shows if frame.alpha is None else shows & (frame.alpha > 0)


def _found(source: Singles, pixels: Singles, kept: NDArray[np.bool_] | None) -> Found | None:
    """Return how the proposal lies on the source, in px of the frame; None where it cannot be told."""
    import cv2

    height, width = source.shape[:2]
    if max(height, width) > registration.LARGEST:
        return None
    planes = [_grey(source), _grey(pixels)]
    known = np.ones((height, width), np.bool_) if kept is None else kept
    times = -(-max(height, width) // SIDE)
    if times > 1:
        size = (max(1, width // times), max(1, height // times))
        planes = [np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA), np.float32) for p in planes]
        share = cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        known = np.asarray(share > 0.999)
    found = registration.find(planes[0], planes[1], known)
    if found is None or times == 1:
        return found
    m, (h, w) = found.motion, planes[0].shape
    return replace(found, motion=Motion(m.dx * width / w, m.dy * height / h, m.zx, m.zy))


def _grey(pixels: Singles) -> Singles:
    import cv2

    return pixels[..., 0] if pixels.shape[2] == 1 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))


def _allowed(found: Found, far: float, side: int, *, anchored: bool) -> bool:
    if anchored:
        return far <= MOST_KEPT * side
    return far <= MOST_FREE * side and found.consent >= CONSENT_FREE


def _moved_note(motion: Motion, far: float) -> str:
    zoom = f" and zoomed by {100 * (motion.zoom - 1):+.1f} %" if abs(motion.zoom - 1) >= 0.001 else ""
    return (
        f"The proposal was shifted by ({motion.dx:+.1f}, {motion.dy:+.1f}) px{zoom}, up to {far:.1f} px; it "
        "was moved back."
    )


def _tint_note(tint: Tint) -> str:
    return (
        f"The proposal's colours were off by {tint.before:.1f} (CIE Lab) where the picture is kept; they "
        f"were matched to it, which leaves {tint.after:.1f}."
    )
