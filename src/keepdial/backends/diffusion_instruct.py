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
from keepdial.geometry import Box
from keepdial.giveback import given_back, level_for, ranked
from keepdial.verify.haarpsi import kept_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call

LEAST, MOST = -1.0, 1.5
"""Image guidance at knob 0, which leads away from the picture, and from knob `TURN` on the published one."""

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
    return returned(call.source, made, knob)


def image_guidance(knob: float) -> float:
    """Return s_I for the knob: rising from `LEAST` to `MOST`, which it reaches at `TURN`."""
    return LEAST + (MOST - LEAST) * min(1.0, knob / TURN)


def returned(
    source: NDArray[np.float32], made: NDArray[np.float32], knob: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return `made` with what it changed least taken from `source`, the more of it the higher the knob.

    All are (h, w, 3) in [0, 1], the knob a number or (h, w). A number says which part of the way from what
    the model keeps by itself to keeping everything is gone.
    """
    if float(knob.max()) <= TURN:
        return made
    rank = ranked(source, made)
    above = np.clip((knob - TURN) / (1 - TURN), 0, 1)
    if knob.ndim:
        # What the instruction is about is a small part of most pictures, and most of what is kept hangs on
        # it.
        return given_back(source, made, rank, (1 - (1 - above) ** 2.5).astype(np.float32))
    before, whole = _bytes(source), Box(0, 0, source.shape[1], source.shape[0])

    def kept(level: float) -> float:
        return kept_within(before, _bytes(given_back(source, made, rank, level)), whole)

    own = kept(0.0)
    return given_back(source, made, rank, level_for(kept, own + (1 - own) * float(above), own))


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
    dial="the image guidance scale, then how much of what changed least is given back",
    keep=(0.15, 1.0),
    trained="edit",
    needs_prompt=True,
    # Roughly, until `keepdial calibrate` has measured the one at hand.
    curve=((0.0, 0.0), (0.15, 0.05), (0.4, TURN), (1.0, 1.0)),
)
