"""Border: a plain margin around the picture, as a mount or a frame. The picture itself stays bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box, Size
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

PLAIN = {"white": "#ffffff", "black": "#000000", "grey": "#808080", "gray": "#808080"}
"""Names that mean the samples' own ends here, not a paint: a border is no thing in the scene."""


class BorderParams(Params):
    """How wide, and in which colour."""

    width: float = Field(
        default=5.0,
        gt=0,
        le=100,
        description="Width of each side, in % of the picture's shorter side. In a JPEG it is rounded to the "
        "blocks of the file (8 or 16 px), so that these stay as they are.",
    )
    bottom: float | None = Field(
        default=None,
        gt=0,
        le=200,
        description="Width of the lower side, in %, where it is to be another, as in an instant picture.",
    )
    colour: str = Field(
        default="white", max_length=40, description="The colour: a name (white, dark blue) or #rrggbb."
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        colour_of(value, 3)
        return value


def colour_of(name: str, channels: int) -> NDArray[np.float32]:
    """Return a colour (C,) float32 in [0, 1], encoded as the picture; for one channel the grey of its light.

    Raises `ParameterError` for a name that nobody knows.
    """
    import numpy as np

    from keepdial.tone.paint import encoded
    from keepdial.tone.space import space_of

    plain = " ".join(name.lower().split())
    rgb = np.array(encoded(PLAIN.get(plain, plain)), np.float32)
    if channels == 3:
        return rgb
    space = space_of(None, exact=True)
    light = space.decode(rgb[None]) @ space.luma
    return np.asarray(space.encode(np.repeat(light[:, None], 3, axis=1))[0, :1], np.float32)


def sides(image: Image, params: BorderParams) -> tuple[int, int]:
    """Return the width in px of three sides, and of the lower one; at least 1."""
    shorter, unit = min(image.size.width, image.size.height), _unit(image)

    def px(percent: float) -> int:
        return max(1, round(percent / 100 * shorter / unit)) * unit

    width = px(params.width)
    return width, width if params.bottom is None else px(params.bottom)


def _unit(image: Image) -> int:
    """Return what widths have to be multiples of, in px: in a JPEG the longer side of a unit, else 1."""
    if image.source.format != "jpeg" or image.source.data is None:
        return 1
    from keepdial.files import jpegfile
    from keepdial.files.blocks.enlarge import unit_of

    unit = unit_of(jpegfile.parse(image.source.data))
    return max(unit.width, unit.height)


def canvas_of(image: Image, params: BorderParams) -> tuple[Size, Box]:
    """Return the size of the new canvas and where in it the source lies."""
    from keepdial.geometry import Box, Size

    (side, bottom), size = sides(image, params), image.size
    return Size(size.width + 2 * side, size.height + side + bottom), Box(side, side, size.width, size.height)


def stage(image: Image, selection: Selection, params: BorderParams, settings: Settings) -> Stage:
    """Lay the source into a larger, empty canvas; the margin is free.

    Raises `TooLarge` when the result would have more pixels than the limit.
    """
    import numpy as np

    from keepdial.shape.margin import with_margin

    size, placement = canvas_of(image, params)
    below = size.height - placement.bottom
    width = f"{placement.x} px wide" + (f", {below} px below" if below != placement.y else "")
    notes = [f"The border is {width}; the picture lies at {placement}, and no pixel of it changed."]
    if image.pixels.shape[2] == 1 and np.ptp(colour_of(params.colour, 3)) > 0:
        notes.append(f"The picture is grey: its border has the lightness of {params.colour} and no colour.")
    return with_margin(
        image,
        size,
        placement,
        tuple(notes),
        most=settings.max_pixels,
        what="With its border the picture would be",
        hint="Make the border narrower, or raise KEEPDIAL_MAX_PIXELS.",
    )


_NOUN = "(border|frame|edge|mount|passepartout|margin)"
_PERCENT = ("%", "percent")

OPERATION = Operation(
    "border",
    "Put a plain border around the picture; the picture itself stays as it is.",
    BorderParams,
    default_keep=0.0,
    stage=stage,
    target="none",
    blends=False,
    done="Framed",
    group="Shape and size",
    auto_pins=False,
    examples=(
        "border photo.jpg -o framed.jpg",
        "border photo.jpg --colour black --width 2 -o thin.jpg",
        "border photo.jpg --bottom 18 -o instant.jpg",
    ),
    says=(
        Saying(
            (
                "(add|put|draw|place|apply) (border|passepartout)",
                "(add|put|draw|place|apply) (border|frame) (around|to|on) (it|picture|photo|image)",
                "(add|put|draw|place|apply) (border|frame) around",
                "(add|put|apply) (photo|picture) frame",
                "give (it|picture|photo|image|photograph) (border|frame)",
                "with (border|frame) around",
                "put in frame",
            ),
            {"colour": "white", "width": 5},
            amount="width",
            units=_PERCENT,
        ),
        Saying(
            (
                f"(add|put|draw|place|apply) {{colour}} {_NOUN}",
                f"(add|put|draw|place|apply) {{colour}} {_NOUN} around",
                "{colour} (border|passepartout)",
                "give (picture|photo|image|) {colour} (border|frame)",
                "with {colour} (border|frame)",
                "frame in {colour}",
                "surround (picture|photo|image|it) with {colour} (border|frame)",
            ),
            {"colour": "{colour}", "width": 5},
            amount="width",
            units=_PERCENT,
        ),
        Saying(
            (
                "(thin|narrow|small) {colour} (border|frame)",
                "(add|put|draw|place|apply) (thin|narrow|small) {colour} (border|frame|edge|margin)",
                "(add|put|draw|place|apply) (thin|narrow|small) {colour} (border|frame|edge|margin) around",
            ),
            {"colour": "{colour}", "width": 2},
        ),
        Saying(
            (
                "(thick|wide|broad|big) {colour} (border|frame)",
                "(add|put|draw|place|apply) (thick|wide|broad|big) {colour} (border|frame|margin)",
                "(add|put|draw|place|apply) (thick|wide|broad|big) {colour} (border|frame|margin) around",
            ),
            {"colour": "{colour}", "width": 10},
        ),
        # "Add a framed picture" is about a thing.
        Saying(
            ("(add|put) frame",), {"colour": "white", "width": 5}, amount="width", units=_PERCENT, sure=0.55
        ),
        Saying(
            (
                "polaroid",
                "polaroid (frame|border|look|style)",
                "make (picture|photo|image|it) look like polaroid",
                "(add|put) polaroid (frame|border)",
                "instant (photo|picture) (frame|border)",
            ),
            {"colour": "white", "width": 5, "bottom": 18},
        ),
    ),
    asks=(
        "Add a white border around the photo.",
        "Put a thin black frame around it.",
        "Make it look like a polaroid, please.",
    ),
)
