"""``keepdial models``: list, fetch, add, check and remove the networks that are used where they are there.

Networks with a card are files in the store. Checkpoints of diffusion models (`_checkpoints`) are whatever
folder or file a person has, under a name that they choose.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command

if TYPE_CHECKING:
    from keepdial.models import State


class Action(StrEnum):
    """What to do."""

    LIST = "list"
    GET = "get"
    ADD = "add"
    VERIFY = "verify"
    REMOVE = "remove"


def run(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION",
            help="list all; get NAME from its public source; add PATH, a file or a checkpoint you have; "
            "verify [NAME]: read files through and compare; remove NAME.",
        ),
    ] = Action.LIST,
    what: Annotated[
        str | None,
        typer.Argument(metavar="WHAT", help="A model's name, or for add a path.", show_default=False),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            help="With add: which model the file is, if its bytes do not say, or how the checkpoint is to be "
            "called.",
        ),
    ] = None,
    pipeline: Annotated[
        str | None,
        typer.Option(
            "--pipeline",
            metavar="CLASS",
            help="With add: the pipeline of diffusers that a checkpoint is for, if it does not say.",
        ),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FOLDER",
            help="With add: for a checkpoint in a single file, the folder of one of its kind in diffusers' "
            "layout, which says how the weights go together.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Do one thing with the store."""
    from keepdial.errors import InputError

    for option, value in (("--name", name), ("--pipeline", pipeline), ("--config", config)):
        if value is not None and action is not Action.ADD:
            raise InputError(f"{option} goes with add, not with {action}.", hint="Leave it out.")
    needs = {Action.GET: "NAME", Action.ADD: "PATH", Action.REMOVE: "NAME"}
    if action in needs and what is None:
        raise InputError(
            f"keepdial models {action} needs a {needs[action]}.", hint="keepdial models list shows the names."
        )
    if action is Action.LIST and what is not None:
        raise InputError(f"list shows all models; {what!r} says nothing to it.", hint="Leave it out.")
    outcome = _with_checkpoint(action, what, name, pipeline, config, quiet)
    outcome = outcome or _do(action, what or "", name, quiet)
    if as_json:
        typer.echo(json.dumps(outcome["json"], indent=2))
    elif not quiet:
        typer.echo(outcome["text"])
    if outcome.get("wrong"):
        from keepdial.errors import ModelRefused

        raise ModelRefused(
            f"Not as they should be: {', '.join(outcome['wrong'])}.",
            hint="Remove and get them anew: keepdial models remove NAME, keepdial models get NAME.",
        )


def _with_checkpoint(
    action: Action, what: str | None, name: str | None, pipeline: str | None, config: str | None, quiet: bool
) -> dict[str, Any] | None:
    """Do what is asked where it is about a checkpoint; None where it is about the other models."""
    from keepdial.cli.commands import _checkpoints
    from keepdial.diffusion.checkpoint import checkpoints
    from keepdial.models import cards

    if action is Action.ADD and what and _checkpoints.is_one(what, name, pipeline, config):
        return _checkpoints.added(what, name, pipeline, config, quiet)
    if action in (Action.REMOVE, Action.VERIFY) and what and what not in cards() and what in checkpoints():
        return _checkpoints.removed(what) if action is Action.REMOVE else _checkpoints.verified([what], quiet)
    return None


def _do(action: Action, what: str, name: str | None, quiet: bool) -> dict[str, Any]:
    from keepdial import models
    from keepdial.cli.progress import shown, stoppable

    if action is Action.LIST:
        return _listed(models.states())
    if action is Action.VERIFY:
        if what:
            models.card(what)
        found = [s for s in models.states(again=True) if s.path is not None and what in ("", s.card.name)]
        if what and not found:
            raise models.missing(what)
        return _verified(found, quiet, with_checkpoints=not what)
    if action is Action.REMOVE:
        gone = models.remove(what)
        text = f"{what} is removed." if gone else f"{what} was not installed: nothing to remove."
        return {"text": text, "json": {"removed": [what] if gone else []}}
    with stoppable() as cancel, shown(quiet=quiet) as listener:
        if action is Action.GET:
            paths = models.get(what, progress=listener, cancel=cancel)
        else:
            card, path = models.add(what, name=name, progress=listener, cancel=cancel)
            what, paths = card.name, (path,)
    return {
        "text": "\n".join(f"{what} is installed: {path}" for path in paths),
        "json": {"installed": what, "paths": [str(path) for path in paths]},
    }


def _listed(states: tuple[State, ...]) -> dict[str, Any]:
    from keepdial.cli.commands import _checkpoints
    from keepdial.models import folder

    lines = [f"Models in {folder()}:"]
    for state in states:
        mark = "wrong" if state.wrong else "here" if state.path else "-"
        lines.append(
            f"  {mark:<6}{state.card.name:<19}{state.card.size:>15}  {state.card.task} {state.card.use}."
        )
        if state.wrong:
            lines.append(f"        {state.wrong}")
    lines.append("Fetch one with: keepdial models get NAME")
    shelf = _checkpoints.listed()
    lines += ["", shelf["text"]]
    table = [
        {
            "name": s.card.name,
            "task": s.card.task,
            "installed": s.path is not None and not s.wrong,
            "path": None if s.path is None else str(s.path),
            "wrong": s.wrong,
            "sha256": s.sha256 or s.card.sha256,
            "bytes": s.card.bytes,
            "format": s.card.format,
            "licence": s.card.licence,
            "commercial": s.card.commercial,
            "source": s.card.source,
            "url": s.card.url,
        }
        for s in states
    ]
    found = {"folder": str(folder()), "models": table, "checkpoints": shelf["json"]}
    return {"text": "\n".join(lines), "json": found}


def _verified(states: list[State], quiet: bool, *, with_checkpoints: bool) -> dict[str, Any]:
    from keepdial.cli.commands import _checkpoints
    from keepdial.diffusion.checkpoint import checkpoints

    lines = [f"{s.card.name}: {s.wrong or f'right, sha256 {s.sha256}'}" for s in states]
    found: dict[str, Any] = {"models": {s.card.name: {"sha256": s.sha256, "wrong": s.wrong} for s in states}}
    wrong = [s.card.name for s in states if s.wrong]
    if with_checkpoints and (names := list(checkpoints())):
        shelf = _checkpoints.verified(names, quiet)
        lines.append(shelf["text"])
        found |= shelf["json"]
        wrong += shelf["wrong"]
    return {"text": "\n".join(lines) or "No model is installed.", "json": found, "wrong": wrong}


COMMAND = Command(
    name="models",
    summary="List, fetch, check and remove the models that finders and backends can use.",
    run=run,
    epilog="Examples:\n\nkeepdial models list\n\nkeepdial models get yolox-nano\n\n"
    "keepdial models add selfie_mlkit_256.tflite\n\n"
    "keepdial models add ~/sd15-inpainting --name sd15-inpaint\n\nkeepdial models verify",
)
