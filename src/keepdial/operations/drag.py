"""Drag: points of the picture are pulled to other places, and what they belong to comes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._points import handles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class DragParams(Params):
    """What is dragged where."""

    handle: tuple[str, ...] = Field(
        max_length=100,
        examples=["X,Y:X,Y"],
        description="A point of the picture and where it is to come, in px from the top left corner. A "
        "handle whose two points are the same holds its place.",
    )
    reach: float | None = Field(
        default=None,
        gt=0,
        le=100000,
        description="How far around a handle's way the picture may move where nothing is selected, in px. "
        "Not given: 1.8 times the longest way, and 16 px.",
    )
    rigid: bool = Field(
        default=True,
        description="Whether the thing under the handles is looked for and keeps its shape, while what is "
        "around it stretches. If not, everything that may move stretches alike.",
    )
    mend: bool = Field(
        default=True,
        description="Whether texture that was stretched or squeezed too much is made anew.",
    )
    steps: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="With a diffusion model: steps in which the handles are pulled, at most. Not given: 80.",
    )
    tune: int | None = Field(
        default=None,
        ge=0,
        le=1000,
        description="With a diffusion model: steps for which it learns the picture first, so that what is "
        "dragged keeps its looks; 0 = none, which is faster. Not given: 80.",
    )

    carry: bool = Field(
        default=True,
        description="With a diffusion model: whether it begins with the picture after a warp, so that what "
        "is dragged arrives and keeps its detail. If not, it begins with the picture, as DragDiffusion was "
        "published.",
    )

    @field_validator("handle")
    @classmethod
    def _are_handles(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        handles(value)
        return value


def stage(image: Image, selection: Selection, params: DragParams, settings: Settings) -> Stage:
    """Find the area that may change, and what in it is to keep its shape."""
    import numpy as np

    from keepdial.errors import SelectionError
    from keepdial.warping.grip import Grip, around, inside, stiffness, swept, thing

    start, end = handles(params.handle)
    inside(start, image.size)
    notes, h, w = [], image.size.height, image.size.width
    if selection.box is None:
        return Stage(image, selection.mask)
    chosen = selection.mask > 0
    object_: NDArray[np.float32] | None = None
    if chosen.all():
        area, reach = around(start, end, (h, w), params.reach)
        notes.append(
            f"Nothing was selected, so what may move lies within {reach:.0f} px of the handles' ways."
        )
    else:
        x, y = np.rint(start.T).astype(np.int64)
        for i in np.flatnonzero(~chosen[y, x]).tolist():
            raise SelectionError(
                f"The handle at ({start[i][0]:g}, {start[i][1]:g}) lies outside of what was selected.",
                hint="Select what is to move, the handle included, or nothing: then the area is found.",
            )
        area, grown = swept(chosen, start, end)
        if grown:
            notes.append(
                f"The selection is what moves; around it and along its way up to {grown} px may change too."
            )
            object_ = selection.mask
    loose = object_ is not None
    if params.rigid and not loose:
        object_ = thing(image, start, area)
        if object_ is not None:
            notes.append("The thing under the handles was found, and keeps its shape as far as it can.")
    stiff = stiffness(object_ if params.rigid else None, start, area, loose=loose)
    return Stage(
        image,
        area.astype(np.float32),
        examples="everywhere",
        notes=tuple(notes),
        guide=Grip(start, end, area, stiff),
    )


OPERATION = Operation(
    "drag",
    "Drag points of the picture to other places; what they belong to comes along, and the rest stays.",
    DragParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Dragged",
    group="Move things",
    auto_pins=False,
    scales=True,
    examples=(
        "drag photo.jpg --handle 120,80:160,60 --mask ear.png -o dragged.jpg",
        "drag photo.jpg --handle 120,80:160,60 --handle 200,90:200,90 -o dragged.jpg",
    ),
    says=(
        Saying(
            (
                "(drag|pull|move|push|warp) (|point|pixel|from|from point|point at|handle) {point} "
                "(to|onto|towards) {target}",
                "(drag|pull|move|push) what is at {point} to {target}",
            ),
            {"handle": ["{point}:{target}"]},
        ),
    ),
    asks=("Drag 120,80 to 160,60.", "Pull the point 210,95 to 230,95, please."),
)
