"""Cut out: the subject stays, everything else becomes transparent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from keepdial.errors import ParameterError, SelectionError
from keepdial.operations import Operation, Params, Saying, Stage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings

WIDEST = 1000.0


def _edge(value: object) -> object:
    """Let through what is an edge; pydantic's own words for a choice of kinds would name the first alone."""
    if value in ("auto", "hard"):
        return value
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            if 0 <= float(value) <= WIDEST:
                return float(value)
        except ValueError:
            pass
    raise ParameterError("edge", value, f"auto, hard, or a width in pixels from 0 to {WIDEST:g}")


Edge = Annotated[Literal["auto", "hard"] | float, BeforeValidator(_edge)]
"""How the edge is found: by itself, not at all, or within so many pixels."""

EDGE = (
    "How the subject's soft edge is found. auto: from the colours, in a band of 2 % of the diagonal "
    "around its outline; a selection that is soft already, such as a matte, is taken as it is. hard: the "
    "selection as it is. A number: from the colours, in a band so many pixels wide; wide for hair and fur."
)

SOFT = 3.0
"""A mask whose edge is softer than this, in pixels on average, is a matte already."""


class CutoutParams(Params):
    """What can be set about cutting out."""

    edge: Edge = Field(default="auto", description=EDGE)
    only_mask: bool = Field(
        default=False, description="Return the matte as a picture: white = subject, black = background."
    )

    @property
    def transparent(self) -> bool:
        """Whether the result needs a file format that holds transparency."""
        return not self.only_mask


def matte_of(
    image: Image, selection: Selection, edge: Literal["auto", "hard"] | float
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return the subject's share in each pixel, (H, W) float32, 1 = subject, and how it was found.

    The selection names the subject. Raises `SelectionError` when it is empty or everything.
    """
    from keepdial.matting import default_width, soft_edge

    mask = selection.mask
    if selection.box is None:
        raise SelectionError(
            "Nothing is selected, so there is no subject to keep.",
            hint="Show it: with a click (--point X,Y), a box, or a mask.",
        )
    if mask.min() >= 1:
        raise SelectionError(
            "The whole picture is selected as the subject, so there is no background.",
            hint="Select what is to stay, or nothing: then the main subject is found.",
        )
    if edge == "hard":
        return mask, ("The selection was taken as it is, as asked (edge hard).",)
    if edge == "auto":
        if _softness(mask) > SOFT:
            return mask, ("The selection is soft already, so it was taken as the subject's edge.",)
        edge = default_width(image.size)
    matte = soft_edge(image.pixels, mask, width=edge)
    return matte, (f"The subject's soft edge was found from the colours, in a band of {edge:.0f} px.",)


def _softness(mask: NDArray[np.float32]) -> float:
    """Return the mean width of the mask's edge in pixels: soft pixels for each pixel of outline."""
    import numpy as np

    inside = mask >= 0.5
    outline = int(np.count_nonzero(inside[1:] != inside[:-1]))
    outline += int(np.count_nonzero(inside[:, 1:] != inside[:, :-1]))
    soft = np.count_nonzero((mask > 0.02) & (mask < 0.98))
    return int(soft) / max(1, outline)


def opaque(image: Image) -> Image:
    """Return the picture with an alpha channel, opaque where it had none."""
    import numpy as np

    if image.alpha is not None:
        return image
    return image.with_pixels(image.pixels, np.full(image.pixels.shape[:2], image.white, image.pixels.dtype))


def stage(image: Image, selection: Selection, params: CutoutParams, settings: Settings) -> Stage:
    """Find the matte; all that is not subject through and through may change."""
    import numpy as np

    matte, notes = matte_of(image, selection, params.edge)
    if params.only_mask:
        return Stage(image, np.ones_like(matte), examples="everywhere", notes=notes, matte=matte, guess=False)
    mask = (matte < 1).astype(np.float32)
    # What is cut away is not a picture with less kept in it, but none: the dial has nothing to measure.
    return Stage(opaque(image), mask, examples="everywhere", notes=notes, matte=matte, guess=False)


OPERATION = Operation(
    "cutout",
    "Cut the subject out: everything else becomes transparent. What you select is the subject, and stays.",
    CutoutParams,
    default_keep=0.0,
    stage=stage,
    target="optional",
    default_target="subject",
    subject=True,
    blends=False,
    done="Cut out",
    examples=(
        "cutout photo.jpg -o subject.png",
        'cutout photo.jpg --what "the cup" -o cup.png',
        "cutout photo.jpg --only-mask -o matte.png",
    ),
    says=(
        Saying(
            (
                (
                    "(cut out|cutout|extract|isolate|single out|separate|segment|crop around|carve out|pull "
                    "out) {thing}"
                ),
                "(cut|separate|extract|isolate) {thing} (out|from background|from rest)",
                "cut out",
                "cutout",
                "extract",
                "isolate",
                "(extract|isolate|cut out) subject",
            )
        ),
        Saying(
            (
                (
                    "(remove|erase|delete|get rid of|take out|eliminate|cut out|drop|take away|crop out|"
                    "clear|edit out|strip|knock out) (background|backdrop)"
                ),
                (
                    "(remove|erase|delete|get rid of|take out|eliminate|cut out|drop|take away|crop out|"
                    "clear) (background|backdrop) (from|behind|of|around) {thing}"
                ),
                (
                    "(remove|erase|delete|get rid of|take out|eliminate|cut out|drop) {colour} (background|"
                    "backdrop)"
                ),
                "(transparent|no|without|clear|empty|blank) background",
                "(make|turn|have|render) (background|backdrop) (transparent|invisible|clear)",
                "background (transparent|removed|gone|removal)",
                "as transparent png",
                "(background|backdrop) (should|must) be (removed|transparent)",
            )
        ),
        Saying(
            (
                "keep only {thing}",
                "only keep {thing}",
                "just keep {thing}",
                "leave only {thing}",
                (
                    "(remove|erase|delete|get rid of|take out|eliminate|edit out|cut out|crop out) "
                    "(everything|everything else|anything|all) (except|but|besides|other than|apart from) "
                    "(for|) {thing}"
                ),
                (
                    "(remove|erase|delete|get rid of|take out|eliminate|edit out|cut out) everything (around|"
                    "behind|surrounding) {thing}"
                ),
                "everything (except|but) (for|) {thing} (removed|transparent)",
            ),
            sure=0.58,
        ),
    ),
    asks=("cut out the dog", "remove the background", "make the background transparent"),
)
