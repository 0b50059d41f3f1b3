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


_IT = "(|it|them|picture|photo|image|photograph)"
_RIGHT = "{way:right|clockwise}"
_LEFT = "{way:left|counterclockwise|counter-clockwise|anticlockwise}"

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
                f"rotate {_IT} {_RIGHT} (|by )90(| degrees)",
                f"rotate {_IT} (|by )270(| degrees|°) {_LEFT}",
                f"rotate {_IT} (|by )-270(| degrees|°)",
                f"(rotate|turn) {_IT} {_RIGHT}",
                f"(rotate|turn) {_IT} (|by )(quarter|ninety degrees)",
                f"(rotate|turn) {_IT} (|by )(quarter|ninety degrees) {_RIGHT}",
                f"turn {_IT} (quarter|quarter turn) {_RIGHT}",
                "rotate",
                "quarter turn",
                f"turn {_IT} on its side",
                "landscape to portrait",
                "portrait to landscape",
            ),
            {"turn": "right"},
        ),
        Saying(
            (
                f"(rotate|turn) {_IT} (|by )90(| degrees|°) {_LEFT}",
                f"rotate {_IT} {_LEFT} (|by )90(| degrees)",
                f"rotate {_IT} (|by )-90(| degrees|°)",
                f"rotate {_IT} (|by )270(| degrees|°)",
                f"rotate {_IT} (|by )270(| degrees|°) {_RIGHT}",
                f"(rotate|turn) {_IT} {_LEFT}",
                f"(rotate|turn) {_IT} (|by )(quarter|ninety degrees) {_LEFT}",
                f"turn {_IT} (quarter|quarter turn) {_LEFT}",
            ),
            {"turn": "left"},
        ),
        Saying(
            (
                f"(rotate|turn) {_IT} (|by )(180|-180)(| degrees|°)",
                f"(rotate|turn) {_IT} (upside down|upside-down)",
                f"(rotate|turn|stand) {_IT} on its head",
                f"(rotate|turn) {_IT} (|by )half a turn",
                f"turn {_IT} right side up",
                "half turn",
                "upside down",
                "upside-down",
            ),
            {"turn": "around"},
        ),
    ),
    asks=(
        "Rotate the picture by 90 degrees.",
        "Turn this photo a quarter turn to the left, please.",
        "It is the wrong way up, rotate it 180 degrees.",
    ),
)
