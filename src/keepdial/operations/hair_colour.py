"""Hair colour: hair gets another colour, and keeps its strands and its shine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._faces import AmountParams, Spot, lab_of, meant, painted, parts_of, shade, staged

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.faces.landmarks import Landmarks
    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

    Array = NDArray[np.float32]

HAIR = {
    "blonde": "#c9a468",
    "blond": "#c9a468",
    "light blonde": "#dcc193",
    "brown": "#5b3a24",
    "dark brown": "#38241a",
    "brunette": "#4a2f20",
    "black": "#1d1917",
    "red": "#8c3b1e",
    "ginger": "#b4602c",
    "auburn": "#6a2c1c",
    "copper": "#a4522b",
    "grey": "#8f8f8f",
    "gray": "#8f8f8f",
    "silver": "#b4b6ba",
    "white": "#d8d6d2",
}
"""What colours' names mean of hair: nobody's red hair is red."""
LEAST = 0.2
"""Chance of being hair below which a pixel is none."""
AROUND = 2.0
"""How far around a face its hair may reach, in sizes of the face's box."""


def code(name: str) -> str:
    """Return the colour that a name means of hair, as #rrggbb, or the name where it is not one of hair's."""
    return HAIR.get(" ".join(name.lower().split()), name)


class HairColourParams(AmountParams):
    """Which colour, and how much of it."""

    amount: float = Field(default=80, ge=0, le=100, description="How much, in %: 0 = nothing, 100 = most.")
    colour: str = Field(
        default="copper",
        max_length=40,
        description="The colour: one of hair (blonde, brown, black, red, ginger, auburn, copper, grey), any "
        "other name, or #rrggbb.",
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        shade(code(value))
        return value


def stage(image: Image, selection: Selection, params: HairColourParams, settings: Settings) -> Stage:
    """Find the hair around each face that is meant."""
    import numpy as np

    from keepdial.errors import ModelMissing, SelectionError
    from keepdial.faces.hair import strands
    from keepdial.faces.landmarks import landmarks_of
    from keepdial.faces.parts import softened
    from keepdial.geometry import Box
    from keepdial.models import installed
    from keepdial.networks import hair
    from keepdial.scene import scene_of

    if not installed(hair.MODEL):
        raise ModelMissing("Hair cannot be found here.", hint="Get its network: keepdial models get hair.")
    faces, notes = meant(image, selection)
    scene = scene_of(image)
    every = landmarks_of(image)
    boxes = [face.face.box for face in every]
    chance = scene.once(("hair", tuple(boxes)), lambda: hair.hair(scene.rgb, faces=boxes))
    spots = []
    for face in faces:
        here = face.face.box
        wide = here.grow(round(AROUND * here.width), round(AROUND * here.height)).clip(image.size)
        seen = Box.of(chance[wide.slices] > 0.05)
        if seen is None:
            continue
        box = seen.shift(wide.x, wide.y).grow(round(0.5 * face.unit)).clip(image.size)
        found = strands(chance[box.slices], scene.rgb[box.slices], max(2.0, 0.1 * face.unit))
        if len(every) > 1:
            found = found * _nearest(face.face.box.slices, [b.slices for b in boxes], box.slices)
        found = found * (1 - _cheeks(image, face, box))
        found = softened(np.where(found < LEAST, np.float32(0), found), 0.6)
        if (found > 0.5).any():
            spots.append(Spot(box, {"hair": found}, face.unit))
    if not spots:
        raise SelectionError(
            "No hair was found around the face.", hint="It may be covered, or out of the picture."
        )
    return staged(image, selection, spots, notes, whole=True)


def _nearest(own: tuple[slice, slice], every: list[tuple[slice, slice]], part: tuple[slice, slice]) -> Array:
    """Return 1 on the pixels of `part` to which no other face is nearer, else 0."""
    import numpy as np

    def away(face: tuple[slice, slice]) -> Array:
        (rows, columns), (ys, xs) = face, part
        y, x = np.ogrid[ys.start : ys.stop, xs.start : xs.stop]
        down = (y - (rows.start + rows.stop) / 2) / (rows.stop - rows.start)
        across = (x - (columns.start + columns.stop) / 2) / (columns.stop - columns.start)
        return np.asarray(np.hypot(down, across), np.float32)

    nearest = np.min([away(face) for face in every], axis=0)
    return np.asarray(away(own) <= nearest, np.float32)


def _cheeks(image: Image, face: Landmarks, box: Box) -> Array:
    """Return the skin below the eyes over `box`, 1 = skin: the network takes shaded cheeks for hair."""
    import numpy as np

    from keepdial.geometry import overlap, size_of

    parts = parts_of(image, face)
    skin = parts.skin(lab_of(image, parts.box))
    y, x = np.ogrid[: parts.box.height, : parts.box.width]
    middle, down = face.eyes.mean(axis=0), face.axes[1]
    below = (x + parts.box.x - middle[0]) * down[0] + (y + parts.box.y - middle[1]) * down[1]
    found = np.zeros((box.height, box.width), np.float32)
    there, here = overlap(parts.box.shift(-box.x, -box.y), size_of(found))
    found[there.slices] = (skin * (below > 0))[here.slices]
    return found


def passes(params: HairColourParams, look: Look) -> tuple[Pass, ...]:
    """Turn hue and chroma to the colour's; strands and shine stay."""
    from keepdial.faces.hair import dyed

    colour = shade(code(params.colour))

    def work(lab: Array, spot: Spot) -> Array:
        return dyed(lab, spot.weights["hair"], colour, spot.unit, params.amount / 100)

    return painted(look, work)


_DYE = "(dye|colour|paint|tint|turn|make|change|recolour|recolor|bleach)"
_TO = "(|to|in|into|be|look|more)"
_SHADES = ("blonde", "blond", "light blonde", "auburn", "ginger", "copper", "brunette")
"""Colours of hair that are not among those a ``{colour}`` may be."""

OPERATION = Operation(
    "hair-colour",
    "Give the hair of people another colour.",
    HairColourParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Coloured the hair",
    group="Faces",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "hair-colour photo.jpg --colour auburn -o hair.jpg",
        "hair-colour photo.jpg --colour blue --amount 60 -o hair.jpg",
    ),
    says=(
        Saying(
            (
                f"{_DYE} hair {_TO} {{colour}}",
                f"{_DYE} {{thing}} hair {_TO} {{colour}}",
                f"(change|turn|make|set) hair colour {_TO} {{colour}}",
                f"(change|turn|make|set) {{thing}} hair colour {_TO} {{colour}}",
                f"(change|turn|make|set) colour of hair {_TO} {{colour}}",
                f"(change|turn|make|set) colour of {{thing}} hair {_TO} {{colour}}",
                f"{_DYE} hair of {{thing}} {_TO} {{colour}}",
                "give {thing} {colour} hair",
                "hair (should be|must be|in|to) {colour}",
                "(add|put) {colour} hair",
                "{colour} hair (colour|dye)",
                "hair {colour}",
            ),
            {"colour": "{colour}", "amount": 80},
            amount="amount",
            units=("%", "percent"),
        ),
        *(
            Saying(
                (
                    f"{_DYE} hair {_TO} {shade}",
                    f"{_DYE} {{thing}} hair {_TO} {shade}",
                    f"(change|turn|make|set) hair colour {_TO} {shade}",
                    f"(change|turn|make|set) {{thing}} hair colour {_TO} {shade}",
                    f"give {{thing}} {shade} hair",
                    f"(add|put) {shade} hair",
                    f"hair (should be|must be|) {shade}",
                ),
                {"colour": shade, "amount": 80},
                amount="amount",
                units=("%", "percent"),
            )
            for shade in _SHADES
        ),
        Saying(
            ("(make|turn) {thing} (|into) (blonde|blond)",),
            {"colour": "blonde", "amount": 80},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            ("bleach hair", "bleach {thing} hair", "hair (lighter|blonder)"),
            {"colour": "light blonde", "amount": 60},
            amount="amount",
            units=("%", "percent"),
            sure=0.7,
        ),
        Saying(
            ("(make|turn) {thing} (|into) (redhead|redheaded)",),
            {"colour": "ginger", "amount": 80},
            amount="amount",
            units=("%", "percent"),
        ),
        Saying(
            (
                "(cover|hide|remove|get rid of) gray hair",
                "(cover|hide|remove|get rid of) {thing} gray hair",
                "(darken|dye) hair (|a few shades) darker",
                "hair (darker|dark)",
                "darken hair",
                "darken {thing} hair",
            ),
            {"colour": "dark brown", "amount": 50},
            amount="amount",
            units=("%", "percent"),
            sure=0.7,
        ),
    ),
    asks=("Dye her hair dark brown.", "Change his hair colour to blonde.", "Give the woman red hair."),
)
