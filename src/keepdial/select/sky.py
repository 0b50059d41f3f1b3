"""The sky: bright and smooth, from the top of the picture down to the horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image


class SkyOptions(Options):
    """Nothing to set."""


def find(options: SkyOptions, image: Image) -> tuple[Instance, ...]:
    """Return the sky as the only instance; none indoors."""
    from keepdial.regions.sky import sky_map
    from keepdial.scene import scene_of
    from keepdial.select._parts import whole

    scene = scene_of(image)
    return whole(scene.once("sky", lambda: sky_map(scene.rgb)), "the sky", score=0.8)


WORDS = frozenset({"sky", "heaven"})

FINDER = Finder(
    "sky",
    "The sky, down to the horizon.",
    SkyOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    cost=0.2,
)
