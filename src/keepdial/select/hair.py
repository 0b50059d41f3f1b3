"""Hair, by a model that was trained for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image

MODEL = "hair"


class HairOptions(Options):
    """Nothing to set."""


def missing() -> str:
    """Return what is lacking to find hair; "" when nothing is."""
    from keepdial.models import installed
    from keepdial.models import missing as lacks

    return "" if installed(MODEL) else str(lacks(MODEL))


def find(options: HairOptions, image: Image) -> tuple[Instance, ...]:
    """Return all hair as one instance."""
    from keepdial.networks.hair import hair
    from keepdial.scene import scene_of
    from keepdial.select._parts import whole

    scene = scene_of(image)
    return whole(scene.once("hair", lambda: hair(scene.rgb)), "hair", score=0.7)


WORDS = frozenset({"hair", "hairdo", "haircut"})

FINDER = Finder(
    "hair",
    "Hair, by the model called hair.",
    HairOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    missing=missing,
    cost=0.2,
)
