"""Downloading one file: https only, resumable, hashed while it is written."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import shutil
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from keepdial.errors import DiskFull, FetchError, ModelRefused
from keepdial.models.catalogue import size_in_words
from keepdial.models.place import cannot_write
from keepdial.progress import Cancel, Event, Listener, silent

CHUNK = 256 * 1024
TIMEOUT = 30.0
"""Seconds without a single byte after which the connection counts as lost."""
WAITS = (0.5, 2.0, 5.0)
"""Seconds before each further try; one that brought new bytes starts them over."""
LIMIT = 40 * 1000**3
"""Largest file in bytes where the card gives no size."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to be fetched: `sha256` and `bytes` are what it must have, None where that is not known."""

    url: str
    sha256: str | None = None
    bytes: int | None = None


def fetch(
    wanted: Wanted,
    part: Path,
    *,
    stage: str = "fetching",
    progress: Listener = silent,
    cancel: Cancel | None = None,
    loopback: bool = False,
    waits: tuple[float, ...] = WAITS,
) -> str:
    """Fetch `wanted` into the file `part`, going on where an earlier try stopped; return its sha256.

    What has arrived stays in `part` when the connection breaks, on cancel and on a full disk, and is used
    by the next call if it is certain that the file is still the same one: the card's hash says so at the
    end, or the server's strong ETag does. Bytes that are not those wanted are deleted.

    Args:
        wanted: address and, where known, hash and size.
        part: where to write; beside it lies ``<part>.json`` meanwhile.
        stage: the stage's name in progress events.
        progress: called with the part that is done.
        cancel: looked at before each piece of 256 KB.
        loopback: allow plain http, to this machine only; for tests.
        waits: seconds before each further try.

    Raises:
        FetchError: no connection, an answer that is none, or all tries used up.
        ModelRefused: a file of the wrong size or hash, or an address that is not https.
        DiskFull, OutputError: it cannot be written.
        Cancelled: on request.
    """
    left = list(waits)
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            return _once(wanted, part, stage, progress, cancel, loopback)
        except _Cut as problem:
            if part.exists() and part.stat().st_size > before:
                left = list(waits)
            if not left:
                arrived = part.exists() and part.stat().st_size > 0
                again = "What has arrived is kept; ask again to go on from there."
                other = f"Check the connection, or fetch {wanted.url} elsewhere: keepdial models add PATH"
                raise FetchError(
                    f"The download from {urlsplit(wanted.url).hostname} failed: {problem}.",
                    hint=again if arrived else other,
                    detail=f"{wanted.url}: {problem}",
                ) from problem
            _wait(left.pop(0), cancel)


class _Cut(Exception):
    """The connection broke or the server was not well: trying again may help."""


def _wait(seconds: float, cancel: Cancel | None) -> None:
    until = time.monotonic() + seconds
    while (rest := until - time.monotonic()) > 0:
        if cancel is not None:
            cancel.check()
        time.sleep(min(0.1, rest))


