"""Maps that several finders share: faces, the person, the main subject; each is made once for a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keepdial.scene import scene_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from keepdial.geometry import Box
    from keepdial.image import Image

    Map = NDArray[np.float32]


def face_boxes(image: Image) -> tuple[Box, ...]:
    """Return the boxes of the faces in the picture; empty where no face finder is installed."""
    from keepdial.select import finders

    unit = finders().get("faces")
    if unit is None or unit.find is None or unit.missing():
        return ()
    find, options = unit.find, unit.options.build()
    return scene_of(image).once("face boxes", lambda: tuple(i.region.box for i in find(options, image)))


def person(image: Image) -> Map | None:
    """Return the probability of belonging to a person, (H, W) float32; None without the model."""
    from keepdial.models import installed

    if not installed(PERSON):
        return None

    def find() -> Map:
        from keepdial.networks import selfie

        return selfie.person(scene_of(image).rgb)

    return scene_of(image).once("person", find)


PERSON = "selfie"


def subject(image: Image) -> Map:
    """Return the main subject, (H, W) float32, 1 = inside."""

    def find() -> Map:
        from keepdial.networks import salient
        from keepdial.saliency import subject_mask

        if salient.ready():
            return salient.subject(scene_of(image).rgb)
        seen: Any = person(image)
        return subject_mask(scene_of(image).rgb, faces=face_boxes(image), person=seen)

    return scene_of(image).once("subject", find)
