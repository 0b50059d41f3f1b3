"""Which models are here, and whether their bytes are right."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from keepdial.errors import KeepdialError, ModelMissing, ModelRefused, OutputError
from keepdial.models.catalogue import Card, card, cards
from keepdial.models.place import Installed, folder, record, recorded
from keepdial.settings import Settings

_log = logging.getLogger("keepdial")
_checked: dict[Path, tuple[int, int, str]] = {}
"""What this process read through and found right: size, time of change and sha256, by path."""
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class State:
    """How one model stands: `path` is None when it is not installed, `wrong` says what is wrong with it."""

    card: Card
    path: Path | None
    sha256: str | None = None
    wrong: str = ""


def path_of(name: str, *, settings: Settings | None = None) -> Path:
    """Return where the model `name` lies, after making sure that its bytes are right.

    A file is read through once; after that its size and time of change are enough. Where the card has no
    hash, the one recorded at the first fetch counts.

    Raises:
        ModelMissing: it is not installed; the message says what it is and how to get it.
        ModelRefused: the file there is not the model, is damaged, or is of a kind that is not loaded.
        ParameterError: there is no card of that name.
    """
    wanted = card(name)
    place = folder(settings)
    path = place / wanted.file
    if not os.path.isfile(path):  # unlike Path.is_file, says no where it may not look
        raise missing(name)
    try:
        sha256_of(wanted, place)
    except OSError as problem:
        raise ModelRefused(
            f"{str(path)!r} cannot be read: {problem.strerror or problem}.",
            hint="Let it be read, or name another folder with KEEPDIAL_MODELS.",
        ) from problem
    return path


def installed(name: str, *, settings: Settings | None = None) -> bool:
    """Return whether the model `name` is here and can be run: never raises, so finders can ask it first.

    A damaged file counts as absent, and is logged; so does a model whose package is not installed.
    """
    try:
        path_of(name, settings=settings)
        return not lacking_package(card(name).format)
    except ModelMissing:
        return False
    except ModelRefused as problem:
        _log.warning("%s", problem)
        return False


def lacking_package(kind: str) -> str:
    """Return "" if models of the format `kind` can be run here, else what to install, in words."""
    from importlib.util import find_spec

    if kind not in ("tflite", "task") or find_spec("ai_edge_litert") is not None:
        return ""
    return "TensorFlow Lite models need the package ai-edge-litert: pip install 'keepdial[tflite]'"


def missing(name: str, *, settings: Settings | None = None) -> ModelMissing:
    """Return the error that says what the model `name` is and how to get it, or what it lacks to run."""
    wanted = card(name)
    if os.path.isfile(folder(settings) / wanted.file) and (lacks := lacking_package(wanted.format)):
        return ModelMissing(f"The model {name!r} is here and cannot be run.", hint=f"{lacks}.")
    return ModelMissing(
        f"The model {name!r} is not installed. {wanted.task} ({wanted.size}; {wanted.use}).",
        hint=f"Get it with: keepdial models get {name}",
    )


def sha256_of(wanted: Card, place: Path, *, again: bool = False) -> str:
    """Return the hash of the model's file after checking it, from memory or the record where that will do.

    With `again` the file is read through whatever is remembered. Raises `ModelRefused`, `OSError`.
    """
    path = place / wanted.file
    stat = path.stat()
    known = None if again else _checked.get(path)
    if known is None and not again:
        noted = recorded(place).get(wanted.name)
        if noted is not None and noted.file == wanted.file:
            known = (noted.bytes, noted.mtime_ns, noted.sha256)
    if (
        known is not None
        and known[:2] == (stat.st_size, stat.st_mtime_ns)
        and wanted.sha256 in (None, known[2])
    ):
        _checked[path] = known
        return known[2]
    with _lock:
        return _read_through(wanted, place, path)


def _read_through(wanted: Card, place: Path, path: Path) -> str:
    from keepdial.models.content import judge

    stat = path.stat()
    noted = recorded(place).get(wanted.name)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    promised = wanted.sha256 or (noted.sha256 if noted is not None else found)
    if found != promised:
        raise ModelRefused(
            f"{str(path)!r} is not the model {wanted.name!r}: its sha256 is {found}, and "
            f"{'the card' if wanted.sha256 else 'the first fetch'} has {promised}.",
            hint=f"Remove it and fetch it anew: keepdial models remove {wanted.name}; keepdial models get "
            f"{wanted.name}",
        )
    kind = judge(path)
    if kind != wanted.format:
        raise other_kind(wanted, kind)
    _checked[path] = (stat.st_size, stat.st_mtime_ns, found)
    origin = "found" if noted is None else noted.origin
    with contextlib.suppress(
        OSError, OutputError
    ):  # a read-only folder: this process remembers, the next reads it again
        record(place, wanted.name, Installed(wanted.file, found, stat.st_size, stat.st_mtime_ns, origin))
    return found


def other_kind(wanted: Card, kind: str) -> ModelRefused:
    """Return the error for a file whose content is of another format than the card's."""
    return ModelRefused(
        f"The file holds {kind}; the model {wanted.name!r} is {wanted.format}.",
        hint="Name the model that it is, or look for this one in its own format.",
    )


def states(*, settings: Settings | None = None, again: bool = False) -> tuple[State, ...]:
    """Return how every model stands; with `again` each file that is here is read through anew."""
    place = folder(settings)
    found = []
    for wanted in cards().values():
        path = place / wanted.file
        state = State(wanted, path if os.path.isfile(path) else None)
        if state.path is not None:
            try:
                state = replace(state, sha256=sha256_of(wanted, place, again=again))
            except KeepdialError as problem:
                state = replace(state, wrong=str(problem))
            except OSError as problem:
                state = replace(state, wrong=f"It cannot be read: {problem.strerror}.")
        found.append(state)
    return tuple(found)


def remember(path: Path, entry: Installed | None) -> None:
    """Take note that the file at `path` was just found right, or, with None, that it is gone."""
    if entry is None:
        _checked.pop(path, None)
    else:
        _checked[path] = (entry.bytes, entry.mtime_ns, entry.sha256)
