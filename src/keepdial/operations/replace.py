"""Replace: something else stands where the selected thing stood, painted from words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import ToldOrShown, Words, pictures
from keepdial.operations.remove import RemoveParams
from keepdial.operations.remove import stage as grown

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings


class _Told(Params):
    prompt: Words = Field(
        default="", description="What is to be there instead, in words; empty = what the reference shows."
    )


class ReplaceParams(ToldOrShown, RemoveParams, _Told):
    """What comes instead, in words or by a picture of it; the edge grows and is blended as for removing."""


def stage(image: Image, selection: Selection, params: ReplaceParams, settings: Settings) -> Stage:
    """Grow the selection visibly, as for removing: nothing of the old thing is to show around the new one.

    Where a picture alone says what comes instead, the whole box of the old thing is its room.
    """
    import numpy as np

    pictures(params.reference)
    set_up = grown(image, selection, params, settings)
    if params.prompt or selection.box is None:
        return set_up
    from keepdial.pasting import Places, rooms

    boxes = rooms(set_up.mask)
    room = np.zeros_like(set_up.mask)
    for box in boxes:
        room[box.slices] = 1
    old = set_up.mask > 0
    note = "What is shown by a picture gets the whole box of what it replaces as its room."
    return replace(
        set_up,
        mask=np.maximum(room, old.astype(np.float32)),
        feather=0.0,
        notes=(*set_up.notes, note),
        guide=Places(boxes, old),
    )


OPERATION = Operation(
    "replace",
    "Replace what is selected with something else, in words or by a picture of it.",
    ReplaceParams,
    default_keep=0.0,
    stage=stage,
    done="Replaced",
    unpainted="Without one, a picture of the new thing can be set into the old one's place (reference).",
    target="required",
    examples=(
        "replace photo.jpg --what 'the dog' --prompt 'a cat' -o cat.jpg",
        "replace photo.jpg --box 120,80,64,200 --prompt 'a street lamp of cast iron' -o lamp.jpg",
        "replace photo.jpg --what 'the dog' --reference cat.png -o cat.jpg",
    ),
    says=(
        Saying(
            (
                (
                    "(replace|swap|substitute|exchange|switch|trade|interchange) {thing} (with|for|by|to|"
                    "into) {new}"
                ),
                "(replace|swap|switch|change|trade) out {thing} (with|for|by) {new}",
                "instead of {thing} (put|show|have|use|add|make|let there be) {new}",
                "(put|show|use|add|have) {new} (instead of|in place of) {thing}",
                "{new} (instead of|in place of) {thing}",
                "(remove|delete|take out|get rid of) {thing} and (replace|substitute) (with|by) {new}",
            ),
            {"prompt": "{new}"},
        ),
        # Less sure: "turn the picture into a painting" and "change the sky to blue" begin alike.
        Saying(
            (
                (
                    "(turn|change|convert|transform|morph|make|transmute|evolve|transfigure|modify|alter|"
                    "reshape) {thing} (into|to|in to) {new}"
                ),
                "(change|exchange|swap) {thing} (for|with) {new}",
            ),
            {"prompt": "{new}"},
            sure=0.8,
        ),
        Saying(("(replace|swap|substitute) {thing}",), sure=0.55),
    ),
    asks=(
        "replace the dog with a black cat",
        "can you swap the old sign for a street lamp?",
        "turn the bench into a wooden cart",
    ),
)
