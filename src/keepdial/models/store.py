"""The store: fetching, adding and removing models."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from keepdial.errors import InputError, ModelMissing, ModelRefused
from keepdial.models.catalogue import Card, card, cards
from keepdial.models.check import other_kind, remember, sha256_of
from keepdial.models.place import (
    Installed,
    cannot_write,
    check_writable,
    folder,
    locked,
    make,
    record,
    recorded,
)
from keepdial.progress import Cancel, Event, Listener, silent
from keepdial.settings import Settings

CHUNK = 1024 * 1024


def get(
    name: str,
    *,
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
    loopback: bool = False,
) -> tuple[Path, ...]:
    """Fetch the model `name` and those it works together with; return where they lie.

    What is here already and right is not fetched again. Several processes may ask at once: one fetches.

    Raises:
        ModelMissing: it is not here, and offline mode forbids fetching it.
        FetchError, ModelRefused, DiskFull, OutputError, Cancelled: as `fetch.fetch` has them.
    """
    settings = settings or Settings.from_environment()
    first = card(name)
    wanted = (first, *(card(other) for other in first.together))
    return tuple(_get(one, progress, cancel, settings, loopback) for one in wanted)


def _get(wanted: Card, progress: Listener, cancel: Cancel | None, settings: Settings, loopback: bool) -> Path:
    from keepdial.models.fetch import Wanted, fetch

    place = folder(settings)
    path = place / wanted.file
    if path.is_file():
        sha256_of(wanted, place)
        return path
    if settings.offline:
        raise ModelMissing(
            f"The model {wanted.name!r} is not installed, and offline mode (KEEPDIAL_OFFLINE=1) forbids "
            "fetching it.",
            hint=f"Fetch {wanted.url} on another machine and use: keepdial models add PATH --name "
            f"{wanted.name}",
        )
    make(place)
    with _held(place, wanted, cancel):
        if path.is_file():  # another process was faster
            sha256_of(wanted, place)
            return path
        part = place / f".{wanted.name}.part"
        noted = recorded(place).get(wanted.name)
        promised = wanted.sha256 or (None if noted is None else noted.sha256)
        asked = Wanted(wanted.url, promised, wanted.bytes)
        stage = f"fetching {wanted.name}"
        found = fetch(asked, part, stage=stage, progress=progress, cancel=cancel, loopback=loopback)
        _install(wanted, part, path, found, wanted.url)
    return path


@contextlib.contextmanager
def _held(place: Path, wanted: Card, cancel: Cancel | None) -> Iterator[None]:
    lock = place / f".{wanted.name}.lock"
    try:
        with locked(lock, cancel):
            yield
    except OSError as problem:
        raise cannot_write(lock, problem) from problem


def _install(wanted: Card, part: Path, path: Path, sha256: str, origin: str) -> None:
    """Judge the whole file `part`, and give it its name; delete it if it is refused."""
    from keepdial.models.content import judge

    try:
        kind = judge(part)
        if kind != wanted.format:
            raise other_kind(wanted, kind)
    except ModelRefused:
        part.unlink(missing_ok=True)
        raise
    try:
        os.replace(part, path)
        stat = path.stat()
        entry = Installed(path.name, sha256, stat.st_size, stat.st_mtime_ns, origin)
        record(path.parent, wanted.name, entry)
    except OSError as problem:
        raise cannot_write(path, problem) from problem
    remember(path, entry)


def add(
    source: str | os.PathLike[str],
    *,
    name: str | None = None,
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
) -> tuple[Card, Path]:
    """Copy a model file that the user has into the store; return which model it is and where it lies.

    It is known by its sha256; `name` says which model it is where the card has no hash.

    Raises:
        InputError: there is no such file.
        ModelRefused: no card has its hash and no name was given, or it is not the model of that name, or it
            is of a kind that is not loaded.
        DiskFull, OutputError, Cancelled.
    """
    from keepdial.models.content import judge

    given = None if name is None else card(name)
    try:
        kind = judge(Path(source))
        sha256 = _hash(Path(source), cancel)
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise InputError(
            f"{os.fspath(source)!r} cannot be read: {why}.", hint="Name a model file."
        ) from problem
    wanted = _match(Path(source).name, sha256, given)
    if kind != wanted.format:
        raise other_kind(wanted, kind)
    place = folder(settings)
    make(place)
    path, part = place / wanted.file, place / f".{wanted.name}.add-{os.getpid()}"
    try:
        with _held(place, wanted, cancel):
            copied = _copy(Path(source), part, f"copying {wanted.name}", progress, cancel)
            if copied != sha256:
                raise ModelRefused(f"{Path(source).name!r} changed while it was copied.", hint="Try again.")
            _install(wanted, part, path, sha256, "added")
    except OSError as problem:
        raise cannot_write(path, problem) from problem
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return wanted, path


def _match(file: str, sha256: str, given: Card | None) -> Card:
    if given is not None:
        if given.sha256 not in (None, sha256):
            raise ModelRefused(
                f"{file!r} is not the model {given.name!r}: its sha256 is {sha256}, and the card has "
                f"{given.sha256}.",
                hint=f"Fetch the right one: keepdial models get {given.name}",
            )
        return given
    for one in cards().values():
        if one.sha256 == sha256:
            return one
    unknown = [one.name for one in cards().values() if one.sha256 is None]
    raise ModelRefused(
        f"No card has a model with the sha256 of {file!r} ({sha256}).",
        hint=f"If it is one of {', '.join(unknown)}, say so with --name." if unknown else "",
    )


def _hash(path: Path, cancel: Cancel | None) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            if cancel is not None:
                cancel.check()
            digest.update(piece)
    return digest.hexdigest()


def _copy(source: Path, part: Path, stage: str, progress: Listener, cancel: Cancel | None) -> str:
    digest, done, total = hashlib.sha256(), 0, max(1, source.stat().st_size)
    with source.open("rb") as reader, part.open("wb") as writer:
        while piece := reader.read(CHUNK):
            if cancel is not None:
                cancel.check()
            writer.write(piece)
            digest.update(piece)
            done += len(piece)
            progress(Event(stage, min(1.0, done / total)))
        writer.flush()
        os.fsync(writer.fileno())
    shutil.copymode(source, part)
    return digest.hexdigest()


def remove(name: str, *, settings: Settings | None = None) -> bool:
    """Delete the model `name` and what is recorded of it, with what is left of a broken download.

    Returns:
        Whether there was anything of it. What other models need is left alone.

    Raises:
        OutputError: the folder may not be written.
    """
    wanted = card(name)
    place = folder(settings)
    if not place.is_dir():
        return False
    path = place / wanted.file
    part = place / f".{wanted.name}.part"
    rests = [file for file in (path, part, part.with_name(part.name + ".json")) if file.exists()]
    try:
        check_writable(place)
        for file in rests:
            file.unlink()
        if wanted.name in recorded(place):
            record(place, wanted.name, None)
            rests.append(path)
    except OSError as problem:
        raise cannot_write(path, problem) from problem
    remember(path, None)
    return bool(rests)
