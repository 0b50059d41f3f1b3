"""The command of an operation: what was typed becomes a `Request`, and the results become files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.cli import options, regions
from keepdial.errors import Cancelled, KeepdialError, OutputExists, ParameterError

if TYPE_CHECKING:
    from typer.core import TyperCommand

    from keepdial.cli.deliver import Delivery
    from keepdial.operations import Operation
    from keepdial.progress import Cancel
    from keepdial.request import Request
    from keepdial.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done to a picture, and what was left out of the sentence that asked for it, in words."""

    request: Request
    notes: tuple[str, ...] = ()


def operation_command(operation: Operation) -> TyperCommand:
    """Return the command that asks for `operation`."""
    from keepdial.cli.app import build

    def run(**given: Any) -> None:
        checked(given)
        edit_files(request_of(operation, given), given)

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
        selected = regions.targets(given)
    wanted: dict[str, Any] = {
        "operation": operation.name,
        "params": options.values(operation.params, given),
        "targets": selected,
        "pins": tuple(regions.region(text, option="--pin") for text in given["pin"] or ()),
        "auto_pin": not given["no_auto_pin"],
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


def variations_of(given: dict[str, Any]) -> int:
    """Return how many results are wanted."""
    from keepdial.cli.outputs import MOST_VARIATIONS

    return whole("--variations", given["variations"] or "1", 1, MOST_VARIATIONS)


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Return the environment's settings with what the options change."""
    from keepdial.settings import Settings

    settings = replace(Settings.from_environment(), remote=given["remote"])
    if given.get("commercial"):
        settings = replace(settings, commercial=True)
    return replace(settings, keep_metadata=True) if given.get("metadata") else settings


def one_stdin(names: Sequence[str | None]) -> None:
    """Raise `ParameterError` if two things are to be read from stdin."""
    if sum(name in ("-", "mask:-") for name in names) > 1:
        raise ParameterError("-", "given twice", "stdin for one file only; name the other one")


def after(request: Request, name: str | None, picture: str | None) -> Request:
    """Return the request put behind those of the record called `name`, if there is one."""
    if name is None:
        return request
    if picture is None:
        raise ParameterError("--after", name, "the original picture beside it, from which all is rendered")
    from keepdial.cli.commands._records import record_named

    record, _ = record_named(name)
    then = (*record.request.then, request.model_copy(update={"then": ()}), *request.then)
    return record.request.model_copy(update={"then": then})


def transparent(request: Request) -> bool:
    """Whether any step of the request makes the picture transparent."""
    from keepdial.operations import operation

    steps = (request, *request.then)
    return any(operation(s.operation).params.build(**s.params).transparent for s in steps)


def checked(given: dict[str, Any]) -> None:
    """Raise `ParameterError` where stdin or stdout would be used for two things, or too much is asked for."""
    picture, output = given["source"], given["output"]
    variations_of(given)
    one_stdin([picture, given["keep"], *(given.get("mask") or ()), *(given["pin"] or ())])
    if given["json"] and (output == "-" or (output is None and picture == "-")):
        raise ParameterError(
            "--json", "with the picture on stdout", "one thing on stdout; name a file with -o"
        )


def edit_files(request: Request, given: dict[str, Any], *, notes: Sequence[str] = ()) -> None:
    """Open, edit, read back, save, report; `notes` are told with the others."""
    from keepdial.cli import report
    from keepdial.cli.progress import stoppable

    with stoppable() as cancel:
        results = edit_one(request, given, cancel, notes=notes)
    if given["json"]:
        sys.stdout.write(report.as_json(results))
    else:
        _tell(results, given)


def edit_each(images: Sequence[str], asked: Callable[[str], Asked], given: dict[str, Any]) -> int:
    """Edit several pictures one after the other and return the exit code: 0, or that of the first failure.

    A picture that fails is one line on stderr, and the others are done all the same. Each result goes into
    the folder that ``-o`` names, or beside its picture.

    Args:
        images: the names of the pictures.
        asked: returns what is to be done to a picture, by its name; what it raises fails that picture.
        given: the options.
    """
    from keepdial.cli import report
    from keepdial.cli.progress import stoppable

    results: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    written: set[Path] = set()
    done = 0
    with stoppable() as cancel:
        for number, image in enumerate(images, 1):
            if not given["quiet"]:
                sys.stderr.write(f"keepdial: {report.shown(image)} ({number} of {len(images)})\n")
            try:
                wanted = asked(image)
                one = {**given, "source": image}
                made = edit_one(wanted.request, one, cancel, notes=wanted.notes, written=written)
            except KeepdialError as error:
                stopped = isinstance(error, Cancelled)
                failures.append({"image": image, **report.failure(error)})
                if stopped:
                    failures[-1]["message"] = f"Stopped; {done} of {len(images)} pictures are done."
                said = report.line(failures[-1]["message"], "" if stopped else error.hint)
                sys.stderr.write(f"keepdial: {report.shown(image)}: {said}\n")
                if stopped:
                    break
                continue
            made = [{"image": image, **result} for result in made]
            results += made
            done += 1
            if not given["json"]:
                _tell(made, given)
    if given["json"]:
        sys.stdout.write(report.as_json(results, failures))
    return next((int(failure["exit_code"]) for failure in failures), 0)


def edit_one(
    request: Request,
    given: dict[str, Any],
    cancel: Cancel,
    *,
    notes: Sequence[str] = (),
    written: set[Path] | None = None,
) -> list[dict[str, Any]]:
    """Open, edit, read back and save one picture, ``given["source"]``; return what there is to say of it.

    `written` holds the files that were written for other pictures: they are never written again.
    """
    from keepdial.blank import begun
    from keepdial.cli import deliver, outputs
    from keepdial.cli.progress import shown
    from keepdial.edit import variations
    from keepdial.files import open_image
    from keepdial.progress import Event
    from keepdial.record import Stopwatch

    picture = given["source"]
    count = variations_of(given)
    settings = settings_of(given)
    request = after(request, given["after"], picture)

    with shown(quiet=given["quiet"]) as listener:
        if picture is None:
            request, source = begun(request, settings)
        else:
            source = open_image(sys.stdin.buffer if picture == "-" else picture, settings=settings)
        name, output = _where_to(picture, given)
        places = outputs.places(
            image=name,
            output=output,
            count=count,
            source_format=source.source.format,
            transparent=transparent(request),
        )
        records = not given["no_record"]
        files = [place.path for place in places if place.path is not None]
        wanted = [*files, *(deliver.record_path(path) for path in files if records)]
        if written is not None:
            _refuse_again(files, written)
        outputs.refuse_existing(wanted, overwrite=given["overwrite"])
        cancel.check()

        watch, spent = Stopwatch(listener), dict[str, float]()
        done: list[deliver.Delivery] = []
        for edit in variations(request, source, count, progress=watch, cancel=cancel, settings=settings):
            watch(Event("deliver", 0.0))
            before, spent = spent, watch.seconds
            seconds = {stage: total - before.get(stage, 0.0) for stage, total in spent.items()}
            place = places[len(done)]
            done.append(
                deliver.deliver(
                    edit, place, settings=settings, seconds=seconds, progress=watch, cancel=cancel
                )
            )
            cancel.check()
        deliver.write(done, overwrite=given["overwrite"], records=records)
    if written is not None:
        written |= {path.resolve() for path in files}
    return [_facts(one, records=records, notes=notes) for one in done]


def _where_to(picture: str | None, given: dict[str, Any]) -> tuple[str, str | None]:
    """Return beside which name the result goes, and the name that was asked for, if one was.

    A folder takes results under the names that they would have beside their pictures.
    """
    from keepdial.cli.outputs import UNNAMED

    output: str | None = given["output"]
    if picture is None:
        return UNNAMED, str(Path(output) / UNNAMED) if output and given.get("folder") else output or UNNAMED
    if given.get("folder") and output is not None and picture != "-":
        return str(Path(output) / Path(picture).name), None
    return picture, output


def _refuse_again(files: Sequence[Path], written: set[Path]) -> None:
    for path in files:
        if path.resolve() in written:
            raise OutputExists(
                f"{path} was written just now for another picture.",
                hint="Give pictures of different names, or one after the other.",
            )


def _tell(results: list[dict[str, Any]], given: dict[str, Any]) -> None:
    """Print the report for people, on stdout only where the picture does not need it for itself."""
    from keepdial.cli import report

    if not given["quiet"]:
        free = all(result["output"] is not None for result in results)
        (sys.stdout if free else sys.stderr).write(report.as_text(results))


def _facts(one: Delivery, *, records: bool, notes: Sequence[str]) -> dict[str, Any]:
    from keepdial.cli.deliver import record_path
    from keepdial.cli.report import facts

    path = one.place.path
    beside = record_path(path) if records and path is not None else None
    found = facts(one.record, output=path, beside=beside, size=len(one.data))
    return {**found, "notes": [*notes, *found["notes"]]}
