"""Background: the subject stays, and what is behind it is blurred, replaced or removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, field_validator, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Painted, Words, pictures
from keepdial.operations.cutout import EDGE, Edge, matte_of, opaque

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

PICTURED = ("image", "reference")
NEW = ("colour", "gradient", "image")


class _Behind(Params):
    to: Literal["blur", "remove", "colour", "gradient", "image", "reference", "prompt"] = Field(
        default="blur",
        description=(
            "What the background becomes. blur: out of focus, as through a lens. remove: transparent. "
            "colour, gradient: of colour (to second_colour). image: another picture, scaled to cover. "
            "reference: the same place in the colours and light of another picture. "
            "prompt: what the words say."
        ),
    )
    colour: str = Field(
        default="white", max_length=40, description="The colour, #rrggbb or a name, for colour and gradient."
    )
    second_colour: str = Field(
        default="#c8d0d8", max_length=40, description="Where the gradient goes to, #rrggbb or a name."
    )
    angle: float = Field(
        default=90,
        ge=-360,
        le=360,
        description="Where the gradient goes: 0 = to the right, 90 = down, in degrees.",
    )
    blur: float = Field(
        default=2.0, gt=0, le=20, description="Radius of the blur, in % of the picture's diagonal."
    )
    image: str | None = Field(
        default=None,
        min_length=1,
        description="The picture for image and reference.",
        json_schema_extra={"file": True},
    )
    prompt: Words = Field(default="", description="What to show, in words, for prompt.")
    harmonise: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How far the subject's colour and light move towards the new background; 0 = not at all, "
        "and then the subject stays bit for bit.",
    )
    shadow: float = Field(
        default=0.0, ge=0, le=1, description="How dark a contact shadow lies under the subject; 0 = none."
    )
    edge: Edge = Field(default="auto", description=EDGE)

    @property
    def transparent(self) -> bool:
        """Whether the result needs a file format that holds transparency."""
        return self.to == "remove"

    @field_validator("colour", "second_colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        from keepdial.tone.paint import exact

        exact(value)
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.to in PICTURED and self.image is None:
            raise ParameterError("image", None, f"a picture, for a background of the kind {self.to}")
        if self.image is not None and self.to not in PICTURED:
            raise ParameterError("to", self.to, "image or reference, where a picture is given")
        if self.to == "prompt" and not self.prompt:
            raise ParameterError("prompt", "", "words for what the background is to show")
        if self.prompt and self.to != "prompt":
            raise ParameterError("to", self.to, "prompt, where words are given")
        if self.to == "prompt" and (self.harmonise or self.shadow):
            name = "harmonise" if self.harmonise else "shadow"
            raise ParameterError(
                name, getattr(self, name), "0 where the background is painted: say the light in the prompt"
            )
        if self.to == "remove" and (self.harmonise or self.shadow):
            name = "harmonise" if self.harmonise else "shadow"
            raise ParameterError(name, getattr(self, name), "0 where the background is removed: none is left")
        return self


class BackgroundParams(Painted, _Behind):
    """What can be set about the background."""


_SCENERY = (
    "{where:field|fields|forest|woods|beach|desert|meadow|lawn|grass|grassland|hills|hill|mountains|"
    "mountain|street|road|city|town|ocean|sea|lake|river|park|garden|room|sky|landscape|countryside|"
    "jungle|trees|greenery|vegetation|rocks|sand|ground|terrain|wall|snow|tracks|pavement|cliff|valley|"
    "harbor|village}"
)
_PLACE = (
    "{place:beach|seaside|shore|coast|forest|woods|jungle|rainforest|desert|meadow|field|mountains|"
    "mountain|tundra|cityscape|skyline|city|street|office|studio|park|garden|landscape|village|farm|"
    "savanna|lake|river|riverbank|ocean|sea|space|moon|environment|setting|scene|scenery|room|kitchen|"
    "hillside|cliff|valley|canyon|island|waterfall|glacier|market|cafe|library|castle|palm trees|waves|"
    "dunes}"
)


def stage(image: Image, selection: Selection, params: BackgroundParams, settings: Settings) -> Stage:
    """Find the matte; all that is not subject through and through may change."""
    import numpy as np

    from keepdial.color import unit

    pictures(params.reference)
    matte, notes = matte_of(image, selection, params.edge)
    if params.to in PICTURED:
        # Opened here already, so that what cannot be opened is said before the work begins.
        picture_of(params.image or "")
    if params.to == "remove":
        mask = (matte < 1).astype(np.float32)
        return Stage(opaque(image), mask, examples="everywhere", notes=notes, matte=matte, guess=False)
    through = matte
    if image.alpha is not None and params.to in NEW:
        through = matte * unit(image.alpha)
    if params.to == "prompt":
        # Along the edge the subject shines through what is painted, by its share.
        behind = np.asarray(1 - through, np.float32)
        return Stage(image, behind, examples="everywhere", notes=notes, matte=matte)
    free = through < 1
    if params.harmonise > 0:
        free |= matte > 0
        notes = (*notes, "The subject is harmonised with its background, so it may change too.")
    return Stage(image, free.astype(np.float32), examples="everywhere", notes=notes, matte=matte)


def picture_of(text: str) -> Image:
    """Return the picture that is written as base64; raise `ParameterError` or `FileError`."""
    import base64
    import binascii

    from keepdial.files import open_image

    try:
        data = base64.b64decode(text.partition("base64,")[2] or text, validate=True)
    except (binascii.Error, ValueError):
        raise ParameterError("image", text[:40], "a picture file as base64") from None
    return open_image(data)


_BACKGROUND = "background|backdrop|scenery|setting|surroundings|environment|backgrounds|landscape|scene"
"""What people call what is behind the subject."""

_CHANGE = (
    "change|replace|swap|alter|modify|transform|adapt|redesign|refashion|adjust|switch|update|set|turn|"
    "make|convert|exchange|substitute|recast|reimagine|edit|shift|rework|revamp|remodel|reshape|make "
    "adjustments to|remake|move|customize|customise|tweak|restyle|renovate|revise|recreate|reconfigure|"
    "rearrange|refresh"
)
"""Verbs that say that a background becomes another."""


OPERATION = Operation(
    "background",
    "Change what is behind the subject: blur it, replace it, or remove it. What you select is the subject, "
    "and stays; without a selection it is found.",
    BackgroundParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    default_target="subject",
    subject=True,
    blends=False,
    done="Changed the background",
    unpainted="Without one it can be blurred, removed, or become a colour, a gradient or a picture (to).",
    examples=(
        "background photo.jpg --to blur -o portrait.jpg",
        "background photo.jpg --to colour --colour '#f2efe9' --shadow 0.5 -o product.jpg",
        "background photo.jpg --to image --image beach.jpg --harmonise 0.5 -o beach-portrait.jpg",
        "background photo.jpg --to prompt --prompt 'a beach in the evening' -o evening.jpg",
    ),
    says=(
        Saying(
            (
                "(blur|blurry|blurred|blurring|soften|defocus|unfocus) (background|backdrop)",
                "(background|backdrop) (blurry|blurred|out of focus|blurrier|softer|unsharp|unfocused)",
                "bokeh",
                "portrait mode",
                "(shallow|shallower) depth of field",
                "(unsharp|soft) background",
                "blur out (background|backdrop)",
                "blur everything (behind|around|except|but) {thing}",
                "(blur|add blur to|put blur on|apply blur to|put) (background|backdrop) out of focus",
                "(add|apply) (blur|bokeh) to (background|backdrop)",
            ),
            {"to": "blur", "blur": 2.0},
            amount="blur",
            units=("%",),
        ),
        Saying(
            (
                f"({_BACKGROUND}) {{colour}}",
                f"{{colour}} ({_BACKGROUND})",
                f"({_CHANGE}) ({_BACKGROUND}) (to|into|with|in|) {{colour}}",
                f"({_BACKGROUND}) (should|must|ought to|needs to) be {{colour}}",
                "(put|place|set|have) {thing} (on|against|in front of|onto) {colour} (background|backdrop)",
                "(add|use|insert|want|create) {colour} (background|backdrop)",
            ),
            {"to": "colour", "colour": "{colour}"},
        ),
        Saying(
            (
                f"({_BACKGROUND}) (with|to|from|into|as) {{file}}",
                f"{{file}} as ({_BACKGROUND})",
                f"({_CHANGE}) ({_BACKGROUND}) (with|to|into|by|for) {{file}}",
                "(put|place|set) {thing} (in|into|on|onto|in front of) {file}",
            ),
            {"to": "image", "image": "{file}"},
        ),
        Saying(
            (
                f"({_CHANGE}) ({_BACKGROUND}) (to|into|with|as|by|for|in) {{new}}",
                f"({_CHANGE}) ({_BACKGROUND}) from {{thing}} (to|into) {{new}}",
                f"({_CHANGE}) {{thing}} ({_BACKGROUND}) (to|into|with|by|for) {{new}}",
                (
                    f"({_CHANGE}) ({_BACKGROUND}) (surrounding|around|behind|of) {{thing}} (to|into|with) "
                    "{new}"
                ),
                (
                    "(change|replace|swap|transform|convert|turn|modify|alter) {thing} in (background|"
                    "backdrop) (to|into|with|by) {new}"
                ),
                f"({_CHANGE}) {{thing}} ({_BACKGROUND}) in (background|backdrop) (to|into|with|by) {{new}}",
                f"(change|move|transport|shift|relocate) {{thing}} from {{rest}} (to|into) {_PLACE}",
                (
                    f"({_CHANGE}) (environment|area|space|everything|trees) (around|behind|surrounding) "
                    "{thing} (to|into|with) {new}"
                ),
                f"({_BACKGROUND}) (should|must|ought to) (be|show|become|look like) {{new}}",
                "(add|use|insert|give|create|put|have|want) {new} (background|backdrop)",
                f"(add|use|put|insert|have|place) {{new}} (as|for|to) ({_BACKGROUND})",
                "with {new} (in|as) background",
                f"(make|have|let) ({_BACKGROUND}) (look like|resemble|show|into) {{new}}",
                "(photoshop|transport|teleport|send) {thing} (in|into|onto|to|on) {new}",
                f"(change|replace|turn|transform|convert|swap) {_SCENERY} (to|into|with|by|for) {_PLACE}",
                "set against {new}",
            ),
            {"to": "prompt", "prompt": "{new}"},
            sure=0.9,
        ),
        Saying(
            (
                f"(change|replace|alter|modify|swap|edit|fix) ({_BACKGROUND})",
                "(new|different|another|better|nicer|nice|cool|other|interesting) (background|backdrop)",
            ),
            {"to": "blur", "blur": 2.0},
            sure=0.4,
        ),
    ),
    asks=("blur the background a lot", "make the background white", "put her in front of sea.jpg"),
)
