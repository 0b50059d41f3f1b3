"""Recolour: a thing gets another colour, and keeps its shading, highlights, texture and reflections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._tone import ToneParams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

BAND = 0.008
"""Width of the band in which a thing's soft edge is looked for, as a part of the picture's diagonal."""
LIGHTNESS = 0.75
"""How far the lightness moves where a colour's name says nothing about it."""
LEAST = 0.004
"""Light under which a share of it cannot be told."""
FEW = 0.12
"""Under this share of the selected pixels a colour is no longer that of the whole thing: that is said."""


class RecolorParams(ToneParams):
    """Which colour."""

    colour: str = Field(
        max_length=40, description="The new colour: a name (blue, dark green, navy) or #rrggbb."
    )
    from_colour: str | None = Field(
        default=None,
        max_length=40,
        description="Only what has this colour changes: a name or #rrggbb. Not given: the colour that most "
        "of the selected part has, so that tyres, windows and highlights stay.",
    )
    strength: float = Field(
        default=1.0, ge=0, le=1, description="How far the colour moves: 1 = to the new one, 0 = not at all."
    )
    lightness: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="How far the lightness moves to the new colour's: 1 = all the way, 0 = as light as it "
        "was. Not given: 1 for #rrggbb, white, black, grey and dark or light colours, else 0.75.",
    )

    @field_validator("colour", "from_colour")
    @classmethod
    def _is_colour(cls, value: str | None, info: Any) -> str | None:
        from keepdial.tone.paint import encoded

        if value is not None:
            encoded(value, option=info.field_name)
        return value


@dataclass(frozen=True, eq=False, slots=True)
class Matted:
    """The thing's share of each pixel and its own colours along its soft edge.

    Attributes:
        alpha: (H, W) float32 in [0, 1], 1 = all of the pixel is the thing.
        colours: (H, W, C) like the picture's pixels; the pixels themselves where alpha is 1.
    """

    alpha: NDArray[np.float32]
    colours: NDArray[Any]


def stage(image: Image, selection: Selection, params: RecolorParams, settings: Settings) -> Stage:
    """Find how much of each pixel along the edge is the thing's: no fringe of the old colour is to stay."""
    import numpy as np

    from keepdial.mask import softness
    from keepdial.matting import foreground_of, soft_edge
    from keepdial.operations.remove import SOFT

    mask, box = selection.mask, selection.box
    given = params.feather
    if box is None:
        return Stage(image, mask, examples="everywhere")
    if given is not None or not selection.hugs or softness(mask, box) > SOFT:
        feather = 2.0 if given is None and not selection.hugs else given or 0.0
        return Stage(image, mask, examples="everywhere", feather=feather)
    width = max(6.0, BAND * float(np.hypot(image.size.width, image.size.height)))
    margin = int(4 * width) + 8
    part = box.grow(margin).clip(image.size).slices
    alpha = np.zeros_like(mask)
    alpha[part] = soft_edge(image.pixels[part], np.ascontiguousarray(mask[part]), width=width)
    alpha[alpha < 0.02] = 0
    colours: NDArray[Any] = image.pixels.copy()
    colours[part] = foreground_of(image.pixels[part], np.ascontiguousarray(alpha[part]))
    free = (alpha > 0).astype(np.float32)
    more = int(np.count_nonzero((free > 0) & (mask <= 0)))
    notes: tuple[str, ...] = ("The colour follows the thing's soft edge, pixel by pixel.",)
    if more:
        notes = (*notes, f"The mask was grown by {more:,} pixels along the edge that hold some of the thing.")
    return Stage(image, free, examples="everywhere", notes=notes, guide=Matted(alpha, colours))


def passes(params: RecolorParams, look: Look) -> tuple[Pass, ...]:
    """Find the thing's own colour, and replace its share of each pixel's light."""
    import numpy as np

    from keepdial.tone import Pass
    from keepdial.tone.paint import encoded, says_lightness
    from keepdial.tone.recolour import own_colour, paint

    def light_of(name: str, option: str) -> NDArray[np.float32]:
        return np.asarray(look.space.decode(np.array([encoded(name, option=option)], np.float32))[0])

    frame, space = look.frame, look.space
    weight = look.small_mask.reshape(-1)
    near = None if params.from_colour is None else light_of(params.from_colour, "from_colour")
    inside = weight > 0.5 if (weight > 0.5).any() else weight >= weight.max()
    own = own_colour(look.small.reshape(-1, 3)[inside], weight[inside], space, near)
    if frame.pixels.shape[-1] == 1:
        look.say("A grey picture holds no colour: only the thing's lightness was changed.")
    if own.share < FEW:
        look.say(
            f"Only {100 * own.share:.0f} % of the selected part have one colour; choose which one moves "
            "with from_colour."
        )
    lightness = params.lightness
    if lightness is None:
        lightness = 1.0 if says_lightness(params.colour) else LIGHTNESS
    change = paint(own, light_of(params.colour, "colour"), space, lightness=lightness)
    strength = np.float32(params.strength)
    matted = frame.guide if isinstance(frame.guide, Matted) else None

    def run(light: NDArray[np.float32], rows: slice) -> NDArray[np.float32]:
        if matted is None:
            return change(light, np.full(light.shape[:2], strength, np.float32))
        share, thing = matted.alpha[rows], light
        if ((share > 0) & (share < 1)).any():
            # The edge's pixels as they were, with the thing's colours instead of the mixed ones.
            thing = light + space.light(matted.colours[rows]) - space.light(frame.pixels[rows])
            # No more of the thing is in a pixel than leaves some light for what is behind it.
            most = (np.maximum(light, 0) / np.maximum(thing, LEAST)).min(axis=-1)
            share = np.where(share < 1, np.minimum(share, most), share)
        return light + share[..., None] * (change(thing, np.full(share.shape, strength)) - thing)

    return (Pass(run),)


