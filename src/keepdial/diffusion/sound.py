"""Whether a checkpoint's files are as they have to be: all there, whole, safe to load, and finite.

`check_folder` looks at names and small files, as often as one likes; `check` reads the weights through, once
for each state of a file: what was found sound is remembered by size and time of change.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.diffusion import layout
from keepdial.errors import KeepdialError, ModelRefused

if TYPE_CHECKING:
    from keepdial.diffusion.checkpoint import Checkpoint
    from keepdial.progress import Cancel, Listener

MEMORY = ".sound.json"
"""In the checkpoints' folder: which files were read through and found sound."""

_sound: dict[str, tuple[int, int]] = {}


def check_folder(path: Path) -> None:
    """Raise `ModelRefused` unless a folder in diffusers' layout has all its parts, and no code of its own.

    Weights are not read, but for the headers that say how long the files have to be.
    """
    for part in (path, *(path / name for name in layout.components(path))):
        if part.is_dir() and any(p.suffix == ".py" for p in part.iterdir()):
            raise ModelRefused(
                f"{str(part)!r} holds Python code, which would have to run to load it.",
                hint="Use a checkpoint that diffusers loads without code of its own.",
            )
    for name, (_, kind) in layout.components(path).items():
        if name in layout.SKIPPED and not (path / name).is_dir():
            continue
        if name != "safety_checker":
            _check_component(path, name, kind)


def _check_component(path: Path, name: str, kind: str) -> None:
    part = path / name
    if not part.is_dir():
        raise ModelRefused(
            f"{path.name!r} lacks its component {name!r} ({kind}).",
            hint="Fetch the checkpoint anew: the download may have been cut short.",
        )
    config = _config_of(part, kind)
    if "auto_map" in config:
        raise ModelRefused(
            f"{str(part)!r} wants code of its own to be run (auto_map).",
            hint="Use a checkpoint that diffusers loads without code of its own.",
        )
    if layout.has_weights(kind):
        for file in layout.chosen(part)[0]:
            layout.header(file)


def _config_of(part: Path, kind: str) -> dict[str, Any]:
    """Return a component's configuration; raise `ModelRefused` where it has none."""
    if "Tokenizer" in kind:
        files = ("tokenizer.json", "vocab.json", "spiece.model", "tokenizer.model", "vocab.txt")
        if not any((part / name).is_file() for name in files):
            raise _lacks(part, "its words (tokenizer.json, vocab.json or spiece.model)")
        return layout.read_json(part / "tokenizer_config.json") or {}
    names = ["config.json"]
    if "Scheduler" in kind:
        names = ["scheduler_config.json"]
    elif not layout.has_weights(kind):
        names = ["preprocessor_config.json", "processor_config.json"]
    for name in names:
        if (table := layout.read_json(part / name)) is not None:
            return table
    raise _lacks(part, names[0])


def _lacks(part: Path, what: str) -> ModelRefused:
    return ModelRefused(
        f"{str(part)!r} lacks {what}.",
        hint="Fetch the checkpoint anew: the download may have been cut short.",
    )


def extras_of(checkpoint: Checkpoint) -> list[Path]:
    """Return the folders and files that are loaded with a checkpoint."""
    extras = [*checkpoint.lora, checkpoint.controlnet, checkpoint.adapter]
    found = [one.path for one in extras if one is not None]
    return found if checkpoint.depth is None else [*found, checkpoint.depth]


def weights_of(checkpoint: Checkpoint) -> tuple[Path, ...]:
    """Return the files of weights that are loaded, in order.

    Raises `ModelRefused` where one is missing or where what it is loaded from is no folder that holds any.
    """
    files: list[Path] = []
    if checkpoint.layout == "folder":
        files += _of_components(checkpoint.path, frozenset())
    else:
        files.append(checkpoint.path)
        if checkpoint.config is not None:
            files += _of_components(checkpoint.config, held_by(checkpoint))
    for path in extras_of(checkpoint):
        files += _of_extra(path)
    return tuple(dict.fromkeys(files))


def held_by(checkpoint: Checkpoint) -> frozenset[str]:
    """Return the names of the components that a single file holds, of those that its `config` names."""
    if checkpoint.config is None:
        return frozenset()
    head = {} if checkpoint.layout == "gguf" else layout.header(checkpoint.path)
    named = layout.components(checkpoint.config).items()
    return frozenset(name for name, (_, kind) in named if layout.held(head, name, kind))


