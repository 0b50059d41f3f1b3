"""``keepdial replay``: do a recorded edit once more and compare every pixel."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keepdial.cli.app import Command

if TYPE_CHECKING:
    from keepdial.replay import Replay
    from keepdial.settings import Settings


def run(
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="A record, or the picture that it lies beside.")
    ],
    image: Annotated[
        str | None,
        typer.Argument(
            metavar="IMAGE",
            help="The photograph the edit was made from; without it, it is looked for beside the record.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the result of the new run.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    remote: Annotated[
        bool,
        typer.Option("--allow-remote", help="Let a part of the picture be sent to another machine again."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Replay a record; exit code 1 if what comes out differs."""
    from keepdial.cli.commands._records import record_named, source_of
    from keepdial.cli.outputs import refuse_existing
    from keepdial.cli.progress import shown, stoppable
    from keepdial.files import open_image
    from keepdial.replay import replay
    from keepdial.settings import Settings

    settings = replace(Settings.from_environment(), remote=remote)
    found, where = record_named(record)
    if output is not None:
        refuse_existing([Path(output)], overwrite=overwrite)
    with stoppable() as cancel, shown(quiet=quiet) as listener:
        source = None
        if image is not None or found.source.format != "none":
            photograph = source_of(found, where, settings.max_file_bytes) if image is None else image
            source = open_image(sys.stdin.buffer if photograph == "-" else photograph, settings=settings)
        done = replay(found, source, progress=listener, cancel=cancel, settings=settings)
        cancel.check()
        if output is not None:
            _write(done, output, overwrite=overwrite, settings=settings)
    if as_json:
        outcome = {
            "identical": done.identical,
            "same_pixels": done.same_pixels,
            "same_file": done.same_file,
            "causes": [{"what": cause.what, "words": cause.words} for cause in done.causes],
        }
        typer.echo(json.dumps(outcome, indent=2))
    elif not quiet:
        typer.echo(str(done))
    if not done.identical:
        raise typer.Exit(1)


def _write(done: Replay, output: str, *, overwrite: bool, settings: Settings) -> None:
    from keepdial.files import save_image, write_atomically
    from keepdial.files.write import format_of

    if done.encoded is not None and format_of(output) in (None, done.encoded.format):
        write_atomically(output, done.encoded.data, overwrite=overwrite)
        return
    edit = done.edit
    save_image(
        edit.image,
        output,
        changed=edit.changed,
        placement=edit.stage.placement,
        overwrite=overwrite,
        settings=settings,
    )


COMMAND = Command(
    name="replay",
    summary="Do a recorded edit once more and compare every pixel.",
    run=run,
    epilog="Exit code 1: it came out differently.\n\nExamples:\n\nkeepdial replay clean.jpg\n\n"
    "keepdial replay clean.jpg.keepdial.json photo.jpg -o again.jpg",
)
