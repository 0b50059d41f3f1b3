"""Dragging in the styles of a StyleGAN2 generator: DragGAN between a frame and a proposal.

The square of the frame that the handles are in is brought to the generator's resolution and turned into
styles; those of the first layers, which say where things are and not how they look, are dragged (section
3.2); and the change of the generator's picture is brought to the frame, so that what did not move stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.backends import Frame, Proposal, Step
from keepdial.color import unit
from keepdial.errors import BackendError, ModelMissing
from keepdial.geometry import Box, size_of
from keepdial.progress import Cancel, Event, Listener, silent

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from keepdial.dragging.loop import Dragged, Rules
    from keepdial.networks.stylegan2.invert import Inverted
    from keepdial.networks.stylegan2.network import Generator
    from keepdial.networks.stylegan2.weights import Found

PREVIEWS = 8
"""Most previews on one way."""

INVERTING = 0.5
"""Part of the progress that inversion takes."""

STRANGE = 0.1
"""Root mean square error of inversion, in [0, 1], from which a picture is none of the generator's."""

FEW = 5
"""Handles up to which each is to come within 1 px of its target; with more it is 2 (section 4)."""

LITTLE, MUCH = 0.02, 0.08
"""Change of the generator's picture, in [0, 1], up to which it leaves the frame as it is, and from which what
is seen is the generator's own."""

BESIDE = 7
"""Side of the square around what changed, px of the generator's pictures, that counts with it."""

NEAR = 2.0
"""Distance from its target, px of the generator's pictures, up to which a handle counts as there."""

LAYERS = 6
"""Styles that are dragged, from the coarsest on: the others keep the looks (section 3.2)."""


def rules(side: int, told: Mapping[str, float] | None = None) -> Rules:
    """Return the paper's settings at the generator's resolution, and what is `told` with it instead.

    They are for features at 512 px: 3 px around a handle are supervised, and it is looked for within 12. A
    small generator's features have larger pixels, below which there is nothing to compare: its radii end
    there.
    """
    from keepdial.dragging.loop import Rules

    one = side / 512
    usual = Rules(
        supervise=max(3 * one, 1.0),
        track=max(12 * one, 2.0),
        spacing=max(one, 0.25),
        stride=max(one, 0.5),
    )
    given: dict[str, Any] = {name: value for name, value in (told or {}).items() if name != "layers"}
    return replace(usual, **given)


@dataclass(frozen=True, eq=False, slots=True)
class Begun:
    """A picture in a generator's styles: where in the frame it is, the generator, and its picture of it."""

    box: Box
    found: Found
    model: Generator
    inverted: Inverted
    picture: NDArray[np.float32]


def dragged(
    frame: Frame, step: Step, *, progress: Listener = silent, cancel: Cancel | None = None
) -> Proposal:
    """Propose the frame with its handles a share 1 - knob of the way further.

    Raises:
        ModelMissing, ModelRefused: there is no generator, or none that can be loaded.
        BackendError: no handles, or the generator failed.
        Cancelled.
    """
    from keepdial.warping.grip import Grip

    grip = frame.guide
    if not isinstance(grip, Grip):
        raise BackendError("gan-drag was given no handles.", hint="This is a defect of the operation.")
    source = unit(frame.pixels)
    goal = grip.start + (1 - _at(step.knob, grip.start)) * (grip.end - grip.start)
    begun = begin(source, square(frame, grip.start, goal), seed=step.seed, progress=progress, cancel=cancel)
    made, pixels = go(
        begun,
        source,
        np.asarray(frame.mask > 0, np.float32),
        grip.start,
        goal,
        progress=progress,
        cancel=cancel,
    )
    from keepdial.warping.dragging import landings
    from keepdial.warping.telling import looked_for

    shown = np.where(frame.mask[..., None] > 0, pixels, source)
    radius = looked_for(frame.mask.size)
    seen = [one.distance for one in landings(source, shown, grip.start, goal, radius=radius)]
    return Proposal(pixels, tuple(_notes(begun, made, grip.start, goal, seen)))


