"""Inversion: the styles whose picture looks like a given one.

First the nearest of many random styles, then one style for all layers, then one for each (w+), which is held
near the first: what is far from the styles that the network knows shows the picture and cannot be dragged
(Abdal et al., Image2StyleGAN, ICCV 2019; Tov et al., Designing an encoder, SIGGRAPH 2021, on that bargain).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from keepdial.progress import Cancel

if TYPE_CHECKING:
    from keepdial.networks.stylegan2.network import Generator

TRIES = 128
"""Random styles that are looked at to begin with."""

BEST = 3
"""Of these so many are followed for a while, and the best of them to the end."""

FIRST, COMMON, EACH = 30, 60, 100
"""Steps with each of the best, together; with one style for all layers; with one for each layer."""

RATE = 0.05
"""Learning rate, as a part of the spread of the styles."""

NEAR = 2e-3
"""Weight of staying near one style for all layers, and near the mean style, in spreads."""


@dataclass(frozen=True, eq=False, slots=True)
class Inverted:
    """The styles found: `ws` (1, layers, w), and `error`, the root mean square over its picture in [0, 1]."""

    ws: Tensor
    error: float


def invert(
    model: Generator,
    picture: Tensor,
    *,
    seed: int = 0,
    watch: Callable[[float], None] = lambda done: None,
    cancel: Cancel | None = None,
) -> Inverted:
    """Return the styles of `picture` (1, c, side, side), -1 to 1; the same seed finds the same.

    `watch` hears the part that is done; `cancel` is looked at before each step.
    """
    with torch.no_grad():
        draw = torch.Generator().manual_seed(seed)
        z = torch.randn(TRIES, model.shape.z, generator=draw).to(picture.device)
        w = model.mapping(z)
        middle, spread = model.mapping.w_avg, w.std(dim=0).clamp(min=1e-3)
        off = torch.cat([difference(_drawn(model, part[:, None]), picture) for part in w.split(32)])
        # The best of each part of the draw: the best of all are much alike.
        best = [int(part[off[part].argmin()]) for part in torch.arange(TRIES).chunk(BEST)]
    total, done = FIRST + COMMON + EACH, 0

    def step() -> None:
        nonlocal done
        if cancel is not None:
            cancel.check()
        watch(done / total)
        done += 1

    several, loss = _follow(model, w[best][:, None], picture, middle, spread, FIRST, step)
    one = several[loss.argmin()][None]
    one, _ = _follow(model, one, picture, middle, spread, COMMON, step)
    each = one.expand(1, model.shape.layers, -1)
    ws, _ = _follow(model, each, picture, middle, spread, EACH, step)
    with torch.no_grad():
        error = ((model.picture(ws).clamp(-1, 1) - picture) / 2).square().mean().sqrt()
    return Inverted(ws, float(error))


def _drawn(model: Generator, ws: Tensor) -> Tensor:
    return model.picture(ws.expand(-1, model.shape.layers, -1))


def _follow(
    model: Generator,
    start: Tensor,
    picture: Tensor,
    middle: Tensor,
    spread: Tensor,
    steps: int,
    step: Callable[[], None],
) -> tuple[Tensor, Tensor]:
    """Return styles that are better than `start` (n, 1, w) or (n, layers, w), and the loss (n,) of each."""
    offset = ((start - middle) / spread).detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([offset], lr=RATE, betas=(0.9, 0.99))
    losses = torch.zeros(len(start))
    for i in range(steps):
        step()
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, 2 * (1 - i / steps))
        apart = (offset - offset.mean(dim=1, keepdim=True)).square().mean(dim=(1, 2))
        losses = difference(_drawn(model, middle + offset * spread), picture)
        losses = losses + NEAR * (0.1 * offset.square().mean(dim=(1, 2)) + apart)
        optimizer.zero_grad(set_to_none=True)
        losses.sum().backward()
        optimizer.step()
    return (middle + offset * spread).detach(), losses.detach()


def difference(made: Tensor, picture: Tensor) -> Tensor:
    """Return (n,) how much pictures differ, from coarse to fine: what is a little beside itself is near."""
    total = torch.zeros(len(made), device=made.device)
    side = picture.shape[-1]
    while side >= 4:
        total = total + (made - picture).square().mean(dim=(1, 2, 3))
        made, picture = functional.avg_pool2d(made, 2), functional.avg_pool2d(picture, 2)
        side //= 2
    return total
