"""Clone: what lies somewhere else in the picture is copied over what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import ParameterError, SelectionError
from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

LOOK = 64
"""How far at least a place is looked for, in px."""


class CloneParams(Params):
    """Where to copy from, and how."""

    copy_from: str | None = Field(
        default=None,
        max_length=60,
        description="X,Y: the place to copy from, in pixels of the upright picture; it comes to lie in the "
        "middle of the selection's box. Not given: the place near by that fits best.",
    )
    blend: bool = Field(
        default=True,
        description="Whether the copy takes on the light of its new place, or stays exactly as it is.",
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


def point_of(text: str, *, option: str) -> tuple[float, float]:
    """Return x and y of "X,Y"; raise `ParameterError` naming `option` for anything else."""
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError(option, text, "X,Y in pixels, for example 120,80") from None
    if not (abs(x) < 1e6 and abs(y) < 1e6):
        raise ParameterError(option, text, "X,Y in pixels, for example 120,80")
    return x, y


def stage(image: Image, selection: Selection, params: CloneParams, settings: Settings) -> Stage:
    """Work out the way from the selection to the place; that place must be picture, and not selected."""
    mask, box = selection.mask, selection.box
    point = None if params.copy_from is None else point_of(params.copy_from, option="copy_from")
    if box is None:
        return Stage(image, mask)
    if point is None:
        dx, dy = _nearby(image, mask, box)
    else:
        dx = round(point[0] - (box.x + box.width / 2))
        dy = round(point[1] - (box.y + box.height / 2))
    there = box.shift(dx, dy)
    if there.clip(image.size) != there:
        raise SelectionError(
            f"The place to copy from, {there}, reaches out of the picture of {image.size}.",
            hint="Choose a point further inside, or select less.",
        )
    taken = mask[box.slices] > 0
    if (taken & (mask[there.slices] > 0)).any():
        raise SelectionError(
            f"The place to copy from, {there}, overlaps what is to be replaced.",
            hint="Choose a point further away, or select less.",
        )
    if image.alpha is not None and not bool(image.alpha[there.slices][taken].all()):
        raise SelectionError(
            f"The place to copy from, {there}, is transparent in part.", hint="Choose another point."
        )
    notes = (f"Copied from {there}.",)
    return Stage(image, mask, feather=params.feather, notes=notes, guide=(dx, dy))


def _nearby(image: Image, mask: NDArray[np.float32], box: Box) -> tuple[int, int]:
    """Return the way from the selection to the place whose rim is most like its own."""
    from keepdial.color import unit
    from keepdial.healing import Piece, place

    area = box.grow(2 * LOOK + 3 * max(box.width, box.height)).clip(image.size)
    free = mask[area.slices] <= 0
    if image.alpha is not None:
        free &= image.alpha[area.slices] > 0
    piece = Piece(box.shift(-area.x, -area.y), mask[box.slices] > 0)
    found = place(unit(image.pixels[area.slices]), piece, mask[area.slices] <= 0, free)
    if found is None:
        raise SelectionError(
            "No place near the selection is large enough to copy from.",
            hint="Say from where (copy_from), or select less.",
        )
    return found


OPERATION = Operation(
    "clone",
    "Copy another place of the picture over what is selected, with the light of its new place or as it is.",
    CloneParams,
    default_keep=0.0,
    stage=stage,
    target="required",
    done="Cloned",
    scales=True,
    examples=("clone photo.jpg --box 120,80,40,40 --copy-from 220,95 -o clean.jpg",),
    says=(
        Saying(
            (
                "clone (stamp|over) {thing}",
                "clone (stamp|over)",
                "(use|apply) clone (stamp|tool) (on|over) {thing}",
                "(cover|cover up|paint over|hide|patch) {thing} (with|by) copy",
                "(cover|cover up|paint over|hide|patch) {thing} (with|by) copying",
                "(cover|cover up|hide|patch) {thing} (with|by) (piece|part|bit|patch) of (picture|"
                "image|photo|surroundings|background)",
                "patch over {thing}",
                "copy (something|texture|pixels|area) from (beside|next to|near|around) over {thing}",
            ),
        ),
    ),
    asks=(
        "Clone over the stain on the wall.",
        "Patch over the hole in the lawn, please.",
        "Can you cover the sticker with a copy of what is beside it?",
    ),
)
