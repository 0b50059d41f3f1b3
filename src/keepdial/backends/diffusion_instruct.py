"""Instructions: models that take a picture and an imperative (InstructPix2Pix, and CosXL edit, its form for
SDXL).

Two scales guide them (Brooks, Holynski and Efros, CVPR 2023, arXiv 2211.09800, equation 3):
``e_u + s_T (e_c - e_i) + s_I (e_i - e_u)``, with e_u without words and picture, e_i with the picture, e_c
with both. The dial drives s_I, the image guidance: the larger, the more is kept. That reaches only as far
as what such a model keeps of itself, so that the upper part of the dial also gives back to the source what
was changed least.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.diffusion.family import Family, Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call

LEAST, MOST = 0.0, 1.5
"""Image guidance at knob 0, and from knob `TURN` on the published one."""

TURN = 0.5
"""The knob above which, image guidance being at its most, what changed least is given back."""

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
    scale = float(call.option("image_guidance", image_guidance(float(knob.mean()))))
    guidance = GUIDANCE if call.guidance is None else call.guidance
    made = call.run(
        prompt=call.prompt,
        image=call.picture(),
        image_guidance_scale=Scale(scale),
        guidance_scale=guidance,
    )
    call.notes.append(f"Text guidance {guidance:.2f}, image guidance {scale:.2f}.")
    return given_back(call.source, made, knob)


def image_guidance(knob: float) -> float:
    """Return s_I for the knob: rising from `LEAST` to `MOST`, which it reaches at `TURN`."""
    return LEAST + (MOST - LEAST) * min(1.0, knob / TURN)


def given_back(
    source: NDArray[np.float32], made: NDArray[np.float32], knob: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `made` with what it changed least taken from `source`, the more of it the higher the knob.

    All are (h, w, 3) in [0, 1], the knob a number or (h, w). Where the change, smoothed over its
    surroundings, is small beside its largest, it is the model's own unrest rather than what was asked for.
    """
    import cv2

    if float(knob.max()) <= TURN:
        return made
    side = max(source.shape[:2])
    change = np.abs(made - source).max(axis=2)
    change = cv2.GaussianBlur(change, (0, 0), max(0.8, side / 100))
    # Ranked, so that the share of the picture that comes back follows the knob whatever was changed.
    order = np.argsort(np.argsort(change, axis=None)).reshape(change.shape) / max(1, change.size - 1)
    # What the instruction is about is a small part of most pictures, and most of what is kept hangs on it.
    level = 1 - (1 - np.clip((knob - TURN) / (1 - TURN), 0, 1)) ** 2.5
    share = np.clip((order - level) / 0.08 + np.where(level > 0, 0.0, 1.0), 0, 1).astype(np.float32)
    return np.asarray(source + share[..., None] * (made - source), np.float32)


FAMILY = Family(
    "instruct",
    "Changes a picture as an instruction says.",
    {
        "StableDiffusionInstructPix2PixPipeline": Kind(512, 8, 30, GUIDANCE),
        "StableDiffusionXLInstructPix2PixPipeline": Kind(1024, 8, 30, GUIDANCE),
    },
    frozenset({"instruct", "restyle", "replace", "add"}),
    paint,
    dial="the image guidance scale, then how much of what changed least is given back",
    keep=(0.35, 1.0),
    trained="edit",
    needs_prompt=True,
    # As the small model of ``world/`` keeps, until `keepdial calibrate` has measured the one at hand.
    curve=((0.0, 0.0), (0.37, 0.0), (0.63, 0.42), (0.65, 0.5), (1.0, 1.0)),
)
