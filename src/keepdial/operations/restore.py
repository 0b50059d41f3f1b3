"""Restore: noise and the blocks of strong compression removed by a network, at the picture's own size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.errors import RouteError
from keepdial.operations import Operation, Params, Quality, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class RestoreParams(Params):
    """Which network; how far it goes is the dial's."""

    model: Literal["fast", "detail"] = Field(
        default="fast",
        description="Which network. fast: some seconds a megapixel. detail: nearer to the true picture by "
        "measure, and about 50 times as slow.",
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the change fades at the edge, inwards."
    )


def stage(image: Image, selection: Selection, params: RestoreParams, settings: Settings) -> Stage:
    """Take the selection as it is. Raises `RouteError`, which says how to get them, without the networks."""
    from keepdial.networks.realesrgan import missing

    if lacks := missing():
        raise RouteError("restore works by a network that is not installed.", hint=lacks)
    return Stage(image, selection.mask, examples="everywhere", feather=params.feather)


_OLD = "(|old|damaged|vintage|faded|ancient|antique|old family|family|worn|grainy)"
_PHOTO = "(photo|picture|image|photograph|portrait|print|it|snapshot|scan)"
_COMPRESSION = (
    "(compression|jpeg compression|jpeg artifact|jpeg artefact|jpeg block|compression artifact|"
    "compression artefact|"
    "compression noise|artifact|artefact|blockiness|block artifact|jpeg noise)"
)

OPERATION = Operation(
    "restore",
    "Remove noise and the blocks of strong compression by a network.",
    RestoreParams,
    default_keep=0.5,
    stage=stage,
    target="optional",
    blends=False,
    done="Restored",
    group="Shape and size",
    auto_pins=False,
    scales=True,
    examples=("restore photo.jpg -o clean.png", "restore photo.jpg --keep 0.3 -o clean.png"),
    says=(
        Saying(
            (
                "restore",
                f"(restore|bring back) {_OLD} {_PHOTO}",
                f"(repair|fix up|mend) (old|damaged|vintage|faded|ancient|antique|worn) {_PHOTO}",
                "(photo|picture|image) (restoration|restoring)",
                "(remove|reduce|clean|clean up|fix|get rid of|eliminate|repair|undo|less|no more) "
                f"{_COMPRESSION}",
                "(compression|artifact|jpeg artifact) (removal|reduction)",
                "(repair|restore) quality",
                "(restore|recover) detail lost in compression",
            )
        ),
    ),
    qualities=(
        Quality(
            (
                "compression artifacts",
                "jpeg artifacts",
                "compression artefacts",
                "jpeg artefacts",
                "blockiness",
            ),
            {"model": "fast"},
            "",
            more=("blocky", "overcompressed", "badly compressed", "heavily compressed"),
            fewer={"model": "fast"},
            fault=True,
            sides="less",
        ),
    ),
    asks=("Restore this old photo.", "Remove the JPEG artifacts.", "The picture is blocky."),
)
