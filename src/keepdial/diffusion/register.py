"""Registering checkpoints: what lies elsewhere is pointed to, not copied, and forgotten, not deleted."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from keepdial.diffusion.checkpoint import Checkpoint, checkpoints, completed, name_refused, place, pointed
from keepdial.diffusion.family import families, family_of
from keepdial.diffusion.sound import check
from keepdial.errors import InputError, ModelRefused, OutputExists, ParameterError
from keepdial.progress import Cancel, Listener, silent
from keepdial.settings import Settings


def add(
    source: str | os.PathLike[str],
    name: str,
    *,
    pipeline: str = "",
    config: str | os.PathLike[str] = "",
    progress: Listener = silent,
    cancel: Cancel | None = None,
    settings: Settings | None = None,
) -> Checkpoint:
    """Register the checkpoint at `source`, a folder or file, by a TOML that points to it.

    Args:
        source: where it is; it stays there.
        name: the word for it.
        pipeline: the class of diffusers that it is for, where neither it nor its `config` says so.
        config: for a single file, a folder in diffusers' layout that describes such a checkpoint.
        progress, cancel: its weights are read through.
        settings: where the models folder is.

    Raises:
        ParameterError: the name is taken, or none that can be.
        ModelRefused: it would not load; the message says why.
        OutputError, Cancelled.
    """
    from keepdial.files.atomic import write_atomically
    from keepdial.models.place import make

    _free(name, settings)
    table: dict[str, Any] = {"path": _absolute(source)}
    if pipeline:
        table["pipeline"] = pipeline
    if config:
        table["config"] = _absolute(config)
    file = place(settings) / f"{name}.toml"
    try:
        found = completed(pointed(name, file, table), checkpoints(settings))
    except OSError as problem:
        raise InputError(
            f"{os.fspath(source)!r} cannot be read: {problem.strerror or problem}.",
            hint="Name a folder or file that is there and that may be read.",
        ) from problem
    if found.wrong:
        raise ModelRefused(
            found.wrong.partition(" Say it in ")[0],
            hint="Name the folder of one of its kind: --config FOLDER.",
        )
    if family_of(found.pipeline) is None:
        known = sorted({kind for family in families().values() for kind in family.kinds})
        what = f"is for {found.pipeline}" if found.pipeline else "does not say for which pipeline it is"
        raise ModelRefused(
            f"{os.fspath(source)!r} {what}, and nothing here drives it.",
            hint=f"Driven are {', '.join(known)}; --pipeline says which, where the files do not.",
        )
    check(found, cancel, progress)
    if found.config is not None:
        table["config"] = str(found.config)
    make(place(settings))
    try:
        write_atomically(file, "".join(f"{key} = {_toml(value)}\n" for key, value in table.items()).encode())
    except UnicodeEncodeError as problem:
        raise InputError(
            f"The path {os.fspath(source)!r} is not written in UTF-8.",
            hint="Rename it, or copy it elsewhere.",
        ) from problem
    except OutputExists as problem:
        raise _taken(name, "another checkpoint") from problem
    return found


def _toml(value: str) -> str:
    # A string of JSON is one of TOML too, but for this one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _absolute(path: str | os.PathLike[str]) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _free(name: str, settings: Settings | None) -> None:
    from keepdial.diffusion.backend import built_in
    from keepdial.models import cards

    if why := name_refused(name):
        raise ParameterError("name", name, f"a name: {why.rstrip('.')}")
    for known, what in (
        (built_in(), "a built-in backend"),
        (cards(), "a model that can be fetched"),
        (checkpoints(settings), "another checkpoint"),
    ):
        if name in known:
            raise _taken(name, what)


def _taken(name: str, what: str) -> ParameterError:
    hint = f"To replace it: keepdial models remove {name}" if what == "another checkpoint" else ""
    return ParameterError("name", name, f"a name that is free, and {what} has this one", hint=hint)


def remove(name: str, *, settings: Settings | None = None) -> tuple[Path, ...]:
    """Forget the checkpoint `name` and what was measured of it; return what was deleted.

    What a TOML or a link points to is left alone. Only what lies in the models folder itself is deleted.

    Raises `OutputError` where that may not be written.
    """
    from keepdial.models.place import cannot_write, check_writable, folder

    here = place(settings)
    own = [here / f"{name}.toml"]
    if not own[0].exists():
        own = [here / name, here / f"{name}.safetensors", here / f"{name}.gguf"]
    gone = []
    for path in (*own, folder(settings) / "calibration" / f"{name}.json"):
        try:
            if path.is_symlink() or path.is_file():
                check_writable(path.parent)
                path.unlink()
            elif path.is_dir() and path.parent == here:
                check_writable(here)
                shutil.rmtree(path)
            else:
                continue
        except OSError as problem:
            raise cannot_write(path, problem) from problem
        gone.append(path)
    return tuple(gone)
