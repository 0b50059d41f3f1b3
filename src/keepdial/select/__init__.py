"""Selecting: from regions in words or numbers to a mask. One kind of region is one file with a ``FINDER``.

Polarity everywhere: 1 = inside the region (a target: edit here; a pin: keep this).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keepdial.errors import ParameterError, SelectionError
from keepdial.request import Selector, Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image


class Options(Value):
    """Base of a finder's options; each field carries a description, a range and perhaps a default."""


@dataclass(frozen=True, slots=True)
class Finder:
    """The declaration of one kind of region; command line, schema and docs come from it.

    Attributes:
        name: the word for it, a selector's ``kind``.
        summary: one sentence.
        options: the class of its options.
        rasterise: ``(options, image) -> (H, W) float32`` in [0, 1] of the upright picture, 1 = inside.
        hugs: whether its regions follow an object's outline closely, so that the object's soft edge may
            lie outside of them (a mask does; a box drawn around something does not).
    """

    name: str
    summary: str
    options: type[Options]
    rasterise: Callable[[Any, Image], NDArray[np.float32]]
    hugs: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Selection:
    """What was selected.

    Attributes:
        mask: (H, W) float32 in [0, 1], 1 = inside.
        box: the bounding box of everything above 0; None when nothing is selected.
        hugs: whether any of the regions follows an object's outline closely.
    """

    mask: NDArray[np.float32]
    box: Box | None
    hugs: bool = False


def finders() -> dict[str, Finder]:
    """Return every finder by name."""
    from keepdial.discover import units

    return units("keepdial.select", "FINDER")


def finder(name: str) -> Finder:
    """Return the finder called `name`, or raise `ParameterError` naming those there are."""
    known = finders()
    if name not in known:
        raise ParameterError("kind", name, f"one of {', '.join(sorted(known))}")
    return known[name]


def select(selectors: Sequence[Selector], image: Image) -> Selection:
    """Return the union (largest value) of the regions over the upright picture.

    No selectors give an empty selection. Raises `ParameterError` for options outside their range and
    `SelectionError` for regions that do not fit the picture.
    """
    import numpy as np

    from keepdial.mask import bounds

    size = image.size
    union: NDArray[np.float32] | None = None
    hugs = False
    for selector in selectors:
        unit = finder(selector.kind)
        region = unit.rasterise(unit.options.build(**selector.options), image)
        if region.shape != (size.height, size.width) or region.dtype != np.float32:
            raise SelectionError(
                f"The finder {unit.name!r} returned {region.shape} {region.dtype}; the picture is {size}.",
                hint="This is a defect of the finder.",
            )
        union = region if union is None else np.maximum(union, region)
        hugs = hugs or unit.hugs
    if union is None:
        union = np.zeros((size.height, size.width), np.float32)
    return Selection(union, bounds(union), hugs)
