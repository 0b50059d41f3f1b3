"""``keepdial select``: what would be selected, as a mask and as a picture with its outline."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command
from keepdial.cli.options import OUTPUT, SELECTION, text_option
from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from keepdial.image import Image
    from keepdial.select import Selection

EDGES = ("as found", "soft")


def run(**given: Any) -> None:
    """Select, write what was asked for, and say what was found."""
    from keepdial.cli import outputs, regions
    from keepdial.cli.edit import one_stdin
    from keepdial.cli.progress import shown, stoppable
    from keepdial.files import open_image, save_image
    from keepdial.progress import Event
    from keepdial.select import select
    from keepdial.settings import Settings

    settings = Settings.from_environment()
    picture, output, preview = given["image"], given["output"], given["preview"]
    one_stdin([picture, *(given["mask"] or ()), *(given["without"] or ())])
    selectors = regions.targets(given)
    if not selectors:
        raise ParameterError("region", "nothing", 'a region, for example --what "the subject"')
    files = [Path(name) for name in (output, preview) if name is not None]
    for name in files:
        if name.suffix.lower() not in outputs.endings():
            allowed = f"a name that ends in one of {' '.join(sorted(outputs.endings()))}"
            raise ParameterError("--output", str(name), allowed)
    outputs.refuse_existing(files, overwrite=given["overwrite"])
    with stoppable() as cancel, shown(quiet=given["quiet"]) as listener:
        listener(Event("read", 0.0))
        image = open_image(sys.stdin.buffer if picture == "-" else picture, settings=settings)
        cancel.check()
        listener(Event("select", 0.0))
        selection = select(selectors, image)
        cancel.check()
        mask = selection.mask
        if given["soft"] and selection.box is not None:
            from keepdial.matting import soft_edge

            listener(Event("soft edge", 0.0))
            mask = soft_edge(image.pixels, mask)
            cancel.check()
        listener(Event("write", 0.0))
        if output is not None:
            save_image(_mask_picture(mask, image), output, overwrite=given["overwrite"], settings=settings)
        if preview is not None:
            from keepdial.outlined import outlined

            save_image(outlined(image, mask), preview, overwrite=given["overwrite"], settings=settings)
    if given["json"]:
        sys.stdout.write(json.dumps(_facts(selection, image, output, preview), indent=2) + "\n")
    elif not given["quiet"]:
        sys.stdout.write(_text(_facts(selection, image, output, preview)))


def _mask_picture(mask: Any, image: Image) -> Image:
    """Return the mask as a grey picture of 8 bits, white = inside, stored upright."""
    import numpy as np

    from keepdial.color import samples_of
    from keepdial.image import Image

    return Image(samples_of(mask, np.zeros(0, np.uint8))[..., None])


def _facts(selection: Selection, image: Image, output: str | None, preview: str | None) -> dict[str, Any]:
    import numpy as np

    box = selection.box
    pixels = 0 if box is None else int(np.count_nonzero(selection.mask[box.slices] >= 0.5))
    return {
        "size": [image.size.width, image.size.height],
        "box": None if box is None else [box.x, box.y, box.width, box.height],
        "pixels": pixels,
        "share": round(pixels / image.size.area, 6),
        "mask": output,
        "preview": preview,
        "notes": list(selection.notes),
    }


def _text(facts: dict[str, Any]) -> str:
    if facts["box"] is None:
        lines = ["Nothing is selected."]
    else:
        x, y, width, height = facts["box"]
        share = 100 * facts["share"]
        lines = [
            f"Selected {facts['pixels']:,} pixels, {share:.2g} % of the picture, in the box "
            f"{x},{y},{width},{height}."
        ]
    lines += [f"  note    {note}" for note in facts["notes"]]
    if facts["mask"]:
        lines.append(f"  mask    {facts['mask']} (white = selected; give it to --mask)")
    if facts["preview"]:
        lines.append(f"  preview {facts['preview']}")
    return "\n".join(lines) + "\n"


def _flag(name: str, help: str, *more: str) -> Any:
    return Annotated[bool, typer.Option(name, *more, help=help, rich_help_panel=OUTPUT)], False


PARAMETERS = {
    "image": (
        Annotated[
            str, typer.Argument(metavar="IMAGE", help="The picture; - reads stdin.", show_default=False)
        ],
        inspect.Parameter.empty,
    ),
    **SELECTION,
    "soft": _flag("--soft", "Compute a soft edge (hair, fur, blur) by matting."),
    "output": text_option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the mask: grey, white = selected.",
        panel=OUTPUT,
    ),
    "preview": text_option(
        "--preview", metavar="FILE", help="Write the picture with the outline drawn.", panel=OUTPUT
    ),
    "overwrite": _flag("--overwrite", "Replace files that exist."),
    "json": _flag("--json", "Print what was selected as JSON."),
    "quiet": _flag("--quiet", "Print nothing but errors.", "-q"),
}
run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in PARAMETERS.items()
    ]
)

COMMAND = Command(
    name="select",
    summary="Select by words, clicks, boxes or strokes, and see what was selected.",
    run=run,
    epilog='Example:\n\nkeepdial select photo.jpg --what "the cup" -o cup.png --preview outline.png',
)
