"""Extend the picture beyond its borders: the source stays as it is, in a larger canvas."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.errors import ParameterError
from keepdial.geometry import Box, Orientation, Size
from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Painted, Words, pictures

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

Placement = Literal["centre", "left", "right", "top", "bottom"]


class _Reach(Params):
    left: int = Field(default=0, ge=0, le=50_000, description="Pixels to add on the left.")
    right: int = Field(default=0, ge=0, le=50_000, description="Pixels to add on the right.")
    top: int = Field(default=0, ge=0, le=50_000, description="Pixels to add above.")
    bottom: int = Field(default=0, ge=0, le=50_000, description="Pixels to add below.")
    aspect: str | None = Field(
        default=None,
        pattern=r"^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$",
        description="Shape to reach, width:height, for example 16:9, with as few new pixels as possible.",
    )
    placement: Placement = Field(
        default="centre", description="Where the old picture lies in the new shape (with aspect)."
    )
    prompt: Words = Field(
        default="", description="What the margin is to show, in words; empty = what the picture's edge shows."
    )


class ExtendParams(Painted, _Reach):
    """How far to extend: pixels on each side, or a shape to reach; and with what."""


BLOCKS = 16
"""Sides of the largest usual unit of a JPEG, in pixels."""


def canvas_of(size: Size, params: ExtendParams) -> tuple[Size, Box]:
    """Return the size of the new canvas and where in it the source lies.

    Raises `ParameterError` when nothing is to be added, or pixels and a shape are given together.
    """
    sides = (params.left, params.right, params.top, params.bottom)
    if params.aspect is None:
        if not any(sides):
            raise ParameterError(
                "left, right, top, bottom",
                sides,
                "at least one above 0",
                hint="Or give an aspect, like 16:9.",
            )
        width, height = size.width + params.left + params.right, size.height + params.top + params.bottom
        return Size(width, height), Box(params.left, params.top, size.width, size.height)
    if any(sides):
        raise ParameterError("aspect", params.aspect, "either an aspect or pixels per side, not both")
    across, down = (int(part) for part in params.aspect.split(":"))
    width = max(size.width, ceil(size.height * across / down - 0.5))
    height = max(size.height, ceil(size.width * down / across - 0.5)) if width == size.width else size.height
    x = {"left": 0, "right": width - size.width}.get(params.placement, (width - size.width) // 2)
    y = {"top": 0, "bottom": height - size.height}.get(params.placement, (height - size.height) // 2)
    return Size(width, height), Box(x, y, size.width, size.height)


def on_grid(placement: Box, size: Size, orientation: Orientation) -> Box:
    """Return the centred `placement` moved by at most 8 pixels to where a JPEG's old blocks fit the new ones.

    Blocks are counted from the stored picture's corner, which may be another one of the upright picture.
    """

    def nearest(before: int, room: int, from_the_end: bool) -> int:
        steps = round((room - before if from_the_end else before) / BLOCKS)
        moved = min(steps, room // BLOCKS) * BLOCKS
        return room - moved if from_the_end else moved

    x = nearest(placement.x, size.width - placement.width, orientation.flips_columns)
    y = nearest(placement.y, size.height - placement.height, orientation.flips_rows)
    return Box(x, y, placement.width, placement.height)


def stage(image: Image, selection: Selection, params: ExtendParams, settings: Settings) -> Stage:
    """Lay the source into a larger, empty canvas; the margin is free.

    Raises `TooLarge` when the result would have more pixels than the limit.
    """
    from keepdial.shape.margin import with_margin

    pictures(params.reference)
    size, placement = canvas_of(image.size, params)
    if params.aspect is not None and params.placement == "centre" and image.source.format == "jpeg":
        placement = on_grid(placement, size, image.orientation)
    return with_margin(
        image,
        size,
        placement,
        (f"The picture grew from {image.size} to {size}; the old one lies at {placement}.",),
        most=settings.max_pixels,
        what="The extended picture would be",
        hint="Extend by less, or raise KEEPDIAL_MAX_PIXELS.",
    )


_EXTEND = "(extend|expand|outpaint|uncrop|widen|lengthen)"
_CANVAS = (
    "(|it|this|canvas|picture|photo|image|photograph|background|scene|frame|border|shot|view|sky|"
    "ground|floor|sea|landscape)"
)
_TO = "(|to|on|at|towards|toward)"
_ROOM = "(space|room|canvas|picture|background|margin|headroom|scenery|sky|area)"
_ADD = "(add|create)"
_MORE = "(|more|extra|some)"
_SIDES = {
    "left": ("(left|left-hand) (|side|edge)", "(on|to|at) (left|left-hand) (|side)"),
    "right": ("(right|right-hand) (|side|edge)", "(on|to|at) (right|right-hand) (|side)"),
    "top": ("(top|upwards|upward|up) (|side|edge)", "(above|overhead|at top|on top|to top)"),
    "bottom": (
        "(bottom|downwards|downward|down) (|side|edge)",
        "(below|underneath|at bottom|on bottom|to bottom)",
    ),
}
"""For each side: how it is named after a verb, and where room is added."""
_PX = ("px", "pixel", "pixels")
_ALL = "(outwards|outward|everywhere|on sides|to sides|in directions)"
_BOTH = {
    (
        "left",
        "right",
    ): "(sideways|horizontally|left and right|on left and right|to left and right|to left and to right)",
    ("top", "bottom"): "(vertically|top and bottom|at top and bottom|above and below)",
}

OPERATION = Operation(
    "extend",
    "Extend the picture beyond its borders, by what is there or in words.",
    ExtendParams,
    default_keep=0.0,
    stage=stage,
    done="Extended",
    unpainted="Without words the margin is made of what is there.",
    target="none",
    examples=(
        "extend photo.jpg --right 400 -o wide.jpg",
        "extend photo.jpg --aspect 16:9 --placement left -o wide.jpg",
        "extend photo.jpg --left 400 --prompt 'a pebble beach' -o beach.jpg",
    ),
    says=(
        Saying(
            (
                f"{_EXTEND} {_CANVAS} to {{aspect}}",
                f"(make|get) {_CANVAS} {{aspect}} (by extending|by adding|without cropping)",
                "(outpaint|fill) (|it|picture|photo|image) to {aspect}",
            ),
            {"aspect": "{aspect}"},
        ),
        Saying(
            (f"(extend|expand|outpaint|uncrop|fill) {_CANVAS} (to|into) (square|square format)",),
            {"aspect": "1:1"},
        ),
        Saying(
            (f"(extend|expand|outpaint|uncrop|fill) {_CANVAS} (to|into) (widescreen|widescreen format)",),
            {"aspect": "16:9"},
        ),
        *(
            Saying(
                (
                    f"{_EXTEND} {_CANVAS} {_TO} {after}",
                    f"(enlarge|increase) (canvas|background|scene) {_TO} {after}",
                    f"enlarge {_TO} {after}",
                    f"make canvas (bigger|larger|wider|taller) {_TO} {after}",
                    f"{_ADD} {_MORE} {_ROOM} {where}",
                    f"{_ADD} (|more|some) (empty|blank|free) {_ROOM} {where}",
                    f"{_ADD} {_MORE} (|empty|blank|free) {_ROOM} {where} for {{rest}}",
                    f"(give|leave) {{rest}} {_MORE} {_ROOM} {where}",
                    f"(more|extra) {_ROOM} {where}",
                    f"(too little|not enough) {_ROOM} {where}",
                ),
                {side: 200},
                amount=side,
                units=_PX,
            )
            for side, (after, where) in _SIDES.items()
        ),
        *(
            Saying(
                (
                    f"{_EXTEND} {_CANVAS} (|by) {{number}} (px|pixel) {_TO} {after}",
                    f"{_EXTEND} {after} (|by) {{number}} (px|pixel)",
                    f"(add|append) {{number}} (|more) (px|pixel) {where}",
                    f"(add|append) {{number}} (|more) (px|pixel) of {_ROOM} {where}",
                ),
                {side: "{number}"},
            )
            for side, (after, where) in _SIDES.items()
        ),
        # Options are in pixels: what is said in per cent has to be asked about.
        Saying(
            (
                f"{_EXTEND} {_CANVAS} (|by) {{number}} (%|percent)",
                f"{_EXTEND} {_CANVAS} {_TO} (left|right|top|bottom) (|side) (|by) {{number}} (%|percent)",
                f"{_EXTEND} {_CANVAS} (|by) {{number}} (%|percent) {_TO} (left|right|top|bottom)",
            ),
            {"left": 200, "right": 200, "top": 200, "bottom": 200},
            sure=0.3,
        ),
        *(
            Saying(
                (
                    f"{_EXTEND} {_CANVAS} {where}",
                    f"{_ADD} {_MORE} {_ROOM} {where}",
                ),
                dict.fromkeys(sides, 200),
                sure=0.85,
            )
            for sides, where in (*_BOTH.items(), (("left", "right", "top", "bottom"), _ALL))
        ),
        *(
            Saying(
                (
                    f"{_EXTEND} {_CANVAS} (|by) {{number}} (px|pixel) {where}",
                    f"{_EXTEND} {_CANVAS} {where} (|by) {{number}} (px|pixel)",
                    f"(add|append) {{number}} (px|pixel) {where}",
                    # Alone between two slots, so that "and" does not cut them apart.
                    "(extend|expand) {number} " + " and ".join(sides),
                ),
                dict.fromkeys(sides, "{number}"),
            )
            for sides, where in (*_BOTH.items(), (("left", "right", "top", "bottom"), _ALL))
        ),
        Saying(
            (
                "zoom out",
                "zoom (it|picture|photo|image|this) out",
                "zoom out (it|picture|photo|image|from it)",
                "(outpaint|uncrop) (|it|picture|photo|image)",
                "(extend|expand) (canvas|borders|edges|frame|picture|photo|image|scene)",
                "more of (surroundings|scene|background) (around|visible)",
            ),
            {"left": 200, "right": 200, "top": 200, "bottom": 200},
            sure=0.75,
        ),
        Saying(("make (it|picture|photo|image|canvas) wider",), {"left": 200, "right": 200}, sure=0.75),
        Saying(
            ("make (it|picture|photo|image|canvas) (taller|higher)",), {"top": 200, "bottom": 200}, sure=0.7
        ),
    ),
    asks=(
        "Extend the canvas to the left by 200 px.",
        "Outpaint the picture to 16:9.",
        "I need more space above.",
    ),
)
