"""Fill: FLUX Fill, which was trained to fill a hole, or to go on beyond the border, as the words say.

Beside the noise the transformer is shown the picture with the hole cut out, and the hole itself (FLUX.1
Tools, Black Forest Labs, 2024). The dial is the strength: below 1 the hole begins with what it showed before,
and a dial for each pixel holds the source pixel by pixel (Levin and Fried, arXiv 2306.00950).
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
    return call.run(
        hold=not free,
        prompt=call.prompt,
        image=call.picture(),
        mask_image=call.hole(),
        strength=1.0 if free else reach(call.strength, call.steps),
    )


FAMILY = Family(
    "fill",
    "Fills a hole, or what lies beyond the border, as the words say.",
    # 30 is this model's own guidance, learned rather than computed: not to be compared with another's 7.5.
    {"FluxFillPipeline": Kind(1024, 16, 50, 30.0)},
    frozenset({"fill", "remove", "replace", "add", "background", "extend"}),
    paint,
    dial="the strength, for each pixel",
    keep=(0.0, 0.7),
    trained="fill",
)
