"""Relight: a lamp is set up beside the picture, and what faces it gets brighter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._tone import ToneParams, feather_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look, Pass

REACH = 0.25
"""Radius of a spot of light where none is given, as a part of the diagonal."""
EDGE = 0.3
"""How many stops are an edge at which the light may change."""


class RelightParams(ToneParams):
    """Where the lamp is, how strong, and of which colour."""

    angle: float = Field(
        default=135,
        ge=-360,
        le=360,
        description="Where the light comes from, in degrees: 0 = the right, 90 = above, 180 = the left.",
    )
    height: float = Field(
        default=35,
        ge=0,
        le=90,
        description="Degrees of the lamp over the picture's plane: 0 = from the side, 90 = from the camera.",
    )
    strength: float = Field(
        default=1.0, ge=-4, le=4, description="Stops that the side towards the lamp gets; below 0 it darkens."
    )
    ambient: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Light from everywhere: 1 = the side turned away stays as it is, 0 = it loses as many "
        "stops as the other side gets.",
    )
    colour: str = Field(
        default="white",
        max_length=40,
        description="The light's colour: a name, #rrggbb, or 3200K for Kelvin.",
    )
    at: str | None = Field(
        default=None,
        max_length=60,
        description="X,Y: a spot of light there instead of a lamp beside the picture (dodge; below 0: burn).",
    )
    radius: float | None = Field(
        default=None,
        gt=0,
        le=100_000,
        description="Radius of the spot in pixels, where it has faded out. Not given: a quarter of the "
        "diagonal.",
    )

    @field_validator("colour")
    @classmethod
    def _is_colour(cls, value: str) -> str:
        from keepdial.tone.paint import encoded

        if _kelvin(value) is None:
            encoded(value)
        return value

    @field_validator("at")
    @classmethod
    def _is_point(cls, value: str | None) -> str | None:
        from keepdial.operations.clone import point_of

        if value is not None:
            point_of(value, option="at")
        return value


@dataclass(frozen=True, eq=False, slots=True)
class Relief:
    """What stands out.

    Attributes:
        height: (h, w) float32 in px of its own size, larger = nearer; a small picture of the whole frame.
        outlined: whether a subject was found.
    """

    height: NDArray[np.float32]
    outlined: bool


def _kelvin(text: str) -> float | None:
    from keepdial.errors import ParameterError

    number = text.strip().lower().removesuffix("k").strip()
    try:
        kelvin = float(number)
    except ValueError:
        return None
    if not 1500 <= kelvin <= 25000:
        raise ParameterError("colour", text, "1500K to 25000K, or a colour")
    return kelvin


def stage(image: Image, selection: Selection, params: RelightParams, settings: Settings) -> Stage:
    """Guess the relief; the edge of the selection fades inwards."""
    feather = feather_of(image, selection, params.feather)
    if params.at is not None or selection.box is None:
        return Stage(image, selection.mask, examples="everywhere", feather=feather)
    found = relief(image, selection)
    note = (
        "The relief was guessed from the subject's outline and the shading."
        if found.outlined
        else "No subject stands out, so the relief was guessed from the shading alone."
    )
    return Stage(image, selection.mask, examples="everywhere", feather=feather, notes=(note,), guide=found)


def relief(image: Image, selection: Selection) -> Relief:
    """Return the relief of the whole picture, at a small size."""
    import cv2
    import numpy as np

    from keepdial.geometry import Box
    from keepdial.scene import scene_of
    from keepdial.select._maps import face_boxes, subject
    from keepdial.tone import space_of
    from keepdial.tone.guided import stops_of
    from keepdial.tone.relief import WORK, measured_depth, relief_of

    rgb = scene_of(image).rgb
    shrink = min(1.0, WORK / max(rgb.shape[:2]))
    size = max(1, round(rgb.shape[1] * shrink)), max(1, round(rgb.shape[0] * shrink))
    depth = measured_depth(rgb)
    if depth is not None:
        small = np.asarray(cv2.resize(depth, size, interpolation=cv2.INTER_AREA), np.float32)
        return Relief(small * np.float32(size[0]), True)
    space = space_of(image.icc)
    light = space.light(np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)))
    outline: Any = selection.mask if selection.hugs and not _everything(selection) else subject(image)
    outline = np.asarray(cv2.resize(outline, size, interpolation=cv2.INTER_AREA), np.float32)
    share = float((outline > 0.5).mean())
    outlined = 0.005 < share < 0.9
    faces = [
        Box(*(round(v * shrink) for v in (f.x, f.y, f.width, f.height)))
        for f in face_boxes(image)
        if f.width * shrink >= 8
    ]
    height = relief_of(stops_of(light @ space.luma), outline if outlined else None, faces=faces)
    return Relief(height, outlined)


def _everything(selection: Selection) -> bool:
    return selection.box is not None and selection.box.area == selection.mask.size


def passes(params: RelightParams, look: Look) -> tuple[Pass, ...]:
    """Give each place the light that its slope gets from the lamp."""
    import cv2
    import numpy as np

    from keepdial.operations.clone import point_of
    from keepdial.tone import Pass
    from keepdial.tone.guided import coefficients, stops_of
    from keepdial.tone.lamp import brightened, lamplight, spot
    from keepdial.tone.maps import Maps
    from keepdial.tone.relief import normals

    tint = tint_of(params.colour, look)
    if params.at is not None:
        at = point_of(params.at, option="at")
        radius = params.radius or REACH * look.diagonal

        def run_spot(light: NDArray[np.float32], rows: slice) -> NDArray[np.float32]:
            share = spot(look.height, rows, look.width, at, radius)
            return brightened(light, look.luminance(light), np.float32(params.strength) * share, tint)

        return (Pass(run_spot),)
    guide = look.frame.guide
    if not isinstance(guide, Relief):
        return ()
    given = lamplight(normals(guide.height), params.angle, params.height)
    up, down = np.maximum(given, 0), np.minimum(given, 0)
    stops = np.float32(params.strength) * (up + np.float32(1 - params.ambient) * down)
    small = stops_of(look.luminance(look.small))
    stops = np.asarray(cv2.resize(stops, small.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    # The light changes where the picture has an edge, not where the guessed outline lies.
    radius_px = max(2, round(0.006 * float(np.hypot(*small.shape))))
    slope, offset = coefficients(small, stops, radius=radius_px, edge=EDGE)
    maps = Maps(np.stack([slope, offset], axis=-1), look.height, look.width)

    def run(light: NDArray[np.float32], rows: slice) -> NDArray[np.float32]:
        luminance = look.luminance(light)
        both = maps.at(rows, look.width)
        more = both[..., 0] * stops_of(luminance) + both[..., 1]
        return brightened(light, luminance, more, tint)

    return (Pass(run),)


def tint_of(colour: str, look: Look) -> NDArray[np.float32]:
    """Return the colour of a light, (3,) float32 of the picture's own space, with luminance 1."""
    import numpy as np

    from keepdial.tone.paint import encoded
    from keepdial.tone.white import adaptation, in_light, light_of

    kelvin = _kelvin(colour)
    if kelvin is None:
        light = look.space.decode(np.array([encoded(colour)], np.float32))[0]
    else:
        # As an eye used to daylight of 6500 K sees it.
        matrix = in_light(look.space, adaptation(light_of(6500.0), light_of(kelvin)))
        light = np.asarray(matrix @ np.ones(3), np.float32)
    light = np.maximum(light, np.float32(1e-3))
    return np.asarray(light / float(light @ look.space.luma), np.float32)


