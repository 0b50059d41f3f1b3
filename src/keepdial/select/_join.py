"""Joining regions into one mask, and keeping what was found so that it can be written down without loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from keepdial import mask as tools
from keepdial.color import samples_of, unit
from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.select import Finder, Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.request import MaskTool

Mask = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def checked(unit: Finder, region: Region, image: Image) -> Region:
    """Return the region; raise `SelectionError` where it does not lie in the picture as it should."""
    box, values = region.box, region.values
    fits = values.shape == (box.height, box.width) and values.dtype == np.float32
    if not fits or box.clip(image.size) != box:
        raise SelectionError(
            f"The finder {unit.name!r} returned {values.shape} {values.dtype} for the box {box} of a "
            f"picture of {image.size}.",
            hint="This is a defect of the finder.",
        )
    return region


def quantised(region: Region) -> Region:
    """Return the region with its values at multiples of 1/255, which a grey PNG of 8 bits holds exactly."""
    samples = samples_of(np.nan_to_num(region.values), np.zeros(0, np.uint8))
    return Region(region.box, unit(samples))


def frozen(png: str, image: Image) -> Region:
    """Return a region that was found earlier and written down as base64 of a grey PNG."""
    from keepdial.files import open_image
    from keepdial.select.mask import decoded, fitted, values

    mask = fitted(values(open_image(decoded(png)), "luminance"), image.size, image.orientation)
    return Region(Box(0, 0, image.size.width, image.size.height), mask)


def joined(mask: NDArray[np.float32], region: Region, how: str) -> None:
    """Join the region into `mask`, in place: ``add``, ``subtract`` or ``intersect``.

    Part selected counts as in fuzzy sets: the larger, the smaller, and the smaller of the mask and what the
    region leaves.
    """
    part = mask[region.box.slices]
    if how == "add":
        np.maximum(part, region.values, out=part)
    elif how == "subtract":
        np.minimum(part, np.float32(1) - region.values, out=part)
    else:
        inside = np.minimum(part, region.values)
        mask[:] = 0
        mask[region.box.slices] = inside


def worked(mask: NDArray[np.float32], steps: Sequence[MaskTool]) -> NDArray[np.float32]:
    """Return the mask after the tools, in their order."""
    for step in steps:
        mask = TOOLS[step.name](mask, step.pixels)
    return mask


def _boxed(tool: Callable[[Mask, Box, float], Mask]) -> Callable[[Mask, float], Mask]:
    def use(mask: Mask, pixels: float) -> Mask:
        box = tools.bounds(mask)
        return mask if box is None else tool(mask, box, pixels)

    return use


TOOLS: dict[str, Callable[[Mask, float], Mask]] = {
    "grow": _boxed(tools.grow),
    "shrink": _boxed(tools.shrink),
    "feather": _boxed(tools.feather),
    "smooth": _boxed(tools.smooth),
    "fill-holes": lambda mask, _: tools.fill_holes(mask),
    "despeckle": tools.despeckle,
    "invert": lambda mask, _: tools.invert(mask),
}
