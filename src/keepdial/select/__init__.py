"""Selecting: from regions in words or numbers to a mask. One kind of region is one file with a ``FINDER``.

Polarity everywhere: 1 = inside the region (a target: edit here; a pin: keep this).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from keepdial.errors import ParameterError, SelectionError
from keepdial.request import Selector, Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image


class Options(Value):
    """Base of a finder's options; each field carries a description, a range and perhaps a default."""


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """What a finder found: its values over a box of the upright picture; outside of the box all is 0.

    Attributes:
        box: inside the picture; it need not be the tightest.
        values: (box.height, box.width) float32 in [0, 1], 1 = inside.
    """

    box: Box
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False, slots=True)
class Instance:
    """One thing that a finder found.

    Attributes:
        region: where it is, 1 = inside.
        label: what it is, in words for people (``face``, ``cup``, ``the text "SALE"``).
        score: how sure the finder is, in [0, 1].
        detail: what else is known of it, as plain JSON values (``{"text": "SALE"}``).
    """

    region: Region
    label: str
    score: float = 1.0
    detail: Mapping[str, Any] = field(default_factory=dict)


def _nothing_missing() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Finder:
    """The declaration of one kind of region; command line, schema and docs come from it.

    A finder is one of two kinds. One draws what was given in numbers: it has `rasterise`. The other looks
    for things by name: it has `find` and the `words` it answers.

    Attributes:
        name: the word for it, a selector's ``kind``.
        summary: one sentence.
        options: the class of its options. A finder by name whose options have a field ``name`` gets the word
            that was used in it, one with a field ``text`` what stood in quotes, one with ``of`` the
            words that stood after "of".
        rasterise: ``(options, image) -> Region`` of the upright picture.
        find: ``(options, image) -> instances``, the surest first; an empty tuple when there is none.
        hugs: whether its regions follow an object's outline closely, so that the object's soft edge may
            lie outside of them (a mask does; a box drawn around something does not).
        words: the nouns it answers, in the singular and lower case.
        mass: those of `words` that name all there is of it (text, sky), rather than one of several (a cup).
        guards: whether what it finds is pinned without being asked: ``always``, or only when the edit is
            about something ``else`` (the main subject).
        missing: returns what it lacks here, in words that say how to get it; "" when it can work.
        quality: rank among finders that answer the same word, 0 to 1; the best that can work is asked.
        cost: measured seconds for a picture of a megapixel, the first use in a process apart.
    """

    name: str
    summary: str
    options: type[Options]
    rasterise: Callable[[Any, Image], Region] | None = None
    find: Callable[[Any, Image], tuple[Instance, ...]] | None = None
    hugs: bool = False
    words: frozenset[str] = frozenset()
    mass: frozenset[str] = frozenset()
    guards: Literal["no", "always", "else"] = "no"
    missing: Callable[[], str] = _nothing_missing
    quality: float = 0.5
    cost: float = 0.0

    def __post_init__(self) -> None:
        if (self.rasterise is None) == (self.find is None):
            raise ValueError(f"the finder {self.name!r} needs one of rasterise and find")


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
    mask = np.zeros((size.height, size.width), np.float32)
    whole: Box | None = None
    hugs = False
    for selector in selectors:
        unit = finder(selector.kind)
        assert unit.rasterise is not None
        region = unit.rasterise(unit.options.build(**selector.options), image)
        box, values = region.box, region.values
        fits = values.shape == (box.height, box.width) and values.dtype == np.float32
        if not fits or box.clip(size) != box:
            raise SelectionError(
                f"The finder {unit.name!r} returned {values.shape} {values.dtype} for the box {box} of a "
                f"picture of {size}.",
                hint="This is a defect of the finder.",
            )
        hugs = hugs or unit.hugs
        if box.area == 0:  # an outline without an inside
            continue
        part = mask[box.slices]
        np.maximum(part, values, out=part)
        whole = box if whole is None else whole.union(box)
    tight = None if whole is None else bounds(mask[whole.slices])
    if whole is None or tight is None:
        return Selection(mask, None, hugs)
    return Selection(mask, tight.shift(whole.x, whole.y), hugs)
