"""The way of the handles: motion supervision and point tracking in turn, until one of the rules says stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from keepdial.dragging.points import kept, motion, patch, read, tracked
from keepdial.errors import BackendError
from keepdial.progress import Cancel

Why = Literal["reached", "steps", "stalled"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How dragging goes, and when it stops. Lengths in px of the picture that the latents make.

    Attributes:
        supervise: how far around a handle the motion is supervised (r1).
        track: how far from its last place a handle is looked for (r2).
        compare: how far around it features are compared to know it again; 0 = at the point itself, as in the
            paper.
        spacing: distance between the places that are read and compared.
        stride: how far a handle is pulled in one step, at most.
        anchor: share of what a handle showed in the beginning in what it is to show a step further; 0 = only
            what it shows now, as in the paper.
        hold: weight of holding still what is outside of the movable area (lambda).
        rate: learning rate of Adam.
        near: a handle this near to its target has reached it.
        most: steps, at most.
        least: steps, at least, where the beginning is carried: those make true what it only shows.
        patience: steps without coming `progress` px nearer, in the mean of the handles, after which it stops.
        progress: see `patience`.
    """

    supervise: float
    track: float
    spacing: float
    stride: float
    compare: float = 0.0
    anchor: float = 0.0
    hold: float = 20.0
    rate: float = 2e-3
    near: float = 1.0
    most: int = 300
    least: int = 0
    patience: int = 80
    progress: float = 0.5


@dataclass(frozen=True, slots=True)
class Look:
    """What latents show: `features` (c, h, w) for handles, `held` (k, h', w') for what is to hold still."""

    features: Tensor
    held: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Handles:
    """Where points are, where they are to come, and what may change; arrays are not modified.

    Attributes:
        start, end: (n, 2) px of the picture that the latents make.
        free: (h, w) float32 in [0, 1] over that picture, 1 = may change; any resolution.
        size: its width and height, px.
    """

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    free: NDArray[np.float32]
    size: tuple[int, int]


@dataclass(frozen=True, eq=False, slots=True)
class Carried:
    """A beginning in which things were taken to their targets already, by something that knows only pixels.

    Attributes:
        latents: where to begin.
        points: (n, 2) where the handles are there, px.
        about: (n, m, 2) places about each handle that belong to what it moves, px from it.
        still: (n, m, c) what they are to show: the features of where they came from.
    """

    latents: Tensor
    points: NDArray[np.float64]
    about: Tensor
    still: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Dragged:
    """How it went.

    Attributes:
        latents: what was changed, as it is now.
        points: (n, 2) where the handles are, as tracked.
        left: (n,) how far each is from its target, px.
        trail: (steps + 1, n, 2) where they were; with a carried beginning the way there is its first step.
        why: why it stopped: every handle reached its target, the steps were used up, or it came no nearer.
    """

    latents: Tensor
    points: NDArray[np.float64]
    left: NDArray[np.float64]
    trail: NDArray[np.float64]
    why: Why

    @property
    def steps(self) -> int:
        """How many steps were gone."""
        return len(self.trail) - 1


Watch = Callable[[float, Tensor, NDArray[np.float64]], None]
"""Called after each step with the part that is done, in [0, 1], the latents and the handles' places."""


def unwatched(done: float, latents: Tensor, points: NDArray[np.float64], /) -> None:
    """Look at nothing: the default watch."""


