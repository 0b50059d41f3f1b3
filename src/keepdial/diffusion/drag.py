"""DragDiffusion over a Stable Diffusion UNet (Shi et al., CVPR 2024, arXiv 2306.14435).

The part of the frame around the handles is encoded and inverted by DDIM; the latents there are changed until
the handles, as the UNet's features show them, are at their targets (motion supervision and point tracking:
`keepdial.dragging.loop`); then they are denoised, looking at the picture's own latents on the same way
(`attention`). A LoRA may learn the picture before (`tuning`). What is not free is held by the loss, and
exactly by the compositor.

Beyond the paper, dragging begins with the picture after a warp (`carrying`), unless that is not wanted: on
the small trained world of ``world/`` the handles then arrive, and keep the detail of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import BackendError
from keepdial.geometry import Box, size_of
from keepdial.progress import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from keepdial.diffusion.carrying import Warped
    from keepdial.diffusion.ddim import Ladder
    from keepdial.diffusion.run import Call
    from keepdial.dragging.loop import Dragged, Rules

STEPS, STRENGTH = 50, 0.7
"""DDIM steps, and the part of them that is inverted, as published."""

CARRIED = 0.5
"""The part that is inverted where the beginning is carried: things need not move, only be made true."""

LEARNING = 80
"""Steps for which a LoRA learns the picture, as published."""

SHARE = (0.3, 0.1, 0.4)
"""Parts of the progress: learning, inverting, dragging; the rest is denoising."""

RATE = 0.01
"""Learning rate of the latents, as published."""

LEAST = 8
"""Steps, at least, from a carried beginning: on a thing that is there they bring its looks back."""

HOLD = 0.6
"""Weight of holding what is not free in the latents of the step below."""

_WHY = {"reached": "", "steps": "all {} steps were used up", "stalled": "it came no nearer"}

CONTEXT = 0.5
"""How far around the area that may change the model looks, as a part of the area's longer side."""


