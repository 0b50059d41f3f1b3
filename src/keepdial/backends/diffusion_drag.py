"""Dragging with a diffusion model (DragDiffusion: Shi et al., CVPR 2024, arXiv 2306.14435).

What comes to light is invented, which no warp can, and the model keeps what it knows of how things are
joined. It takes as long as a hundred pictures do. The dial is the way that the handles go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.diffusion.family import Family, Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call


def paint(call: Call) -> NDArray[np.float32]:
    """Drag the handles a share 1 - knob of their way."""
    from keepdial.diffusion.drag import dragged

    return dragged(call)


FAMILY = Family(
    "drag",
    "Drags points of a picture, and invents what comes to light.",
    {"StableDiffusionPipeline": Kind(512, 64, 50)},
    frozenset({"drag"}),
    paint,
    dial="how much of their way the handles go",
    trained="any",
    beside="drag",
    whole=True,
)