_CLAD = "(cover|covered|bathe|bathed|drench|drenched|tinge|tinged|adorn|adorned|coat|coated|drape|draped)"
_PAINT = "recolour|recolor|paint|colour|color|dye|coat|shade|spray|repaint|stain|dress"
"""Verbs that give a thing a colour."""

_TURN = "change|alter|modify|turn|set|switch|adjust|shift|convert|transform|make"
"""Verbs that give a thing a colour only where one is named."""

_COLOUR = "colour|shade|hue|tint|tone|look|appearance|coat|coating|finish|color|colouring|touch"
"""What a colour is called."""


OPERATION = Operation(
    "recolor",
    "Give a thing another colour, and keep its shading, highlights and texture.",
    RecolorParams,
    default_keep=0.0,
    stage=stage,
    target="required",
    blends=False,
    done="Recoloured",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        'recolor photo.jpg --what "the red car" --colour blue -o blue.jpg',
        "recolor photo.jpg --mask shirt.png --colour '#204a87' --from-colour red -o shirt.jpg",
    ),
    says=(
        Saying(("{colour}", "{colour} (coloured|instead)"), {"colour": "{colour}"}, sure=0.9),
        Saying(
            (
                f"({_PAINT}) {{thing}} (in|with|to|into|) {{colour}}",
                f"({_PAINT}) {{thing}} (in|with|to|into|) {{colour}} ({_COLOUR})",
                f"({_TURN}) {{thing}} (to|into|in|from {{colour}} to|from {{colour}} into) {{colour}}",
                f"({_TURN}) {{thing}} (to|into|in|from {{colour}} to) {{colour}} ({_COLOUR})",
                (
                    f"(change|alter|modify|set|switch|adjust|shift|make) ({_COLOUR}) of {{thing}} (to|into|"
                    "from {colour} to|) {colour}"
                ),
                (
                    f"(change|alter|modify|set|switch|adjust|shift) {{thing}} ({_COLOUR}) (to|into|from "
                    "{colour} to|from {colour} into) {colour}"
                ),
                (
                    "{thing} (should|must|shall|ought to|needs to|has to|will) (be|turn|become|appear|go|"
                    "look) {colour}"
                ),
                "(ensure|make sure) (that|) {thing} (is|are|turns|appears) {colour}",
                (
                    "give {thing} {colour} (colour|shade|hue|look|appearance|coat|coating|finish|color|"
                    "colouring|touch)"
                ),
                (
                    "(apply|add|put|use) {colour} (colour|shade|look|appearance|coat|coating|finish|color|"
                    "colouring|touch) (to|on|onto|for) {thing}"
                ),
                "(choose|pick|select|use|apply|add|opt for) {colour} (for|to|on) {thing}",
                "(choose|pick|select|use|opt for) {colour} (colour|shade|hue) (for|on) {thing}",
                "(have|let|make) {thing} (be|appear|look|become|turn) {colour}",
                "(turn|make|paint|colour|dye|render) {thing} {colour}",
                "{thing} to {colour}",
                "(have|make|want|put|do|get|show|see|render) {thing} in {colour}",
                (
                    "(recolour|recolor|paint|colour|color|dye|turn|change to|change into|change colour to) "
                    "{colour}"
                ),
                f"{_CLAD} {{thing}} (in|with) {{colour}}",
                f"{_CLAD} {{thing}} (in|with) {{colour}} (colour|shade|hue|pigment|paint)",
                f"{{thing}} (should|must|shall|ought to|needs to|has to) be {_CLAD} (in|with) {{colour}}",
                f"(let|have) {{thing}} be {_CLAD} (in|with) {{colour}}",
            ),
            {"colour": "{colour}"},
        ),
        Saying(("{thing} (is|are) {colour}",), {"colour": "{colour}"}, sure=0.5),
    ),
    asks=("make the car red", "change the colour of the dress to navy", "I'd like the wall in light green"),
)