def _from(where: str, angle: float, **more: float) -> Saying:
    """Return how people ask for light that comes from a side, said in alternatives."""
    return Saying(
        (
            "(light|lighting|lit|light it|light source|sunlight|sun|lamp|relight|relight it|"
            f"sunshine) from {where}",
            f"(light|relight|illuminate) (it|picture|photo|image|scene|{{thing}}) from {where}",
            "(add|put|use|place|set) (light|lamp|spotlight|light source|sunlight|sun) (|coming) "
            f"(from|on|at|to) {where}",
            "(light|sunlight|sun|lighting) (should|must|to|ought to|) (come|coming|shine|shining|"
            f"fall|falling) (|in) from {where}",
            f"(move|shift|change) (light|sun|light source|lighting) to {where}",
            f"from {where} side light",
        ),
        {"angle": angle, **more},
        amount="strength",
        units=("stop", "stops", "ev"),
    )


OPERATION = Operation(
    "relight",
    "Light a picture anew: a lamp from a direction, or a spot of light.",
    RelightParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Relit",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    tone=passes,
    examples=(
        "relight portrait.jpg --angle 160 --strength 1.2 --colour 4000K -o lit.jpg",
        "relight portrait.jpg --at 220,120 --radius 160 --strength 0.7 -o dodged.jpg",
    ),
    says=(
        Saying(
            (
                "relight",
                "(relight|re-light) {thing}",
                "change (lighting|direction of light|light direction)",
                "(studio|dramatic|better) lighting",
                "(add|use|apply) (studio|dramatic|rim|side|key) (light|lighting)",
                "(add|put|use) spotlight (on|onto|over) {thing}",
                "light {thing} (better|more|up more)",
            ),
            {"strength": 1.0},
            amount="strength",
            units=("stop", "stops", "ev"),
            sure=0.85,
        ),
        _from("(left|left-hand) (|side)", 180),
        _from("(right|right-hand) (|side)", 0),
        _from("(above|top|overhead)", 90),
        _from("(below|bottom|underneath|beneath)", 270),
        _from("(top|upper) left (|corner)", 135),
        _from("(top|upper) right (|corner)", 45),
        _from("(bottom|lower) left (|corner)", 225),
        _from("(bottom|lower) right (|corner)", 315),
        _from("(front|camera)", 135, height=80),
    ),
    asks=("Light from the left.", "Relight the portrait, please.", "The light should come from above."),
)
