"""Checkpoints: the diffusion models that lie in the models folder, and what is known of each.

    <models>/checkpoints/NAME/              a folder as diffusers saves it, with model_index.json
    <models>/checkpoints/NAME.safetensors   a single file
    <models>/checkpoints/NAME.gguf          a single file, quantised
    <models>/checkpoints/NAME.toml          points to one of these elsewhere, and says more of it

Finding them reads names and a few small JSON files; weights are looked at when one is loaded.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from keepdial.diffusion import layout
from keepdial.diffusion.sound import check_folder
from keepdial.diffusion.told import TOLD, refused
from keepdial.errors import ModelRefused
from keepdial.models.place import folder
from keepdial.settings import Settings

Layout = Literal["folder", "safetensors", "gguf"]

ABOUT = "keepdial.json"
"""In a checkpoint's folder: what its maker says of it, the names of `TOLD`."""

SUFFIXES = (".safetensors", ".gguf")
"""Of single files that are loaded."""

_POINTING: dict[str, type | tuple[type, ...]] = {
    "path": str,
    "pipeline": str,
    "config": str,
    "lora": list,
    "controlnet": (str, dict),
    "structure": str,
    "depth": str,
    "adapter": (str, dict),
}
STRUCTURES = ("canny", "depth")
"""What of a picture's structure a ControlNet can be told to have learnt to follow."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Extra:
    """Something that is loaded with a checkpoint: its folder or file, and how strongly it counts."""

    path: Path
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint that is here.

    Attributes:
        name: the word for it, also the backend's.
        path: its folder or file.
        layout: how it is laid out.
        pipeline: the class in its model_index.json, or what its TOML says; for a single file what its keys or
            its `config` say; "" = not known.
        config: for a single file a folder in diffusers' layout, from which everything that the file does not
            hold is read (and its architecture): the one that was told, or one that is here and fits.
        lora, controlnet, adapter: what is loaded with it: LoRA weights, a ControlNet, an IP-Adapter.
        structure: what the ControlNet was made to follow, one of `STRUCTURES`; "" = not told.
        depth: the folder of a network that estimates depth, for a ControlNet that follows it.
        about: what is told of it, names and types as `TOLD` has them.
        bytes: of its weights on disk.
        largest: of these the bytes of its largest component; 0 = not known.
        wrong: why it cannot be used, as a sentence; "" = nothing is known to be wrong.
    """

    name: str
    path: Path
    layout: Layout = "folder"
    pipeline: str = ""
    config: Path | None = None
    lora: tuple[Extra, ...] = ()
    controlnet: Extra | None = None
    structure: str = ""
    depth: Path | None = None
    adapter: Extra | None = None
    about: dict[str, Any] = field(default_factory=dict)
    bytes: int = 0
    largest: int = 0
    wrong: str = ""


def place(settings: Settings | None = None) -> Path:
    """Return the folder of the checkpoints; it need not exist."""
    return folder(settings) / "checkpoints"


def checkpoints(settings: Settings | None = None) -> dict[str, Checkpoint]:
    """Return every checkpoint that is here by name, damaged ones too: `Checkpoint.wrong` says why."""
    found: dict[str, Checkpoint] = {}
    try:
        # A TOML comes first: it may say more of a folder or file of the same name beside it.
        entries = sorted(place(settings).iterdir(), key=lambda p: (p.suffix != ".toml", p.name))
    except OSError:
        return {}
    for path in entries:
        if path.name.startswith(".") or (
            path.suffix not in _SEEN and not path.is_symlink() and _is_file(path)
        ):
            continue
        name = path.stem if path.suffix in _SEEN else path.name
        if name not in found:
            found[name] = _tried(name, path)
    return {name: completed(found[name], found) for name in sorted(found)}