def _of_components(path: Path, but: frozenset[str]) -> list[Path]:
    files: list[Path] = []
    for name, (_, kind) in layout.components(path).items():
        if name in but or name == "safety_checker" or not layout.has_weights(kind):
            continue
        if name in layout.SKIPPED and not (path / name).is_dir():
            continue
        if not (path / name).is_dir():
            raise ModelRefused(
                f"{path.name!r} lacks its component {name!r} ({kind}).",
                hint="Name a folder that has it as `config`, or a file that holds it."
                if but
                else "Fetch the checkpoint anew: the download may have been cut short.",
            )
        files += layout.chosen(path / name)[0]
    return files


def _of_extra(path: Path) -> list[Path]:
    if not path.is_dir():
        if path.suffix in layout.PICKLES:
            raise ModelRefused(
                f"{path.name!r} is a Python pickle: loading one can run any program that is hidden in it.",
                hint="Use the same weights as .safetensors.",
            )
        return [path]
    try:
        return list(layout.chosen(path)[0])
    except ModelRefused:
        loose = sorted(path.glob("*.safetensors"))
        if len(loose) != 1:
            raise
        # An IP-Adapter's folder, with its encoder in a folder beside the weights.
        encoder = path / "image_encoder"
        return [*loose, *(layout.chosen(encoder)[0] if encoder.is_dir() else ())]


def check(checkpoint: Checkpoint, cancel: Cancel | None = None, progress: Listener | None = None) -> None:
    """Raise `ModelRefused` unless all files are there, whole, safe to load, and without NaN or infinity.

    With `progress` every file is read through anew, whatever is remembered of it.
    """
    from keepdial.progress import Event

    if checkpoint.wrong:
        raise ModelRefused(checkpoint.wrong)
    try:
        if checkpoint.layout == "folder":
            check_folder(checkpoint.path)
        for path in (checkpoint.path, checkpoint.config, *extras_of(checkpoint)):
            if path is not None and not path.exists():
                raise ModelRefused(f"{str(path)!r} is not there.", hint="Name a folder or file that is.")
        files = weights_of(checkpoint)
        total, done = sum(file.stat().st_size for file in files) or 1, 0
        for file in files:
            if cancel is not None:
                cancel.check()
            _check_file(file, cancel, again=progress is not None)
            done += file.stat().st_size
            if progress is not None:
                progress(Event("reading weights", done / total))
    except OSError as problem:
        name = Path(str(problem.filename or checkpoint.path))
        raise layout.unreadable(name, problem) from problem


def _check_file(file: Path, cancel: Cancel | None, *, again: bool) -> None:
    from keepdial.models.content import judge

    stat = file.stat()
    state = (stat.st_size, stat.st_mtime_ns)
    if not again and (_sound.get(str(file)) == state or _remembered().get(str(file)) == state):
        return
    if file.suffix == ".gguf":
        _check_gguf(file)
    elif (kind := judge(file, cancel)) != "safetensors":
        raise ModelRefused(f"{file.name!r} holds {kind}, no safetensors.", hint="Fetch it anew.")
    _sound[str(file)] = state
    with contextlib.suppress(OSError, KeepdialError):  # a read-only folder: the next process reads it again
        _remember()


def _check_gguf(file: Path) -> None:
    """Raise `ModelRefused` unless the file is GGUF, whole, and finite where it holds plain numbers."""
    import numpy as np

    with file.open("rb") as opened:
        if opened.read(4) != b"GGUF":
            raise ModelRefused(f"{file.name!r} is no GGUF file.", hint="Fetch it anew.")
    try:
        from gguf import GGUFReader
    except ModuleNotFoundError as problem:
        raise ModelRefused(
            "GGUF files need the package gguf.", hint="pip install 'keepdial[diffusion]'"
        ) from problem
    try:
        for tensor in GGUFReader(file).tensors:
            if tensor.data.dtype.kind == "f" and not np.isfinite(tensor.data).all():
                raise ModelRefused(
                    f"{file.name!r}: the tensor {tensor.name!r} holds NaN or infinite numbers.",
                    hint="Fetch it anew.",
                )
    # The reader trusts what it reads: a damaged file fails it in any way.
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, MemoryError) as problem:
        why = " ".join(str(problem).split())[:120]
        raise ModelRefused(
            f"{file.name!r} begins like GGUF and is damaged: {why}.",
            hint="Fetch it anew: the download may have been cut short.",
        ) from problem


def _memory() -> Path:
    from keepdial.diffusion.checkpoint import place

    return place() / MEMORY


def _remembered() -> dict[str, tuple[int, int]]:
    try:
        table = json.loads(_memory().read_text(encoding="utf-8"))
        return {str(name): (int(size), int(time)) for name, (size, time) in table.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember() -> None:
    from keepdial.files.atomic import write_atomically

    if not _memory().parent.is_dir():
        return
    known = {name: state for name, state in {**_remembered(), **_sound}.items() if Path(name).is_file()}
    write_atomically(_memory(), json.dumps(known).encode(), overwrite=True)
