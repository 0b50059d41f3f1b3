"""Flip: mirror the picture. Every pixel is the source's, in another place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

SAID = {
    "horizontal": "Left and right changed places.",
    "vertical": "Above and below changed places.",
    "both": "Left and right, above and below changed places.",
}


class FlipParams(Params):
    """Which sides change places."""

    direction: Literal["horizontal", "vertical", "both"] = Field(
        default="horizontal",
        description="horizontal: left and right change places, as in a mirror. vertical: above and below do, "
        "as in water. both: the picture stands on its head.",
    )


def stage(image: Image, selection: Selection, params: FlipParams, settings: Settings) -> Stage:
    """Set up the mirrored picture; all of it is new."""
    from keepdial.shape.turn import Turn, turned

    way = params.direction
    turn = Turn(image, sideways=way != "vertical", upside_down=way != "horizontal")
    return turned(turn, f"{SAID[way]} No pixel was computed: each is one of the picture's.")


_PICTURE = "(it|picture|photo|image|photograph)"
_IT = "(|it|picture|photo|image|photograph)"

OPERATION = Operation(
    "flip",
    "Mirror the picture: left and right, or above and below, change places; no pixel changes its value.",
    FlipParams,
    default_keep=0.0,
    stage=stage,
    target="none",
    blends=False,
    done="Mirrored",
    group="Shape and size",
    auto_pins=False,
    examples=("flip photo.jpg -o mirrored.jpg", "flip photo.jpg --direction vertical -o as-in-water.jpg"),
    says=(
        Saying(
            (
                f"(flip|mirror|reverse) {_PICTURE}",
                "mirror (image|effect)",
                f"flip {_IT} (horizontally|horizontal|sideways)",
                f"(flip|mirror) {_IT} (|from )left (to|and) right",
                f"flip {_IT} (along|about|around) vertical axis",
                f"mirror {_IT} (horizontally|horizontal)",
                f"flip {_PICTURE} (to|over to) (right|left|other side)",
                "horizontal flip",
                "swap left and right",
            ),
            {"direction": "horizontal"},
        ),
        Saying(
            (
                f"flip {_IT} (vertically|vertical)",
                f"(flip|mirror) {_IT} (|from )top (to|and) bottom",
                f"flip {_IT} (along|about|around) horizontal axis",
                f"mirror {_IT} (vertically|vertical)",
                f"flip {_IT} (upside down|upside-down)",
                "vertical flip",
                "swap top and bottom",
            ),
            {"direction": "vertical"},
        ),
        Saying(
            (
                f"flip {_IT} both ways",
                f"flip {_IT} horizontally and vertically",
                f"flip {_IT} vertically and horizontally",
            ),
            {"direction": "both"},
        ),
        # Of a thing in the picture it cannot be done; then this is too unsure to be done unasked.
        Saying(("flip", "mirror", "(mirrored|flipped|reversed)"), {"direction": "horizontal"}, sure=0.68),
    ),
    asks=(
        "Flip the picture horizontally.",
        "Mirror this photo, please.",
        "Can you flip it vertically?",
    ),
)
