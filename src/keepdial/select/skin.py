"""Skin, by its colour; the faces in the picture say what colour that is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.select import Finder, Instance, Options

if TYPE_CHECKING:
    from keepdial.image import Image


class SkinOptions(Options):
    """Nothing to set."""


def find(options: SkinOptions, image: Image) -> tuple[Instance, ...]:
    """Return all skin as one instance."""
    from keepdial.regions.skin import skin_map
    from keepdial.scene import scene_of
    from keepdial.select._maps import face_boxes
    from keepdial.select._parts import whole

    scene = scene_of(image)
    return whole(scene.once("skin", lambda: skin_map(scene.rgb, faces=face_boxes(image))), "skin", score=0.6)


WORDS = frozenset({"skin", "complexion"})

FINDER = Finder(
    "skin",
    "Skin, by its colour.",
    SkinOptions,
    find=find,
    hugs=True,
    words=WORDS,
    mass=WORDS,
    cost=0.2,
)
