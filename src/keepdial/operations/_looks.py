"""What composed looks have in common: they know where the sky is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keepdial.operations import Stage
from keepdial.operations._tone import ToneParams, feather_of

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection
    from keepdial.settings import Settings
    from keepdial.tone import Look
    from keepdial.tone.looks import Sky


def stage(image: Image, selection: Selection, params: ToneParams, settings: Settings) -> Stage:
    """Take the selection, and find the sky."""
    from keepdial.regions.sky import sky_map
    from keepdial.scene import scene_of
    from keepdial.tone.looks import sky_of

    feather = feather_of(image, selection, params.feather)
    scene = scene_of(image)
    sky = sky_of(scene.once("sky", lambda: sky_map(scene.rgb)), scene.rgb)
    said = "The sky was found." if sky.mask is not None else "No sky was found: all is treated as ground."
    return Stage(image, selection.mask, examples="everywhere", feather=feather, notes=(said,), guide=sky)


def sky_in(look: Look) -> Sky:
    """Return the sky that the stage found, or none where another operation set the stage."""
    from keepdial.tone.looks import Sky

    guide = look.frame.guide
    return guide if isinstance(guide, Sky) else Sky(None, 0.45 * look.height)
