"""``keepdial explain``: what an edit did, in plain words."""

from __future__ import annotations

from typing import Annotated

import typer

from keepdial.cli.app import Command


def run(
    record: Annotated[
        str, typer.Argument(metavar="RECORD", help="A record, or the picture that it lies beside.")
    ],
) -> None:
    """Print the explanation of a record."""
    from keepdial.cli.commands._records import record_named
    from keepdial.explain import explain

    found, _ = record_named(record)
    typer.echo(explain(found))


COMMAND = Command(
    name="explain",
    summary="Say in plain words what an edit did, by what, and why.",
    run=run,
    epilog="Examples:\n\nkeepdial explain clean.jpg\n\nkeepdial explain clean.jpg.keepdial.json",
)