def drag(
    latents: Tensor,
    look: Callable[[Tensor], Look],
    handles: Handles,
    rules: Rules,
    *,
    carried: Carried | None = None,
    watch: Watch = unwatched,
    cancel: Cancel | None = None,
) -> Dragged:
    """Change `latents` until the handles are at their targets, or a rule says stop.

    Args:
        latents: what is changed; a copy is.
        look: what latents show, differentiable; called once a step.
        handles: what is pulled where. A handle whose places are the same holds its place.
        rules: how, and how long.
        carried: where to begin instead of `latents`, which then only tell what is to hold still.
        watch: sees every state, for previews.
        cancel: looked at before each step.

    Raises:
        BackendError: the features or the latents became NaN.
        Cancelled.
    """
    device, size = latents.device, handles.size
    start = torch.tensor(handles.start, dtype=torch.float32, device=device)
    end = torch.tensor(handles.end, dtype=torch.float32, device=device)
    around = patch(rules.supervise, rules.spacing, device=device)[None]
    about = patch(rules.compare, max(rules.spacing, rules.compare / 3), device=device)[None]
    latents = latents.detach().clone()
    seen = _looked(look, latents.requires_grad_(True))
    first = read(seen.features.detach(), start[:, None] + about, size)
    still = read(seen.features.detach(), start[:, None] + around, size)
    held = seen.held.detach()
    fixed = _fixed(handles.free, held)
    points, least = start.clone(), 0
    if carried is not None:
        about = around = carried.about
        first = still = carried.still
        points = torch.tensor(carried.points, dtype=torch.float32, device=device)
        latents, least = carried.latents.detach().clone().requires_grad_(True), rules.least
        seen = _looked(look, latents)
        points = _tracked(seen, points, first, about, rules, size)
    optimizer = torch.optim.Adam([latents], lr=rules.rate)
    trail = [start.clone(), points.clone()] if carried is not None else [points.clone()]
    best, since = _off(points, end).mean().item(), 0
    why: Why = "steps"
    whole = max(float(_off(start, end).mean()), 1e-6)
    for step in range(rules.most + 1):
        if cancel is not None:
            cancel.check()
        far = _off(points, end)
        if step >= least and bool((far <= rules.near).all()):
            why = "reached"
            break
        if step == rules.most or since > rules.patience:
            why = "steps" if step == rules.most else "stalled"
            break
        # A handle that holds its place, and was pushed off it, is pulled back like any other.
        ways = (end - points) / far.clamp(min=1e-6)[:, None] * far.clamp(max=rules.stride)[:, None]
        loss = motion(seen.features, points[:, None] + around, ways, size, still, anchor=rules.anchor)
        if rules.hold and fixed is not None:
            loss = loss + rules.hold * kept(seen.held, held, fixed)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        seen = _looked(look, latents)
        points = _tracked(seen, points, first, about, rules, size)
        trail.append(points.clone())
        left = _off(points, end).mean().item()
        best, since = (left, 0) if left < best - rules.progress else (best, since + 1)
        done = max((step + 1) / rules.most, min(1.0, 1 - left / whole))
        watch(done, latents.detach(), points.cpu().numpy().astype(np.float64))
    places = torch.stack(trail).cpu().numpy().astype(np.float64)
    off = np.hypot(*(places[-1] - handles.end).T)
    return Dragged(latents.detach(), places[-1], off, places, why)


def _tracked(
    seen: Look, points: Tensor, first: Tensor, about: Tensor, rules: Rules, size: tuple[int, int]
) -> Tensor:
    with torch.no_grad():
        return tracked(seen.features, points, first, about[:, None], rules.track, rules.spacing, size)


def _looked(look: Callable[[Tensor], Look], latents: Tensor) -> Look:
    seen = look(latents)
    if not bool(torch.isfinite(seen.features).all()):
        raise BackendError(
            "The model's features are no numbers (NaN or infinity).",
            hint="Nothing was written. Its weights may be damaged, or too large for 16 bits.",
        )
    return seen


def _off(points: Tensor, end: Tensor) -> Tensor:
    return (end - points).square().sum(dim=1).sqrt()


def _fixed(free: NDArray[np.float32], like: Tensor) -> Tensor | None:
    """Return (h, w), 1 = must hold still, at the resolution of `like`; None where all may change."""
    whole = 1 - torch.tensor(free, dtype=like.dtype, device=like.device)
    if not bool((whole > 0).any()):
        return None
    return functional.interpolate(whole[None, None], size=like.shape[-2:], mode="area")[0, 0]
