"""``keepdial compare``: what differs between two pictures, in numbers and as a heat map."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepdial.cli.app import Command

if TYPE_CHECKING:
    from keepdial.compare import Comparison


def run(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="A picture; - reads stdin.")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="The picture to compare with it.")],
    heat: Annotated[
        str | None,
        typer.Option("--heat", metavar="FILE", help="Write a picture that shows where they differ."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
) -> None:
    """Compare two pictures."""
    from keepdial.cli.edit import one_stdin
    from keepdial.cli.outputs import refuse_existing
    from keepdial.compare import compare, heat_map
    from keepdial.files import open_image, save_image
    from keepdial.settings import Settings

    settings = Settings.from_environment()
    one_stdin([before, after])
    if heat is not None:
        refuse_existing([Path(heat)], overwrite=overwrite)
    first, second = (
        open_image(sys.stdin.buffer if name == "-" else name, settings=settings) for name in (before, after)
    )
    found = compare(first, second)
    if heat is not None:
        save_image(heat_map(first, second), heat, overwrite=overwrite, settings=settings)
    typer.echo(found.model_dump_json(indent=2) if as_json else _text(found, heat))


def _text(found: Comparison, heat: str | None) -> str:
    lines = [str(found), *found.notes]
    if found.regions_found > 1:
        lines += [f"  {r.width}x{r.height} at {r.x},{r.y}: {r.pixels:,} pixels differ" for r in found.regions]
        rest = found.regions_found - len(found.regions)
        lines += [f"  and {rest:,} smaller regions"] if rest else []
    if found.changed:
        noise = "" if found.psnr is None else f"PSNR {found.psnr:.1f} dB, "
        lines.append(
            f"{noise}HaarPSI {found.haarpsi:.4f} (1 = identical), GMSD {found.gmsd:.4f} (0 = identical)."
        )
    if heat is not None:
        lines.append(f"Where they differ is drawn in {heat}.")
    return "\n".join(lines)


COMMAND = Command(
    name="compare",
    summary="Count what differs between two pictures, and draw where.",
    run=run,
    epilog="Example:\n\nkeepdial compare photo.jpg clean.jpg --heat heat.png",
)
