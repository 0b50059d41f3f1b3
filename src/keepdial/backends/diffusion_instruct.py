"""Instructions: models that take a picture and an imperative (InstructPix2Pix, and CosXL edit, its form for
SDXL).

Two scales guide them (Brooks, Holynski and Efros, CVPR 2023, arXiv 2211.09800, equation 3):
``e_u + s_T (e_c - e_i) + s_I (e_i - e_u)``, with e_u without words and picture, e_i with the picture, e_c
with both. The dial in its middle leaves them as published. Below, the model sees the picture in its first
steps only, which decide what is where, down to none: it was trained without a picture too, so that what it
makes is one at every place of the dial, while a smaller or negative s_I would lead into ruins, and a fainter
picture into haze. Above, what it changed is given back to the source, the least changed first.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.diffusion.family import Family, Kind
from keepdial.geometry import Box
from keepdial.giveback import given_back, level_for, ranked
from keepdial.verify.haarpsi import kept_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call

IMAGE_GUIDANCE = 1.5
"""Image guidance, as published."""

EXPLORE = 0.2
"""How far both scales are drawn to either side when exploring, as a part of them: the published demonstration
draws them from 6 to 9 and from 1.2 to 1.8."""

TURN = 0.5
"""The knob at which the model works as published; above it what changed least is given back."""

UNREST = (0.04, 0.12)
"""A change up to the first, smoothed over its surroundings, is the model's unrest and no part of the edit;
from the second on it is the edit. Colours in [0, 1]."""

GUIDANCE = 7.5
"""Text guidance, as published."""


class Scale(float):
    """An image guidance scale that may be below 1.

    diffusers' pipelines leave out both guidances where it is not at least 1, which makes the dial jump there;
    equation 3 has no such bound.
    """

    def __ge__(self, other: object) -> bool:
        """Return True: that the scale is large enough is all that it is asked for."""
        return True


def paint(call: Call) -> NDArray[np.float32]:
    """Follow the instruction; without one the frame comes back as it is."""
    if not call.prompt.strip():
        call.notes.append("There was no instruction, so that nothing was changed.")
        return call.source
    knob = np.asarray(call.step.knob, np.float32)
    told = call.loaded.checkpoint.about.get("image_guidance", IMAGE_GUIDANCE)
    scale = float(call.option("image_guidance", told))
    guidance = GUIDANCE if call.guidance is None else call.guidance
    if call.option("explore", False):
        by, away = np.random.default_rng(call.step.seed).uniform(1 - EXPLORE, 1 + EXPLORE, 2)
        guidance, scale = guidance * by, scale * away
    with glimpsed(call.loaded.pipe, min(1.0, float(knob.mean()) / TURN)):
        made = call.run(
            prompt=call.prompt,
            image=call.picture(),
            image_guidance_scale=Scale(scale),
            guidance_scale=guidance,
        )
    call.notes.append(f"Text guidance {guidance:.2f}, image guidance {scale:.2f}.")
    return returned(call.source, made, knob)


@contextmanager
def glimpsed(pipe: Any, share: float) -> Iterator[None]:
    """Let the model see the picture in the first `share` of its steps only, while the block runs.

    Of the step that lies half in that share the picture is there in part, so that the dial turns without
    jumps.
    """
    if share >= 1:
        yield
        return
    import torch

    own = pipe.vae.config.latent_channels

    def hide(
        unet: Any, given: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        sample, time, *rest = given
        times = pipe.scheduler.timesteps
        here = (times == time).nonzero()
        step = int(here[0, 0]) if len(here) else 0
        seen = min(1.0, max(0.0, share * len(times) - step))
        # Behind the latents lies the picture: (batch, 2 c, h, w).
        sample = torch.cat([sample[:, :own], sample[:, own:] * seen], dim=1)
        return (sample, time, *rest), named

    hook = pipe.unet.register_forward_pre_hook(hide, with_kwargs=True)
    try:
        yield
    finally:
        hook.remove()


def returned(
    source: NDArray[np.float32], made: NDArray[np.float32], knob: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `made` with its unrest, and above `TURN` what it changed least, taken from `source`.

    All are (h, w, 3) in [0, 1], the knob a number or (h, w). A number says which part of the way from what
    the model keeps by itself to keeping everything is gone.
    """
    made = settled(source, made)
    if float(knob.max()) <= TURN:
        return made
    rank = ranked(source, made)
    above = np.clip((knob - TURN) / (1 - TURN), 0, 1)
    if knob.ndim:
        return given_back(source, made, rank, above.astype(np.float32))
    before, whole = _bytes(source), Box(0, 0, source.shape[1], source.shape[0])

    def kept(level: float) -> float:
        return kept_within(before, _bytes(given_back(source, made, rank, level)), whole)

    own = kept(0.0)
    return given_back(source, made, rank, level_for(kept, own + (1 - own) * float(above), own))


def settled(source: NDArray[np.float32], made: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `made` with what changed no more than a model's unrest taken from `source`."""
    import cv2

    change = np.abs(made - source).max(axis=2)
    change = cv2.GaussianBlur(change, (0, 0), max(1.0, max(change.shape) / 128))
    least, most = UNREST
    share = np.clip((change - least) / (most - least), 0, 1).astype(np.float32)
    return np.asarray(source + share[..., None] * (made - source), np.float32)


def _bytes(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(pixels * 255).astype(np.uint8)


FAMILY = Family(
    "instruct",
    "Changes a picture as an instruction says.",
    {
        "StableDiffusionInstructPix2PixPipeline": Kind(512, 8, 30, GUIDANCE),
        "StableDiffusionXLInstructPix2PixPipeline": Kind(1024, 8, 30, GUIDANCE),
    },
    frozenset({"instruct", "restyle", "replace", "add"}),
    paint,
    dial="in how many steps the model sees the picture, then how much of what changed least is given back",
    keep=(0.15, 1.0),
    trained="edit",
    needs_prompt=True,
    # Roughly, until `keepdial calibrate` has measured the one at hand.
    curve=((0.0, 0.0), (0.15, 0.05), (0.7, TURN), (1.0, 1.0)),
    own=TURN,
)
