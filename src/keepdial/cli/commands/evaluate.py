"""``keepdial evaluate``: how well sentences are understood, measured on labelled sentences."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from keepdial.cli.app import Command

DATA = "KEEPDIAL_INSTRUCTIONS"


class What(StrEnum):
    """What is measured."""

    INSTRUCTIONS = "instructions"


def run(
    what: Annotated[
        What, typer.Argument(metavar="WHAT", help="instructions: how well sentences are understood.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help=f"The directory of the data sets, or one .tsv of it; without it {DATA} names it, and "
            "without both only keepdial's own sentences are measured.",
        ),
    ] = None,
    learn: Annotated[
        Path | None,
        typer.Option(
            "--learn",
            metavar="DIR",
            help="Another such directory, from whose rows it is learned how annotators tick labels, where "
            "the data has no rows for that.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Measure this data set only; may be given again."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Score at most N rows of each set.")
    ] = None,
    mistakes: Annotated[
        int, typer.Option("--mistakes", metavar="N", min=0, help="How many mistakes of each set are shown.")
    ] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Measure, and print everything."""
    from keepdial.cli.progress import shown, stoppable
    from keepdial.evaluate._text import facts, text
    from keepdial.evaluate.instructions import evaluate

    named = os.environ.get(DATA)
    place = data if data is not None else (Path(named) if named else None)
    with stoppable() as cancel, shown(quiet=quiet) as progress:
        report = evaluate(
            place, learn=learn, only=tuple(only or ()), limit=limit, progress=progress, cancel=cancel
        )
    if as_json:
        typer.echo(json.dumps(facts(report, mistakes), indent=2))
    else:
        typer.echo(text(report, mistakes=mistakes, sentences=bool(only)))


COMMAND = Command(
    name="evaluate",
    summary="Measure how well sentences are understood, on labelled sentences of people.",
    run=run,
    epilog="Examples:\n\nkeepdial evaluate instructions\n\nkeepdial evaluate instructions --data sentences "
    "--only gier --mistakes 20",
)
