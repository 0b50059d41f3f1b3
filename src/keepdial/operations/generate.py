"""Generate: a picture painted from words, where nothing has to be kept."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Params, Saying, Stage
from keepdial.operations._prompt import Painted, Prompt, pictures

if TYPE_CHECKING:
    from keepdial.geometry import Size
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

LEAST, MOST = 16, 16_384
"""Sides of a picture from nothing, px."""

SIDES = f"width x height in pixels, such as 768x512, each from {LEAST} to {MOST:,}"


def _sides(value: str | None) -> str | None:
    if value is None:
        return None
    found = re.fullmatch(r"([0-9]{1,6})[x×*]([0-9]{1,6})", value.strip().lower())
    if found is None or not all(LEAST <= int(side) <= MOST for side in found.groups()):
        raise ParameterError("size", value, SIDES)
    return "x".join(str(int(side)) for side in found.groups())


class _Shape(Params):
    prompt: Prompt = Field(description="What the picture is to show, in words.")
    size: Annotated[str | None, AfterValidator(_sides)] = Field(
        default=None,
        max_length=40,
        examples=["WxH"],
        description="Width x height of a picture from nothing, in px, such as 768x512. Not given: what suits "
        "the model. Where a picture is given, the new one has its size.",
    )
    aspect: str | None = Field(
        default=None,
        pattern=r"^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$",
        description="Shape of a picture from nothing, width:height, such as 3:2, instead of a size.",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.size is not None and self.aspect is not None:
            raise ParameterError("aspect", self.aspect, "either a size or an aspect, not both")
        return self


class GenerateParams(Painted, _Shape):
    """What is painted, and how large."""

    told: ClassVar[bool] = True

    def size_for(self, best: int, multiple: int) -> Size:
        """Return the size in px: as it was given, else about `best` x `best`, sides multiples of `multiple`.

        Raises `ParameterError` for a shape so long that one of the sides is outside of the range.
        """
        from keepdial.geometry import Size

        if self.size is not None:
            width, height = (int(side) for side in self.size.split("x"))
            return Size(width, height)
        across, down = (1, 1) if self.aspect is None else (int(n) for n in self.aspect.split(":"))
        sides = [max(1, round(best * part / multiple)) * multiple for part in _parts(across / down)]
        if not all(LEAST <= side <= MOST for side in sides):
            raise ParameterError(
                "aspect", self.aspect, f"a shape whose sides are each from {LEAST} to {MOST:,} px"
            )
        return Size(*sides)


def _parts(ratio: float) -> tuple[float, float]:
    """Return width and height of a rectangle of that ratio whose area is 1."""
    return ratio**0.5, ratio**-0.5


def stage(image: Image, selection: Selection, params: GenerateParams, settings: Settings) -> Stage:
    """Free everything; on an empty canvas there is nothing to start from, on a picture there is that.

    Raises `ParameterError` where a size is given beside a picture, or a structure to hold without one.
    """
    import numpy as np

    from keepdial.image import Source

    pictures(params.reference)
    free = np.ones((image.size.height, image.size.width), np.float32)
    if not image.blank:
        for name in ("size", "aspect"):
            if (value := getattr(params, name)) is not None:
                raise ParameterError(
                    name, value, "nothing where a picture is given: the new one has its size"
                )
        return Stage(image, free, examples="everywhere")
    if params.structure:
        raise ParameterError(
            "structure", params.structure, "nothing where no picture is given, whose structure could be held"
        )
    # What is painted is a picture like any other, for whatever is done to it afterwards.
    painted = replace(image, source=Source())
    return Stage(painted, free, guess=False, notes=(f"It was painted from nothing, {image.size}.",))


_KIND = (
    "(picture|image|photo|photograph|painting|drawing|illustration|scene|portrait|artwork|wallpaper|poster|"
    "logo|icon|sketch|rendering|render)"
)

OPERATION = Operation(
    "generate",
    "Paint a picture from words, with nothing to keep, or on the lines of a picture that is given.",
    GenerateParams,
    default_keep=0.0,
    stage=stage,
    done="Generated",
    target="none",
    blends=False,
    # Nothing is edited: there is no face that could become another.
    auto_pins=False,
    from_nothing=True,
    examples=(
        "generate --prompt 'a castle on a hill' --size 768x512 -o castle.png",
        "generate --prompt 'a lighthouse in a storm' --aspect 3:2 -n 4 --seed 7 -o lighthouse.png",
        "generate sketch.png --prompt 'a castle on a hill' --keep 0.3 -o castle.png",
    ),
    says=(
        # Without "make" alone: "make the picture of the man brighter" begins like "make a picture of".
        Saying(
            (
                f"(generate|create|paint|draw|imagine|produce|render) {_KIND} (of|showing) {{new}}",
                f"(generate|create|make|paint|draw|imagine) (me|us) {_KIND} (of|showing) {{new}}",
                "(generate|create|paint|draw|imagine) (me|us) {new}",
            ),
            {"prompt": "{new}"},
        ),
    ),
    asks=(
        "generate a picture of a castle on a hill",
        "paint me a lighthouse in a storm",
        "create an image of two cats on a sofa",
    ),
)
