"""Move: a thing is lifted off, set down elsewhere, larger, smaller or turned, and its old place is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._points import pair
from keepdial.operations.cutout import EDGE, Edge, matte_of

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

FAR = 100_000


class MoveParams(Params):
    """Where a thing goes, how large it becomes, and how it is turned."""

    by: str = Field(
        default="0,0",
        max_length=40,
        examples=["DX,DY"],
        description="How far it moves, DX,DY in px, to the right and down; negative is to the left and up.",
    )
    to: str | None = Field(
        default=None, max_length=40, description="Where its middle comes to lie, X,Y in px, instead of by."
    )
    right: float = Field(
        default=0.0, ge=-FAR, le=FAR, description="Px to the right, on top of by; negative is to the left."
    )
    down: float = Field(default=0.0, ge=-FAR, le=FAR, description="Px down, on top of by; negative is up.")
    scale: float = Field(
        default=1.0, ge=0.05, le=20, description="How large it becomes, 1 = as it is, about its middle."
    )
    rotate: float = Field(
        default=0.0, ge=-360, le=360, description="Degrees by which it turns clockwise about its middle."
    )
    duplicate: bool = Field(
        default=False, description="Whether the original stays where it is, so that there are two."
    )
    edge: Edge = Field(default="auto", description=EDGE)

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Self:
        by = pair(self.by, "by")
        if self.to is not None:
            pair(self.to, "to")
            if by != (0, 0) or self.right or self.down:
                raise ParameterError("to", self.to, "either to, or by, right and down")
        elif by == (0, 0) and not (self.right or self.down) and self.scale == 1 and self.rotate % 360 == 0:
            raise ParameterError("by", self.by, "how far to go, or to, scale or rotate")
        return self


def stage(image: Image, selection: Selection, params: MoveParams, settings: Settings) -> Stage:
    """Find the thing's soft outline; its place, its new place and the way between may change."""
    from keepdial.errors import SelectionError
    from keepdial.operations.remove import soft_edge
    from keepdial.warping.moving import carried

    if selection.box is None:
        return Stage(image, selection.mask)
    matte, notes = matte_of(image, selection, params.edge)
    by = pair(params.by, "by")
    carry = carried(
        matte,
        by=(by[0] + params.right, by[1] + params.down),
        to=None if params.to is None else pair(params.to, "to"),
        scale=params.scale,
        turn=params.rotate,
        grow=soft_edge(image.size) + 1,
        duplicate=params.duplicate,
    )
    if not carry.seen():
        raise SelectionError(
            f"The thing would lie wholly outside of the picture, which is {image.size}.",
            hint="Move it less far; or remove it.",
        )
    grown = f"The place it leaves was grown by {soft_edge(image.size) + 1} px to take its soft edge."
    return Stage(
        image,
        carry.area(),
        examples="everywhere",
        notes=notes if params.duplicate else (*notes, grown),
        matte=matte,
        guide=carry,
    )


OPERATION = Operation(
    "move",
    "Move a thing to another place, make it larger or smaller, or turn it; what was behind it is filled in.",
    MoveParams,
    default_keep=0.0,
    stage=stage,
    target="required",
    blends=False,
    done="Moved",
    group="Move things",
    scales=True,
    examples=(
        "move photo.jpg --mask cup.png --by 80,0 -o moved.jpg",
        "move photo.jpg --point 200,150 --scale 1.3 -o larger.jpg",
        "move photo.jpg --mask cup.png --by -120,10 --duplicate -o two.jpg",
    ),
    says=(
        Saying(
            ("move to the right", "move right", "shift to the right", "shift right", "push to the right"),
            {"right": 100.0},
            amount="right",
            units=("px", "pixel", "pixels"),
        ),
        Saying(
            ("move to the left", "move left", "shift to the left", "shift left", "push to the left"),
            {"right": -100.0},
            amount="right",
            units=("px", "pixel", "pixels"),
        ),
        Saying(
            ("move down", "shift down", "push down", "lower the object"),
            {"down": 100.0},
            amount="down",
            units=("px", "pixel", "pixels"),
        ),
        Saying(
            ("move up", "shift up", "push up", "lift the object"),
            {"down": -100.0},
            amount="down",
            units=("px", "pixel", "pixels"),
        ),
        Saying(
            ("duplicate", "copy to the right", "clone to the right", "duplicate to the right"),
            {"right": 150.0, "duplicate": True},
            amount="right",
            units=("px", "pixel", "pixels"),
        ),
        Saying(
            ("copy to the left", "clone to the left", "duplicate to the left"),
            {"right": -150.0, "duplicate": True},
            amount="right",
            units=("px", "pixel", "pixels"),
        ),
    ),
)
