"""Replace: something else stands where the selected thing stood, painted from words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Prompt
from keepdial.operations.remove import RemoveParams
from keepdial.operations.remove import stage as grown

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class _Told(Params):
    prompt: Prompt = Field(description="What is to be there instead, in words.")


class ReplaceParams(RemoveParams, _Told):
    """What comes instead, and the edge: it grows and is blended as for removing."""


def stage(image: Image, selection: Selection, params: ReplaceParams, settings: Settings) -> Stage:
    """Grow the selection visibly, as for removing: nothing of the old thing is to show around the new one."""
    return grown(image, selection, params, settings)


OPERATION = Operation(
    "replace",
    "Replace what is selected with something else, in words.",
    ReplaceParams,
    default_keep=0.0,
    stage=stage,
    done="Replaced",
    target="required",
    examples=(
        "replace photo.jpg --what 'the dog' --prompt 'a cat' -o cat.jpg",
        "replace photo.jpg --box 120,80,64,200 --prompt 'a street lamp of cast iron' -o lamp.jpg",
    ),
    says=(
        Saying(
            (
                "replace {thing} with {new}",
                "replace {thing} by {new}",
                "replace {thing} for {new}",
                "swap {thing} with {new}",
                "swap {thing} for {new}",
                "swap {thing} by {new}",
                "swap out {thing} for {new}",
                "swap out {thing} with {new}",
                "substitute {thing} with {new}",
                "substitute {thing} by {new}",
                "exchange {thing} with {new}",
                "exchange {thing} for {new}",
                "switch {thing} with {new}",
                "switch {thing} for {new}",
                "switch {thing} to {new}",
                "trade {thing} for {new}",
                "instead of {thing} put {new}",
                "instead of {thing} show {new}",
                "put {new} instead of {thing}",
                "put {new} in place of {thing}",
                "{new} instead of {thing}",
                "{new} in place of {thing}",
            ),
            {"prompt": "{new}"},
        ),
        # Less sure: "turn the picture into a painting" and "change the sky to blue" begin alike.
        Saying(
            (
                "turn {thing} into {new}",
                "change {thing} into {new}",
                "change {thing} to {new}",
                "change {thing} for {new}",
                "convert {thing} into {new}",
                "convert {thing} to {new}",
                "transform {thing} into {new}",
                "transform {thing} to {new}",
                "morph {thing} into {new}",
                "make {thing} into {new}",
            ),
            {"prompt": "{new}"},
            sure=0.8,
        ),
    ),
    asks=(
        "Replace the dog with a black cat.",
        "Can you swap the old sign for a street lamp?",
        "Turn the bench into a wooden cart.",
    ),
)
