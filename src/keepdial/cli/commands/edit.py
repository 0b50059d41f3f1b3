"""``keepdial edit``: say in a sentence what is wanted."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command

if TYPE_CHECKING:
    from keepdial.request import Request


def run(**given: Any) -> None:
    """Understand the sentence, do its steps in order, save and report."""
    from keepdial.cli.edit import checked, edit_files

    checked(given)
    edit_files(request_of(given), given)


def request_of(given: dict[str, Any]) -> Request:
    """Return the steps of the sentence as one request.

    What is selected by options is the place of every step that names none; the other options hold for all.
    """
    from keepdial.cli import regions
    from keepdial.cli.edit import dial, whole
    from keepdial.operations import operation
    from keepdial.understand.grammar import request_of as joined
    from keepdial.understand.grammar import understand_words

    sentence = given["sentence"]
    steps = understand_words(sentence, files=_Files())
    selected = regions.targets(given)
    pins = tuple(regions.region(text, option="--pin") for text in given["pin"] or ())
    all_steps: dict[str, Any] = {"auto_pin": not given["no_auto_pin"], "backend": given["backend"]}
    if given["keep"] is not None:
        all_steps["keep"] = dial(given["keep"])
    if given["seed"] is not None:
        all_steps["seed"] = whole("--seed", given["seed"], 0, 2**32 - 1)
    request = joined(steps)
    made = []
    for step in (request.model_copy(update={"then": ()}), *request.then):
        places = step.targets
        if not places and operation(step.operation).target != "none":
            places = selected
        more = {**all_steps, "targets": places, "pins": (*step.pins, *pins)}
        made.append(step.model_copy(update=more))
    return made[0].model_copy(update={"then": tuple(made[1:])})


class _Files(dict[str, str]):
    """The picture files that a sentence names, read when they are asked for."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> str:
        import base64

        from keepdial.cli import regions

        data = regions.read(name, option="the sentence", allowed="the name of a picture file")
        return base64.b64encode(data).decode("ascii")


def _signature() -> inspect.Signature:
    from keepdial.cli.options import common

    words = typer.Argument(
        metavar="SENTENCE",
        help='What is wanted, for example "make it a bit warmer and remove the text".',
        show_default=False,
    )
    shared = common(None)
    names = list(shared)
    every = {names[0]: shared[names[0]], "sentence": (Annotated[str, words], inspect.Parameter.empty)}
    every |= {name: shared[name] for name in names[1:]}
    return inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, (annotation, default) in every.items()
        ]
    )


run.__signature__ = _signature()  # type: ignore[attr-defined]

COMMAND = Command(
    name="edit",
    summary="Say in a sentence what is wanted: one or more steps, places, amounts, and what to keep.",
    run=run,
    group="In words",
    epilog='Examples:\n\nkeepdial edit photo.jpg "a bit brighter, and remove the text" -o out.jpg\n\n'
    'keepdial edit photo.jpg "underexpose the sky by 1 stop but keep the faces" -o out.jpg',
)
