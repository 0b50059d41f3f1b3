"""A beginning for dragging in latents in which things are at their targets already: the warped picture.

Motion supervision alone has to push a thing there through noise, a little at a time, and a model that is not
very large loses it on the way. A warp (`keepdial.warping`) takes it there at once and keeps its detail, but
invents nothing: what comes to light is stretched. So the picture is warped, and its latents get the noise
that inversion found, each place that of where it came from, and new noise where the warp has stretched.
Motion supervision then makes the features at the targets those of the source, and denoising paints the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import Tensor

    from keepdial.diffusion.ddim import Ladder
    from keepdial.diffusion.drag import Scene
    from keepdial.dragging.loop import Carried
    from keepdial.warping.grip import Grip

THING = 0.15
"""From this stiffness on a pixel belongs to what is dragged."""

STRETCHED = 0.5
"""Where the warp reads less than this of a pixel for each pixel, what is there is to be invented."""

PLACES = 256
"""Places around each handle whose features are compared, at most."""


@dataclass(frozen=True, eq=False, slots=True)
class Warped:
    """The scene after the warp.

    Attributes:
        own: (box height, box width, 3) float32 in [0, 1], at the picture's own resolution.
        pixels: (h, w, 3) float32 in [0, 1], at the model's size.
        map: (h, w, 2) float32, px of the scene at the model's size: where each pixel was read.
        thing: (h, w) bool, True where what is dragged came to lie.
        end: (n, 2) px at the model's size, where the warp took the handles.
        why: for each, "" or what stopped it.
    """

    own: NDArray[np.float32]
    pixels: NDArray[np.float32]
    map: NDArray[np.float32]
    thing: NDArray[np.bool_]
    end: NDArray[np.float64]
    why: tuple[str, ...]


def warped(
    source: NDArray[np.float32],
    mask: NDArray[np.float32],
    grip: Grip,
    share: float,
    scene: Scene,
    *,
    step: Callable[[], None] = lambda: None,
) -> Warped:
    """Return the scene of `source` (h, w, 3) in [0, 1] with the handles a `share` of their way further.

    `mask` (h, w), above 0 = may change. `step` is called at each step of the warp, and may raise to stop it.
    """
    import cv2

    from keepdial.warping.dragging import dragged, reached

    box = scene.box
    origin = np.array([box.x, box.y], np.float64)
    free = np.ascontiguousarray(mask[box.slices] > 0)
    part = np.ascontiguousarray(source[box.slices])
    stiff = np.ascontiguousarray(grip.stiff[box.slices])
    start = grip.start - origin
    way = share * (grip.end - grip.start)
    can = reached(start, start + way, free, ~free & grip.area[box.slices])
    made = dragged(part, start, can.end, free, stiff=stiff, mend=False, watch=lambda *_: step())
    height, width = scene.free.shape
    by = np.array([width / box.width, height / box.height], np.float32)

    def sized(array: NDArray[np.float32]) -> NDArray[np.float32]:
        if array.shape[:2] == (height, width):
            return array
        how = cv2.INTER_AREA if width < box.width else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(array, (width, height), interpolation=how), np.float32)

    lies = cv2.remap(stiff, made.map[..., 0], made.map[..., 1], cv2.INTER_LINEAR)
    return Warped(
        made.pixels,
        np.clip(sized(made.pixels), 0, 1),
        (sized(made.map) + np.float32(0.5)) * by - np.float32(0.5),
        sized(np.asarray(lies, np.float32)) > THING,
        np.asarray((can.end + 0.5) * by - 0.5, np.float64),
        can.why,
    )


def stretched(places: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return where a map (h, w, 2) reads less than `STRETCHED` px of the picture for a pixel, (h, w) bool."""
    across, down = np.gradient(places, axis=1), np.gradient(places, axis=0)
    area = across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]
    return np.asarray(np.abs(area) < STRETCHED, np.bool_)


def carried(
    moved: Warped, clean: Tensor, path: list[Tensor], features: Tensor, steps: Ladder, upto: int, seed: int
) -> Carried:
    """Return where dragging begins.

    Args:
        moved: the scene after the warp.
        clean: (1, c, h', w'), its latents.
        path: the source's latents from the clean ones to those of step `upto`.
        features: (k, h'', w''), what the source's latents of that step show.
        steps, upto: the schedule, and the step of which latents are changed.
        seed: of the noise where the warp has stretched.
    """
    import cv2
    import torch

    from keepdial.dragging.loop import Carried
    from keepdial.dragging.points import read

    a, rest = steps.alphas[upto].sqrt(), (1 - steps.alphas[upto]).sqrt()
    noise = (path[upto] - a * path[0]) / rest
    rows, columns = clean.shape[-2:]
    height, width = moved.thing.shape
    # Noise is taken whole from the nearest cell: mixed from several it would be too weak.
    centres = cv2.resize(moved.map, (columns, rows), interpolation=cv2.INTER_AREA)
    cell = np.array([width / columns, height / rows])
    at = np.rint((centres + 0.5) / cell - 0.5).astype(np.int64)
    x, y = np.clip(at[..., 0], 0, columns - 1), np.clip(at[..., 1], 0, rows - 1)
    noise = noise[:, :, torch.from_numpy(y), torch.from_numpy(x)]
    loose = cv2.resize(stretched(moved.map).astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    drawn = torch.randn(noise.shape, generator=torch.Generator("cpu").manual_seed(seed)).to(noise)
    new = torch.from_numpy(np.asarray(loose > 0.5)).to(noise.device)
    noise = torch.where(new, drawn, noise)
    about, seen = _places(moved)
    size = (width, height)
    there = torch.from_numpy(seen).to(features.device)
    return Carried(
        a * clean + rest * noise,
        moved.end,
        torch.from_numpy(about).to(features.device),
        read(features, there, size),
    )


def _places(moved: Warped) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return places (n, m, 2) about the handles' targets, px, and (n, m, 2) where they were in the source.

    Each place of what is dragged belongs to the nearest handle; a handle to which none belongs has its own.
    """
    rows, columns = np.nonzero(moved.thing)
    places = np.stack([columns, rows], axis=1).astype(np.float32)
    off = np.hypot(*(places[:, None] - moved.end[None]).transpose(2, 0, 1)) if len(places) else None
    about, seen = [], []
    height, width = moved.thing.shape
    for i, end in enumerate(moved.end):
        own = places[off.argmin(axis=1) == i] if off is not None else places
        if len(own) == 0:
            own = np.clip(np.rint(end), 0, (width - 1, height - 1)).astype(np.float32)[None]
        own = own[np.linspace(0, len(own) - 1, PLACES).round().astype(np.int64)]
        x, y = own.astype(np.int64).T
        about.append(own - end.astype(np.float32))
        seen.append(moved.map[y, x])
    return np.stack(about).astype(np.float32), np.stack(seen)
