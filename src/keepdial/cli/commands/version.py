"""``keepdial version``."""

from __future__ import annotations

import typer

from keepdial import __version__
from keepdial.cli.app import Command


def run() -> None:
    """Print the version."""
    typer.echo(f"keepdial {__version__}")


COMMAND = Command(name="version", summary="Print the version.", run=run)
