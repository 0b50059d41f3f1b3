"""Edit: models that change a picture as they are told, and keep the rest by themselves: FLUX Kontext,
Qwen-Image-Edit, LongCat-Image-Edit, FLUX.2.

They are shown the picture beside the noise, as further tokens, and have learned what to keep from pairs of
pictures; there is no scale by which the picture guides them, and no strength (FLUX.1 Kontext: arXiv
2506.15742; Qwen-Image: arXiv 2508.02324). So the dial takes what every model that begins with noise has: a
pixel of knob k is the source, with the noise of the step, for the first k of the schedule, and the model's
from then on (Levin and Fried, arXiv 2306.00950). Knob 0 is the model as it was published. The higher the
knob, the less of the layout can change, then of the shapes, then of the surfaces; a change that needs another
layout (a pose, something large put in) needs a low one.

Other pictures, as references, are given to those that were trained with several; the others see them beside
the picture, in one, where they can be told to paint the picture's size alone.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from keepdial.diffusion.family import Family, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    from keepdial.diffusion.run import Call

SEVERAL = frozenset({"QwenImageEditPlusPipeline", "Flux2Pipeline", "Flux2KleinPipeline"})
"""Pipelines that take a list of pictures, the first being the one to change."""

LEAST = 64
"""Sides in px below which FLUX.2 refuses a picture."""


def paint(call: Call) -> NDArray[np.float32]:
    """Change the frame as the words say; what is held is held while the model works."""
    pipe = call.loaded.pipe
    at = fixed_size(pipe, call.size)
    shown: Any = call.picture()
    if type(pipe).__name__ in SEVERAL:
        shown = [shown, *map(enlarged, call.references)]
    elif (references := call.references) and at is not None:
        # It paints what it is shown, all of it, so that nothing can stand beside the picture.
        call.notes.append("This model takes no reference pictures; they were left out.")
    elif references:
        shown = beside(shown, references)
        call.notes.append("This model looks at one picture, so the references were put beside it.")
    width, height = call.size
    return call.run(
        hold=call.held,
        at=at,
        prompt=call.prompt,
        image=shown,
        # FLUX Kontext scales what it paints, and what it is shown, to sizes of its own otherwise.
        max_area=width * height,
        _auto_resize=False,
    )


def fixed_size(pipe: Any, size: tuple[int, int]) -> tuple[int, int] | None:
    """Return (width, height) in px at which a pipeline works that takes no size, for a picture of `size`."""
    from keepdial.diffusion.run import parameters_of

    if "width" in parameters_of(pipe):
        return None
    # LongCat-Image-Edit works at a megapixel, and has a function of its own for the sides.
    width, height = sys.modules[type(pipe).__module__].calculate_dimensions(1024 * 1024, size[0] / size[1])
    return int(width), int(height)


def enlarged(picture: Picture) -> Picture:
    """Return a reference picture with sides of at least `LEAST` px."""
    least = min(picture.size)
    if least >= LEAST:
        return picture
    return picture.resize((-(-picture.width * LEAST // least), -(-picture.height * LEAST // least)))


def beside(picture: Picture, references: Sequence[Picture]) -> Picture:
    """Return one picture of all, the first at the left as it is, the others as high as it."""
    from PIL import Image

    high = picture.height
    widths = [max(1, round(one.width * high / one.height)) for one in references]
    parts = [picture, *(one.resize((w, high)) for one, w in zip(references, widths, strict=True))]
    whole = Image.new("RGB", (sum(part.width for part in parts), high))
    x = 0
    for part in parts:
        whole.paste(part, (x, 0))
        x += part.width
    return whole


FAMILY = Family(
    "edit",
    "Changes a picture as it is told, and keeps the rest by itself; takes reference pictures.",
    {
        "FluxKontextPipeline": Kind(1024, 16, 28, 2.5),
        "QwenImageEditPipeline": Kind(1024, 32, 50, 4.0, scale="true_cfg_scale"),
        "QwenImageEditPlusPipeline": Kind(1024, 32, 50, 4.0, scale="true_cfg_scale"),
        "LongCatImageEditPipeline": Kind(1024, 16, 50, 4.5),
        "Flux2KleinPipeline": Kind(1024, 16, 50, 4.0),
    },
    frozenset({"instruct", "restyle", "replace", "add", "background"}),
    paint,
    dial="how much of the schedule each pixel stays the source",
    keep=(0.2, 1.0),
    trained="edit",
    needs_prompt=True,
    takes_references=True,
)
