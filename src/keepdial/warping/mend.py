"""New texture where a warp stretched or squeezed too much: the patch engine, led by the warped picture.

The engine's levels are built from the warped picture, small enough that the stretching does not show, and
each patch begins with the place of the source that the warp shows there. From there the search goes on as in
filling: patches that fit their neighbours, colours from the finer source on the way up (the guided synthesis
of Barnes et al., "PatchMatch", SIGGRAPH 2009, section 5, for reshuffling and retargeting).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.backends.patch.pyramid import Level

STRETCHED, SQUEEZED = 2.0, 2.6
"""Lengths, as multiples of the source's, beyond which a warp shows: to so many, and from so many."""

LIVELY = 1.5 / 255
"""Detail (mean difference from a blur) under which a surface may be stretched as far as one likes."""

EDGE, BESIDE = 8 / 255, 5
"""Slope a pixel, smoothed, of an outline, and how many px beside it are left as the warp has them: patches
that join freely would fray it, while a stretched outline is only a little softer."""

DEEPEST = 3
"""Most halvings of the picture."""

LEAST = 0.0004
"""Patches of stretched pixels smaller than this part of the free area are left as they are."""


def overstretched(
    source: NDArray[np.float32],
    warped: NDArray[np.float32],
    moved: NDArray[np.float32],
    free: NDArray[np.bool_],
    points: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return (h, w) bool, True where the map stretches or squeezes texture so much that it shows.

    Outlines are no texture, and what lies around the handles is what was to be brought there: both stay.

    Args:
        source, warped: (h, w, C) in [0, 1], the picture before and after.
        moved: (h, w, 2), the map.
        free: (h, w) bool, True where the picture may change.
        points: (n, 2) where the handles are now, px.
    """
    import cv2

    from keepdial.warping.maps import strains
    from keepdial.warping.sample import sample

    least, most = strains(moved)
    bad = ((least < 1 / STRETCHED) | (most > SQUEEZED)) & free
    if not bad.any():
        return bad
    grey = source.mean(axis=2)
    detail = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))
    detail = np.asarray(cv2.GaussianBlur(detail, (0, 0), 4.0), np.float32)
    bad &= sample(detail, moved) > LIVELY
    bad &= ~_outlines(warped)
    for x, y in np.rint(points).astype(int).tolist():
        cv2.circle(seen := bad.view(np.uint8), (x, y), BESIDE * 4, 0, -1)
        bad = seen.view(np.bool_)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    joined = cv2.morphologyEx(bad.astype(np.uint8), cv2.MORPH_CLOSE, disc)
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, disc)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= max(64.0, LEAST * float(free.sum()))
    large[0] = False
    grown = cv2.dilate(large[labels].astype(np.uint8), disc) if count > 1 else joined * 0
    return np.asarray((grown > 0) & free)


def _outlines(warped: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (h, w) bool, True on and beside outlines: where the smoothed picture is steep."""
    import cv2

    soft = cv2.GaussianBlur(warped.mean(axis=2), (0, 0), 2.0)
    steep = cv2.magnitude(*(cv2.Sobel(soft, cv2.CV_32F, *d, scale=0.125) for d in ((1, 0), (0, 1))))
    side = np.ones((2 * BESIDE + 1, 2 * BESIDE + 1), np.uint8)
    return np.asarray(cv2.dilate((steep > EDGE).astype(np.uint8), side) > 0)


def mended(
    warped: NDArray[np.float32],
    source: NDArray[np.float32],
    moved: NDArray[np.float32],
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    *,
    seed: int = 0,
    report: Callable[[float], None] = lambda done: None,
) -> NDArray[np.float32]:
    """Return the warped picture with new texture in the hole, out of patches of the source.

    Args:
        warped: (h, w, C) float32 in [0, 1], the source as the map shows it; C = 1 or 3.
        source: the same shape, the picture before.
        moved: (h, w, 2) float32, the map.
        hole: (h, w) bool, True = make anew.
        usable: (h, w) bool, True where the source may serve as example.
        seed: another seed gives another result.
        report: called with the share of the work that is done; may raise to stop it.
    """
    from keepdial.backends.patch.finish import finish
    from keepdial.backends.patch.pyramid import RADIUS
    from keepdial.backends.patch.solve import Options, improve, refine, vote, weights
    from keepdial.warping.maps import strains

    if not hole.any() or min(hole.shape) < 4 * RADIUS + 2:
        return warped
    least, _ = strains(moved)
    worst = float(np.percentile(1 / np.maximum(least[hole], 1e-3), 75))
    depth = int(np.clip(np.ceil(np.log2(max(worst, 1.0))), 1, DEEPEST))
    levels = _levels(warped, source, hole, usable, depth)
    if not levels or not levels[-1].valid.any():
        return warped
    # Near to where the warp has it, and no crease twice: a stretch by two would otherwise repeat each one.
    options = Options(pull=1.0, draws=2, reuse=100.0, rounds=(2, 3, 3))
    first = len(levels) - 1
    _begin(levels[first], moved, first)
    work = [options.rounds_at(i) * max(1, one.ty.size) for i, one in enumerate(levels)]
    for i in range(first, -1, -1):
        if i < first:
            refine(levels[i + 1], levels[i], options)
        improve(levels[i], i, options.rounds_at(i), options, seed)
        report(sum(work[i:]) / sum(work))
    at = levels[0]
    finish(at, usable.copy(), vote(at, options), weights(at, options), options.hold, options.edge)
    made = at.picture[..., : warped.shape[2]] * np.float32(1 / 255)
    return np.asarray(np.where(hole[..., None], made, warped), np.float32)


def _levels(
    warped: NDArray[np.float32],
    source: NDArray[np.float32],
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    depth: int,
) -> list[Level]:
    """Return the levels from the finest on; fewer than `depth` + 1 where the picture is too small."""
    from keepdial.backends.patch.pyramid import RADIUS, Level

    picture, example = _coloured(warped), _coloured(source)
    levels = [Level(picture, example, hole, usable)]
    inside, open_ = hole.astype(np.float32), usable.astype(np.float32)
    for _ in range(depth):
        if min(inside.shape) < 8 * RADIUS:
            break
        picture, inside = _halved(picture, inside)
        example, open_ = _halved(example, open_)
        level = Level(picture, example, inside >= 0.5, open_ >= 0.5)
        if level.hy.size == 0 or np.count_nonzero(level.valid) < 64:
            break
        levels.append(level)
    return levels


def _coloured(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a new array (h, w, 3) in [0, 255]."""
    scaled = np.clip(pixels, 0, 1) * np.float32(255)
    return np.ascontiguousarray(np.repeat(scaled, 3, axis=2) if pixels.shape[2] == 1 else scaled)


def _halved(
    picture: NDArray[np.float32], share: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the picture (h, w, 3) and the share (h, w) at half their size, as the engine halves them."""
    from keepdial.backends.patch.colours import halve

    h, w = (share.shape[0] + 1) // 2, (share.shape[1] + 1) // 2
    small = np.empty((h, w, 3), np.float32)
    known, less = np.empty((h, w), np.float32), np.empty((h, w), np.float32)
    halve(picture, np.ones_like(share), share, small, known, less)
    return small, less


def _begin(level: Level, moved: NDArray[np.float32], number: int) -> None:
    """Let each patch of a level begin with the place that the map shows there."""
    scale = 2**number
    h, w = moved.shape[:2]
    y = np.minimum(level.ty * scale + scale // 2, h - 1)
    x = np.minimum(level.tx * scale + scale // 2, w - 1)
    at = np.clip(moved[y, x], 0, (w - 1, h - 1)) / scale
    level.set_correspondence(at[:, 1].astype(np.int32), at[:, 0].astype(np.int32))
