"""Named things: a detector finds a box for each, and the box becomes a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from keepdial.select import Finder, Instance, Options, Region
from keepdial.select._things import THINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from keepdial.image import Image
    from keepdial.networks.yolox import Detection

    Map = NDArray[np.float32]

DETECTOR = "yolox-nano"
UNSURE = 0.15
"""Least score of a thing that was asked for by name, when nothing surer is in the picture."""


class ObjectsOptions(Options):
    """Which things."""

    name: str = Field(
        default="",
        max_length=80,
        description="What is looked for, in one or two words; empty = everything known.",
    )


def missing() -> str:
    """Return what is lacking to find named things; "" when nothing is."""
    from keepdial.models import installed
    from keepdial.models import missing as lacks
    from keepdial.networks import owl

    return "" if installed(DETECTOR) or owl.ready() else str(lacks(DETECTOR))


def find(options: ObjectsOptions, image: Image) -> tuple[Instance, ...]:
    """Return each thing of that name with its outline, 1 = inside; the surest first."""
    from keepdial.scene import scene_of

    name = options.name.strip().lower()
    scene = scene_of(image)

    def look() -> tuple[Instance, ...]:
        found = _detected(name, image)
        return tuple(_instance(one, found, image) for one in found)

    return scene.once(("objects", name), look)


def _detected(name: str, image: Image) -> tuple[Detection, ...]:
    """Return the boxes of what is called `name`; a harder look is taken where an easier finds nothing."""
    from keepdial.models import installed
    from keepdial.networks import owl, yolox
    from keepdial.scene import scene_of

    scene = scene_of(image)
    labels = THINGS.get(name, () if name else yolox.LABELS)
    if labels and installed(DETECTOR):
        looks = (
            ("objects seen", lambda: yolox.detect(scene.rgb)),
            ("objects seen close", lambda: yolox.detect(scene.rgb, close=True)),
            ("objects guessed", lambda: yolox.detect(scene.rgb, score=UNSURE) if name else ()),
        )
        for key, look in looks:
            found = tuple(one for one in scene.once(key, look) if one.label in labels)
            if found:
                return found
    return owl.detect(scene.rgb, [name]) if name and owl.ready() else ()


def _instance(one: Detection, others: Sequence[Detection], image: Image) -> Instance:
    from keepdial.select._outline import outline

    box, values = outline(one, others, image)
    detail = {"box": [one.box.x, one.box.y, one.box.width, one.box.height]}
    return Instance(Region(box, values), one.label, one.score, detail)


def anything() -> bool:
    """Return whether the network that takes any words is installed."""
    from keepdial.networks import owl

    return owl.ready()


FINDER = Finder(
    "objects",
    "Named things of 80 kinds (cup, car, dog, chair, ...), by the model yolox-nano.",
    ObjectsOptions,
    find=find,
    hugs=True,
    words=frozenset(THINGS),
    mass=frozenset({"people", "crowd", "furniture", "cutlery", "luggage", "cattle", "food"}),
    missing=missing,
    anything=anything,
    quality=0.5,
    cost=0.25,
)
