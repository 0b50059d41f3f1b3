"""Perspective: four corners become a rectangle, or upright lines become parallel, as by another camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Size
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

    Matrix = NDArray[np.float64]

LEAST = 0.1
"""Turns of the camera below this many degrees are left out: nobody sees them."""
NUMBER = r"-?\d{1,6}(\.\d{1,3})?"
POINT = rf"{NUMBER}\s*,\s*{NUMBER}"


class PerspectiveParams(Params):
    """From where the picture is to be seen."""

    corners: str | None = Field(
        default=None,
        pattern=rf"^\s*{POINT}(\s+{POINT}){{3}}\s*$",
        description='Corners of what is a rectangle, in pixels: "x,y x,y x,y x,y", in any order.',
    )
    size: str | None = Field(
        default=None,
        pattern=r"^[1-9]\d{0,4}x[1-9]\d{0,4}$",
        description="Size of the result, WxH in pixels (with corners). Not given: the rectangle's true "
        "shape, worked out from its perspective.",
    )
    vertical: float = Field(
        default=0.0,
        ge=-40,
        le=40,
        description="Degrees by which the camera looked up (-: down): above 0, lines that lean towards each "
        "other at the top become parallel.",
    )
    horizontal: float = Field(
        default=0.0,
        ge=-40,
        le=40,
        description="Degrees by which the camera looked to the right (-: to the left).",
    )
    auto: bool = Field(
        default=False, description="Find out how the camera was held, from the lines of upright things."
    )
    fit: Literal["shape", "area"] = Field(
        default="shape",
        description="What is cut out (without corners): the largest part of the picture's shape, or of any.",
    )
    part: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the change that is made; the dial keep sets it to 1 - keep.",
    )


@dataclass(frozen=True, eq=False, slots=True)
class _View:
    """The homography from the source, counting from its top left corner, and what was decided."""

    way: Matrix
    notes: tuple[str, ...]


def stage(image: Image, selection: Selection, params: PerspectiveParams, settings: Settings) -> Stage:
    """Work out the new view and set up its picture; nothing is done where the lines are unsure."""
    from keepdial.operations._shape import unchanged

    others = bool(params.vertical or params.horizontal or params.auto)
    if (params.corners is None) != others:
        raise ParameterError(
            "corners, vertical, horizontal, auto",
            params.corners if others else None,
            "either four corners, or angles, or auto",
            hint='For example --vertical 10, --auto, or --corners "10,20 500,5 520,400 0,380".',
        )
    if params.auto and (params.vertical or params.horizontal):
        raise ParameterError("auto", True, "either auto, or angles")
    if params.size is not None and params.corners is None:
        raise ParameterError("size", params.size, "only with corners")
    if params.corners is not None:
        return _flattened(image, params.corners, params, settings)
    view = _view(image, params)
    if isinstance(view, str):
        return unchanged(image, view)
    return _cut_out(image, view, params, settings)


def _flattened(image: Image, text: str, params: PerspectiveParams, settings: Settings) -> Stage:
    import numpy as np

    from keepdial.geometry import Size
    from keepdial.operations._shape import blank
    from keepdial.shape.view import focal_length, homography, ordered, true_aspect
    from keepdial.shape.warp import Warp, moved

    size = image.size
    points = np.array([[float(v) for v in pair.split(",")] for pair in _pairs(text)])
    outside = max(size.width, size.height)
    if bool((np.abs(points - [size.width / 2, size.height / 2]) > outside).any()):
        raise ParameterError("corners", text, f"points in or near the picture of {size}")
    try:
        corners = ordered(points)
    except ValueError as problem:
        raise ParameterError(
            "corners", text, f"corners of a rectangle seen in perspective: {problem}"
        ) from None
    if params.size is not None:
        width, height = (float(v) for v in params.size.split("x"))
    else:
        aspect = true_aspect(corners, size, focal_length(image)[0])
        sides = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
        area = float(max(sides[0], sides[2]) * max(sides[1], sides[3]))
        width, height = (area * aspect) ** 0.5, (area / aspect) ** 0.5
    whole = _frame(size)
    corners = corners * params.part + whole * (1 - params.part)
    width = width * params.part + size.width * (1 - params.part)
    height = height * params.part + size.height * (1 - params.part)
    new = Size(max(1, round(width)), max(1, round(height)))
    back = homography(_frame(new), corners)
    note = f"The rectangle with these corners became the whole picture, {new}."
    return blank(image, new, Warp(image, moved(-0.5, -0.5) @ back @ moved(0.5, 0.5)), settings, (note,))


def _pairs(text: str) -> list[str]:
    import re

    return re.findall(POINT_FOUND, text)


POINT_FOUND = r"-?\d+(?:\.\d+)?\s*,\s*-?\d+(?:\.\d+)?"


def _frame(size: Size) -> Matrix:
    import numpy as np

    return np.array([[0, 0], [size.width, 0], [size.width, size.height], [0, size.height]], np.float64)


def _view(image: Image, params: PerspectiveParams) -> _View | str:
    """Return the turned camera's view, or the reason why nothing is done."""
    from keepdial.scene import scene_of
    from keepdial.shape.view import focal_length, part_of, rotation, turned_view, uprights
    from keepdial.shape.warp import moved

    focal, told = focal_length(image)
    notes: tuple[str, ...] = ()
    if params.auto:
        found = uprights(scene_of(image).rgb, focal)
        sure = f"{found.lines} lines, confidence {found.confidence:.2f}"
        if not found.sure:
            return (
                f"The picture was left as it is: its lines do not tell how the camera was held ({sure}). "
                "Give angles with --vertical and --horizontal, or four --corners."
            )
        if found.degrees * params.part < LEAST:
            return f"The picture was left as it is: upright things stand upright in it ({sure})."
        turn = found.turn
        notes = (f"The lines say that the camera was turned by {found.degrees:.1f} degrees ({sure}).",)
    else:
        turn = rotation(params.vertical, params.horizontal)
    if not told:
        notes = (*notes, "The focal length is not on record; that of a telephone (28 mm) was assumed.")
    middle = image.size.width / 2, image.size.height / 2
    view = turned_view(part_of(turn, params.part), focal)
    return _View(moved(*middle) @ view @ moved(-middle[0], -middle[1]), notes)


