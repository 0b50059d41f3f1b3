"""Suggesting: what in a picture could distract, where, and why. One kind is one file with a ``SUGGESTER``.

Nothing is changed by it: a suggestion is a region that `remove` or `camouflage` can be given by its number.
Suggesters would rather miss something than point at what belongs to the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image
    from keepdial.select import Region

MOST = 10
"""Suggestions for one picture at most: more would be a list nobody reads."""
LEAST_SIDE = 64
"""In a picture with a shorter side nothing is small enough to distract."""
SAME = 0.5
"""What is covered by a better suggestion to more than this share is the same thing."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidate:
    """What a suggester found.

    Attributes:
        label: what it is, in a few words ("date stamp", "wire").
        reason: why it may distract, one sentence.
        region: where it is, 1 = inside, with the margin it takes to remove it.
        score: how likely it is that a person would want it gone, 0 to 1, comparable between suggesters.
    """

    label: str
    reason: str
    region: Region
    score: float


@dataclass(frozen=True, slots=True)
class Suggester:
    """The declaration of one kind of distraction.

    Attributes:
        name: the word for it.
        summary: one sentence.
        find: ``image -> candidates``, over the upright picture; deterministic.
    """

    name: str
    summary: str
    find: Callable[[Image], tuple[Candidate, ...]]


@dataclass(frozen=True, eq=False, slots=True)
class Suggestion:
    """One thing that could go.

    Attributes:
        number: 1 for the best; the same for the same picture.
        label, reason, region, score: see `Candidate`.
        box: the tight box around it.
    """

    number: int
    label: str
    reason: str
    box: Box
    region: Region
    score: float


def suggesters() -> dict[str, Suggester]:
    """Return every suggester by name."""
    from keepdial.discover import units

    return units("keepdial.suggest", "SUGGESTER")


def suggest(image: Image, *, most: int = MOST) -> tuple[Suggestion, ...]:
    """Return what could distract in the picture, the likeliest first, at most `most`.

    Looked for once per picture. The same picture gives the same suggestions with the same numbers, as long as
    the same models are installed.
    """
    from keepdial.scene import scene_of

    return scene_of(image).once("suggestions", lambda: _numbered(image))[:most]


def _numbered(image: Image) -> tuple[Suggestion, ...]:
    from keepdial.mask import bounds

    if min(image.size.width, image.size.height) < LEAST_SIDE:
        return ()
    found = [candidate for unit in suggesters().values() for candidate in unit.find(image)]
    placed = []
    for candidate in found:
        tight = bounds(candidate.region.values)
        if tight is not None:
            placed.append((candidate, tight.shift(candidate.region.box.x, candidate.region.box.y)))
    placed.sort(key=lambda pair: (-pair[0].score, pair[1].y, pair[1].x))
    kept: list[tuple[Candidate, Box]] = []
    for candidate, box in placed:
        if len(kept) < MOST and not any(_shared(candidate.region, other.region) > SAME for other, _ in kept):
            kept.append((candidate, box))
    return tuple(
        Suggestion(n, c.label, c.reason, box, c.region, c.score) for n, (c, box) in enumerate(kept, start=1)
    )


def _shared(one: Region, other: Region) -> float:
    """Return which share of the smaller region the two have in common."""
    import numpy as np

    x, y = max(one.box.x, other.box.x), max(one.box.y, other.box.y)
    right, bottom = min(one.box.right, other.box.right), min(one.box.bottom, other.box.bottom)
    if x >= right or y >= bottom:
        return 0.0

    def cut(region: Region) -> NDArray[np.bool_]:
        rows = slice(y - region.box.y, bottom - region.box.y)
        return np.asarray(region.values[rows, x - region.box.x : right - region.box.x] > 0)

    both = int(np.count_nonzero(cut(one) & cut(other)))
    smaller = min(int(np.count_nonzero(one.values)), int(np.count_nonzero(other.values)))
    return both / max(1, smaller)
