"""Blur: out of focus, smeared as by motion or zoom, or in blocks that nobody can read through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from keepdial.errors import ParameterError
from keepdial.operations import Operation, Saying, Stage
from keepdial.operations._tone import ToneParams, feather_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

ORDINARY = {"gaussian": 2.0, "pixelate": 2.0, "motion": 2.0, "zoom": 4.0}
"""Amounts where none is given, in % of the diagonal."""
ACROSS = 8
"""Blocks that may lie across a region that is to be hidden, where no size is given: a face of eight blocks
across is not recognised, and a line of text is one block high or less."""

SMALL = 6
"""Reaches that the shorter side of a region may have to be taken as what is to be made unreadable."""


class BlurParams(ToneParams):
    """Which blur, and how far."""

    kind: Literal["gaussian", "pixelate", "motion", "zoom"] = Field(
        default="gaussian",
        description="gaussian: soft, as out of focus. pixelate: a mosaic of blocks of one colour each, which "
        "hides faces and number plates. motion: smeared along a line. zoom: smeared towards a point.",
    )
    amount: float | None = Field(
        default=None,
        ge=0.02,
        le=30,
        description="How far, in % of the picture's diagonal: the radius, half the length of a smear (of a "
        "zoom: at half a diagonal from its point), or the side of a block. Not given: 2, for a zoom 4, and "
        f"for pixelate what leaves at most {ACROSS} blocks across a region.",
    )
    angle: float = Field(
        default=0,
        ge=-360,
        le=360,
        description="Direction of a motion, in degrees: 0 = level, 90 = upright, 45 = rising to the right.",
    )
    at: str | None = Field(
        default=None,
        max_length=50,
        description="X,Y that a zoom goes to, in px from the top left corner. Not given: the middle of what "
        "is selected.",
    )

    @field_validator("at")
    @classmethod
    def _is_point(cls, value: str | None) -> str | None:
        if value is not None:
            _point(value)
        return value


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise ParameterError("at", text, "X,Y in pixels, for example 120,80") from None
    if not (abs(x) < 1e6 and abs(y) < 1e6):
        raise ParameterError("at", text, "X,Y in pixels, both below a million")
    return x, y


def stage(image: Image, selection: Selection, params: BlurParams, settings: Settings) -> Stage:
    """Take the selection, and say in pixels how far its light is to be spread.

    What is pixelated has a hard edge: a soft one would let the picture shine through. The outline of letters
    can be read by itself. So a mosaic takes whole blocks instead of following an outline that was found, and
    another blur closes the gaps of what is hardly larger than its reach.
    """
    import numpy as np

    from keepdial.backends.blur import Spread

    mask, box = selection.mask, selection.box
    if box is None:
        return Stage(image, mask, examples="everywhere")
    hides = params.kind == "pixelate"
    feather = params.feather or 0.0 if hides else feather_of(image, selection, params.feather)
    if hides and not feather:
        mask = (mask > 0).astype(np.float32)
    reach, notes = _reach(image, mask, box, params)
    if selection.hugs and box.area < image.size.area:
        larger = _whole_blocks(mask, box, int(reach)) if hides else _without_gaps(mask, box, reach)
        more = int(np.count_nonzero(larger > 0)) - int(np.count_nonzero(mask > 0))
        if more:
            notes = (*notes, f"The mask was grown by {more:,} pixels, so that its outline tells nothing.")
        mask = larger
    centre = (box.x + (box.width - 1) / 2, box.y + (box.height - 1) / 2)
    if params.at is not None:
        centre = _point(params.at)
    guide = Spread(params.kind, reach, params.angle, centre)
    return Stage(image, mask, examples="everywhere", feather=feather, notes=notes, guide=guide)


def _reach(
    image: Image, mask: NDArray[np.float32], box: Box, params: BlurParams
) -> tuple[float, tuple[str, ...]]:
    """Return how far light is spread, in px, and how that was decided where it was."""
    import numpy as np

    share = ORDINARY[params.kind] if params.amount is None else params.amount
    reach = share / 100 * float(np.hypot(image.size.width, image.size.height))
    if params.kind != "pixelate":
        return reach, ()
    if params.amount is not None or box.area == image.size.area:
        side = max(1, round(reach))
        return side, (f"Blocks are {side} px wide and high.",)
    side = max(round(reach), -(-_widest(mask, box) // ACROSS))
    return side, (f"Blocks are {side} px wide and high, at most {ACROSS} across a region.",)


def _whole_blocks(mask: NDArray[np.float32], box: Box, side: int) -> NDArray[np.float32]:
    """Return the mask grown to whole blocks, counted from the corner of its box."""
    import numpy as np

    part = mask[box.y :, box.x :] > 0
    rows, columns = np.arange(0, part.shape[0], side), np.arange(0, part.shape[1], side)
    hit = np.logical_or.reduceat(np.logical_or.reduceat(part, rows, axis=0), columns, axis=1)
    tall, wide = np.diff(rows, append=part.shape[0]), np.diff(columns, append=part.shape[1])
    out = mask.copy()
    out[box.y :, box.x :] = np.repeat(np.repeat(hit, tall, axis=0), wide, axis=1)
    return out


def _without_gaps(mask: NDArray[np.float32], box: Box, reach: float) -> NDArray[np.float32]:
    """Return the mask with its gaps of up to twice `reach` px closed, if it is small; else as it is."""
    import cv2
    import numpy as np

    if _widest(mask, box) > SMALL * reach:
        return mask
    rim = int(np.ceil(reach)) + 2
    inside = np.pad(mask[box.slices] > 0, rim)
    near = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= reach
    # Beyond the frame nothing is near: what lies there bounds the closed region as any other ground does.
    deep = cv2.distanceTransform(near.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > reach
    closed = (deep | inside)[rim:-rim, rim:-rim]
    out = mask.copy()
    out[box.slices] = np.maximum(out[box.slices], closed)
    return out


def _widest(mask: NDArray[np.float32], box: Box) -> int:
    """Return the shorter side of that region of the mask whose shorter side is the longest, in px."""
    import cv2
    import numpy as np

    inside = np.ascontiguousarray(mask[box.slices] > 0).view(np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    sides = np.minimum(found[1:, cv2.CC_STAT_WIDTH], found[1:, cv2.CC_STAT_HEIGHT])
    return int(sides.max())


_ORDINARY = {"kind": "gaussian", "amount": 2.0}
_UNITS = ("%", "percent")

OPERATION = Operation(
    "blur",
    "Blur the picture or a part of it: soft, pixelated so that nobody can read it, or smeared.",
    BlurParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    blends=False,
    done="Blurred",
    group="Colour and light",
    auto_pins=False,
    scales=True,
    examples=(
        "blur photo.jpg --box 40,30,200,120 -o blurred.jpg",
        'blur photo.jpg --what "the faces" --kind pixelate -o nobody.jpg',
        "blur photo.jpg --kind motion --amount 1.5 --angle 20 -o fast.jpg",
        "blur photo.jpg --kind zoom --at 320,210 -o zoom.jpg",
    ),
    says=(
        Saying(
            (
                "blur",
                "blur out",
                "(make|get|have|want) {thing} (blurry|blurred)",
                "make (blurry|blurred)",
                "blurrier",
                "more blurry",
                "(make|put|throw) {thing} out of focus",
                "unfocus",
                "defocus",
                "gaussian blur",
                "add blur",
                "add a gaussian blur",
                "(|add )(blur|blurry) (filter|effect)",
                "smudge",
            ),
            _ORDINARY,
            amount="amount",
            units=_UNITS,
        ),
        Saying(
            (
                "pixelate",
                "pixelated",
                "pixellate",
                "pixelize",
                "pixelise",
                "censor",
                "censored",
                "censor out",
                "mosaic",
                "put a mosaic on",
                "put a mosaic over",
                "(hide|cover|conceal|obscure) {thing} with (mosaic|pixels|blocks)",
                "anonymise",
                "anonymize",
                "redact",
                "unrecognisable",
                "unrecognizable",
                "unreadable",
                "blur so that (nobody|noone) can (read|recognise|recognize)",
                "blur {thing} so that nobody is (recognised|recognized)",
            ),
            {"kind": "pixelate"},
        ),
        Saying(
            (
                "(add|apply|give|create|use|put|with|some) (motion blur|motion-blur)",
                "motion (blur|blurred) effect",
                "add a sense of speed",
            ),
            {"kind": "motion", "amount": 2.0},
            amount="amount",
            units=_UNITS,
        ),
        Saying(
            ("motion blur (at|of|with) (|angle of ){number}( degrees|°)",),
            {"kind": "motion", "amount": 2.0, "angle": "{number}"},
        ),
        Saying(
            (
                "(add|apply|give|create|use|put|with|some) (zoom|radial) blur",
                "(zoom|radial) blur effect",
                "zoom burst",
            ),
            {"kind": "zoom", "amount": 4.0},
            amount="amount",
            units=_UNITS,
        ),
        # Named alone it may be what is to go.
        Saying(
            ("(motion blur|motion-blur)",),
            {"kind": "motion", "amount": 2.0},
            amount="amount",
            units=_UNITS,
            sure=0.62,
        ),
        Saying(
            ("(zoom|radial) blur",), {"kind": "zoom", "amount": 4.0}, amount="amount", units=_UNITS, sure=0.62
        ),
        Saying(
            ("(remove|reduce|fix|correct|eliminate|undo|no|without|get rid of) (motion|zoom|radial) blur",),
            {"kind": "motion", "amount": 2.0},
            sure=0.2,
        ),
    ),
    asks=(
        "Blur the face on the left.",
        "Please pixelate the number plate.",
        "Add a slight motion blur to the red car.",
    ),
)
