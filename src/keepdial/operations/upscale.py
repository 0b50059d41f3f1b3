"""Upscale: the picture at 2 or 4 times its size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class UpscaleParams(Params):
    """How much larger, and by what."""

    factor: Literal[2, 4] = Field(default=2, description="Times by which both sides grow.")
    model: Literal["fast", "detail"] = Field(
        default="fast",
        description="Which network, where they are installed. fast: clean edges, true to the picture, some "
        "seconds a megapixel. detail: draws texture of its own, and takes about 50 times as long.",
    )
    faithful: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="How far a network's result is held to the picture. 1: reduced again it is the picture, "
        "noise and all. 0: what the network takes for noise is gone.",
    )
    part: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the detail beyond plain interpolation; the dial keep sets it to 1 - keep.",
    )


def stage(image: Image, selection: Selection, params: UpscaleParams, settings: Settings) -> Stage:
    """Set up a picture of the new size; all of it is computed."""
    from keepdial.geometry import Size
    from keepdial.operations._shape import blank
    from keepdial.shape.enlarge import Enlargement

    size = Size(image.size.width * params.factor, image.size.height * params.factor)
    guide = Enlargement(image, params.factor, params.model, params.faithful, params.part)
    return blank(image, size, guide, settings, (f"The picture grew from {image.size} to {size}.",))


def scaled(params: UpscaleParams, part: float) -> UpscaleParams:
    """Return the options for a part of the detail; the size stays what was asked for."""
    return params.model_copy(update={"part": part})


OPERATION = Operation(
    "upscale",
    "Enlarge the picture to 2 or 4 times its size.",
    UpscaleParams,
    default_keep=0.0,
    stage=stage,
    target="none",
    blends=False,
    done="Enlarged",
    group="Shape and size",
    auto_pins=False,
    scaled=scaled,
    examples=(
        "upscale photo.jpg -o large.png",
        "upscale photo.jpg --factor 4 --model detail -o large.png",
    ),
    says=(
        Saying(
            (
                "upscale",
                "enlarge",
                "(enlarge|upscale|upsize) (it|picture|image|photo)",
                "(double|twice) size",
                "make (it|picture|image|photo) (bigger|larger)",
                "(increase|higher|raise|improve|better|enhance) resolution",
                "super resolution",
                "(2x|2x larger|2x bigger|upscale 2x|upscale by 2)",
                "more pixels",
                "(high res|high resolution|hd|4k|hi-res|high-res)",
                "(increase|double) (picture|image|photo) size",
                "(bigger|larger) (picture|image|photo|size)",
            ),
            {"factor": 2},
        ),
        Saying(
            (
                "upscale 4x",
                "4x",
                "4x larger",
                "4x bigger",
                "four times size",
                "quadruple size",
                "enlarge 4x",
                "upscale by 4",
            ),
            {"factor": 4},
        ),
    ),
    asks=("upscale it", "make the picture 4x larger", "increase the resolution"),
)
