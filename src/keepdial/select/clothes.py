"""Clothes: what of people is neither skin nor hair nor face."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options
from keepdial.select.people import missing

if TYPE_CHECKING:
    from keepdial.image import Image


class ClothesOptions(Options):
    """Nothing to set."""


def find(options: ClothesOptions, image: Image) -> tuple[Instance, ...]:
    """Return all that people wear as one instance, 1 = inside; what they hold counts as worn."""
    import numpy as np

    from keepdial.scene import scene_of
    from keepdial.select import _maps, finders
    from keepdial.select._parts import whole

    people = _maps.person(image)
    if people is None:
        return ()

    def dress() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        found = people.copy()
        for name, asked in (("skin", {}), ("hair", {}), ("faces", {"name": "head"})):
            unit = finders().get(name)
            if unit is None or unit.find is None or unit.missing():
                continue
            for one in unit.find(unit.options.build(**asked), image):
                spot = found[one.region.box.slices]
                np.minimum(spot, np.float32(1) - one.region.values, out=spot)
        return found

    return whole(scene_of(image).once("clothes", dress), "clothes", score=0.5)


WORDS = frozenset({"clothes", "clothing", "outfit", "attire", "garment"})

FINDER = Finder(
    "clothes",
    "Clothes: what of people is neither skin nor hair; by the model called selfie.",
    ClothesOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    missing=missing,
    quality=0.3,
    cost=0.25,
)
