"""The models folder: where it is, what was recorded of its files, and locks between processes."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from keepdial.errors import DiskFull, OutputError
from keepdial.progress import Cancel
from keepdial.settings import Settings

RECORD = "installed.json"
"""Beside the models: what came at the first fetch, and which bytes on disk were last found to be right."""
POLL = 0.1
"""Seconds between two looks at a lock that another process holds."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What is recorded of one model file.

    Attributes:
        file: its name in the folder.
        sha256: of its bytes, when it was last read through.
        bytes: its size then.
        mtime_ns: its time of change then; with `bytes`, how a changed file is noticed without reading it.
        origin: the address it was fetched from, or ``added``, or ``found`` in the folder.
    """

    file: str
    sha256: str
    bytes: int
    mtime_ns: int
    origin: str


def folder(settings: Settings | None = None) -> Path:
    """Return the models folder; it need not exist. ``KEEPDIAL_MODELS``, else in the user's data folder."""
    given = (settings or Settings.from_environment()).models
    if given:
        return Path(os.path.abspath(os.path.expanduser(given)))
    return _data_home() / "keepdial" / "models"


def _data_home() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    # XDG Base Directory Specification 0.8: a path that is not absolute is to be ignored.
    given = os.environ.get("XDG_DATA_HOME", "")
    return Path(given) if os.path.isabs(given) else Path.home() / ".local" / "share"


def make(place: Path) -> None:
    """Make the folder; raise `OutputError` where that is not possible, or where it is read-only."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        check_writable(place)
    except OSError as problem:
        raise cannot_write(place, problem) from problem


def check_writable(place: Path) -> None:
    """Raise `PermissionError` if nobody has the right to write there: the superuser leaves it alone too."""
    if not place.stat().st_mode & 0o222:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def cannot_write(path: Path, problem: OSError) -> OutputError:
    """Return the error for a file or folder that cannot be written."""
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"No space left for {path.name!r} in {str(path.parent)!r}; the models that are installed are "
            "untouched, and what has arrived of this one is kept.",
            hint="Free some space and ask again, or name another folder with KEEPDIAL_MODELS.",
            detail=repr(problem),
        )
    return OutputError(
        f"{str(path)!r} cannot be written: {problem.strerror or problem}.",
        hint="Name a folder that can be written with KEEPDIAL_MODELS.",
        detail=repr(problem),
    )


def recorded(place: Path) -> dict[str, Installed]:
    """Return what is recorded of the folder's files, by model; nothing where no record can be read."""
    try:
        table: Any = json.loads((place / RECORD).read_text(encoding="utf-8"))
        return {name: Installed(**entry) for name, entry in table["models"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def record(place: Path, name: str, entry: Installed | None) -> None:
    """Record `entry` for the model `name`, or forget it with None. Raises `OSError` in a read-only folder."""
    from keepdial.files.atomic import write_atomically

    check_writable(place)
    with locked(place / f".{RECORD}.lock"):
        entries = recorded(place)
        entries.pop(name, None)
        if entry is not None:
            entries[name] = entry
        models = {key: asdict(entries[key]) for key in sorted(entries)}
        text = json.dumps({"version": 1, "models": models}, indent=2) + "\n"
        write_atomically(place / RECORD, text.encode(), overwrite=True)


@contextlib.contextmanager
def locked(path: Path, cancel: Cancel | None = None) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; other processes wait. A killed holder frees it.

    Raises `Cancelled` while it waits, and `OSError` where the lock file cannot be made.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    try:
        while not _try_lock(descriptor):
            if cancel is not None:
                cancel.check()
            time.sleep(POLL)
        yield
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
