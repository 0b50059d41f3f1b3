"""Rotate: turn the picture by quarters. Every pixel is the source's, in another place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

QUARTERS = {"right": 1, "around": 2, "left": 3}
SAID = {
    "right": "The picture was turned by a quarter to the right (clockwise).",
    "left": "The picture was turned by a quarter to the left (counterclockwise).",
    "around": "The picture was turned upside down.",
}


class RotateParams(Params):
    """How far around."""

    turn: Literal["right", "left", "around"] = Field(
        default="right",
        description="right: by 90 degrees, clockwise. left: by 90 degrees, counterclockwise. around: by 180 "
        "degrees. Other angles: see straighten.",
    )


def stage(image: Image, selection: Selection, params: RotateParams, settings: Settings) -> Stage:
    """Set up the turned picture; all of it is new."""
    from keepdial.shape.turn import Turn, turned

    turn = Turn(image, quarters=QUARTERS[params.turn])
    return turned(turn, f"{SAID[params.turn]} No pixel was computed: each is one of the picture's.")


_PICTURE = "(it|picture|photo|image|photograph)"
_IT = "(|it|picture|photo|image|photograph)"
_RIGHT = "({way:right}|clockwise)"
_LEFT = "({way:left}|counterclockwise|counter-clockwise|anticlockwise|anti-clockwise|counter clockwise)"
_TO_RIGHT, _TO_LEFT = (
    "(|to )(right|clockwise)",
    "(|to )(left|counterclockwise|counter-clockwise|anticlockwise)",
)
"""Ways around after a number, where other words may come before them, and without one, where none may."""

OPERATION = Operation(
    "rotate",
    "Turn the picture by 90, 180 or 270 degrees; no pixel changes its value.",
    RotateParams,
    default_keep=0.0,
    stage=stage,
    target="none",
    blends=False,
    done="Turned",
    group="Shape and size",
    auto_pins=False,
    examples=("rotate photo.jpg -o turned.jpg", "rotate photo.jpg --turn left -o left.jpg"),
    says=(
        Saying(
            (
                f"(rotate|turn) {_IT} (|by )90(| degrees|°)",
                f"(rotate|turn) {_IT} (|by )90(| degrees|°) {_RIGHT}",
                f"rotate {_IT} {_RIGHT} (|by )90(| degrees|°)",
                f"rotate {_IT} 270(| degrees|°) {_LEFT}",
                "rotate (|by )-270",
                f"rotate {_IT} {_TO_RIGHT}",
                f"turn {_PICTURE} {_TO_RIGHT}",
                "turn clockwise",
                f"(rotate|turn) {_IT} (|by )(quarter|quarter turn|ninety degrees)",
                f"(rotate|turn) {_IT} (|by )(quarter|quarter turn|ninety degrees) {_RIGHT}",
                f"rotate {_PICTURE}",
                f"turn {_PICTURE} on its side",
                "quarter turn",
            ),
            {"turn": "right"},
        ),
        # It may as well be a crop that is meant.
        Saying(("landscape to portrait", "portrait to landscape"), {"turn": "right"}, sure=0.55),
        Saying(
            (
                f"(rotate|turn) {_IT} (|by )90(| degrees|°) {_LEFT}",
                f"rotate {_IT} {_LEFT} (|by )90(| degrees|°)",
                f"rotate {_IT} (|by )-90(| degrees|°)",
                f"rotate {_IT} (|by )270(| degrees|°)",
                f"rotate {_IT} 270(| degrees|°) {_RIGHT}",
                f"rotate {_IT} {_TO_LEFT}",
                "rotate counter clockwise",
                f"rotate {_PICTURE} counter clockwise",
                f"turn {_PICTURE} {_TO_LEFT}",
                "turn (counterclockwise|counter-clockwise|anticlockwise)",
                f"(rotate|turn) {_IT} (|by )(quarter|quarter turn|ninety degrees) {_LEFT}",
            ),
            {"turn": "left"},
        ),
        Saying(
            (
                f"(rotate|turn) {_IT} (|by )(180|-180)(| degrees|°)",
                f"(rotate|turn|put|make) {_PICTURE} (upside down|upside-down)",
                f"{_PICTURE} is (upside down|upside-down)",
                f"(rotate|turn|stand) {_PICTURE} on its head",
                f"(rotate|turn) {_IT} (|by )half a turn",
                f"turn {_PICTURE} right side up",
                "half turn",
            ),
            {"turn": "around"},
        ),
        # Of a thing in the picture it cannot be done; then this is too unsure to be done unasked.
        Saying(("rotate",), {"turn": "right"}, sure=0.68),
        Saying(("(upside down|upside-down)",), {"turn": "around"}, sure=0.5),
    ),
    asks=(
        "Rotate the picture by 90 degrees.",
        "Turn this photo a quarter turn to the left, please.",
        "It is the wrong way up, rotate it 180 degrees.",
    ),
)
