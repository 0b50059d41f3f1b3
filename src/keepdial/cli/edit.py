"""The command of an operation: what was typed becomes a `Request`, and the results become files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from keepdial.cli import options, regions
from keepdial.errors import ParameterError

if TYPE_CHECKING:
    from typer.core import TyperCommand

    from keepdial.operations import Operation
    from keepdial.request import Request
    from keepdial.settings import Settings


def operation_command(operation: Operation) -> TyperCommand:
    """Return the command that asks for `operation`."""
    from keepdial.cli.app import build

    def run(**given: Any) -> None:
        edit_files(operation, given)

    run.__signature__ = options.signature(operation)  # type: ignore[attr-defined]
    examples = "\n\n".join(f"keepdial {words}" for words in operation.examples)
    return build(
        operation.name, run, help=operation.summary, epilog=f"Examples:\n\n{examples}" if examples else ""
    )


def request_of(operation: Operation, given: dict[str, Any]) -> Request:
    """Return the request that the options stand for; raise `ParameterError` for what it cannot hold."""
    from keepdial.request import Request

    selected: tuple[Any, ...] = ()
    if operation.target != "none":
        selected = regions.targets(
            masks=given["mask"] or (),
            boxes=given["box"] or (),
            polygons=given["polygon"] or (),
            strokes=given["stroke"] or (),
            all_of_it=given["all"],
            channel=given["mask_channel"],
            invert=given["mask_invert"],
        )
    wanted: dict[str, Any] = {
        "operation": operation.name,
        "params": options.values(operation.params, given),
        "targets": selected,
        "pins": tuple(regions.pin(text) for text in given["pin"] or ()),
        "keep": None if given["keep"] is None else dial(given["keep"]),
        "backend": given["backend"],
    }
    if given["seed"] is not None:
        wanted["seed"] = whole("--seed", given["seed"], 0, 2**32 - 1)
    built: Request = Request.build(**wanted)
    return built


def dial(text: str) -> Any:
    """Return the dial: a number in [0, 1], or the map in the file called `text`."""
    import base64

    allowed = (
        "a number from 0 (nothing must stay) to 1 (nothing may change), or a grey PNG of the picture's size"
    )
    try:
        number = float(text)
    except ValueError:
        from keepdial.request import KeepMap

        return KeepMap(
            png=base64.b64encode(regions.read(text, option="--keep", allowed=allowed)).decode("ascii")
        )
    if not 0 <= number <= 1:  # also refuses NaN
        raise ParameterError("--keep", text, allowed)
    return number


def whole(option: str, text: str, lowest: int, highest: int) -> int:
    """Return the whole number that was typed; raise `ParameterError` outside `lowest` to `highest`."""
    try:
        number = int(text)
    except ValueError:
        number = lowest - 1
    if not lowest <= number <= highest:
        raise ParameterError(option, text, f"a whole number from {lowest} to {highest}")
    return number


def settings_of(given: dict[str, Any]) -> Settings:
    """Return the environment's settings with what the options change."""
    from keepdial.settings import Settings

    settings = Settings.from_environment()
    return replace(settings, keep_metadata=True) if given["metadata"] else settings


def one_stdin(names: Sequence[str]) -> None:
    """Raise `ParameterError` if two things are to be read from stdin."""
    if sum(name in ("-", "mask:-") for name in names) > 1:
        raise ParameterError("-", "given twice", "stdin for one file only; name the other one")


def edit_files(operation: Operation, given: dict[str, Any]) -> None:
    """Open, edit, save, report."""
    raise NotImplementedError
