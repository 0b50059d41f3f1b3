"""Camouflage: a distracting thing takes on the colours around it, and keeps its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class CamouflageParams(Params):
    """What can be set about camouflage; how far it goes is the dial's."""

    grow: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description=(
            "Pixels by which the selection grows, to take the fringe of the thing's edge. Not given: 1 to 5 "
            "with the picture's size for a mask that follows an outline, else none."
        ),
    )
    feather: float | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="Pixels over which the edge is blended, inwards. Not given: what was grown, at most 2.",
    )


def stage(image: Image, selection: Selection, params: CamouflageParams, settings: Settings) -> Stage:
    """Grow the selection over the thing's soft edge; its own content is where the work begins."""
    from keepdial.mask import grow, softness
    from keepdial.operations.remove import SOFT, soft_edge

    mask, notes = selection.mask, []
    if selection.box is None:
        return Stage(image, mask)
    pixels = params.grow
    if pixels is None:
        hard = selection.hugs and softness(mask, selection.box) < SOFT
        pixels = soft_edge(image.size) if hard else 0
    if pixels > 0:
        mask = grow(mask, selection.box, pixels)
        notes.append(f"The mask was grown by {pixels} px to take the fringe of the thing's edge.")
    feather = min(2, pixels) if params.feather is None else params.feather
    return Stage(image, mask, examples="everywhere", feather=feather, notes=tuple(notes))


OPERATION = Operation(
    "camouflage",
    "Recolour what is selected so that it blends in with what is around it, and keep its shape.",
    CamouflageParams,
    default_keep=0.6,
    stage=stage,
    target="required",
    blends=False,
    done="Camouflaged",
    examples=(
        "camouflage photo.jpg --mask bin.png -o calm.jpg",
        "camouflage photo.jpg --box 120,80,64,200 --keep 0.7 -o calm.jpg",
    ),
    says=(
        Saying(
            (
                "camouflage {thing}",
                "camouflage",
                "(make|let|have) {thing} (blend in|blend into background|disappear into background|"
                "merge into background)",
                "(blend|merge) {thing} (in with|into) (background|surroundings|rest)",
                "(make|let|have) {thing} blend in (with|into) {rest}",
                "blend in",
                "(make|have) {thing} (less|) (less conspicuous|less distracting|less obvious|less noticeable|"
                "less prominent|less visible|less eye-catching|stand out less|inconspicuous|draw "
                "less attention)",
                "(less conspicuous|less distracting|less obvious|less noticeable|inconspicuous)",
                "{thing} (is|are) (too|so|very) (conspicuous|distracting|obvious|noticeable|eye-catching)",
                "{thing} (stands out|stand out|sticks out|stick out) too much",
                "{thing} should (blend in|not stand out|be less conspicuous|be less noticeable)",
                "(distract|distracts|draw|draws) (less|too much) attention",
            ),
        ),
    ),
    asks=(
        "Make the bin blend in with the wall.",
        "The cables stand out too much.",
        "Camouflage the tent, please.",
    ),
)
