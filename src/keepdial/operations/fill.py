"""Fill what is selected: from its surroundings, or by words where a backend takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Painted, pictures

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class _Filling(Params):
    prompt: str = Field(
        default="",
        max_length=32_000,
        pattern=r"^[^\x00]*$",
        description="What to fill with, in words; empty = from the surroundings.",
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


class FillParams(Painted, _Filling):
    """What can be set about filling. The selection is filled exactly as given: it does not grow."""


def stage(image: Image, selection: Selection, params: FillParams, settings: Settings) -> Stage:
    """Take the selection as it is."""
    pictures(params.reference)
    return Stage(image, selection.mask, feather=params.feather)


OPERATION = Operation(
    "fill",
    "Fill what is selected from its surroundings, or in words.",
    FillParams,
    default_keep=0.0,
    stage=stage,
    done="Filled",
    unpainted="Without words it is filled from its surroundings.",
    target="required",
    examples=(
        "fill scan.png --mask scratches.png -o whole.png",
        "fill photo.jpg --box 300,220,160,120 --prompt 'a bed of tulips' -o tulips.jpg",
    ),
    says=(
        Saying(
            (
                "(fill|fill in|fill up|inpaint|patch) {thing}",
                "(fill|fill in|inpaint|patch)",
                "(content aware|content-aware|generative) fill",
                "(use|apply|do) (content aware|content-aware) fill",
                "(use|apply) (content aware|content-aware) fill (on|for|in) {thing}",
                "(fill|fill in) {thing} (with|from|by|using) (surroundings|surrounding pixels|"
                "texture around it)",
            ),
            {"prompt": ""},
            sure=0.9,
        ),
        Saying(
            (
                "(fill|fill in|fill up) {thing} (hole|gap|area|selection|space) with {new}",
                "(fill|fill in) (hole|gap|area|selection|space) with {new}",
            ),
            {"prompt": "{new}"},
        ),
    ),
    asks=(
        "Fill in the hole in the wall.",
        "Inpaint the scratches, please.",
        "Use content-aware fill on the gap.",
    ),
)
