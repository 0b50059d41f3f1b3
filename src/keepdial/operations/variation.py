"""Variation: another picture like this one, as near to it as the dial says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class VariationParams(Params):
    """What can be set about variations; how far they go is the dial's."""

    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


def stage(image: Image, selection: Selection, params: VariationParams, settings: Settings) -> Stage:
    """Free the selected region, or the whole picture; its own content may serve as example."""
    return Stage(image, selection.mask, examples="everywhere", feather=params.feather)


OPERATION = Operation(
    "variation",
    "Make another picture like this one, as near to it as the dial says.",
    VariationParams,
    default_keep=0.5,
    stage=stage,
    done="Varied",
    target="optional",
    examples=("variation photo.jpg --keep 0.4 --seed 7 -o other.jpg",),
    says=(
        Saying(
            (
                "variation",
                "(vary|vary it)",
                "vary {thing}",
                "(make|show me|create|generate|give me) (variation|variant|another version|different "
                "version|new version|alternative|another take|another one like it)",
                "(make|show me|create|generate|give me) (variation|variant|another version|different "
                "version|new version|alternative) of {thing}",
                "(another|different|alternative) version",
                "something (like this|similar|like it)",
                "variant",
            )
        ),
        Saying(("(redo|remake|reimagine|regenerate|rework|rethink|repaint) {thing}",), sure=0.75),
    ),
    asks=("make a variation", "vary the sky a little", "completely redo the grass"),
)
