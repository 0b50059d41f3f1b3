"""The options of an operation's command: the common ones, and those its declaration names.

An operation writes its parameters once, as the fields of its `Params`; the option's name, range, default and
sentence are read from there, and its value is judged by the same model, so that command line, server and
replay refuse the same things in the same words.
"""

from __future__ import annotations

import base64
import inspect
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typer

from keepdial.cli import regions
from keepdial.cli.outputs import MOST_VARIATIONS, UNNAMED
from keepdial.errors import ParameterError
from keepdial.operations import is_file, is_files

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from keepdial.operations import Operation, Params

WHERE, HOW, OUTPUT = "Where", "How", "Output"


def text_option(*names: str, metavar: str, help: str, panel: str, default: str = "") -> Any:
    """Return an option that takes a text and is None where it is not given, as (annotation, default)."""
    words = f"{help} Default: {default}." if default else help
    info = typer.Option(*names, metavar=metavar, help=words, rich_help_panel=panel, show_default=False)
    return Annotated[str | None, info], None


def _list(*names: str, metavar: str, help: str) -> Any:
    info = typer.Option(*names, metavar=metavar, help=help, rich_help_panel=WHERE)
    return Annotated[list[str] | None, info], None


def _flag(*names: str, help: str, panel: str = OUTPUT) -> Any:
    return Annotated[bool, typer.Option(*names, help=help, rich_help_panel=panel)], False


SELECTION = {
    "what": _list("--what", metavar="WORDS", help=f"In words: {regions.WHAT}."),
    "point": _list("--point", metavar="X,Y", help=f"A click on what is meant: {regions.POINTS}."),
    "not_point": _list("--not-point", metavar="X,Y", help="A click on what is not meant."),
    "around": text_option(
        "--around",
        metavar="X,Y,W,H",
        help="A box around an object finds the object, with or without clicks.",
        panel=WHERE,
    ),
    "snap": _list("--snap", metavar='"X,Y X,Y ..."', help=f"Snaps to an object: {regions.SNAP}."),
    "suggestion": _list("--suggestion", metavar="N", help="A distraction that `keepdial suggest` found."),
    "mask": _list("--mask", metavar="FILE", help=f"Mask file: {regions.MASK}."),
    "mask_channel": text_option(
        "--mask-channel",
        metavar="auto|luminance|alpha|#rrggbb",
        help="What of a mask file counts: luminance, white = edit; alpha, transparent = edit; a colour, what "
        "is painted in it = edit.",
        panel=WHERE,
        default="auto",
    ),
    "mask_invert": _flag("--mask-invert", help="Swap black and white of the mask files.", panel=WHERE),
    "box": _list("--box", metavar="X,Y,W,H", help="Rectangle in whole pixels from the top left corner."),
    "polygon": _list("--polygon", metavar='"X,Y X,Y ..."', help="Corners of a region."),
    "stroke": _list("--stroke", metavar='"X,Y ...:WIDTH"', help="Brush stroke along points."),
    "all": _flag("--all", help="The whole picture.", panel=WHERE),
    "without": _list("--except", metavar="REGION", help=f"Taken away from it: {regions.REGION}."),
    "tool": _list("--tool", metavar="TOOL", help=f"Work on each region's mask, in order: {regions.TOOL}."),
}


def common(operation: Operation | None) -> dict[str, Any]:
    """Return the options that every operation has, as name -> (annotation, default).

    None stands for operations that are not known yet: they are named by a sentence.
    """
    image: tuple[Any, Any] = _picture(optional=operation is not None and operation.from_nothing)
    selection = {} if operation is not None and operation.target == "none" else SELECTION
    return {
        "source": image,
        **selection,
        "pin": _list(
            "--pin",
            metavar="REGION",
            help=f"Must survive bit for bit, whatever was selected: {regions.REGION}.",
        ),
        "no_auto_pin": _flag(
            "--no-auto-pin",
            help="Do not pin faces, text and the subject where the edit is not about them.",
            panel=WHERE,
        ),
        "keep": text_option(
            "--keep",
            "-k",
            metavar="0..1|FILE",
            help="The dial: how much of the selected part is kept, 0 to 1, or a grey PNG of the picture's "
            "size, white = keep all.",
            panel=HOW,
            default="each operation's own" if operation is None else f"{operation.default_keep:g}",
        ),
        "variations": text_option(
            "--variations",
            "-n",
            metavar="N",
            help=f"How many results, 1 to {MOST_VARIATIONS}.",
            panel=HOW,
            default="1",
        ),
        "seed": text_option(
            "--seed", metavar="N", help="Same seed, same bytes; 0 to 4294967295.", panel=HOW, default="0"
        ),
        "backend": text_option(
            "--backend", metavar="NAME", help="Use this backend; see: keepdial doctor.", panel=HOW
        ),
        "remote": _flag(
            "--allow-remote",
            help="Let a part of the picture be sent to another machine, where a server there is set up.",
            panel=HOW,
        ),
        "commercial": _flag(
            "--commercial", help="Use only what is known to allow commercial use.", panel=HOW
        ),
        "after": text_option(
            "--after",
            metavar="RECORD",
            help="Do this on top of a recorded edit: IMAGE is the original, and everything is rendered "
            "from it anew, in one go.",
            panel=HOW,
        ),
        "output": text_option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write; the name's ending decides the format; - writes stdout.",
            panel=OUTPUT,
            default="beside IMAGE, as IMAGE.keepdial.jpg, in its format"
            + (f"; without IMAGE, {UNNAMED}" if operation is not None and operation.from_nothing else ""),
        ),
        "overwrite": _flag("--overwrite", help="Replace files that exist."),
        "metadata": _flag("--metadata", help="Keep camera data (EXIF, XMP); location never."),
        "no_record": _flag("--no-record", help="Write no record beside the picture."),
        "json": _flag("--json", help="Print the report as JSON."),
        "quiet": _flag("--quiet", "-q", help="Print nothing but errors."),
    }


