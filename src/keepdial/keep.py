"""The dial: how much must be kept, what is pinned, and what number a backend's own knob gets for it.

What a number means: kept = clamp((s - u) / (1 - u), 0, 1) with s the HaarPSI similarity of source and result
over the mask's bounding box, and u the same of unrelated photographs; `keepdial.verify.haarpsi` measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import ParameterError
from keepdial.geometry import overlap, size_of
from keepdial.mask import bounds, feather
from keepdial.request import KeepMap, Selector
from keepdial.select import select
from keepdial.select.mask import decoded, fitted, values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.operations import Stage

TOLERANCE = 0.03
"""A measured kept within this of the dial is taken as met; beyond it the edit loop corrects."""

Keep = float | np.ndarray[tuple[int, ...], np.dtype[np.float32]]
"""The dial: a number in [0, 1], or a map (H, W) float32 of that."""


@dataclass(frozen=True, eq=False, slots=True)
class Pin:
    """A region that no step may touch.

    Attributes:
        region: (H, W) bool of the result, True = pinned.
        asked_by: ``you``, or the name of the finder that pinned it on its own.
        what: the region in words.
        release: what to do so that it may change.
        automatic: whether a finder pinned it on its own in this edit.
    """

    region: NDArray[np.bool_]
    asked_by: str
    what: str
    release: str
    automatic: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """What holds for one step, in result coordinates.

    Attributes:
        keep: the dial, a number or (H, W) float32.
        mask: (H, W) float32 in [0, 1], 1 = the edit may act here; exactly 0 on everything pinned.
        box: the bounding box of the mask; None when nothing is left to do.
        pins: what took part of the mask away.
    """

    keep: Keep
    mask: NDArray[np.float32]
    box: Box | None
    pins: tuple[Pin, ...]


def dial(keep: float | KeepMap, image: Image) -> Keep:
    """Return the dial as a number or as a map (H, W) float32 of the upright picture, white = 1 = keep all.

    Raises `SelectionError` when a map is not of the picture's size.
    """
    from keepdial.files import open_image

    if not isinstance(keep, KeepMap):
        return float(keep)
    return fitted(values(open_image(decoded(keep.png)), "luminance"), image.size, image.orientation)


def pinned(selectors: Sequence[Selector], keep: Keep, image: Image) -> tuple[Pin, ...]:
    """Return what is pinned: each region in `selectors`, wherever it is above 0, and where a map is 1."""
    pins = []
    for i, selector in enumerate(selectors):
        region = select([selector], image).mask > 0
        what = str(selector.options.get("words", selector.kind))
        release = f"Leave out pin {i + 1} ({what})."
        if selector.automatic:
            release = "Make the edit anew with --no-auto-pin."
        pins.append(Pin(region, selector.kind if selector.automatic else "you", what, release))
    if isinstance(keep, np.ndarray) and bool((keep >= 1).any()):
        pins.append(Pin(keep >= 1, "you", "keep map", "Make the keep map darker than white there."))
    return tuple(pins)


def hold(keep: Keep, pins: Sequence[Pin], stage: Stage) -> Held:
    """Return what is free after the pins, in the canvas' coordinates.

    Pins and a keep map are given over the source and moved to
    where it lies in the canvas; outside of it nothing exists, so nothing is pinned and a map is 0.
    """
    if stage.placement is not None:
        pins = [replace(pin, region=_placed(pin.region, stage)) for pin in pins]
        if isinstance(keep, np.ndarray):
            keep = _placed(keep, stage)
    mask = stage.mask
    box = bounds(mask)
    if box is not None and pins:
        mask = mask.copy()
        for pin in pins:
            mask[box.slices][pin.region[box.slices]] = 0
        box = bounds(mask)
    if box is not None and stage.feather > 0:
        mask = feather(mask, box, stage.feather)
    return Held(keep, mask, box, tuple(pins))


def _placed(array: NDArray[Any], stage: Stage) -> NDArray[Any]:
    assert stage.placement is not None
    placed = np.zeros(stage.mask.shape, array.dtype)
    there, here = overlap(stage.placement, size_of(stage.mask))
    placed[there.slices] = array[here.slices]
    return placed


def knob(curve: Sequence[tuple[float, float]], keep: Keep) -> Keep:
    """Return the backend's own knob for the dial, by straight lines through its calibration curve.

    `curve` holds (kept, knob) pairs, both in [0, 1] and rising. Raises `ParameterError` for a curve that
    does not rise: such a card is damaged.
    """
    points = np.asarray(curve, np.float64)
    if (
        points.ndim != 2
        or points.shape[1] != 2
        or len(points) < 2
        or bool((np.diff(points[:, 0]) <= 0).any())
    ):
        raise ParameterError("curve", curve, "two or more (kept, knob) pairs with rising kept")
    if isinstance(keep, np.ndarray):
        return np.interp(keep, points[:, 0], points[:, 1]).astype(np.float32)
    return float(np.interp(keep, points[:, 0], points[:, 1]))


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt of the edit loop.

    Attributes:
        aimed: the dial that was handed to the curve.
        kept: what was kept.
        given_back: whether it is the attempt before it, with what was changed least given back.
    """

    aimed: float
    kept: float
    given_back: bool = False


def corrected(asked: float, tries: Sequence[Try]) -> float:
    """Return the dial to aim at next, in [0, 1], after `tries` that missed `asked`.

    Between a try that kept less and one that kept more (at the dial's end everything is kept, untried) it is
    where the line between them says. Where all kept more, it moves down by the miss, and then follows the
    line through the last two, unless they do not rise together.
    """
    points = [(t.aimed, t.kept) for t in tries if not t.given_back]
    aimed, kept = points[-1]
    under = max((p for p in points if p[1] < asked), key=lambda p: (p[1], p[0]), default=None)
    if under is not None:
        over = min((p for p in (*points, (1.0, 1.0)) if p[1] >= asked and p[0] > under[0]), default=None)
        if over is None or over[1] <= under[1]:
            return min(1.0, under[0] + (asked - under[1]))
        return under[0] + (over[0] - under[0]) * (asked - under[1]) / (over[1] - under[1])
    aim = aimed - (kept - asked)
    if len(points) > 1:
        run, rise = aimed - points[-2][0], kept - points[-2][1]
        if run * rise > 0:
            aim = min(aim, aimed - (kept - asked) * run / rise)
    return max(0.0, aim)
