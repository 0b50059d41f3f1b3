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


_MOVE = "(move|shift|push|nudge|relocate|reposition)"
_LITTLE = "(bit|slightly|little|touch|tad|somewhat)"
_ENLARGE = "(magnify|scale up|blow up|increase size of)"
_SHRINK = "(shrink|scale down|reduce size of|decrease size of)"
_BIGGER = "(bigger|larger)"
_SMALLER = "(smaller|tinier)"
_COPY = "(duplicate|clone|copy|double|replicate)"
_WAYS = (
    ("right", 1, "(|further|over) (|to|towards) (right|rightwards|rightward) (|side)"),
    ("right", -1, "(|further|over) (|to|towards) (left|leftwards|leftward) (|side)"),
    ("down", 1, "(|further) (down|downwards|downward|lower)"),
    ("down", -1, "(|further) (up|upwards|upward|higher)"),
)
"""Option, sign, and how the way is said."""
_PICTURE = "(picture|photo|image|photograph|everything)"
_PX = ("px", "pixel", "pixels")

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
        *(
            Saying(
                (
                    f"{_MOVE} {{thing}} {way}",
                    f"{_MOVE} {way}",
                    f"{{thing}} (should|must|needs to) (be|go|move|sit) {way}",
                ),
                {name: 100.0 * sign},
                amount=name,
                units=_PX,
            )
            for name, sign, way in _WAYS
        ),
        *(
            Saying(
                (
                    f"{_MOVE} {{thing}} {_LITTLE} {way}",
                    f"{_MOVE} {{thing}} {way} {_LITTLE}",
                    f"{_MOVE} {_LITTLE} {way}",
                ),
                {name: 50.0 * sign},
            )
            for name, sign, way in _WAYS
        ),
        *(
            Saying(
                (
                    f"{_MOVE} {{thing}} (|by) {{number}} (|px|pixel) {way}",
                    f"{_MOVE} {{thing}} {way} (|by) {{number}} (px|pixel)",
                    f"{{thing}} {{number}} (px|pixel) {way}",
                ),
                {name: "{number}" if sign > 0 else "-{number}"},
            )
            for name, sign, way in _WAYS
        ),
        Saying(("lower {thing} by {number} (px|pixel)",), {"down": "{number}"}),
        Saying(("(raise|lift) {thing} by {number} (px|pixel)",), {"down": "-{number}"}),
        Saying(
            (
                f"{_COPY} {{thing}}",
                f"{_COPY} {{thing}} to (right|right side|side)",
                "(make|create|add) (copy|duplicate|second copy|clone) of {thing}",
                "(make|create|add) another copy of {thing}",
                "(make|create) (two|2) of {thing}",
            ),
            {"right": 150.0, "duplicate": True},
            amount="right",
            units=_PX,
        ),
        Saying(
            (f"{_COPY} {{thing}} to (left|left side)",),
            {"right": -150.0, "duplicate": True},
            amount="right",
            units=_PX,
        ),
        Saying(
            (
                f"(make|have|get) {{thing}} (|look|appear) {_BIGGER}",
                f"{_ENLARGE} {{thing}}",
                f"{{thing}} (should|must|ought to|needs to) be {_BIGGER}",
                "{thing} (is|are|looks|look) (too|so|very) (small|tiny|little)",
            ),
            {"scale": 1.3},
            sure=0.84,
        ),
        Saying(
            (
                f"(make|have|get) {{thing}} (|look|appear) {_SMALLER}",
                f"{_SHRINK} {{thing}}",
                f"{{thing}} (should|must|ought to|needs to) be {_SMALLER}",
                "{thing} (is|are|looks|look) (too|so|very) (big|large|huge)",
            ),
            {"scale": 0.75},
            sure=0.84,
        ),
        Saying(
            (f"make {{thing}} {_LITTLE} {_BIGGER}", f"magnify {{thing}} {_LITTLE}"),
            {"scale": 1.15},
            sure=0.84,
        ),
        Saying(
            (f"make {{thing}} {_LITTLE} {_SMALLER}", f"{_SHRINK} {{thing}} {_LITTLE}"),
            {"scale": 0.87},
            sure=0.84,
        ),
        Saying(
            (f"make {{thing}} (lot|way|far) {_BIGGER}", "make {thing} (huge|giant|gigantic|enormous)"),
            {"scale": 1.8},
            sure=0.84,
        ),
        Saying((f"make {{thing}} (lot|way|far) {_SMALLER}", "make {thing} tiny"), {"scale": 0.5}, sure=0.84),
        Saying(
            (
                "(double|twice) size of {thing}",
                "make {thing} (twice as big|twice as large|twice size|double size|2x size)",
                "make {thing} (twice|2x|2 times|two times) (bigger|larger|as big|as large|the size)",
            ),
            {"scale": 2.0},
            sure=0.84,
        ),
        Saying(
            ("make {thing} (3x|3 times|three times) (bigger|larger|as big|as large|the size)",),
            {"scale": 3.0},
            sure=0.84,
        ),
        Saying(
            (
                "(halve|half) size of {thing}",
                "make {thing} (half size|half as big|half as large|half its size)",
                "(shrink|scale|reduce) {thing} (to half|by half|down to half|in half)",
            ),
            {"scale": 0.5},
            sure=0.84,
        ),
        *(
            Saying(
                (
                    f"make {{thing}} (|by) {more} (%|percent) {_BIGGER}",
                    f"make {{thing}} {_BIGGER} by {more} (%|percent)",
                    f"(enlarge|scale up|blow up) {{thing}} by {more} (%|percent)",
                ),
                {"scale": 1 + more / 100},
            )
            for more in (5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 100)
        ),
        *(
            Saying(
                (
                    f"make {{thing}} (|by) {less} (%|percent) {_SMALLER}",
                    f"make {{thing}} {_SMALLER} by {less} (%|percent)",
                    f"(shrink|scale down|downsize) {{thing}} by {less} (%|percent)",
                ),
                {"scale": round(1 - less / 100, 2)},
            )
            for less in (5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90)
        ),
        # Nothing here makes a picture as a whole larger or smaller, nor puts a thing beside another.
        Saying(
            (
                f"(make|have|get) (|entire|whole) {_PICTURE} (|look|appear|bit|lot|slightly) {_SMALLER}",
                f"{_SHRINK} (|entire|whole) {_PICTURE}",
                f"(shrink|scale) (|entire|whole) {_PICTURE} (down|to half|by half|in half)",
                "shrink (to half|to half size)",
            ),
            {"scale": 0.75},
            sure=0.3,
        ),
        Saying(
            (
                f"make (|entire|whole) {_PICTURE} (bit|lot|slightly|way) {_BIGGER}",
                "make everything (bigger|larger)",
            ),
            {"scale": 1.3},
            sure=0.3,
        ),
        Saying(
            tuple(f"{_MOVE} {{thing}} {way} of {{rest}}" for _, _, way in _WAYS[:2]),
            {"right": 100.0},
            sure=0.4,
        ),
        # By an angle, because "rotate the picture" is not about a thing.
        Saying(
            (
                "rotate {thing} by",
                "rotate {thing} (clockwise|to right) by",
            ),
            {"rotate": 30.0},
            amount="rotate",
            units=("degree", "degrees", "°"),
            sure=0.8,
        ),
        Saying(
            ("rotate {thing} (counterclockwise|anticlockwise|to left) by",),
            {"rotate": -30.0},
            amount="rotate",
            units=("degree", "degrees", "°"),
            sure=0.8,
        ),
        Saying(
            (
                "(rotate|turn) {thing} {number} (degree|°)",
                "turn {thing} by {number} (degree|°)",
                "(rotate|turn) {thing} (|by) {number} (|degree|°) (clockwise|to right)",
            ),
            {"rotate": "{number}"},
            sure=0.8,
        ),
        Saying(
            ("(rotate|turn) {thing} (|by) {number} (|degree|°) (counterclockwise|anticlockwise|to left)",),
            {"rotate": "-{number}"},
            sure=0.8,
        ),
    ),
    asks=("Move the cup 50 px to the left.", "Make the dog a bit bigger.", "Can you duplicate the bird?"),
)
