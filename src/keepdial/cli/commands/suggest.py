"""``keepdial suggest``: what in a picture could distract, by number."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keepdial.image import Image
    from keepdial.suggest import Suggestion


def run(
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="The picture; - reads stdin.")],
    preview: Annotated[
        str | None,
        typer.Option("--preview", metavar="FILE", help="Write the picture with outlines and numbers."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List what could distract."""
    from keepdial.cli.outputs import refuse_existing
    from keepdial.files import open_image, save_image
    from keepdial.settings import Settings
    from keepdial.suggest import suggest

    settings = Settings.from_environment()
    if preview is not None:
        refuse_existing([Path(preview)], overwrite=overwrite)
    picture = open_image(sys.stdin.buffer if image == "-" else image, settings=settings)
    found = suggest(picture)
    if preview is not None:
        save_image(numbered(picture, found), preview, overwrite=overwrite, settings=settings)
    typer.echo(json.dumps([facts(s) for s in found], indent=2) if as_json else text(found, image, preview))


def facts(one: Suggestion) -> dict[str, Any]:
    """Return a suggestion as plain values."""
    return {
        "number": one.number,
        "label": one.label,
        "reason": one.reason,
        "box": {"x": one.box.x, "y": one.box.y, "width": one.box.width, "height": one.box.height},
        "score": round(one.score, 3),
    }


def text(found: Sequence[Suggestion], name: str, preview: str | None) -> str:
    """Return the list for people, with what to do next."""
    if not found:
        return "Nothing in this picture seems to distract."
    lines = [f"{one.number:2}  {one.label} at {one.box}: {one.reason}" for one in found]
    if preview is not None:
        lines.append(f"The outlines are drawn in {preview}.")
    shown = "PHOTO" if name == "-" else name
    return "\n".join([*lines, f"To remove one: keepdial remove {shown} --suggestion {found[0].number}"])


def numbered(picture: Image, found: Sequence[Suggestion]) -> Image:
    """Return the picture with the outline and the number of each suggestion."""
    import cv2
    import numpy as np

    from keepdial.color import samples_of, unit
    from keepdial.image import Image
    from keepdial.mask import grow
    from keepdial.outlined import drawn
    from keepdial.scene import scene_of

    rgb = scene_of(picture).rgb
    height, width = rgb.shape[:2]
    masks = []
    for one in found:
        mask = np.zeros((height, width), np.float32)
        mask[one.region.box.slices] = one.region.values
        masks.append(grow(mask, one.box, max(1, round(max(height, width) / 400))))
    shown = samples_of(drawn(unit(rgb), masks), np.zeros(0, np.uint8))
    scale = max(0.4, max(height, width) / 1400)
    thick = max(1, round(1.6 * scale))
    for one in found:
        number = str(one.number)
        (wide, tall), _ = cv2.getTextSize(number, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
        gap = 2 * thick + 2
        x = one.box.right + gap if one.box.right + gap + wide < width else one.box.x - gap - wide
        x, y = max(1, x), min(max(tall + 1, one.box.y + tall), height - 2)
        for colour, line in (((230, 0, 128), 3 * thick), ((255, 255, 255), thick)):
            cv2.putText(shown, number, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, line, cv2.LINE_AA)
    return Image(shown)


COMMAND = Command(
    name="suggest",
    summary="List what in a picture could distract, each with a number to remove it by.",
    run=run,
    epilog="Example:\n\nkeepdial suggest photo.jpg --preview outlines.png",
)
