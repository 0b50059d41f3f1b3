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


def _only_its_words() -> bool:
    return False


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
        follows: whether what `rasterise` returns depends on the picture's pixels (clicks do, a box does not).
        words: the nouns it answers, in the singular and lower case.
        anything: whether it can look for any noun here, even one that is not among `words`.
        mass: those of `words` that name all there is of it (text, sky), rather than one of several (a cup).
        guards: whether what it finds is pinned without being asked: ``always``, or only when the edit is
            about something ``else`` (the main subject).
        guard_least: score under which nothing is pinned or warned of: a false alarm costs trust.
        glance: ``(image) -> instances`` with less care and in less time than `find`, for warnings.
        missing: returns what it lacks here, in words that say how to get it; "" when it can work.
        quality: rank among finders that answer the same word, 0 to 1; the best that can work is asked.
        cost: seconds for a picture of a megapixel on two cores, the first use in a process apart, measured by
            benches/finders.py; 0 where it is next to nothing.
    """

    name: str
    summary: str
    options: type[Options]
    rasterise: Callable[[Any, Image], Region] | None = None
    find: Callable[[Any, Image], tuple[Instance, ...]] | None = None
    hugs: bool = False
    follows: bool = False
    words: frozenset[str] = frozenset()
    anything: Callable[[], bool] = _only_its_words
    mass: frozenset[str] = frozenset()
    guards: Literal["no", "always", "else"] = "no"
    guard_least: float = 0.0
    glance: Callable[[Image], tuple[Instance, ...]] | None = None
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
        drawn: whether every region was drawn by hand (a mask, a box, clicks), none found by name, and they
            are not simply the whole picture.
        notes: what was decided while looking, in words.
    """

    mask: NDArray[np.float32]
    box: Box | None
    hugs: bool = False
    drawn: bool = True
    notes: tuple[str, ...] = ()


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


def instances(selector: Selector, image: Image) -> tuple[Instance, ...]:
    """Return the things that a selector by name means; a drawn region is one thing.

    Raises `SelectionError` where the finder lacks something here, or finds nothing.
    """
    unit = finder(selector.kind)
    options = unit.options.build(**selector.options)
    if unit.find is None:
        assert unit.rasterise is not None
        return (Instance(unit.rasterise(options, image), unit.name),)
    if lacks := unit.missing():
        raise SelectionError(f"{unit.name} cannot be found here.", hint=lacks)
    found = unit.find(options, image)
    if not found:
        raise nothing_found(unit.name)
    return found


def nothing_found(what: str) -> SelectionError:
    """Return the error for a thing that is not in the picture."""
    return SelectionError(
        f"No {what} was found in the picture.",
        hint="Show it instead: with a click (--point X,Y), a box, or a mask.",
    )


def select(selectors: Sequence[Selector], image: Image) -> Selection:
    """Return the regions over the upright picture, joined in their order as each says.

    No selectors give an empty selection. Raises `ParameterError` for options outside their range and
    `SelectionError` for regions that do not fit the picture, or things that are not in it.
    """
    import numpy as np

    from keepdial.geometry import Box
    from keepdial.mask import bounds
    from keepdial.select._join import joined, worked

    size = image.size
    everything = Box(0, 0, size.width, size.height)
    mask = np.zeros((size.height, size.width), np.float32)
    whole: Box | None = None
    hugs, drawn, notes = False, True, list[str]()
    for selector in selectors:
        unit = finder(selector.kind)
        regions, said = _regions(selector, unit, image)
        hugs = hugs or unit.hugs
        drawn = drawn and unit.find is None and unit.name != "all"
        notes += said
        if selector.combine != "add" or selector.tools:
            one = np.zeros_like(mask)
            for region in regions:
                joined(one, region, "add")
            one = worked(one, selector.tools)
            regions, whole = (Region(everything, one),), everything
        for region in regions:
            if region.box.area == 0:  # an outline without an inside
                continue
            joined(mask, region, selector.combine)
            whole = region.box if whole is None else whole.union(region.box)
    tight = None if whole is None else bounds(mask[whole.slices])
    if whole is None or tight is None:
        return Selection(mask, None, hugs, drawn, tuple(notes))
    return Selection(mask, tight.shift(whole.x, whole.y), hugs, drawn, tuple(notes))


def _regions(selector: Selector, unit: Finder, image: Image) -> tuple[tuple[Region, ...], tuple[str, ...]]:
    """Return what one selector means, and what is to be said of it."""
    from keepdial.select._join import checked, frozen, quantised

    if selector.found is not None:
        return (frozen(selector.found, image),), ()
    if unit.find is None:
        assert unit.rasterise is not None
        region = checked(unit, unit.rasterise(unit.options.build(**selector.options), image), image)
        # What is drawn by numbers is exact; what follows the picture's pixels is kept as 8 bits, so that a
        # record can hold it without loss.
        return (quantised(region) if unit.follows else region,), ()
    found = instances(selector, image)
    notes = dict.fromkeys(str(i.detail["note"]) for i in found if "note" in i.detail)
    return tuple(quantised(checked(unit, i.region, image)) for i in found), tuple(notes)
