"""Straighten: turn the picture by an angle, or by what its own lines say, and cut off the corners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

LEAST = 0.05
"""Tilts below this many degrees are left as they are: nobody sees them, and every turn costs sharpness."""


class StraightenParams(Params):
    """By how much to turn."""

    angle: float | None = Field(
        default=None,
        ge=-45,
        le=45,
        description="Degrees to turn, positive = clockwise. Not given: found from the lines in the picture.",
    )
    fit: Literal["shape", "area"] = Field(
        default="shape",
        description="What is cut out of the turned picture: the largest part of its own shape, or of any.",
    )
    part: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="Share of the turn that is made; the dial keep sets it to 1 - keep.",
    )

    @field_validator("angle", mode="before")
    @classmethod
    def _as_said(cls, value: object) -> object:
        """Take numbers as people write them; "to the left by -2" is to the right."""
        return value.replace(",", ".").removeprefix("--") if isinstance(value, str) else value


def stage(image: Image, selection: Selection, params: StraightenParams, settings: Settings) -> Stage:
    """Find the angle, if none is given, and set up the turned picture; nothing is done where it is unsure."""
    import numpy as np

    from keepdial.geometry import Size
    from keepdial.operations._shape import blank, unchanged
    from keepdial.shape.inside import turned_inside
    from keepdial.shape.warp import Warp, moved

    angle, said = _angle(image, params)
    angle *= params.part
    size = image.size
    if abs(angle) < LEAST:
        return unchanged(image, said)
    width, height = turned_inside(size.width, size.height, angle, free=params.fit == "area")
    new = Size(max(1, int(width + 1e-6)), max(1, int(height + 1e-6)))
    sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
    # The way back from a clockwise turn; y runs down.
    back = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    way = (
        moved((size.width - 1) / 2, (size.height - 1) / 2)
        @ back
        @ moved(-(new.width - 1) / 2, -(new.height - 1) / 2)
    )
    share = 1 - new.area / size.area
    done = f"Turned by {angle:+.2f} degrees (+ is clockwise); {share:.0%} of it, at the edges, are cut off."
    notes = (said, done) if said else (done,)
    return blank(image, new, Warp(image, way), settings, notes)


def _angle(image: Image, params: StraightenParams) -> tuple[float, str]:
    """Return the angle to turn by, and what was found out about it, in words."""
    from keepdial.scene import scene_of
    from keepdial.shape.tilt import tilt

    if params.angle is not None:
        return params.angle, "" if abs(params.angle * params.part) >= LEAST else "No turn was asked for."
    found = tilt(scene_of(image).rgb)
    sure = f"{found.lines} lines, confidence {found.confidence:.2f}"
    if not found.sure:
        return 0.0, (
            f"The picture was left as it is: its lines do not agree on a tilt ({sure}). "
            "Give one with --angle if you see one."
        )
    if abs(found.angle) < LEAST:
        return 0.0, f"The picture was left as it is: it stands straight ({sure})."
    return found.angle, f"The lines say that the picture is tilted by {-found.angle:+.2f} degrees ({sure})."


def scaled(params: StraightenParams, part: float) -> StraightenParams:
    """Return the options for a part of the turn."""
    return params.model_copy(update={"part": part})


_PICTURE = "(it|picture|photo|image|photograph)"
_IT = "(|it|picture|photo|image|photograph)"
_RIGHT = "({way:right}|clockwise)"
_LEFT = "({way:left}|counterclockwise|counter-clockwise|anticlockwise|anti-clockwise|counter clockwise)"
_TO_RIGHT, _TO_LEFT = (
    "(|to )(right|clockwise)",
    "(|to )(left|counterclockwise|counter-clockwise|anticlockwise)",
)
"""Ways around after a number, where other words may come before them, and without one, where none may."""
_LITTLE = "(slightly|a bit|a little|a touch|a tad)"

OPERATION = Operation(
    "straighten",
    "Turn the picture upright, by an angle or by its own lines, and cut off the corners.",
    StraightenParams,
    default_keep=0.0,
    stage=stage,
    target="none",
    blends=False,
    done="Straightened",
    group="Shape and size",
    auto_pins=False,
    scaled=scaled,
    examples=(
        "straighten photo.jpg -o straight.jpg",
        "straighten photo.jpg --angle -1.5 -o straight.jpg",
    ),
    says=(
        Saying(
            (
                "straighten",
                "straighten (|up|out) (horizon|picture|photo|image|photograph|shot|it|skyline|waterline)",
                "(level|level out|fix|correct|align|even out) (horizon|skyline|horizon line)",
                "level (it|picture|photo|image|shot)",
                "(fix|correct|remove|undo) (|camera) tilt",
                "(horizon|picture|photo|image|it|skyline) (is|looks|seems|is not|isn't|looks a bit|"
                "is a bit|is a little|is slightly)"
                " (crooked|tilted|slanted|slanting|sloping|askew|wonky|skewed|lopsided|not straight|"
                "not level|straight|level)",
                "(horizon|picture|photo|image|it|skyline) (is|looks|leans|tilts) (|crooked|tilted|"
                "slanted|sloping|leaning)"
                " to (left|right)",
                "(fix|correct) (crooked|tilted|slanted|wonky|skewed) (horizon|picture|photo|image)",
                "(make|get|have) (horizon|picture|photo|image|it) (straight|level|horizontal|upright)",
                "(horizon|picture|photo|image) should be (straight|level|horizontal)",
                "(horizon|skyline) (slopes|slants|tilts|dips|leans) (|to left|to right|to one side)",
                "(crooked|tilted|slanted) horizon",
                "straight horizon",
            )
        ),
        # Quarter turns belong to `rotate`: their numbers are words of its phrases and fit better than a slot.
        Saying(
            (
                f"(rotate|turn|tilt) {_IT} (|by ){{number}}(| degrees|°)",
                f"(rotate|turn|tilt) {_IT} (|by ){{number}}(| degrees|°) {_RIGHT}",
                f"(rotate|tilt) {_IT} {_RIGHT} (|by ){{number}}(| degrees|°)",
            ),
            {"angle": "{number}"},
            sure=0.84,
        ),
        Saying(
            (
                f"(rotate|turn|tilt) {_IT} (|by ){{number}}(| degrees|°) {_LEFT}",
                f"(rotate|tilt) {_IT} {_LEFT} (|by ){{number}}(| degrees|°)",
            ),
            {"angle": "-{number}"},
            sure=0.84,
        ),
        Saying(
            (
                f"tilt {_IT} {_TO_RIGHT}",
                f"rotate {_IT} {_LITTLE} {_TO_RIGHT}",
                f"turn {_PICTURE} {_LITTLE} {_TO_RIGHT}",
                f"rotate {_IT} {_TO_RIGHT} {_LITTLE}",
                f"rotate {_IT} {_LITTLE}",
                f"rotate {{thing}} {_LITTLE}",
                f"turn {_PICTURE} {_LITTLE}",
            ),
            {"angle": 2.0},
            amount="angle",
            units=("degree", "degrees", "deg", "°"),
        ),
        Saying(
            (
                f"tilt {_IT} {_TO_LEFT}",
                f"rotate {_IT} {_LITTLE} {_TO_LEFT}",
                f"turn {_PICTURE} {_LITTLE} {_TO_LEFT}",
                f"rotate {_IT} {_TO_LEFT} {_LITTLE}",
            ),
            {"angle": -2.0},
            amount="angle",
            units=("degree", "degrees", "deg", "°"),
        ),
    ),
    asks=(
        "The horizon is crooked.",
        "Rotate it by 2 degrees counterclockwise, please.",
        "Can you straighten the photo?",
    ),
)
