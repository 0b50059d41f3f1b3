"""Writing files so that a kill, a crash or a full disk leaves the old file or the new one, never half."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import time
from pathlib import Path

from keepdial.errors import DiskFull, OutputError, OutputExists

PREFIX = ".keepdial-"
STALE_AFTER = 3600.0
"""Seconds after which a leftover temporary file is swept even if a process with its number lives."""

_LEFTOVER = re.compile(re.escape(PREFIX) + r"(\d+)-[0-9a-f]{16}\.tmp")


def write_atomically(path: str | os.PathLike[str], data: bytes, *, overwrite: bool = False) -> None:
    """Write `data` to `path`: temporary file in the same folder, fsync, rename, fsync of the folder.

    Without `overwrite` an existing file is never replaced, not even one that appears meanwhile. A symbolic
    link is written through, to the file that it names. Leftovers of killed saves in that folder are swept.

    Raises:
        OutputExists: `path` exists and `overwrite` is False.
        DiskFull: no space left (or over quota); what was there is untouched.
        OutputError: the folder is missing or may not be written.
    """
    name = os.fspath(path)
    try:
        target = Path(os.path.realpath(name))
    except ValueError as problem:
        raise OutputError(f"{name!r} is no file name: {problem}.") from problem
    if target.is_dir():
        raise OutputError(f"{name!r} is a folder.", hint="Give a file name.")
    if not overwrite and target.exists():
        raise _exists(name)
    sweep(target.parent)
    temporary = target.parent / f"{PREFIX}{os.getpid()}-{os.urandom(8).hex()}.tmp"
    try:
        _write(temporary, data, _mode_of(target))
        if overwrite:
            os.replace(temporary, target)
        else:
            _claim(temporary, target)
        _sync_folder(target.parent)
    except FileExistsError:
        raise _exists(name) from None
    except OSError as problem:
        raise _cannot_write(name, problem) from problem
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def sweep(folder: Path) -> None:
    """Remove temporary files of saves whose process is gone, or that are older than an hour."""
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(PREFIX)]
    except OSError:
        return
    for name in names:
        match = _LEFTOVER.fullmatch(name)
        if match is None:
            continue
        leftover = folder / name
        with contextlib.suppress(OSError):
            if not _alive(int(match[1])) or time.time() - leftover.stat().st_mtime > STALE_AFTER:
                leftover.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _mode_of(target: Path) -> int:
    """Return the old file's permissions, or those a new file gets under the umask."""
    try:
        return target.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0o022)
        os.umask(umask)
        return 0o666 & ~umask


def _write(temporary: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    with open(descriptor, "wb", buffering=0) as file:
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        os.chmod(temporary, mode)
        os.fsync(file.fileno())


def _claim(temporary: Path, target: Path) -> None:
    """Give `temporary` the name `target` only if nobody has it: a hard link fails where a rename replaces."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOENT):
            raise
        # File systems without hard links (FAT, some network mounts): the check above is all there is.
        os.replace(temporary, target)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems refuse; the data itself is synced
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exists(name: str) -> OutputExists:
    return OutputExists(
        f"{name!r} exists; nothing was written.", hint="Choose another name, or ask for --overwrite."
    )


def _cannot_write(name: str, problem: OSError) -> OutputError:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"No space left to write {name!r}; what was there is untouched.",
            hint="Free some space, or write elsewhere.",
            detail=repr(problem),
        )
    return OutputError(
        f"{name!r} cannot be written: {problem.strerror or problem}.",
        hint="Check that the folder exists and may be written.",
        detail=repr(problem),
    )