def _cut_out(image: Image, view: _View, params: PerspectiveParams, settings: Settings) -> Stage:
    import numpy as np

    from keepdial.geometry import Size
    from keepdial.operations._shape import blank
    from keepdial.shape.inside import inside
    from keepdial.shape.warp import Warp, moved, through

    size = image.size
    frame = _frame(size)
    depth = np.column_stack([frame, np.ones(4)]) @ view.way[2]
    if float(depth.min()) < 0.2 * float(depth.max()):
        raise ParameterError(
            "vertical, horizontal",
            (params.vertical, params.horizontal),
            "angles at which the whole picture stays in front of the camera",
            hint="Ask for less, or give four corners.",
        )
    aspect = size.width / size.height if params.fit == "shape" else None
    x, y, width, height = inside(through(view.way, frame), aspect)
    new = Size(max(1, int(width + 1e-6)), max(1, int(height + 1e-6)))
    back = np.linalg.inv(view.way) @ moved(x, y)
    note = (
        f"The picture is seen as by a camera that looks straight ahead; its largest part that fits is {new}."
    )
    way = moved(-0.5, -0.5) @ back @ moved(0.5, 0.5)
    return blank(image, new, Warp(image, way), settings, (*view.notes, note))


def scaled(params: PerspectiveParams, part: float) -> PerspectiveParams:
    """Return the options for a part of the change."""
    return params.model_copy(update={"part": part})


_UPRIGHT = (
    "(vertical|vertical line|converging line|converging vertical|leaning line|upright|keystone|"
    "keystoning|perspective|perspective distortion|lens perspective|leaning building|leaning tower|"
    "building lean)"
)

OPERATION = Operation(
    "perspective",
    "Make leaning lines upright, or a rectangle seen from the side straight.",
    PerspectiveParams,
    default_keep=0.0,
    stage=stage,
    target="none",
    blends=False,
    done="Straightened in perspective",
    group="Shape and size",
    auto_pins=False,
    scaled=scaled,
    examples=(
        "perspective house.jpg --auto -o upright.jpg",
        "perspective house.jpg --vertical 8 -o upright.jpg",
        'perspective page.jpg --corners "40,60 610,20 630,420 20,400" -o flat.jpg',
    ),
    says=(
        Saying(
            (
                "(correct|fix|straighten|straighten out|repair|remove|reduce|undo|adjust|improve) "
                f"{_UPRIGHT}",
                "(correct|fix|straighten|adjust) (perspective|verticals|vertical lines|lens perspective) of"
                " (building|house|tower|church|facade|wall|room|street)",
                f"{_UPRIGHT} (correction|fix|removal|control)",
                "(straighten|straighten up|straighten out) (building|house|tower|wall|church|"
                "architecture|facade|skyscraper|column)",
                "make (verticals|vertical lines|building|house|tower|wall|lines|walls) (straight|"
                "vertical|parallel|upright)",
                "(building|church|skyscraper|cathedral|facade|verticals|vertical lines) (is|are|"
                "looks|look|seems|seem) (leaning|falling|tilted|leaning back|falling over|not "
                "straight|converging|not vertical|not upright)",
                "(building|church|skyscraper|cathedral|facade|verticals|vertical lines) (leans|lean|"
                "converge|converges|tilts|tilt|falls over|fall over|leans back|lean back)",
                "perspective (is|looks) (off|wrong|distorted|skewed|bad)",
                "keystone",
            ),
            {"auto": True},
        ),
    ),
    asks=(
        "Correct the perspective.",
        "The building is leaning backwards.",
        "Make the verticals straight, please.",
    ),
)