def _picture(*, optional: bool) -> tuple[Any, Any]:
    words = "The picture; - reads stdin."
    if not optional:
        info = typer.Argument(metavar="IMAGE", help=words, show_default=False)
        return Annotated[str, info], inspect.Parameter.empty
    info = typer.Argument(
        metavar="IMAGE", help=f"{words} Without one it begins with nothing.", show_default=False
    )
    return Annotated[str | None, info], None


def own(params: type[Params], title: str) -> dict[str, Any]:
    """Return the options that the fields of `params` stand for, as name -> (annotation, default)."""
    return {name: _option(name, field, title) for name, field in params.model_fields.items()}


def values(params: type[Params], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the operation's options as plain JSON values, validated; raise `ParameterError`."""
    chosen = {
        name: _value(name, given[name], params.model_fields[name])
        for name in params.model_fields
        if given.get(name) is not None
    }
    model: Params = params.build(**chosen)
    return model.model_dump(mode="json")


def _option(name: str, field: FieldInfo, title: str) -> Any:
    flag = flag_of(name)
    words = f"{field.description or ''}{limits_of(field)}"
    if field.annotation is bool:
        info = typer.Option(f"{flag}/--no-{flag[2:]}", help=words, rich_help_panel=title)
        return Annotated[bool, info], field.default
    if is_texts(field):
        info = typer.Option(
            flag, metavar=metavar_of(field), help=f"{words} Repeatable.", rich_help_panel=title
        )
        return Annotated[list[str] | None, info], None
    default = field.get_default(call_default_factory=False)
    shown = "" if default is None or field.is_required() else str(default)
    return text_option(flag, metavar=metavar_of(field), help=words, panel=title, default=shown)


def _kinds(field: FieldInfo) -> list[Any]:
    found = [a for a in (get_args(field.annotation) or (field.annotation,)) if a is not type(None)]
    return found or [str]


def flag_of(name: str) -> str:
    """Return the option for a field: ``second_colour`` is ``--second-colour``."""
    return f"--{name.replace('_', '-')}"


def is_texts(field: FieldInfo) -> bool:
    """Return whether a field takes any number of texts: its option may be given several times."""
    return get_origin(field.annotation) is tuple and get_args(field.annotation) == (str, ...)


def metavar_of(field: FieldInfo) -> str:
    """Return what stands for the value of an option in help: FILE, N, NUMBER, the choices ..."""
    if is_file(field):
        return "FILE"
    if is_texts(field):
        return str(field.examples[0]) if field.examples else "TEXT"
    first = _kinds(field)[0]
    if isinstance(first, str):
        return "|".join(map(str, _kinds(field)))
    choices = get_args(first)
    if choices and all(isinstance(c, str) for c in choices):
        return "|".join(filter(None, choices))
    return {int: "N", float: "NUMBER", str: "TEXT"}.get(first, "VALUE")


def limits_of(field: FieldInfo) -> str:
    """Return the range of a field in words, in parentheses; "" where it has none."""
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    said = [
        f"{phrase} {value:g}"
        for mark, phrase in words.items()
        for rule in field.metadata
        if isinstance(value := getattr(rule, mark, None), int | float)
    ]
    return f" ({', '.join(said)})" if said else ""


def _value(name: str, text: Any, field: FieldInfo) -> Any:
    """Leave numbers and words to the model, which reads them from text; lists and objects come as JSON.

    Files are read here, so that a request holds what they hold and replays without them.
    """
    if is_file(field):
        flag = flag_of(name)
        files = [
            base64.b64encode(regions.read(one, option=flag, allowed="a picture file")).decode("ascii")
            for one in (text if is_files(field) else [text])
        ]
        return files if is_files(field) else files[0]
    if not isinstance(text, str) or text[:1] not in ("[", "{") or str in _kinds(field):
        return text
    try:
        return json.loads(text)
    except ValueError:
        raise ParameterError(name, text, "JSON, for example [1, 2]") from None


def signature(operation: Operation) -> inspect.Signature:
    """Return the signature of the command; refuse an operation that takes a common option's name."""
    shared = common(operation)
    special = own(operation.params, f"What {operation.name} takes")
    twice = sorted((SELECTION.keys() | shared.keys()) & special.keys())
    if twice:
        raise ValueError(f"{operation.name}: {', '.join(twice)} is an option of every operation")
    return inspect.Signature(
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
            for name, (annotation, default) in _in_order(shared, special)
        ]
    )


def _in_order(shared: dict[str, Any], special: dict[str, Any]) -> list[tuple[str, Any]]:
    """Put the operation's own options before those about output: help is read from the top."""
    names = list(shared)
    cut = names.index("output")
    return [*((n, shared[n]) for n in names[:cut]), *special.items(), *((n, shared[n]) for n in names[cut:])]
