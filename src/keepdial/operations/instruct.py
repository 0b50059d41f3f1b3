"""Instruct: a change that has no operation of its own, done by a model that follows instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Prompt

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

KEEP = 0.6
"""The dial when nobody turns it.

Models that follow instructions (InstructPix2Pix: Brooks, Holynski and Efros, CVPR 2023) were trained on
pairs of pictures that agree but for what the instruction names, so that most of the picture is to stay. A
picture into which one object was put, and nothing else changed, keeps 0.70 (median of 46 pairs; tenth
percentile 0.48). 0.6 leaves a little more room, for changes that reach over the picture. It is a judgement:
no such model was measured.
"""

RAISED = ("arm", "left arm", "right arm", "arms", "hand", "left hand", "right hand", "hands", "head", "leg")
MATERIALS = (
    "gold",
    "silver",
    "bronze",
    "metal",
    "wood",
    "stone",
    "marble",
    "glass",
    "ice",
    "leather",
    "lego",
)


class InstructParams(Params):
    """What is to change, and of what sort that is."""

    prompt: Prompt = Field(description="The instruction, as it was said.")
    kind: Literal["action", "material", "weather", "text", "other"] = Field(
        default="other",
        description="What sort of change it is. action: another pose or expression. material: what something "
        "is made of. weather: weather, season, hour. text: what is written. other: none of these.",
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


def stage(image: Image, selection: Selection, params: InstructParams, settings: Settings) -> Stage:
    """Free the selected region, or the whole picture; it is what is changed, so it serves as example."""
    return Stage(image, selection.mask, examples="everywhere", feather=params.feather)


OPERATION = Operation(
    "instruct",
    "Change the picture as an instruction says.",
    InstructParams,
    default_keep=KEEP,
    stage=stage,
    done="Changed",
    target="optional",
    # Snow, or another material, need not pass for what is around it.
    blends=False,
    examples=(
        "instruct photo.jpg --prompt 'make it snow' --kind weather -o snow.jpg",
        "instruct photo.jpg --what 'the bench' --prompt 'a bench of marble' --kind material -o bench.jpg",
    ),
    says=(
        Saying(
            (
                *(f"{verb} {part}" for verb in ("raise", "lift") for part in RAISED),
                "raise {thing} arm",
                "raise {thing} left arm",
                "raise {thing} right arm",
                "raise {thing} hand",
                "lower {thing} arm",
                "lower the arm",
                "lower the head",
                "bend the knees",
                "stretch the arms",
                "cross the arms",
                "fold the arms",
                "turn the head",
                "tilt the head",
                "nod",
                "wave",
                "wave the hand",
                "sit down",
                "stand up",
                "lie down",
                "kneel",
                "jump",
                "dance",
                "look up",
                "look down",
                "look away",
                "look at the camera",
                "face the camera",
                "close the eyes",
                "open the mouth",
                "close the mouth",
                "laugh",
                "look surprised",
                "look angry",
                "stick out the tongue",
            ),
            {"kind": "action"},
        ),
        Saying(
            (
                "made of {rest}",
                "made out of {rest}",
                "made from {rest}",
                "out of {rest}",
                "change the material to {rest}",
                "change the material of {thing} to {rest}",
                *(f"{word} {one}" for word in ("of", "into") for one in MATERIALS),
            ),
            {"kind": "material"},
        ),
        Saying(
            (
                "snow",
                "let it snow",
                "add snow",
                "add falling snow",
                "remove the snow",
                "rain",
                "let it rain",
                "add rain",
                "remove the rain",
                "remove the raindrops",
                "derain",
                "desnow",
                "rainy",
                "snowy",
                "stormy",
                "cloudy",
                "add lightning",
                "turn summer into winter",
                "turn winter into summer",
                "look like winter",
                "look like summer",
                "look like autumn",
                "look like spring",
                "in winter",
                "in summer",
                "in autumn",
            ),
            {"kind": "weather"},
        ),
        Saying(
            (
                "change the text {text} to {text}",
                "change the word {text} to {text}",
                "replace the text {text} with {text}",
                "replace the word {text} with {text}",
                "change the text to {text}",
                "replace the text with {text}",
                "change {text} to {text}",
                "replace {text} with {text}",
                "write {text}",
                "say {text}",
            ),
            {"kind": "text"},
        ),
        Saying(
            (
                "increase the size of {thing}",
                "reduce the size of {thing}",
                "adjust the size of {thing}",
                "look older",
                "look younger",
                "bald",
                "grow a beard",
                "in another pose",
            ),
            {"kind": "other"},
            sure=0.7,
        ),
    ),
    asks=(
        "Raise her left arm.",
        "Make it snow.",
        "I want the bench made of marble.",
    ),
)
