"""What operations that paint have in common: the words, and the options of models that paint from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from keepdial.errors import FileError, ParameterError
from keepdial.operations import Params
from keepdial.request import NotGiven

if TYPE_CHECKING:
    from keepdial.image import Image

LONGEST = 4000
"""Characters, as in a step's words: a model reads some hundreds of words at most."""

MOST_REFERENCES = 8
"""Reference pictures at a time. Models that take several were made for two or three."""


def _said(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise ParameterError(
            "prompt", value, f"words, up to {LONGEST:,} characters, not blank and without NUL"
        )
    return value


def _perhaps_said(value: str) -> str:
    return value and _said(value)


def _not_wanted(value: str) -> str:
    if "\0" in value:
        raise ParameterError("negative", value, f"words, up to {LONGEST:,} characters, without NUL")
    return value.strip()


Prompt = Annotated[str, Field(max_length=LONGEST), AfterValidator(_said)]
"""Words for a model that paints from them: 1 to 4,000 characters. `ParameterError` where there are none."""

Words = Annotated[str, Field(max_length=LONGEST), AfterValidator(_perhaps_said)]
"""The same where there need not be any: "" = none."""


class Painted(Params):
    """Options of the models that paint; what is not given is left to the model.

    A class that inherits from it has a field ``prompt``. Without words none of these options means anything,
    and each is refused, unless the operation can be done by a reference picture alone (`by_reference`).
    """

    by_reference: ClassVar[bool] = False

    negative: Annotated[str, Field(max_length=LONGEST), AfterValidator(_not_wanted)] = Field(
        default="", description="What is not to be in it, in words, for models that take such."
    )
    guidance: float | None = Field(
        default=None,
        ge=0,
        le=50,
        description="How closely the words are followed (the text guidance scale). Not given: the model's.",
    )
    image_guidance: float | None = Field(
        default=None,
        ge=0,
        le=50,
        description="How closely the old picture is followed, for models that follow instructions (the image "
        "guidance scale). Not given: the model's.",
    )
    steps: int | None = Field(
        default=None,
        ge=1,
        le=1000,
        description="Steps of the model's sampler: more take longer. Not given: the model's own.",
    )
    reference: tuple[str, ...] = Field(
        default=(),
        max_length=MOST_REFERENCES,
        description=f"A picture of what is meant, for models that take such; up to {MOST_REFERENCES}.",
        json_schema_extra={"file": True},
    )
    structure: Literal["", "canny", "depth"] = Field(
        default="",
        description="What of the old picture's structure is held, for models that can: its lines (canny) or "
        "its depth. Not given: nothing but what the dial holds.",
    )

    @model_validator(mode="after")
    def _told_something(self) -> Self:
        if getattr(self, "prompt", "") or (self.by_reference and self.reference):
            return self
        for name in Painted.model_fields:
            if (value := getattr(self, name)) != Painted.model_fields[name].default:
                value = f"{len(value)} picture{'s' * (len(value) > 1)}" if name == "reference" else value
                raise ParameterError(
                    name, value, "nothing where there are no words: it is for models that paint from words"
                )
        return self


class ToldOrShown(Painted):
    """Painted from words, or by a reference picture, or by both; one of them is needed."""

    by_reference: ClassVar[bool] = True
    told: ClassVar[bool] = True

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if not getattr(self, "prompt", "") and not self.reference:
            given = "prompt" in self.model_fields_set
            raise ParameterError(
                "prompt", "" if given else NotGiven(), "words for what is to be there, or a reference picture"
            )
        return self


def pictures(texts: Sequence[str]) -> tuple[Image, ...]:
    """Return reference pictures that are written as base64.

    Raises `ParameterError` for what is no base64, and the `FileError` of what cannot be opened, which then
    says that it is about a reference picture.
    """
    import base64
    import binascii

    from keepdial.files import open_image

    found = []
    for number, text in enumerate(texts, 1):
        which = f"Reference picture {number}" if len(texts) > 1 else "The reference picture"
        try:
            data = base64.b64decode(text.partition("base64,")[2] or text, validate=True)
        except (binascii.Error, ValueError):
            raise ParameterError("reference", text[:40], "a picture file as base64") from None
        try:
            found.append(open_image(data))
        except FileError as problem:
            raise type(problem)(
                f"{which} cannot be used: {problem.message}", hint=problem.hint, detail=problem.detail
            ) from problem
    return tuple(found)