def rules(cell: float, steps: int, *, carried: bool) -> Rules:
    """Return how to drag by features whose cells are `cell` px of the picture, in at most so many `steps`.

    Published for 512 px: features of 8 px cells read every 2 px, r1 = 1, r2 = 3, stopping nearer than 1,
    all in units of 2 px, for at most 80 steps, at a rate of 0.01. Where the beginning is `carried`, features
    are held to those of the source throughout, and the handles to half of that distance.
    """
    from keepdial.dragging.loop import Rules

    unit = cell / 4
    return Rules(
        supervise=unit,
        track=3 * unit,
        spacing=unit,
        stride=unit,
        anchor=1.0 if carried else 0.0,
        hold=HOLD,
        rate=RATE,
        near=unit / 2 if carried else unit,
        most=steps,
        least=min(steps, LEAST),
        patience=max(20, steps // 3),
        progress=unit / 4,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Scene:
    """What the model is shown: a part of the frame, at a size that it takes.

    Attributes:
        box: the part of the frame.
        pixels: (h, w, 3) float32 in [0, 1], at the model's size.
        free: (h, w) float32, 1 = may change, at the model's size.
        start, end: (n, 2) px at the model's size.
    """

    box: Box
    pixels: NDArray[np.float32]
    free: NDArray[np.float32]
    start: NDArray[np.float64]
    end: NDArray[np.float64]


def dragged(call: Call) -> NDArray[np.float32]:
    """Return the frame with its handles a share 1 - knob of the way further, (h, w, 3) float32 in [0, 1].

    Raises `BackendError` where there are no handles or the model fails, and `Cancelled`.
    """
    from keepdial.diffusion.carrying import warped
    from keepdial.warping.dragging import landings
    from keepdial.warping.grip import Grip
    from keepdial.warping.sample import prepare
    from keepdial.warping.telling import REACHED, looked_for, told

    grip = call.frame.guide
    if not isinstance(grip, Grip):
        raise BackendError("There are no handles to drag.", hint="This is a defect of the operation.")
    pipe, source = call.loaded.pipe, call.source
    share = 1 - float(np.mean(call.step.knob))
    end = grip.start + share * (grip.end - grip.start)
    unit = _unit(pipe)
    best = int(call.loaded.checkpoint.about.get("best", call.kind.best))
    scene = look_at(source, np.asarray(call.frame.mask > 0, np.float32), grip.start, end, best, unit)
    moved = None
    if call.option("carry", True):
        prepare(call.progress, call.cancel)
        mask = np.asarray(call.frame.mask, np.float32)
        moved = warped(source, mask, grip, share, scene, step=call.check)
    made, after, before = _Work(call, pipe, moved).go(scene)
    result = pasted(source, scene, before, after, None if moved is None else moved.own)
    seen = landings(source, result, grip.start, end, radius=looked_for(source[..., 0].size))
    # Features on a plain surface are alike, so that the loop may not see that a handle is there.
    late = _WHY[made.why].format(made.steps)
    why = ["" if one.distance is not None and one.distance <= REACHED else late for one in seen]
    if moved is not None:
        why = [stopped or one for stopped, one in zip(moved.why, why, strict=True)]
    call.notes.extend(told(grip.start, end, why, seen))
    return result


def look_at(
    source: NDArray[np.float32],
    free: NDArray[np.float32],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    best: int,
    unit: int,
) -> Scene:
    """Return the part of `source` (h, w, 3) that the model is to see: what may change, the handles, and
    around them.

    Its area is about `best` squared at the model's size, its sides multiples of `unit`; it is never
    enlarged to more than `best` on its longer side.
    """
    import cv2

    from keepdial.mask import bounds

    size = size_of(free)
    area = bounds(free) or Box(0, 0, size.width, size.height)
    points = np.vstack([start, end])
    x0, y0 = np.floor(points.min(axis=0)).astype(int).tolist()
    x1, y1 = np.ceil(points.max(axis=0)).astype(int).tolist()
    box = area.union(Box(x0, y0, max(1, x1 - x0), max(1, y1 - y0)))
    pad = round(max(box.width, box.height) * CONTEXT)
    box = box.grow(max(pad, (best - box.width) // 2), max(pad, (best - box.height) // 2)).clip(size)
    scale = best / max(1.0, (box.width * box.height) ** 0.5)
    scale = min(scale, best / max(box.width, box.height) * 1.5)
    width = max(unit, round(box.width * scale / unit) * unit)
    height = max(unit, round(box.height * scale / unit) * unit)
    part, hole = source[box.slices], free[box.slices]
    if (width, height) != (box.width, box.height):
        how = cv2.INTER_AREA if width < box.width else cv2.INTER_CUBIC
        shown = cv2.resize(np.ascontiguousarray(part), (width, height), interpolation=how)
        part = np.asarray(np.clip(shown, 0, 1), np.float32)
        opened = cv2.resize(np.ascontiguousarray(hole), (width, height), interpolation=cv2.INTER_AREA)
        hole = np.asarray(opened, np.float32)
    by = np.array([width / box.width, height / box.height])

    def there(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray((points - (box.x, box.y) + 0.5) * by - 0.5, np.float64)

    return Scene(box, part, hole, there(start), there(end))


def pasted(
    source: NDArray[np.float32],
    scene: Scene,
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    own: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return `source` with what the model changed, between its picture `before` and `after`, in the scene's
    box.

    Where the model changed little the source stays, with that little added, so that the detail which the
    model cannot show is not lost; where it changed much, its own pixels stand. `own`, of the box's size, are
    the pixels that `before` shows; None = the source's.
    """
    import cv2

    box = scene.box

    def back(picture: NDArray[np.float32]) -> NDArray[np.float32]:
        if picture.shape[:2] == (box.height, box.width):
            return picture
        how = cv2.INTER_LANCZOS4 if picture.shape[1] < box.width else cv2.INTER_AREA
        return np.asarray(cv2.resize(picture, (box.width, box.height), interpolation=how), np.float32)

    was, now = back(before), back(after)
    own = source[box.slices] if own is None else own
    softly = max(1.0, max(box.width, box.height) / 128)
    change = cv2.GaussianBlur(np.abs(now - was).max(axis=2), (0, 0), softly)
    moved = np.clip((change - 0.04) / 0.08, 0, 1)[..., None]
    added = own + (now - was)
    out = source.copy()
    out[box.slices] = np.clip(added + moved * (now - added), 0, 1)
    return out


def _unit(pipe: Any) -> int:
    """Return what sides must be multiples of: the VAE's factor, times the UNet's."""
    factor = getattr(pipe, "vae_scale_factor", 8)
    return int(factor * 2 ** (len(pipe.unet.config.block_out_channels) - 1))


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """One drag: the call, the pipeline it goes through, and the scene after the warp, if it is carried."""

    call: Call
    pipe: Any
    moved: Warped | None

    def go(self, scene: Scene) -> tuple[Dragged, NDArray[np.float32], NDArray[np.float32]]:
        """Return how it went, the model's picture afterwards, and of what it began with."""
        import torch

        from keepdial.diffusion.ddim import inverted, ladder
        from keepdial.diffusion.tuning import tuned

        pipe, unet = self.pipe, self.pipe.unet
        device = pipe._execution_device
        clean = self._encoded(scene.pixels, device)
        steps = ladder(pipe.scheduler, min(STEPS, max(10, self.call.steps)), device)
        strength = STRENGTH if self.moved is None else CARRIED
        upto = max(1, round(strength * (len(steps.times) - 1)))
        words = self._words(device)
        learning = int(self.call.option("tune", LEARNING))
        first, second, _ = SHARE
        with (
            torch.enable_grad(),
            tuned(
                unet,
                words,
                clean,
                steps,
                steps=learning,
                seed=self.call.step.seed,
                step=lambda done: self._tell(first * done),
            ),
        ):
            path = inverted(unet, words, clean, steps, upto, lambda: self._tell(first + second / 2))
            shown = clean if self.moved is None else self._encoded(self.moved.pixels, device)
            made = self._pulled(scene, path, shown, words, steps, upto)
            after = self._denoised(made.latents, path, words, steps, upto)
        return made, self._decoded(after), self._decoded(shown)

    def _tell(self, done: float, preview: NDArray[np.float32] | None = None) -> None:
        self.call.check()
        self.call.progress(Event("generate", min(1.0, done), preview))

    def _words(self, device: Any) -> Tensor:
        import torch

        with torch.no_grad():
            prompt = self.call.prompt
            words: Tensor = self.pipe.encode_prompt(prompt, device, 1, do_classifier_free_guidance=False)[0]
        return words

    def _encoded(self, pixels: NDArray[np.float32], device: Any) -> Tensor:
        import torch

        vae = self.pipe.vae
        batch = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))[None].to(device, vae.dtype)
        with torch.no_grad():
            latents: Tensor = vae.encode(batch * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
        return latents

    def _decoded(self, latents: Tensor) -> NDArray[np.float32]:
        import torch

        vae = self.pipe.vae
        with torch.no_grad():
            made = vae.decode(latents.to(vae.dtype) / vae.config.scaling_factor).sample[0]
        if not bool(torch.isfinite(made).all()):
            raise BackendError("The model returned values that are no colours (NaN).")
        return np.asarray((made.clamp(-1, 1) / 2 + 0.5).permute(1, 2, 0).float().cpu().numpy(), np.float32)

    def _pulled(
        self, scene: Scene, path: list[Tensor], shown: Tensor, words: Tensor, steps: Ladder, upto: int
    ) -> Dragged:
        """Change the latents of step `upto` until the handles are at their targets; `shown` are the clean
        ones of what it begins with."""
        import torch

        from keepdial.diffusion.carrying import carried
        from keepdial.dragging.loop import Handles, Look, drag

        unet = self.pipe.unet
        blocks = unet.up_blocks
        # Of Stable Diffusion's four upper blocks the third serves best (section 4.4); of fewer, the last
        # but one.
        block = blocks[max(0, len(blocks) - 2)]
        height, width = scene.free.shape
        caught: list[Tensor] = []
        hook = block.register_forward_hook(lambda module, given, made: caught.append(made))

        def look(latents: Tensor) -> Look:
            caught.clear()
            made = unet(latents, steps.times[upto], encoder_hidden_states=words).sample
            below = steps.move(made, latents, upto, upto - 1)
            return Look(caught[0][0].float(), below[0].float())

        start = SHARE[0] + SHARE[1]

        def watch(done: float, latents: Tensor, points: NDArray[np.float64]) -> None:
            preview = self._preview(scene, latents, shown, words, steps, upto, done)
            self._tell(start + SHARE[2] * done, preview)

        handles = Handles(scene.start, scene.end, scene.free, (width, height))
        try:
            with torch.no_grad():
                features = look(path[upto]).features
            begun = None
            if self.moved is not None:
                seed = self.call.step.seed
                begun = carried(self.moved, shown, path, features, steps, upto, seed)
            most = int(self.call.option("steps", 80))
            how = rules(width / features.shape[-1], most, carried=begun is not None)
            return drag(path[upto], look, handles, how, carried=begun, watch=watch, cancel=self.call.cancel)
        finally:
            hook.remove()

    def _preview(
        self,
        scene: Scene,
        latents: Tensor,
        shown: Tensor,
        words: Tensor,
        steps: Ladder,
        upto: int,
        done: float,
    ) -> NDArray[np.float32] | None:
        """Return the frame as the latents predict it now, at every tenth part of the way."""
        import torch

        from keepdial.progress import silent

        if self.call.progress is silent or round(done * 100) % 10:
            return None
        with torch.no_grad():
            made = self.pipe.unet(latents, steps.times[upto], encoder_hidden_states=words).sample
            clean, _ = steps.clean(made, latents, upto)
        own = None if self.moved is None else self.moved.own
        return pasted(self.call.source, scene, self._decoded(shown), self._decoded(clean), own)

    def _denoised(
        self, latents: Tensor, path: list[Tensor], words: Tensor, steps: Ladder, upto: int
    ) -> Tensor:
        """Denoise, looking at the picture's own latents of the same step."""
        import torch

        from keepdial.diffusion.attention import looking

        both = words.repeat(2, 1, 1)
        begun = sum(SHARE)
        with torch.no_grad(), looking(self.pipe.unet):
            for at in range(upto, 0, -1):
                self._tell(begun + (1 - begun) * (upto - at) / upto)
                batch = torch.cat([path[at], latents])
                made = self.pipe.unet(batch, steps.times[at], encoder_hidden_states=both).sample[1:]
                if at == 1:
                    return steps.clean(made, latents, 1)[0]
                latents = steps.move(made, latents, at, at - 1)
        return latents
