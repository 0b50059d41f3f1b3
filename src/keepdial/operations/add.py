"""Add: something new comes into the picture, painted from words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.errors import SelectionError
from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import ToldOrShown, Words, pictures

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

NO_PLACE = (
    "No place was given, so that all of the picture may change. With one (a box, a click, a thing by name) "
    "what lies outside of it stays bit for bit."
)

KEEP = 0.3
"""The dial when nobody turns it.

What is selected is a place for the new thing, larger than the thing, and what the thing does not cover is to
stay. Over 46 pairs of pictures without and with an object (22 real scenes, 24 composites), where nothing but
the object differs, the part that is kept was 0.12 in the object's own box (median; tenth to ninetieth
percentile 0.02 to 0.19), 0.23 (0.11 to 0.35) in a box of twice its area, 0.34 (0.21 to 0.46) in one of four
times, and 0.70 (0.48 to 0.88) over the whole picture. So 0.3 leaves room for a thing that fills a quarter
to a half of its place. Where no place is given it asks for more change than one thing makes: name one.
"""


class _New(Params):
    prompt: Words = Field(
        default="", description="What is to be there in addition, in words; empty = what the reference shows."
    )
    count: int | None = Field(
        default=None, ge=1, le=100, description="How many of them, where that was said."
    )
    feather: float = Field(
        default=0.0, ge=0, le=1000, description="Pixels over which the edge is blended with the old, inwards."
    )


class AddParams(ToldOrShown, _New):
    """What is added: in words, or by a picture of it."""


def stage(image: Image, selection: Selection, params: AddParams, settings: Settings) -> Stage:
    """Take the place as it is; what it shows already may serve as example.

    Raises `SelectionError` where a picture alone says what is added, and nothing says where.
    """
    pictures(params.reference)
    whole = selection.mask.min() >= 1
    guide = None
    if not params.prompt:
        from keepdial.pasting import Places, rooms

        if whole:
            raise SelectionError(
                "add needs to know where what the picture shows is to stand: no place was given.",
                hint="Give a box (--box X,Y,W,H), or another region.",
            )
        guide = Places(rooms(selection.mask), None)
    notes = (NO_PLACE,) if whole else ()
    return Stage(
        image, selection.mask, examples="everywhere", feather=params.feather, notes=notes, guide=guide
    )


OPERATION = Operation(
    "add",
    "Put something into the picture, in words or by a picture of it.",
    AddParams,
    default_keep=KEEP,
    stage=stage,
    done="Added",
    unpainted="Without one, a picture of the thing can be set into its place (reference).",
    target="optional",
    examples=(
        "add photo.jpg --box 300,220,160,120 --prompt 'a sailing boat' -o boat.jpg",
        "add photo.jpg --what 'the sky' --prompt 'three birds' --count 3 -o birds.jpg",
        "add photo.jpg --box 300,220,160,120 --reference boat.png -o boat.jpg",
    ),
    says=(
        Saying(
            (
                (
                    "(add|insert|introduce|incorporate|embed|place|position|include|photoshop in|draw|"
                    "integrate|install|plant|superimpose|situate|construct|build|lay|attach|drop in|edit in|"
                    "rest|perch|hang|glide|set up|affix|arrange|append|paste|mount|bring in|throw in|implant|"
                    "deposit|lean|attach) {new}"
                ),
                (
                    "(add|insert|introduce|incorporate|embed|include|attach|integrate) {new} (to|into|onto) "
                    "{thing}"
                ),
                "(put|place|set|stick) {new}",
                (
                    "(enrich|decorate|adorn|populate|enhance|embellish|fill|furnish|surround|augment|garnish|"
                    "top|equip) {thing} with {new}"
                ),
                "{new} should be (added|inserted|placed)",
            ),
            {"prompt": "{new}"},
        ),
        # Less sure: these tell as often as they ask.
        Saying(
            ("(let there be|bring in) {new}",),
            {"prompt": "{new}"},
            sure=0.62,
        ),
    ),
    asks=(
        "add a sailing boat on the left",
        "put two cups of coffee on the table",
        "could you insert a red kite into the sky?",
    ),
)
