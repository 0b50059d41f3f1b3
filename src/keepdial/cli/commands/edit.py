"""``keepdial edit``: say in a sentence what is wanted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepdial.cli.app import Command
from keepdial.cli.asking import LANGUAGE, MODES, SEND_PICTURE, is_file, parameters
from keepdial.cli.options import SELECTION
from keepdial.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from keepdial.cli.asking import Settled
    from keepdial.cli.edit import Asked
    from keepdial.image import Image
    from keepdial.request import Request


def run(**given: Any) -> None:
    """Understand the sentence, settle what is not certain, do its steps in order, save and report."""
    from keepdial.cli.edit import checked, edit_each, edit_files

    images: list[str] = given.pop("images") or []
    first = images[0] if images else None
    given = {**given, "source": first, "folder": _is_folder(given["output"])}
    _check_pictures(images, given)
    checked(given)
    asked = _asked(given)
    if len(images) < 2:
        one = asked(first or "")
        edit_files(one.request, given, notes=one.notes)
        return
    code = edit_each(images, asked, given)
    if code:
        raise typer.Exit(code)


def _asked(given: dict[str, Any]) -> Callable[[str], Asked]:
    """Return what gives, by a picture's name, what the sentence asks for, once it is settled.

    It is settled once for all pictures, unless a language model is to look at each.
    """
    from keepdial.cli import asking

    asking.checked_modes(given)
    if given["send_picture"]:
        if given["source"] in (None, "-"):
            what = "without a picture" if given["source"] is None else "with a picture from stdin"
            raise ParameterError("--send-picture", f"given {what}", "a picture's file")
        asking.reader(given)  # what cannot be asked is said before any picture is opened
        return lambda name: _settled(given, _opened(name, given))
    once = _settled(given, None)
    return lambda name: once


def _settled(given: dict[str, Any], image: Image | None) -> Asked:
    from keepdial.cli import asking
    from keepdial.cli.edit import Asked

    read = asking.reader(given, image=image, selected=any(given.get(name) for name in SELECTION))
    found = asking.settled(read(given["sentence"]), given, read)
    return Asked(request_of(found, given), found.notes)


def _opened(name: str, given: dict[str, Any]) -> Image:
    from keepdial.cli.edit import settings_of
    from keepdial.files import open_image

    return open_image(name, settings=settings_of(given))


def request_of(found: Settled, given: dict[str, Any]) -> Request:
    """Return the steps of a plan as one request.

    What is selected by options is the place of every step that names none; the other options hold for all.
    """
    from keepdial.cli import regions
    from keepdial.cli.edit import dial, whole
    from keepdial.understand.asking import asked

    pins = tuple(regions.region(text, option="--pin") for text in given["pin"] or ())
    more: dict[str, Any] = {"auto_pin": not given["no_auto_pin"], "backend": given["backend"]}
    if given["keep"] is not None:
        more["keep"] = dial(given["keep"])
    if given["seed"] is not None:
        more["seed"] = whole("--seed", given["seed"], 0, 2**32 - 1)
    request = asked(
        found.plan, files=_Files(), selected=regions.targets(given), pins=pins, anyway=given["yes"]
    )
    then = tuple(step.model_copy(update=more) for step in request.then)
    return request.model_copy(update={**more, "then": then})


class _Files(dict[str, str]):
    """The picture files that a sentence names, read when they are asked for."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> str:
        import base64

        from keepdial.cli import regions

        data = regions.read(name, option="the sentence", allowed="the name of a picture file")
        return base64.b64encode(data).decode("ascii")


def _is_folder(output: str | None) -> bool:
    return output is not None and "\0" not in output and os.path.isdir(output)


def _check_pictures(images: list[str], given: dict[str, Any]) -> None:
    """Raise where the pictures, the sentence and ``-o`` do not go together, before anything is done."""
    sentence, output = given["sentence"], given["output"]
    if is_file(sentence):
        raise ParameterError(
            "SENTENCE",
            sentence,
            "what is wanted, in words, behind the pictures",
            hint=_quoted(images or [sentence]),
        )
    if len(images) < 2:
        return
    strays = [name for name in images if name != "-" and not Path(name).suffix and not is_file(name)]
    if strays:
        raise ParameterError("IMAGE", strays[0], "the name of a picture file", hint=_quoted(images))
    if "-" in images:
        raise ParameterError("IMAGE", "-", "stdin for one picture alone, or the names of several files")
    if output is not None and not given["folder"]:
        raise OutputError(
            f"{output} is not a folder, and {len(images)} pictures do not fit into one file.",
            hint="Name a folder that exists with -o, or leave -o out: results lie beside their pictures.",
        )


def _quoted(images: list[str]) -> str:
    return f'Put the sentence in quotation marks, last: keepdial edit {images[0]} "a bit brighter".'


def _options() -> dict[str, Any]:
    from keepdial.cli.options import common

    shared = common(None)
    del shared["source"]
    images = typer.Argument(
        metavar="IMAGE",
        help="The picture, or several of them; - reads one from stdin. None where one is to be painted.",
        show_default=False,
    )
    words = typer.Argument(
        metavar="SENTENCE",
        help='What is wanted, for example "make it a bit warmer and remove the text".',
        show_default=False,
    )
    required = parameters({}).empty
    first = {
        "images": (Annotated[list[str] | None, images], None),
        "sentence": (Annotated[str, words], required),
    }
    names = list(shared)
    cut = names.index("output")
    return {
        **first,
        **{name: shared[name] for name in names[:cut]},
        **MODES,
        **LANGUAGE,
        **SEND_PICTURE,
        **{name: shared[name] for name in names[cut:]},
    }


run.__signature__ = parameters(_options())  # type: ignore[attr-defined]

COMMAND = Command(
    name="edit",
    summary="Say in a sentence what is wanted: one or more steps, places, amounts, and what to keep.",
    run=run,
    group="In words",
    epilog='Examples:\n\nkeepdial edit photo.jpg "a bit brighter, and remove the text" -o out.jpg\n\n'
    'keepdial edit photo.jpg "underexpose the sky by 1 stop but keep the faces" -o out.jpg\n\n'
    'keepdial edit *.jpg "a bit warmer" -o done/\n\n'
    'keepdial edit "paint me a lighthouse in a storm" -o lighthouse.png',
)
