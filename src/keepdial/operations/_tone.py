"""What operations on colour and light have in common: they act on the selection as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Params, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

EDGE = 0.03
"""Width of a soft edge where none is given, as a part of the region's size (the root of its area)."""


class ToneParams(Params):
    """Base of the options of operations on colour and light."""

    feather: float | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="Pixels over which the change fades at the edge, inwards. Not given: 2 for an outline "
        "that was found, 3 % of a drawn region's or a place's size, 0 for the whole picture or a soft mask.",
    )


def stage(image: Image, selection: Selection, params: ToneParams, settings: Settings) -> Stage:
    """Take the selection, with an edge that fades inwards."""
    return Stage(
        image, selection.mask, examples="everywhere", feather=feather_of(image, selection, params.feather)
    )


def feather_of(image: Image, selection: Selection, given: float | None) -> float:
    """Return the width of the fading edge in px."""
    from keepdial.mask import softness
    from keepdial.operations.remove import SOFT

    if given is not None or selection.box is None:
        return given or 0.0
    if selection.box.area == image.size.area or softness(selection.mask, selection.box) > SOFT:
        return 0.0
    # "The bottom half" is a place and no outline: the whole box is selected.
    place = bool(selection.mask[selection.box.slices].min() >= 1)
    return 2.0 if selection.hugs and not place else EDGE * float(selection.box.area) ** 0.5
