"""The group of all commands: its help is printed without importing any of them.

Two kinds of command live here. Each operation is one, with the options that its declaration names; and each
module of `keepdial.cli.commands` is one. Adding either is adding a file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from keepdial.cli.declared import Declared, declared, load
from keepdial.errors import InputError

OPERATIONS = ("keepdial.operations", "OPERATION")
COMMANDS = ("keepdial.cli.commands", "COMMAND")

HELP = (
    "Edit images by saying how much must be kept.\n\n"
    "One dial, --keep, from 0 (nothing needs to stay) to 1 (nothing may change). What is pinned, and all "
    "that lies outside of what you selected, survives bit for bit, in the delivered file too. Every edit "
    "leaves a record beside the picture that explains and replays it."
)
EPILOG = (
    "Exit codes: 0 done; 1 a replay came out differently; 2 something asked for is not possible as given; 3 "
    "the file is not a picture that can be opened; 4 the result cannot be written there; 5 no backend can do "
    "it; 6 a backend failed; 7 the guarantee would have been broken, nothing was written; 8 a download "
    "failed; 130 stopped with Ctrl-C, nothing was written."
)
WORDS, EDIT, LOOK = "In words", "Edit a picture", "Look into edits"
"""Headings of the help; an operation and a command may declare others, as literals."""

PLAIN_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


@dataclass(frozen=True, slots=True)
class Command:
    """A command that is no operation: `run` is a function whose annotated parameters are its options."""

    name: str
    summary: str
    run: Callable[..., None]
    epilog: str = ""
    group: str = ""


def build(name: str, run: Callable[..., None], *, help: str, epilog: str = "") -> TyperCommand:
    """Return the command that calls `run`, its options taken from the signature."""
    single = typer.Typer(add_completion=False, rich_markup_mode="rich")
    single.command(
        name, help=help, epilog=epilog or None, context_settings=PLAIN_SETTINGS, no_args_is_help=False
    )(run)
    command = typer.main.get_command(single)
    if not isinstance(command, TyperCommand):
        raise TypeError(f"the command {name} came out as a group")
    return command


def load_command(name: str) -> TyperCommand:
    """Return the command called `name`, importing what it needs."""
    if name in declared(*COMMANDS):
        own: Command = load(declared(*COMMANDS)[name], COMMANDS[1])
        return build(own.name, own.run, help=own.summary, epilog=own.epilog)
    from keepdial.cli.edit import operation_command

    return operation_command(load(declared(*OPERATIONS)[name], OPERATIONS[1]))


class Commands(TyperGroup):
    """The group: each command stands as its name and sentence until it is called."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        units = [(unit.group or EDIT, unit) for unit in declared(*OPERATIONS).values()]
        units += [(unit.group or LOOK, unit) for unit in declared(*COMMANDS).values()]
        order = {WORDS: 0, EDIT: 1, LOOK: 3}
        for panel, unit in sorted(units, key=lambda u: (order.get(u[0], 2), u[0], u[1].name)):
            self._stand_in(unit, panel)

    def _stand_in(self, unit: Declared, panel: str) -> None:
        self.add_command(TyperCommand(unit.name, help=unit.summary, rich_help_panel=panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find the command and only then import it."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if stand_in is not None and name is not None else None, rest


def _print_version(asked: bool) -> None:
    if asked:
        from keepdial import __version__

        typer.echo(f"keepdial {__version__}")
        raise typer.Exit()


def group() -> TyperGroup:
    """Return the whole command line."""
    app = typer.Typer(
        name="keepdial",
        cls=Commands,
        help=HELP,
        epilog=EPILOG,
        add_completion=True,
        rich_markup_mode="rich",
        context_settings=PLAIN_SETTINGS,
    )

    @app.callback()
    def start(
        version: bool = typer.Option(
            False, "--version", help="Print the version and stop.", is_eager=True, callback=_print_version
        ),
    ) -> None:
        pass

    found = typer.main.get_command(app)
    if not isinstance(found, TyperGroup):
        raise InputError("The command line has no commands.")
    return found
