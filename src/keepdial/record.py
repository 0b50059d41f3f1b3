"""The record of an edit: one JSON value that explains and replays it.

It is self-contained but for the photograph: masks and keep maps lie in it as PNG. It holds no path, no
pixels of the photograph, and nothing of its metadata.
"""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from pydantic import Field, JsonValue, ValidationError

from keepdial import __version__
from keepdial.errors import ParameterError, RecordError
from keepdial.progress import Event, Listener, silent
from keepdial.request import Request, Value
from keepdial.verify import Report

if TYPE_CHECKING:
    from keepdial.files import Encoded
    from keepdial.image import Image

SCHEMA = 1
SUFFIX = ".keepdial.json"
LARGEST = 256 * 1024 * 1024
PACKAGES = ("numpy", "numba", "llvmlite", "pillow", "imagecodecs", "simplejpeg")


class Picture(Value):
    """What identifies a picture: `digest` is over its pixels, `sha256` over its file ("" = no file)."""

    width: int
    height: int
    depth: int
    digest: str
    format: str = ""
    sha256: str = ""

    @classmethod
    def of(cls, image: Image, *, file: bool = True) -> Picture:
        """Return what identifies `image`, with the file it came from or without."""
        return cls(
            width=image.size.width,
            height=image.size.height,
            depth=image.depth,
            digest=image.digest(),
            format=image.source.format if file else "",
            sha256=image.source.sha256 if file else "",
        )


class Environment(Value):
    """What the same request may depend on: versions of the packages that compute, and the machine."""

    python: str
    packages: dict[str, str]
    system: str
    machine: str
    cpu: str

    @classmethod
    def here(cls) -> Environment:
        """Return the environment of this process."""
        from importlib.metadata import PackageNotFoundError, version

        import cv2
        from llvmlite import binding

        found = {"opencv": str(cv2.__version__)}
        for name in PACKAGES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "not installed"
        return cls(
            python=platform.python_version(),
            packages=found,
            system=platform.system(),
            machine=platform.machine(),
            cpu=str(binding.get_host_cpu_name()),
        )


class Region(Value):
    """Where the edit acted: the box around it, how many pixels, and their part of the result, 0 to 1."""

    x: int
    y: int
    width: int
    height: int
    pixels: int
    share: float


class Chosen(Value):
    """A backend that worked on the edit, why it did, and who was turned down: (name, reason).

    `knob` is its own knob after calibration, None where it varies over the picture.
    """

    backend: str
    version: str
    knob: float | None
    why: str
    turned_down: tuple[tuple[str, str], ...] = ()


class Pinned(Value):
    """A region that was pinned: what, by whom, how many pixels, and what to do so that it may change."""

    what: str
    asked_by: str
    pixels: int
    release: str


class Attempt(Value):
    """One attempt to meet the dial: what was aimed at, what was kept, and whether it is the attempt before it
    with what was changed least given back."""

    aimed: float
    kept: float
    given_back: bool = False


class More(Value):
    """A further operation that was done in the same walk over the pixels."""

    operation: str
    params: dict[str, JsonValue]


class Done(Value):
    """One step of a chain, as `EditRecord` tells of a whole edit; `report` is of this step alone."""

    operation: str
    params: dict[str, JsonValue]
    also: tuple[More, ...] = ()
    keep: float | None
    keep_asked: bool
    region: Region | None = None
    routes: tuple[Chosen, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    notes: tuple[str, ...] = ()
    report: Report


class Delivered(Value):
    """The file that was handed over: its name without folders, and what identifies it.

    `digest` is over the pixels that come out when it is read, `keep_metadata` the setting it was saved with.
    """

    name: str
    format: str
    sha256: str
    digest: str
    keep_metadata: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, encoded: Encoded, back: Image, *, name: str, keep_metadata: bool = False) -> Delivered:
        """Return what identifies the `encoded` file; `back` is the picture read back from it."""
        return cls(
            # A name that is no UTF-8 could not be written into the record.
            name=Path(name).name.encode("utf-8", "backslashreplace").decode(),
            format=encoded.format,
            sha256=hashlib.sha256(encoded.data).hexdigest(),
            digest=back.digest(),
            keep_metadata=keep_metadata,
            notes=encoded.notes,
        )


