"""Inpainting: models that were trained to fill a hole so that it fits what is around it (SD 1.5, SD 2, SDXL).

The UNet is shown the picture with the hole cut out and the mask beside the noise (Rombach et al., CVPR
2022, arXiv 2112.10752, section 4.5). The dial is the strength: below 1 the hole begins with what it showed
before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.diffusion.family import Family, Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call


def paint(call: Call) -> NDArray[np.float32]:
    """Fill the hole, from noise alone or from what it showed."""
    from keepdial.diffusion.run import reach

    free = not call.frame.guess or bool(call.strength[call.frame.mask > 0].min(initial=1.0) >= 1)
    # At full strength these pipelines start from noise alone and have no latents of the source to hold.
    strength = 1.0 if free else min(0.9999, reach(call.strength, call.steps))
    return call.run(
        hold=not free,
        prompt=call.prompt,
        image=call.picture(),
        mask_image=call.hole(),
        strength=strength,
    )


FAMILY = Family(
    "inpaint",
    "Fills a hole, with or without words, so that it fits what is around it.",
    {
        "StableDiffusionInpaintPipeline": Kind(512, 8, 30, 7.5),
        "StableDiffusionXLInpaintPipeline": Kind(1024, 8, 30, 7.5),
    },
    frozenset({"fill", "remove", "replace", "add", "background", "extend", "restyle"}),
    paint,
    dial="the strength, for each pixel",
    keep=(0.0, 0.7),
    trained="fill",
)
