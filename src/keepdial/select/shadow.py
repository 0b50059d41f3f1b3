"""The shadow of a thing: darker than around it, of the same colour, and touching it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image


class ShadowOptions(Options):
    """Whose shadow."""

    of: str = Field(
        min_length=1, max_length=500, description="The thing that casts it, in words: the cup, the subject."
    )


def find(options: ShadowOptions, image: Image) -> tuple[Instance, ...]:
    """Return the shadow of the thing as the only instance, without the thing; none where it casts none."""
    import numpy as np

    from keepdial.regions.shadow import shadow_of
    from keepdial.scene import scene_of
    from keepdial.select._parts import whole
    from keepdial.select._resolve import resolve

    thing = np.zeros((image.size.height, image.size.width), np.float32)
    for instance in resolve(options.of, image):
        part = thing[instance.region.box.slices]
        np.maximum(part, instance.region.values, out=part)
    return whole(shadow_of(scene_of(image).rgb, thing), f"the shadow of {options.of}", score=0.5)


WORDS = frozenset({"shadow", "drop shadow", "cast shadow"})

FINDER = Finder(
    "shadow",
    "The shadow of a thing.",
    ShadowOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    cost=0.7,
)
