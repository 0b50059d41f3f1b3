"""Heal: spots, dust and blemishes go, and the texture and the light around them go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class HealParams(Params):
    """What can be set about healing."""

    grow: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="Pixels by which the selection grows, to take the soft edge of a spot. Not given: 1 to "
        "5 with the picture's size for a mask that follows an outline, else none.",
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


def stage(image: Image, selection: Selection, params: HealParams, settings: Settings) -> Stage:
    """Grow the selection over a spot's soft edge."""
    from keepdial.mask import grow, softness
    from keepdial.operations.remove import SOFT, soft_edge

    mask, box = selection.mask, selection.box
    if box is None:
        return Stage(image, mask)
    pixels = params.grow
    if pixels is None:
        hard = selection.hugs and softness(mask, box) < SOFT
        pixels = soft_edge(image.size) if hard else 0
    notes: tuple[str, ...] = ()
    if pixels > 0:
        mask = grow(mask, box, pixels)
        notes = (f"The mask was grown by {pixels} px to take the spot's soft edge.",)
    return Stage(image, mask, feather=params.feather, notes=notes)


OPERATION = Operation(
    "heal",
    "Heal spots, dust and blemishes: texture from near by, light from around.",
    HealParams,
    default_keep=0.0,
    stage=stage,
    target="required",
    done="Healed",
    scales=True,
    examples=(
        "heal scan.png --mask dust.png -o clean.png",
        "heal portrait.jpg --box 210,140,12,12 -o smooth.jpg",
    ),
    says=(
        Saying(
            (
                "(heal|mend|repair) {thing}",
                "(spot heal|touch up) {thing}",
                "(heal|spot heal|heal up)",
                "(use|apply) (healing brush|spot healing|healing) on {thing}",
                "(touch up|clean up|retouch) spot",
                "dust off {thing}",
                "{thing} (should be|must be|needs to be) (healed|mended|repaired)",
            ),
            sure=0.9,
        ),
    ),
    asks=(
        "Heal the scratches on the table.",
        "Repair the crack in the wall.",
        "The scar on his chin should be healed.",
    ),
)
