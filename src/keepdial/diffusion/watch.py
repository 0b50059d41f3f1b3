"""Watching a pipeline work: every family calls its scheduler once a step, so that is where the engine stands.

There it counts the steps, cancels, shows previews, and holds the picture still where it must be kept. That
makes per-pixel keep maps work with any pipeline that denoises latents (Differential Diffusion: Levin and
Fried, arXiv 2306.00950): a pixel of strength s is free once s of the noise is left; until then it is the
source with the noise of that step.
"""

from __future__ import annotations

import functools
import inspect
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
        clean: Any = None,
    ) -> None:
        """Prepare to watch.

        Args:
            pipe: the pipeline.
            progress, cancel: as a backend gets them.
            strength: (h, w) in [0, 1], how much of the schedule each pixel takes part in; None = nothing is
                held.
            guide: (h, w, 3) in [0, 1], the source, from which previews learn the colours of latents.
            clean: (1, c, h', w'), the source's latents, for a pipeline that begins with noise alone; None =
                the pipeline adds noise to the source itself, and the latents are taken from there.
        """
        self._pipe, self._progress, self._cancel = pipe, progress, cancel
        self._strength, self._guide = strength, guide
        # The source's latents as a grid, and what it was mixed with; `_mix` is both as the pipeline has them.
        self._clean: Any = clean
        self._noise: Any = None
        self._given = clean is not None
        self._mix: tuple[Any, Any] | None = None
        self._order: Any = None
        self._free: Any = None
        self._colours: Any = None
        self._done = 0
        self._todo = 0
        self._patched: list[str] = []
        self._restore: Callable[[], None] | None = None

    def __enter__(self) -> Watch:
        """Take the place of the scheduler's `step` and of what adds noise to the source."""
        scheduler = self._pipe.scheduler
        self._patch("step", self._step)
        for name in ("add_noise", "scale_noise"):
            if hasattr(scheduler, name):
                self._patch(name, self._noised)
        if self._given and type(scheduler).__name__ == "FlowMatchEulerDiscreteScheduler":
            self._idle()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the scheduler its own methods back."""
        for name in self._patched:
            delattr(self._pipe.scheduler, name)
        self._patched.clear()
        if self._restore is not None:
            self._restore()
            self._restore = None

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
            self._clean, self._noise = _grid_of(first), _grid_of(noise)
        return own(*given, **named)

    def _idle(self) -> None:
        """Keep the model from working on steps whose outcome is thrown away as a whole.

        Only for a scheduler that remembers nothing of the steps before: what the model says there is lost.
        """
        model = getattr(self._pipe, "transformer", None)
        if model is None or self._strength is None:
            return
        import torch

        own, most = model.forward, float(self._strength.max())
        before = model.__dict__.get("forward")

        # The pipelines, and what moves a model between devices, look at the signature.
        @functools.wraps(own)
        def forward(*given: Any, **named: Any) -> Any:
            count = len(self._pipe.scheduler.timesteps)
            shown = named.get("hidden_states")
            late = self._done + 1 > (1 - most) * count + 1e-6
            if late or shown is None or named.get("return_dict", True):
                return own(*given, **named)
            # Ones rather than zeros: some pipelines divide by the length of what comes back.
            return (torch.ones_like(shown),)

        def restore() -> None:
            if before is None:
                del model.forward
            else:
                model.forward = before

        model.forward = forward
        self._restore = restore

    def _step(
        self, own: Callable[..., Any], output: Any, timestep: Any, sample: Any, *rest: Any, **named: Any
    ) -> Any:
        if self._cancel is not None:
            self._cancel.check()
        scheduler = self._pipe.scheduler
        if self._todo == 0:
            self._todo = max(1, len(scheduler.timesteps) - self._at(timestep))
        at = len(scheduler.timesteps) - self._todo + self._done
        if self._given and self._noise is None:
            # What such a pipeline begins with is the noise alone.
            self._noise = sample
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
        if self._mix is None:
            self._mix = self._packed(self._clean.to(latents), latents), self._packed(self._noise, latents)
        clean, noise = self._mix
        if at < count:
            times = scheduler.timesteps[at : at + 1]
            own = type(scheduler).scale_noise if hasattr(scheduler, "scale_noise") else None
            if own is not None:
                held = own(scheduler, clean, times, noise)
            else:
                held = type(scheduler).add_noise(scheduler, clean, noise, times)
        else:
            held = clean
        free = self._freedom(latents)
        # A pixel of strength s joins with step (1 - s) * count, so what came before that step is thrown
        # away. Of the one step that lies half before and half after, a share is taken: the dial turns without
        # jumps.
        share = (at - (1 - free) * count).clamp(0, 1)
        return (held + share * (latents - held)).to(latents.dtype)

    def _freedom(self, latents: Any) -> Any:
        """Return the strength for each latent, shaped like the latents."""
        if self._free is None:
            import torch

            channels, height, width = self._clean.shape[-3:]
            # The freest pixel under a latent decides: what is held is held by the compositor, exactly.
            whole = torch.from_numpy(self._strength)[None, None]
            small = torch.nn.functional.adaptive_max_pool2d(whole, (height, width)).to(latents)
            self._free = self._packed(small.expand(1, channels, height, width), latents)
        return self._free

    def _packed(self, value: Any, like: Any) -> Any:
        """Return a grid of latents as the pipeline holds them; what is not a grid comes back as it is."""
        if value.shape == like.shape:
            return value
        if like.ndim == 5:
            return value[:, :, None] if like.shape[2] == 1 else value[:, None]
        return _pack(self._pipe, value)

    def _preview(self, latents: Any) -> NDArray[np.float32] | None:
        """Return roughly what the latents show, where the source's own latents tell their colours."""
        every = max(1, self._todo // PREVIEWS)
        if self._guide is None or self._clean is None or self._done % every:
            return None
        if (latents := self._unpacked(latents)) is None:
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

    def _unpacked(self, latents: Any) -> Any:
        """Return latents as a grid; None where the pipeline holds them in a way that is not known."""
        if latents.ndim == 5:
            latents = _grid_of(latents)
        if latents.ndim == 4:
            return latents
        if latents.numel() != self._clean.numel():
            return None
        import torch

        if self._order is None:
            # Packing only moves numbers, so that packing their places tells where each came from.
            places = torch.arange(self._clean.numel()).reshape(self._clean.shape)
            self._order = _pack(self._pipe, places).flatten()
        grid = torch.empty(latents.numel(), dtype=torch.float32)
        grid[self._order] = latents.detach().float().cpu().flatten()
        return grid.reshape(self._clean.shape)

    def _grid(self, latents: Any) -> Any:
        import numpy as np

        channels = latents.shape[1]
        flat = latents[0].detach().float().cpu().numpy().reshape(channels, -1).T
        return np.concatenate([flat, np.ones((len(flat), 1), np.float32)], axis=1)


def _grid_of(latents: Any) -> Any:
    """Return latents of one picture as (1, c, h, w): films of one frame have a side more."""
    if latents.ndim != 5:
        return latents
    return latents[:, 0] if latents.shape[1] == 1 else latents[:, :, 0]


def _pack(pipe: Any, grid: Any) -> Any:
    """Return a grid of latents as the pipeline's row of patches."""
    if not hasattr(pipe, "_pack_latents"):
        return grid
    if len(inspect.signature(pipe._pack_latents).parameters) == 1:
        return pipe._pack_latents(grid)
    batch, channels, height, width = grid.shape
    return pipe._pack_latents(grid, batch, channels, height, width)
