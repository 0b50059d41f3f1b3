"""Match: take on the colours and the light of another photograph."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._tone import ToneParams
from keepdial.operations._tone import stage as as_selected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

COLOURS = 100_000
"""About so many pixels of the reference are looked at."""


class MatchParams(ToneParams):
    """Whose look, and how much of it."""

    reference: str = Field(
        min_length=1,
        description="The photograph whose colours and light are taken on.",
        json_schema_extra={"file": True},
    )
    strength: float = Field(default=100, ge=0, le=100, description="How much of its look, in %.")


def stage(image: Image, selection: Selection, params: MatchParams, settings: Settings) -> Stage:
    """Take the selection; open the reference already, so that what cannot be opened is said at once."""
    _colours(params.reference)
    return as_selected(image, selection, params, settings)


@lru_cache(maxsize=1)
def _colours(reference: str) -> NDArray[np.float32]:
    """Return colours (n, 3) float32 in OKLab, spread over a picture that is written as base64."""
    from keepdial.errors import ParameterError
    from keepdial.operations.background import picture_of
    from keepdial.tone import space_of
    from keepdial.tone.oklab import to_oklab

    picture = picture_of(reference)
    step = max(1, round((picture.size.area / COLOURS) ** 0.5))
    space = space_of(picture.icc)
    light = space.light(picture.pixels[::step, ::step]).reshape(-1, 3)
    if picture.alpha is not None:
        light = light[picture.alpha[::step, ::step].reshape(-1) > 0]
        if len(light) == 0:
            raise ParameterError("reference", "a fully transparent picture", "one that shows something")
    return to_oklab(light, space)


def passes(params: MatchParams, look: Look) -> tuple[Pass, ...]:
    """Move light and colours to the reference's."""
    from keepdial.tone.transfer import match

    if params.strength == 0:
        return ()
    if look.frame.pixels.shape[-1] == 1:
        look.say("The picture is grey: it takes on the reference's light, not its colours.")
    return match(look, _colours(params.reference), params.strength / 100)


_LOOK = (
    "(look|looks|colours|style|mood|tones|tone|grading|colour grading|palette|colour palette|colour "
    "scheme|light|lighting|atmosphere|feel|vibe|look and feel|colours and light)"
)
_OF = "(of|from|in)"

OPERATION = Operation(
    "match",
    "Take on the look, the colours and the light, of another photograph.",
    MatchParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Matched",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "match photo.jpg --reference look.jpg -o same-look.jpg",
        "match photo.jpg --reference look.jpg --strength 60 -o near.jpg",
    ),
    says=(
        Saying(
            (
                "match {file}",
                "match (it|this|picture|photo|image) (to|with) {file}",
                f"match {_LOOK} (of|to|with|from|in) {{file}}",
                f"match {_LOOK} of {{thing}} (to|with) {{file}}",
                "match {thing} (to|with) {file}",
                f"match (its|picture|photo|image) {_LOOK} (to|with) {_LOOK} of {{file}}",
                f"(copy|take on|transfer|apply|take|use) {_LOOK} {_OF} {{file}}",
                f"(give|have) (it|this|picture|photo|image) {_LOOK} {_OF} {{file}}",
                f"give (|it|this|picture|photo|image) (|same|similar) {_LOOK} (as|as in|of|like) {{file}}",
                f"give {{thing}} {_LOOK} {_OF} {{file}}",
                f"same {_LOOK} (as|as in|of) {{file}}",
                f"in {_LOOK} of {{file}}",
                f"with {_LOOK} of {{file}}",
                "(look|coloured|toned) like (|in) {file}",
                "(tone|colour|edit|colour grade) (it|this|picture|photo|image) like (|in) {file}",
                "like (|in) {file}",
                "(use|take) {file} as (reference|style reference|colour reference|example|model|look)",
            ),
            {"reference": "{file}", "strength": 100},
            amount="strength",
            units=("%", "percent"),
        ),
    ),
    asks=(
        "Give it the look of photo2.jpg.",
        "Match the colours of sunset.png, but only half as strongly.",
        "Make it look like reference.jpg.",
    ),
)
