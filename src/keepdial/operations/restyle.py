"""Restyle: the picture redrawn in another style, told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Prompt

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

KEEP = 0.2
"""The dial when nobody turns it.

What the picture shows is to stay where it is, and every surface becomes another. Five filters that redraw a
photograph and hold all its outlines kept of the 24 Kodak photographs, in the median: a grey pencil drawing
0.00, blocks of 8 px 0.02, coloured pencil 0.04, an edge-preserving "cartoon" 0.23, flat patches of colour
0.41. So 0.2 is a style that shows, with the picture still to be known.
"""

STYLES = (
    "painting",
    "oil painting",
    "watercolour",
    "watercolor",
    "sketch",
    "pencil sketch",
    "drawing",
    "pencil drawing",
    "charcoal drawing",
    "cartoon",
    "comic",
    "comic strip",
    "anime",
    "manga",
    "mosaic",
    "engraving",
    "etching",
    "woodcut",
    "stained glass",
    "pixel art",
    "pop art",
    "line art",
    "mural",
    "illustration",
)
"""Nouns that name a style whenever a picture is to become, or to look like, one."""


class RestyleParams(Params):
    """Which style; how far it goes is the dial's."""

    prompt: Prompt = Field(description="The style, in words.")
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


def stage(image: Image, selection: Selection, params: RestyleParams, settings: Settings) -> Stage:
    """Free the selected region, or the whole picture; it is what is redrawn, so it serves as example."""
    return Stage(image, selection.mask, examples="everywhere", feather=params.feather)


OPERATION = Operation(
    "restyle",
    "Redraw the picture in another style, in words.",
    RestyleParams,
    default_keep=KEEP,
    stage=stage,
    done="Restyled",
    target="optional",
    blends=False,
    # A face or a line of text left as it was would be a piece of photograph in a painting.
    auto_pins=False,
    examples=(
        "restyle photo.jpg --prompt 'a watercolour' -o watercolour.jpg",
        "restyle photo.jpg --what 'the background' --prompt 'a charcoal drawing' --keep 0.4 -o drawn.jpg",
    ),
    says=(
        Saying(
            (
                "in the style of {rest}",
                "in the manner of {rest}",
                "{rest} style",
                "into the style of {rest}",
                "to the style of {rest}",
                "stylise as {rest}",
                "stylize as {rest}",
                "restyle as {rest}",
                "redraw as {rest}",
                "render as {rest}",
                "repaint as {rest}",
                "with {rest} techniques",
                "as if painted by {rest}",
                "as if drawn by {rest}",
            ),
            {"prompt": "{rest}"},
        ),
        *(
            Saying(tuple(f"{word} {style}" for word in ("as", "into", "like")), {"prompt": style})
            for style in STYLES
        ),
        Saying(("cartoonify", "cartoonise", "cartoonize", "cartoonish"), {"prompt": "cartoon"}),
        Saying(("painterly",), {"prompt": "painting"}),
    ),
    asks=(
        "Make it look like a watercolour.",
        "Turn the photo into a pencil sketch.",
        "I'd like it in the style of an old woodcut.",
    ),
)
