"""The embedded engine on arrays: one algorithm, under the constraints of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.backends.patch.pyramid import RADIUS, build
from keepdial.backends.patch.smooth import pull_push
from keepdial.backends.patch.solve import Options, solve
from keepdial.backends.patch.vary import vary

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def synthesise(
    pixels: NDArray[np.uint8] | NDArray[np.uint16],
    hole: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    *,
    seed: int = 0,
    hold: float | NDArray[np.float32] | None = None,
    options: Options | None = None,
    report: Callable[[float], None] = lambda done: None,
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Generate the hole's pixels out of patches of the picture.

    Args:
        pixels: (h, w, C) uint8 or uint16, C = 1 or 3.
        hole: (h, w) bool, True = generate.
        usable: (h, w) bool, True where pixels may be copied from. What is neither in the hole nor usable is
            a constraint (it must fit) but no example.
        seed: another seed gives another result.
        hold: None when the hole's content is unknown; else how much of it to hold, 0 to 1, a number or
            (h, w) float32: synthesis then starts from the picture itself, disturbed the less, the more is
            held.
        options: how hard to work.
        report: called with the share of the work that is done; may raise to stop it.

    Returns:
        (h, w, C) float32 in [0, 1], and notes.
    """
    options = options or Options()
    scale = np.float32(1.0 if pixels.dtype == np.uint8 else 1 / 257)
    # Rows have to lie one behind the other, whatever the picture was turned out of.
    picture = pixels.astype(np.float32, order="C") * scale
    if pixels.shape[2] == 1:
        picture = np.repeat(picture, 3, axis=2)
    notes: tuple[str, ...] = ()
    if hold is not None:
        separate = bool((usable & hole).any())
        if not separate:
            usable = usable & ~hole
    else:
        separate = False
        usable = usable & ~hole
    if hole.any():
        if min(hole.shape) < 2 * RADIUS + 1 or not _has_patch(usable):
            picture = pull_push(picture, ~hole)
            notes = ("Too little of the picture is left to copy from, so the area was filled smoothly.",)
        elif hold is not None:
            picture = vary(picture, hole, usable, hold, separate, options, seed, report)
        else:
            levels = build(picture, hole, usable, separate=False, shallow=min(d for d, _ in options.starts))
            solve(levels, options, usable, seed, report)
            picture = levels[0].picture
    return picture[..., : pixels.shape[2]] * np.float32(1 / 255), notes


def _has_patch(usable: NDArray[np.bool_]) -> bool:
    import cv2

    side = 2 * RADIUS + 1
    whole = cv2.erode(
        usable.view(np.uint8), np.ones((side, side), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    return bool(whole[RADIUS:-RADIUS, RADIUS:-RADIUS].any())