def square(frame: Frame, start: NDArray[np.float64], goal: NDArray[np.float64]) -> Box:
    """Return the largest square of the frame, as near to the middle of the handles' ways as it can be."""
    size = size_of(frame.mask)
    side = min(size.width, size.height)
    x, y = (np.vstack([start, goal]).min(axis=0) + np.vstack([start, goal]).max(axis=0)) / 2 - side / 2
    return Box(
        int(np.clip(round(x), 0, size.width - side)),
        int(np.clip(round(y), 0, size.height - side)),
        side,
        side,
    )


def begin(
    source: NDArray[np.float32],
    box: Box,
    *,
    seed: int = 0,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> Begun:
    """Return the part `box` of `source` (h, w, C), in [0, 1], in the styles of the best generator for it.

    Raises `ModelMissing` where there is none, and as `load` does.
    """
    from keepdial.networks.stylegan2.invert import invert
    from keepdial.networks.stylegan2.weights import generators, load

    here = generators()
    if not here:
        raise ModelMissing(
            "No StyleGAN2 generator is installed.", hint="docs/dragging-latents.md says what one consists of."
        )
    begun: list[Begun] = []
    for i, found in enumerate(here):
        model = load(found)
        picture = _shrunk(source[box.slices], model)

        def watch(done: float, i: int = i) -> None:
            progress(Event("generate", INVERTING * (i + done) / len(here)))

        inverted = invert(model, picture, seed=seed, watch=watch, cancel=cancel)
        begun.append(Begun(box, found, model, inverted, _picture(model, inverted.ws)))
    return min(begun, key=lambda one: one.inverted.error)


def go(
    begun: Begun,
    source: NDArray[np.float32],
    free: NDArray[np.float32],
    start: NDArray[np.float64],
    goal: NDArray[np.float64],
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
) -> tuple[Dragged, NDArray[np.float32]]:
    """Drag, and return how it went and what is proposed for all of `source` (h, w, C).

    `free` (h, w) is 1 where pixels may change; `start` and `goal` (n, 2) are px of the source. The
    styles of each layer change on their own (w+).
    """
    import torch

    from keepdial.dragging.loop import Handles, Look, drag
    from keepdial.networks.stylegan2.weights import drag_settings, feature_side

    model, box = begun.model, begun.box
    side = model.shape.resolution
    scale = side / box.width
    features = feature_side(begun.found, model.shape)
    base = begun.inverted.ws
    told = drag_settings(begun.found)
    count = min(int(told.get("layers", LAYERS)), 2 * model.shape.sides.index(features) + 1)

    def styles(latents: Tensor) -> Tensor:
        return torch.cat([latents, base[:, count:]], dim=1)

    def look(latents: Tensor) -> Look:
        seen = model.features(styles(latents), features)[0]
        return Look(seen, seen)

    shown = 0

    def watch(done: float, latents: Tensor, points: NDArray[np.float64]) -> None:
        nonlocal shown
        preview = None
        if progress is not silent and done * (PREVIEWS + 1) >= shown + 1:
            shown += 1
            preview = _changed(source, begun, _picture(model, styles(latents)))
        progress(Event("generate", INVERTING + (1 - INVERTING) * min(done, 1.0), preview))

    handles = Handles(
        (start - (box.x, box.y) + 0.5) * scale - 0.5,
        (goal - (box.x, box.y) + 0.5) * scale - 0.5,
        np.ascontiguousarray(free[box.slices]),
        (side, side),
    )
    latents = base[:, :count]
    asked = rules(side, told)
    if len(start) > FEW:
        asked = replace(asked, near=2 * asked.near)
    made = drag(latents, look, handles, asked, watch=watch, cancel=cancel)
    return made, _changed(source, begun, _picture(model, styles(made.latents)))


def _at(knob: float | NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the knob at points (n, 2), as (n, 1)."""
    if not isinstance(knob, np.ndarray):
        return np.full((len(points), 1), knob, np.float64)
    h, w = knob.shape
    x, y = np.rint(points.T).astype(np.int64)
    return np.asarray(knob[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)][:, None], np.float64)


def _shrunk(part: NDArray[np.float32], model: Generator) -> Tensor:
    """Return a square picture (h, h, C) in [0, 1] as the generator's (1, c, side, side), -1 to 1."""
    import torch

    made = np.transpose(_resized(part, model.shape.resolution), (2, 0, 1))
    if len(made) != model.shape.pixels:
        made = made.mean(axis=0, keepdims=True) if model.shape.pixels == 1 else np.repeat(made, 3, axis=0)
    device = model.mapping.w_avg.device
    return torch.from_numpy(np.ascontiguousarray(made * np.float32(2) - np.float32(1)))[None].to(device)


def _picture(model: Generator, ws: Tensor) -> NDArray[np.float32]:
    """Return (side, side, c) float32 in [0, 1]."""
    import torch

    with torch.no_grad():
        made = (model.picture(ws)[0].clamp(-1, 1) + 1) / 2
    return np.ascontiguousarray(made.permute(1, 2, 0).cpu().numpy(), np.float32)


def _changed(source: NDArray[np.float32], begun: Begun, after: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the source with what changed between the generator's pictures.

    Where nothing moved the source stays as it is, detail that the generator does not show included; where
    much did, what is seen is the generator's own, or an outline that it does not show would stay as a ghost.
    """
    import cv2

    side = begun.box.width
    change = _channels(_resized(after - begun.picture, side), source.shape[2])
    missed = source[begun.box.slices] - _channels(_resized(begun.picture, side), source.shape[2])
    moved = np.abs(after - begun.picture).max(axis=2)
    moved = np.asarray(cv2.dilate(moved, np.ones((BESIDE, BESIDE), np.uint8)), np.float32)
    moved = np.asarray(np.clip((moved - LITTLE) / (MUCH - LITTLE), 0, 1), np.float32)
    moved = _resized(moved[..., None], side)
    soft = cv2.GaussianBlur(moved, (0, 0), side / begun.picture.shape[0])
    weight = np.clip(np.asarray(soft, np.float32), 0, 1).reshape(side, side, 1)
    made = source.copy()
    made[begun.box.slices] = np.clip(made[begun.box.slices] + change - weight * missed, 0, 1)
    return made


def _channels(picture: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    if picture.shape[2] == count:
        return picture
    grey = picture.mean(axis=2, keepdims=True)
    return np.asarray(grey if count == 1 else np.repeat(grey, 3, axis=2), np.float32)


def _resized(picture: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return a square picture (h, h, C) at another side."""
    import cv2

    if picture.shape[0] == side:
        return picture
    how = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    made = np.asarray(cv2.resize(np.ascontiguousarray(picture), (side, side), interpolation=how), np.float32)
    return made.reshape(side, side, picture.shape[2])


def _notes(
    begun: Begun,
    made: Dragged,
    start: NDArray[np.float64],
    goal: NDArray[np.float64],
    seen: list[float | None],
) -> list[str]:
    """Return what is to be said: how like the picture the generator's was, and where the handles are.

    How far from its target each was `seen` in the finished picture counts, px; where it cannot be recognised,
    None, how far the features were followed to.
    """
    side, error = begun.model.shape.resolution, begun.inverted.error
    scale = begun.box.width / side
    said = [
        f"{begun.found.name} showed the picture at {side} x {side} px with an error of {error:.1%} of white "
        "(root mean square); what changed there was brought to the picture."
    ]
    if error > STRANGE:
        said.append("That is far off: the picture is none that this generator could make, so look closely.")
    why = {
        "steps": f": all {made.steps} steps were used up",
        "stalled": f": it came no nearer, and was given up after {made.steps} steps",
        "reached": "",
    }[made.why]
    for i, one in enumerate(seen):
        off = made.left[i] * scale if one is None else one
        name, there = (f"({p[0]:.0f}, {p[1]:.0f})" for p in (start[i], goal[i]))
        how = "followed to" if one is None else "seen"
        if off <= NEAR * scale:
            said.append(
                f"The handle {name} was {how} {off:.1f} px from its target, after {made.steps} steps."
            )
        else:
            said.append(
                f"The handle {name} missed its target {there}: it was {how} {off:.1f} px from it{why}."
            )
    return said
