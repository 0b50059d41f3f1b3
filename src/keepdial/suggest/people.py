"""People apart from the main subject, such as passers-by in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.suggest import Candidate, Suggester

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Instance

SURE = 0.4
"""Least score of a person."""
OWN = 0.3
"""A person of whom the main subject covers more than this share belongs to it."""
LARGEST = 0.08
"""A person that takes more than this share of the picture is no passer-by."""
SMALLER = 0.5
"""A passer-by is smaller than this part of the largest person in the subject, if there is one."""
CROWD = 6
"""Of more people than this, each belongs to the scene."""


def find(image: Image) -> tuple[Candidate, ...]:
    """Return the people who stand apart, the likeliest first; none without a detector of people."""
    import numpy as np

    from keepdial.select import finders
    from keepdial.select._maps import subject

    unit = finders().get("objects")
    if unit is None or unit.find is None or unit.missing():
        return ()
    found = unit.find(unit.options.build(name="person"), image)
    people = [p for p in found if p.score >= SURE and p.region.values.any()]
    if not people or len(people) > CROWD:
        return ()
    mask = subject(image)

    def area(person: Instance) -> int:
        return int(np.count_nonzero(person.region.values >= 0.5))

    def within(person: Instance) -> float:
        inside = person.region.values >= 0.5
        return float((mask[person.region.box.slices][inside] >= 0.5).mean()) if inside.any() else 1.0

    own = [p for p in people if within(p) > OWN]
    largest = max((area(p) for p in own), default=0)
    apart = []
    for person in people:
        size = area(person)
        if person in own or size > LARGEST * image.size.area or (largest and size > SMALLER * largest):
            continue
        score = min(0.85, 0.5 + 0.4 * person.score * (1 - within(person)))
        reason = "A person stands apart from what the picture is of."
        apart.append(Candidate("person", reason, person.region, score))
    return tuple(sorted(apart, key=lambda c: -c.score))


SUGGESTER = Suggester("people", "People apart from the main subject.", find)