_SEEN = (".toml", *SUFFIXES, *sorted(layout.PICKLES))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _tried(name: str, path: Path) -> Checkpoint:
    try:
        if why := name_refused(name):
            return Checkpoint(name, path, wrong=f"{path.name!r} cannot be called so: {why}")
        return described(name, path)
    except ModelRefused as problem:
        return Checkpoint(name, path, wrong=str(problem))
    except OSError as problem:
        return Checkpoint(name, path, wrong=str(layout.unreadable(path, problem)))


def completed(one: Checkpoint, others: Mapping[str, Checkpoint]) -> Checkpoint:
    """Return a single file's checkpoint with its `config`: that of another one that is here and fits.

    Where none was told and none fits, `Checkpoint.wrong` says what to tell.
    """
    if one.wrong or one.layout == "folder" or one.config is not None:
        return one
    if one.pipeline and one.layout == "safetensors":
        for other in others.values():
            if (other.layout, other.pipeline, other.wrong) == ("folder", one.pipeline, ""):
                try:
                    if layout.alike(layout.header(one.path), other.path):
                        return replace(one, config=other.path)
                except (ModelRefused, OSError):
                    continue
    return replace(one, wrong=without_config(one))


def without_config(one: Checkpoint) -> str:
    """Return what is said of a single file of which nobody knows how its weights go together."""
    kind = f"It is for {one.pipeline}." if one.pipeline else "Its keys do not tell for which pipeline it is."
    return (
        f"{one.path.name!r} holds weights and not how they go together. {kind} Say it in {one.name}.toml: "
        f'path = "{one.path}" and config = "…", the folder of a checkpoint of the same kind in diffusers\' '
        "layout."
    )


def name_refused(name: str) -> str:
    """Return why a checkpoint cannot have that name, as a sentence; "" where it can."""
    if _NAME.fullmatch(name) and len(name) <= 100:
        return ""
    return "letters, digits, dots, hyphens and underscores make a name, the first a letter or digit."


def described(name: str, path: Path) -> Checkpoint:
    """Return what is known of the checkpoint at `path`: a folder, a single file, or a TOML that points to
    one.

    Raises:
        ModelRefused: it is not laid out as a checkpoint is; the message says what is missing.
        OSError: it may not be read.
    """
    if path.suffix == ".toml":
        return _pointed(name, path)
    if path.is_dir():
        return _in_folder(name, path)
    if not path.is_file():
        link = " It is a link that leads nowhere." if path.is_symlink() else ""
        raise ModelRefused(f"{str(path)!r} is not there.{link}", hint="Name a folder or file that is.")
    if path.suffix not in SUFFIXES:
        raise ModelRefused(
            f"{path.name!r} is of a kind that is not loaded.",
            hint="Allowed are folders in diffusers' layout, .safetensors and .gguf; files such as .ckpt, .pt "
            "and .bin hold Python pickles, which can run any program while they are loaded.",
        )
    size = path.stat().st_size
    if path.suffix == ".gguf":
        return Checkpoint(name, path, "gguf", bytes=size)
    return Checkpoint(name, path, "safetensors", layout.kind_of(layout.header(path)), bytes=size)


def _in_folder(name: str, path: Path) -> Checkpoint:
    pipeline = pipeline_of(path)
    check_folder(path)
    sizes = [
        sum(file.stat().st_size for file in layout.chosen(path / part)[0])
        for part, (_, kind) in layout.components(path).items()
        if layout.has_weights(kind) and part != "safety_checker" and (path / part).is_dir()
    ]
    about, largest = _told(path / ABOUT), max(sizes, default=0)
    return Checkpoint(name, path, "folder", pipeline, about=about, bytes=sum(sizes), largest=largest)


def pipeline_of(path: Path) -> str:
    """Return the pipeline class that a folder names; raise `ModelRefused` where it names none."""
    index = layout.read_json(path / "model_index.json")
    if index is None:
        raise ModelRefused(
            f"{str(path)!r} is no checkpoint: it has no model_index.json.", hint=_what_it_takes(path)
        )
    pipeline = index.get("_class_name")
    if not isinstance(pipeline, str) or not pipeline.isidentifier():
        raise ModelRefused(
            f"{str(path / 'model_index.json')!r} does not name a pipeline of diffusers (_class_name).",
            hint="Fetch the checkpoint anew, or save it with diffusers' save_pretrained.",
        )
    return pipeline