def _once(
    wanted: Wanted, part: Path, stage: str, progress: Listener, cancel: Cancel | None, loopback: bool
) -> str:
    notes = part.with_name(part.name + ".json")
    have = _usable(wanted, part, notes)
    if have and have == wanted.bytes:  # all of it came, and the process ended before it could say so
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found == wanted.sha256:
            notes.unlink(missing_ok=True)
            return found
        _forget(part, notes)
        have = 0
    headers = {"User-Agent": "keepdial", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if etag := _noted(notes).get("etag"):
            headers["If-Range"] = etag
    if cancel is not None:
        cancel.check()
    with _open(wanted.url, headers, loopback) as answer:
        start = _start_of(answer, have)
        total = _total(answer, start)
        _check_size(wanted, total)
        _check_room(part, start, total)
        digest = hashlib.sha256()
        try:
            _note(notes, wanted.url, answer)
            with part.open("r+b" if start else "wb") as file:
                if start:
                    _hash_again(file, start, digest)
                    file.truncate(start)
                done = _copy(answer, file, digest, start, total, stage, progress, cancel)
        except OSError as problem:
            raise cannot_write(part, problem) from problem
    if total is not None and done < total:
        raise _Cut(f"it broke off after {size_in_words(done)} of {size_in_words(total)}")
    if wanted.bytes is not None and done != wanted.bytes:
        _forget(part, notes)
        raise _other(wanted, f"{done} bytes instead of {wanted.bytes}")
    found = digest.hexdigest()
    if wanted.sha256 is not None and found != wanted.sha256:
        _forget(part, notes)
        raise _other(wanted, f"sha256 {found} instead of {wanted.sha256}")
    notes.unlink(missing_ok=True)
    progress(Event(stage, 1.0))
    return found


def _copy(
    answer: Any,
    file: IO[bytes],
    digest: Any,
    done: int,
    total: int | None,
    stage: str,
    progress: Listener,
    cancel: Cancel | None,
) -> int:
    while True:
        if cancel is not None:
            cancel.check()
        try:
            piece = answer.read(CHUNK)
        except (OSError, http.client.HTTPException) as problem:
            raise _Cut(_words(problem)) from problem
        if not piece:
            break
        if done + len(piece) > (LIMIT if total is None else total):
            raise _Cut("more came than was promised")
        file.write(piece)
        digest.update(piece)
        done += len(piece)
        progress(Event(stage, done / total if total else 0.0))
    file.flush()
    os.fsync(file.fileno())
    return done


def _open(url: str, headers: dict[str, str], loopback: bool) -> Any:
    _check_address(url, loopback)
    opener = urllib.request.OpenerDirector()
    # Put together by hand: the usual opener would also follow file: and ftp: addresses.
    for handler in (
        urllib.request.ProxyHandler({} if loopback else None),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _Redirects(loopback),
    ):
        opener.add_handler(handler)
    if loopback:
        opener.add_handler(urllib.request.HTTPHandler())
    try:
        return opener.open(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as problem:
        with problem:
            if problem.code == 416:  # there is less than lies here already: start over
                return _open(
                    url, {k: v for k, v in headers.items() if k not in ("Range", "If-Range")}, loopback
                )
            said = f"the server answered {problem.code} {problem.reason}"
            if problem.code in (408, 429) or problem.code >= 500:
                raise _Cut(said) from problem
            raise FetchError(
                f"The download from {urlsplit(url).hostname} failed: {said}.",
                hint="The file may have moved: look at the model's source, and use keepdial models add PATH.",
                detail=url,
            ) from problem
    except (OSError, http.client.HTTPException) as problem:
        raise _Cut(_words(problem)) from problem


def _words(problem: Exception) -> str:
    return str(getattr(problem, "reason", "") or problem) or type(problem).__name__


def _check_address(url: str, loopback: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (loopback and parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise ModelRefused(
        f"The address {url[:80]!r} is not https: anybody on the way could change the file.",
        hint="Fetch it yourself and use keepdial models add PATH.",
    )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follow redirects to https alone."""

    def __init__(self, loopback: bool) -> None:
        self._loopback = loopback

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        _check_address(newurl, self._loopback)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _start_of(answer: Any, have: int) -> int:
    """Return at which byte of the file the answer begins."""
    if answer.status != 206:
        return 0
    said = str(answer.headers.get("Content-Range", ""))
    if not said.startswith(f"bytes {have}-"):
        raise _Cut(f"the server sent the part {said!r} instead of that from byte {have}")
    return have


def _total(answer: Any, start: int) -> int | None:
    length = answer.headers.get("Content-Length", "")
    return start + int(length) if str(length).isdigit() else None


def _check_size(wanted: Wanted, total: int | None) -> None:
    if total is not None and wanted.bytes is not None and total != wanted.bytes:
        raise _other(wanted, f"{total} bytes instead of {wanted.bytes}")
    if total is not None and total > LIMIT:
        raise _other(wanted, f"{size_in_words(total)}, more than the limit of {size_in_words(LIMIT)}")


def _check_room(part: Path, start: int, total: int | None) -> None:
    if total is None:
        return
    free = shutil.disk_usage(part.parent).free
    if total - start > free:
        raise DiskFull(
            f"{size_in_words(total - start)} are to come and {size_in_words(free)} are free in "
            f"{str(part.parent)!r}.",
            hint="Free some space, or name another folder with KEEPDIAL_MODELS.",
        )


def _other(wanted: Wanted, what: str) -> ModelRefused:
    return ModelRefused(
        f"What {urlsplit(wanted.url).hostname} sent is not the file that was asked for: {what}. Nothing was "
        "installed.",
        hint="The file was changed, at its source or on the way: do not use it.",
        detail=wanted.url,
    )


def _usable(wanted: Wanted, part: Path, notes: Path) -> int:
    """Return how many bytes of an earlier try can be built on."""
    if not part.exists():
        return 0
    noted = _noted(notes)
    certain = wanted.sha256 is not None or bool(noted.get("etag"))
    size = part.stat().st_size
    if noted.get("url") != wanted.url or not certain or (wanted.bytes is not None and size > wanted.bytes):
        _forget(part, notes)
        return 0
    return size


def _noted(notes: Path) -> dict[str, str]:
    try:
        found = json.loads(notes.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _note(notes: Path, url: str, answer: Any) -> None:
    etag = str(answer.headers.get("ETag", ""))
    # A weak tag (W/...) marks files that mean the same, not files of the same bytes.
    noted = {"url": url, "etag": "" if etag.startswith("W/") else etag}
    notes.write_text(json.dumps(noted), encoding="utf-8")


def _hash_again(file: IO[bytes], length: int, digest: Any) -> None:
    while length and (piece := file.read(min(CHUNK, length))):
        digest.update(piece)
        length -= len(piece)


def _forget(part: Path, notes: Path) -> None:
    part.unlink(missing_ok=True)
    notes.unlink(missing_ok=True)
