"""DDIM, forth and back, over a UNet: what turns a picture into latents that a model turns into the picture
again.

Song, Meng and Ermon, ICLR 2021, arXiv 2010.02502, equation 12 with no noise; run backwards, it inverts a
picture. Only the noise schedule is read from the checkpoint's scheduler, so that any kind of scheduler will
do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Ladder:
    """The times of a DDIM schedule, rising, with what is left of the picture at each.

    Attributes:
        times: (n + 1,) int64; the first is 0 by convention, and stands for the clean latents.
        alphas: (n + 1,) float32, cumulative; the first is 1.
        kind: what the UNet predicts: ``epsilon``, ``v_prediction`` or ``sample``.
    """

    times: Tensor
    alphas: Tensor
    kind: str

    def clean(self, made: Tensor, latents: Tensor, at: int) -> tuple[Tensor, Tensor]:
        """Return (clean latents, noise) as predicted by what the UNet `made` of `latents` at step `at`."""
        a = self.alphas[at]
        root, rest = a.sqrt(), (1 - a).sqrt()
        if self.kind == "v_prediction":
            clean = root * latents - rest * made
            return clean, rest * latents + root * made
        if self.kind == "sample":
            return made, (latents - root * made) / rest
        return (latents - rest * made) / root, made

    def move(self, made: Tensor, latents: Tensor, at: int, to: int) -> Tensor:
        """Return the latents at step `to`, from those at `at` and what the UNet made of them."""
        clean, noise = self.clean(made, latents, at)
        a = self.alphas[to]
        return a.sqrt() * clean + (1 - a).sqrt() * noise


def ladder(scheduler: Any, steps: int, device: Any) -> Ladder:
    """Return a schedule of `steps` steps over the noise levels that the scheduler of a checkpoint has."""
    import torch

    whole = scheduler.alphas_cumprod.to(torch.float32)
    # Evenly spaced, ending at the last time; a terminal alpha of exactly 0 could not be divided by.
    times = torch.linspace(0, len(whole) - 1, steps + 1).round().long()
    alphas = torch.cat([torch.ones(1), whole[times[1:]].clamp(min=1e-4)])
    kind = str(getattr(scheduler.config, "prediction_type", "epsilon"))
    return Ladder(times.to(device), alphas.to(device), kind)


def inverted(
    unet: Any, words: Tensor, clean: Tensor, steps: Ladder, upto: int, step: Any = lambda: None
) -> list[Tensor]:
    """Return the latents of each step from the clean ones (first) to those of step `upto` (last).

    `words` are the embeddings that the UNet is given throughout; `step` is called before each step.
    """
    import torch

    path = [clean]
    with torch.no_grad():
        for at in range(upto):
            step()
            # What the UNet sees at the step above is not known yet: the one below stands in, as is usual.
            seen = max(at, 1)
            made = unet(path[-1], steps.times[seen], encoder_hidden_states=words).sample
            below = path[-1]
            if at == 0:
                a, rest = steps.alphas[1].sqrt(), (1 - steps.alphas[1]).sqrt()
                path.append(a * below + rest * steps.clean(made, below, 1)[1])
            else:
                path.append(steps.move(made, below, at, at + 1))
    return path
