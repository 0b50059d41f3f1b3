"""Watching a pipeline work: every family calls its scheduler once a step, so that is where the engine stands.

There it counts the steps, cancels, shows previews, and holds the picture still where it must be kept. That
makes per-pixel keep maps work with any pipeline that denoises latents (Differential Diffusion: Levin and
Fried, arXiv 2306.00950): a pixel of strength s is free once s of the noise is left; until then it is the
source with the noise of that step.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from keepdial.progress import Cancel, Event, Listener

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

PREVIEWS = 6
"""Previews in one run, at the most."""


class Watch:
    """Stands at a pipeline's scheduler while the block runs."""

    def __init__(
        self,
        pipe: Any,
        progress: Listener,
        cancel: Cancel | None,
        *,
        strength: NDArray[np.float32] | None = None,
        guide: NDArray[np.float32] | None = None,
    ) -> None:
        """Prepare to watch.

        Args:
            pipe: the pipeline.
            progress, cancel: as a backend gets them.
            strength: (h, w) in [0, 1], how much of the schedule each pixel takes part in; None = nothing is
                held.
            guide: (h, w, 3) in [0, 1], the source, from which previews learn the colours of latents.
        """
        self._pipe, self._progress, self._cancel = pipe, progress, cancel
        self._strength, self._guide = strength, guide
        self._clean: Any = None
        self._noise: Any = None
        self._free: Any = None
        self._colours: Any = None
        self._done = 0
        self._todo = 0
        self._patched: list[str] = []

    def __enter__(self) -> Watch:
        """Take the place of the scheduler's `step` and of what adds noise to the source."""
        scheduler = self._pipe.scheduler
        self._patch("step", self._step)
        for name in ("add_noise", "scale_noise"):
            if hasattr(scheduler, name):
                self._patch(name, self._noised)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the scheduler its own methods back."""
        for name in self._patched:
            delattr(self._pipe.scheduler, name)
        self._patched.clear()

    def _patch(self, name: str, stand_in: Callable[..., Any]) -> None:
        own = getattr(self._pipe.scheduler, name)

        # The pipelines look at the signature to see what a scheduler takes.
        @functools.wraps(own)
        def call(*given: Any, **named: Any) -> Any:
            return stand_in(own, *given, **named)

        setattr(self._pipe.scheduler, name, call)
        self._patched.append(name)

    def _noised(self, own: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Remember the source's latents and the noise, the first time that they are mixed."""
        if self._clean is None and len(given) >= 3:
            first, second, third = given[:3]
            # add_noise(sample, noise, timesteps), scale_noise(sample, timestep, noise)
            noise = second if getattr(second, "shape", None) == first.shape else third
            self._clean, self._noise = first, noise
        return own(*given, **named)

    def _step(
        self, own: Callable[..., Any], output: Any, timestep: Any, sample: Any, *rest: Any, **named: Any
    ) -> Any:
        if self._cancel is not None:
            self._cancel.check()
        scheduler = self._pipe.scheduler
        if self._todo == 0:
            self._todo = max(1, len(scheduler.timesteps) - self._at(timestep))
        at = len(scheduler.timesteps) - self._todo + self._done
        made = own(output, timestep, sample, *rest, **named)
        self._done += 1
        latents = made[0] if isinstance(made, tuple) else made.prev_sample
        if self._strength is not None and self._clean is not None:
            latents = self._hold(latents, at + 1)
            if isinstance(made, tuple):
                made = (latents, *made[1:])
            else:
                made.prev_sample = latents
        self._progress(Event("generate", min(1.0, self._done / self._todo), self._preview(latents)))
        if self._cancel is not None:
            self._cancel.check()
        return made

    def _at(self, timestep: Any) -> int:
        times = self._pipe.scheduler.timesteps
        here = (times == timestep).nonzero()
        return int(here[0, 0]) if len(here) else 0

    def _hold(self, latents: Any, at: int) -> Any:
        """Return latents before step `at` of the schedule, held to the source where it is not free yet."""
        scheduler = self._pipe.scheduler
        count = len(scheduler.timesteps)
        clean = self._clean
        if at < count:
            times = scheduler.timesteps[at : at + 1]
            own = type(scheduler).scale_noise if hasattr(scheduler, "scale_noise") else None
            if own is not None:
                held = own(scheduler, clean, times, self._noise)
            else:
                held = type(scheduler).add_noise(scheduler, clean, self._noise, times)
        else:
            held = clean
        held, free = self._packed(held, latents), self._freedom(latents)
        # A pixel of strength s joins with step (1 - s) * count, so what came before that step is thrown
        # away. Of
        # the one step that lies half before and half after, a share is taken: the dial turns without jumps.
        share = (at - (1 - free) * count).clamp(0, 1)
        return (held + share * (latents - held)).to(latents.dtype)

    def _freedom(self, latents: Any) -> Any:
        """Return the strength for each latent, shaped like the latents."""
        if self._free is None:
            import torch

            height, width = self._clean.shape[-2:]
            # The freest pixel under a latent decides: what is held is held by the compositor, exactly.
            whole = torch.from_numpy(self._strength)[None, None]
            small = torch.nn.functional.adaptive_max_pool2d(whole, (height, width)).to(latents)
            shaped = small.expand(1, self._clean.shape[1], height, width)
            if self._clean.ndim == 5:
                shaped = shaped[:, :, None]
            self._free = self._packed(shaped, latents)
        return self._free

    def _packed(self, value: Any, like: Any) -> Any:
        """Return a grid of latents as the pipeline holds them: FLUX makes a row of patches of it."""
        if value.ndim == like.ndim or not hasattr(self._pipe, "_pack_latents"):
            return value
        if value.ndim == 5:
            value = value[:, :, 0]
        batch, channels, height, width = value.shape
        return self._pipe._pack_latents(value, batch, channels, height, width)

    def _preview(self, latents: Any) -> NDArray[np.float32] | None:
        """Return roughly what the latents show, where the source's own latents tell their colours."""
        every = max(1, self._todo // PREVIEWS)
        if self._guide is None or self._clean is None or latents.ndim != 4 or self._done % every:
            return None
        import cv2
        import numpy as np

        height, width = self._clean.shape[-2:]
        if self._colours is None:
            small = cv2.resize(self._guide, (width, height), interpolation=cv2.INTER_AREA)
            known = self._grid(self._clean)
            self._colours = np.linalg.lstsq(known, small.reshape(-1, 3), rcond=1e-3)[0]
        shown = (self._grid(latents) @ self._colours).reshape(height, width, 3)
        full = self._guide.shape[1], self._guide.shape[0]
        return np.asarray(np.clip(cv2.resize(shown.astype(np.float32), full), 0, 1), np.float32)

    def _grid(self, latents: Any) -> Any:
        import numpy as np

        channels = latents.shape[1]
        flat = latents[0].detach().float().cpu().numpy().reshape(channels, -1).T
        return np.concatenate([flat, np.ones((len(flat), 1), np.float32)], axis=1)