class EditRecord(Value):
    """One edit, on record.

    Attributes:
        schema_version: the version of this form.
        keepdial: the version that made the edit.
        environment: what else the pixels may depend on.
        request: what was asked, self-contained.
        operation, params: what was understood, every option with its value; of a chain, the names of its
            operations and the options of the last.
        also: further operations that were done in the same walk over the pixels.
        steps: of a chain, each step; empty for a single one.
        keep: the dial as a number; None when it was a map, which the request holds.
        keep_asked: whether the dial was turned, rather than left at the operation's default.
        source, result: the picture before and after.
        extended: whether the result is a larger canvas than the source.
        guess: whether there was anything under the mask that could be kept.
        region: where the edit acted; None when nothing was changed.
        pins: what was pinned.
        routes: who worked on it and why; empty when nobody had to.
        attempts: for a dial that was corrected, each attempt.
        notes: what was decided along the way, in words.
        report: what was measured.
        delivered: the file; None when the edit never became one.
        seconds: time per stage.
    """

    schema_version: Literal[1] = 1
    keepdial: str
    environment: Environment
    request: Request
    operation: str
    params: dict[str, JsonValue]
    also: tuple[More, ...] = ()
    steps: tuple[Done, ...] = ()
    keep: float | None
    keep_asked: bool
    source: Picture
    result: Picture
    extended: bool = False
    guess: bool = True
    region: Region | None = None
    pins: tuple[Pinned, ...] = ()
    routes: tuple[Chosen, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    notes: tuple[str, ...] = ()
    report: Report
    delivered: Delivered | None = None
    seconds: dict[str, float] = Field(default_factory=dict)

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the record as JSON, whole or not at all; raise `OutputError` where it cannot be written."""
        from keepdial.files import write_atomically

        write_atomically(path, (self.model_dump_json(indent=2) + "\n").encode(), overwrite=overwrite)


def load_record(path: str | os.PathLike[str]) -> EditRecord:
    """Read a record; raise `RecordError` if it is missing, damaged, or of a newer version of keepdial."""
    name = Path(path).name
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as problem:
        raise RecordError(
            f"The record {name!r} cannot be read: {getattr(problem, 'strerror', None) or problem}.",
            hint=f"A record lies beside the picture it belongs to, as NAME{SUFFIX}.",
        ) from problem
    if len(data) > LARGEST:
        raise RecordError(f"{name!r} is larger than {LARGEST // 2**20} MB; no record is.", hint=_WHICH)
    return parse_record(data, name=name)


def parse_record(data: bytes | str, *, name: str = "the record") -> EditRecord:
    """Return the record in the JSON `data`; raise `RecordError` that says what is wrong with it."""
    from pydantic_core import from_json

    try:
        found = from_json(data, allow_inf_nan=False)
    except ValueError as problem:
        raise RecordError(
            f"{name!r} is no record: it is not JSON, or was cut short.", hint=_WHICH, detail=str(problem)
        ) from problem
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, int):
        raise RecordError(f"{name!r} is JSON, but no record of keepdial.", hint=_WHICH)
    if version > SCHEMA:
        raise RecordError(
            f"{name!r} has schema version {version}; this keepdial ({__version__}) reads up to {SCHEMA}.",
            hint="Update keepdial to read it.",
        )
    request = found.get("request")
    if isinstance(request, dict):
        # Records that were written before there were automatic pins are of edits without them.
        request.setdefault("auto_pin", False)
    try:
        return EditRecord.model_validate(found, strict=False)
    except ParameterError as problem:
        raise _damaged(name, problem.message) from problem
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _damaged(name, f"{where} {first['msg'][:1].lower()}{first['msg'][1:]}.") from problem


def _damaged(name: str, words: str) -> RecordError:
    return RecordError(
        f"{name!r} is damaged: {words}",
        hint="Take it from where it was made once more; a record is not meant to be edited by hand.",
    )


_WHICH = f"Give the {SUFFIX} file that lies beside an edited picture."


class Stopwatch:
    """A listener that also adds up the seconds of each stage: from its first event to done or the next."""

    def __init__(self, listener: Listener = silent) -> None:
        self._listener = listener
        self._stage = ""
        self._since = 0.0
        self._spent: dict[str, float] = {}

    def __call__(self, event: Event, /) -> None:
        """Take note of the event and hand it on."""
        if event.stage != self._stage:
            self._stop()
            self._stage, self._since = event.stage, perf_counter()
        if event.done >= 1:
            self._stop()
        self._listener(event)

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds by stage so far, of those that are over."""
        return dict(self._spent)

    def _stop(self) -> None:
        if self._stage:
            self._spent[self._stage] = self._spent.get(self._stage, 0.0) + perf_counter() - self._since
            self._stage = ""