def _what_it_takes(path: Path) -> str:
    inner = [p.parent.name for p in sorted(path.glob("*/model_index.json"))]
    if inner:
        return f"Its folder {inner[0]!r} is one: name that."
    if (path / "config.json").is_file():
        return "It holds one component of a checkpoint (config.json); name the folder above it."
    single = sorted(p.name for suffix in SUFFIXES for p in path.glob(f"*{suffix}"))
    if single:
        return f"It holds the single file {single[0]!r}: name that."
    return "A checkpoint's folder holds model_index.json and a folder for each component."


def _pointed(name: str, path: Path) -> Checkpoint:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise ModelRefused(f"{path.name!r} is no TOML that can be read: {why}.") from problem
    return pointed(name, path, table)


def pointed(name: str, path: Path, table: Mapping[str, Any]) -> Checkpoint:
    """Return the checkpoint that the `table` in the TOML at `path` points to; raises as `described`."""
    for key, value in table.items():
        why = refused(key, value) if key in TOLD else ""
        if why or key not in {**_POINTING, **TOLD} or not isinstance(value, _POINTING.get(key, object)):
            raise ModelRefused(
                f"{path.name!r} has {key} = {value!r}{f'; allowed: {why}' if why else ''}.",
                hint=f"Allowed are {', '.join(sorted({**_POINTING, **TOLD}))}; docs/diffusion.md says what "
                "each means.",
            )
    if "path" not in table:
        raise ModelRefused(f"{path.name!r} names no path.", hint='Say where it is: path = "/folder/of/it".')
    if table.get("structure", STRUCTURES[0]) not in STRUCTURES:
        raise ModelRefused(
            f"{path.name!r} has structure = {table['structure']!r}; allowed: {' and '.join(STRUCTURES)}."
        )

    def there(key: str) -> Path | None:
        return _beside(path, table[key]) if key in table else None

    def extra(given: Any) -> Extra | None:
        return None if given is None else _extra(path, given)

    target, config = _beside(path, table["path"]), there("config")
    if target.suffix == ".toml":
        raise ModelRefused(f"{path.name!r} points to another TOML.", hint="Name the folder or file itself.")
    base = described(name, target)
    from_config = "" if config is None or base.layout == "folder" else pipeline_of(config)
    return replace(
        base,
        pipeline=str(table.get("pipeline", from_config or base.pipeline)),
        config=config,
        lora=tuple(_extra(path, one) for one in table.get("lora", ())),
        controlnet=extra(table.get("controlnet")),
        structure=str(table.get("structure", "")),
        depth=there("depth"),
        adapter=extra(table.get("adapter")),
        about={**base.about, **{k: v for k, v in table.items() if k in TOLD}},
    )


def _beside(path: Path, given: str) -> Path:
    return path.parent / os.path.expanduser(given)


def _extra(path: Path, given: Any) -> Extra:
    """Return what a TOML names as a path, or as a table of path and weight."""
    table = {"path": given} if isinstance(given, str) else given
    weight = table.get("weight", 1.0) if isinstance(table, dict) else None
    if (
        not isinstance(table, dict)
        or not set(table) <= {"path", "weight"}
        or not isinstance(table.get("path"), str)
        or not isinstance(weight, int | float)
        or isinstance(weight, bool)
        or not -10 <= weight <= 10
    ):
        raise ModelRefused(
            f"{path.name!r} has {given!r}.",
            hint='Allowed is a path, or {path = "…", weight = 0.7} with a weight from -10 to 10.',
        )
    return Extra(_beside(path, table["path"]), float(weight))


def _told(path: Path) -> dict[str, Any]:
    """Return what ``keepdial.json`` tells, without what is not as it has to be: it is a stranger's file."""
    table = layout.read_json(path) or {}
    return {k: v for k, v in table.items() if k in TOLD and not refused(k, v)}
