"""Checkpoints: the diffusion models that lie in the models folder, and what is known of each.

    <models>/checkpoints/NAME/              a folder as diffusers saves it, with model_index.json
    <models>/checkpoints/NAME.safetensors   a single file
    <models>/checkpoints/NAME.gguf          a single file, quantised
    <models>/checkpoints/NAME.toml          points to one of these elsewhere, and says more of it

Finding them reads names and a few small JSON files; weights are looked at when one is loaded.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from keepdial.errors import ModelRefused
from keepdial.models.place import folder
from keepdial.settings import Settings

Layout = Literal["folder", "safetensors", "gguf"]

ABOUT = "keepdial.json"
"""In a checkpoint's folder: what its maker says of it, the names of `TOLD`."""

TOLD: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "licence": str,
    "commercial": bool,
    "best": int,
    "minimum": int,
    "multiple_of": int,
    "steps": int,
    "guidance": (int, float),
    "image_guidance": (int, float),
    "quality": (int, float),
    "seconds_per_mp": (int, float),
    "operations": list,
    "keep": list,
    "curves": dict,
    "settings": dict,
}
"""What can be told of a checkpoint, and of which type it is. `docs/diffusion.md` says what each means."""

_POINTING = {"path": str, "pipeline": str, "config": str, "lora": list, "controlnet": str, "adapter": str}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint that is here.

    Attributes:
        name: the word for it, also the backend's.
        path: its folder or file.
        layout: how it is laid out.
        pipeline: the class in its model_index.json; for a single file what its TOML says; "" = not known.
        config: for a single file a folder in diffusers' layout, from which everything that the file does not
            hold is read (and its architecture); None = diffusers finds out by itself.
        lora, controlnet, adapter: what is loaded with it (paths): LoRA weights, a ControlNet, an IP-Adapter.
        about: what is told of it, names and types as `TOLD` has them.
        bytes: of its weights on disk.
        wrong: why it cannot be used, as a sentence; "" = nothing is known to be wrong.
    """

    name: str
    path: Path
    layout: Layout = "folder"
    pipeline: str = ""
    config: Path | None = None
    lora: tuple[Path, ...] = ()
    controlnet: Path | None = None
    adapter: Path | None = None
    about: dict[str, Any] = field(default_factory=dict)
    bytes: int = 0
    wrong: str = ""


def place(settings: Settings | None = None) -> Path:
    """Return the folder of the checkpoints; it need not exist."""
    return folder(settings) / "checkpoints"


def checkpoints(settings: Settings | None = None) -> dict[str, Checkpoint]:
    """Return every checkpoint that is here by name, damaged ones too: `Checkpoint.wrong` says why."""
    found: dict[str, Checkpoint] = {}
    try:
        entries = sorted(place(settings).iterdir(), key=lambda p: (p.suffix != ".toml", p.name))
    except OSError:
        return {}
    for path in entries:
        name = path.stem if path.suffix in (".toml", ".safetensors", ".gguf") else path.name
        if name in found or not _NAME.fullmatch(name):
            continue
        if path.suffix == ".toml" or path.suffix in (".safetensors", ".gguf") or path.is_dir():
            found[name] = _tried(name, path)
    return dict(sorted(found.items()))


def _tried(name: str, path: Path) -> Checkpoint:
    try:
        return described(name, path)
    except ModelRefused as problem:
        return Checkpoint(name, path, wrong=str(problem))


def described(name: str, path: Path) -> Checkpoint:
    """Return what is known of the checkpoint at `path`: a folder, a single file, or a TOML that points to
    one.

    Raises:
        ModelRefused: it is not laid out as a checkpoint is; the message says what is missing.
    """
    if path.suffix == ".toml":
        return _pointed(name, path)
    if path.is_dir():
        index = _json(path / "model_index.json")
        if index is None:
            raise ModelRefused(
                f"{str(path)!r} is no checkpoint: it has no model_index.json.", hint=_what_it_takes(path)
            )
        pipeline = index.get("_class_name")
        if not isinstance(pipeline, str) or not pipeline:
            raise ModelRefused(
                f"{str(path / 'model_index.json')!r} does not name a pipeline (_class_name).",
                hint="Fetch the checkpoint anew, or save it with diffusers' save_pretrained.",
            )
        weights = sum(p.stat().st_size for p in path.rglob("*.safetensors"))
        return Checkpoint(name, path, "folder", pipeline, about=_told(path / ABOUT), bytes=weights)
    if not path.is_file():
        raise ModelRefused(f"{str(path)!r} is not there.", hint="Name a folder or file that is.")
    layout: Layout = "gguf" if path.suffix == ".gguf" else "safetensors"
    if path.suffix not in (".gguf", ".safetensors"):
        raise ModelRefused(
            f"{path.name!r} is of a kind that is not loaded.",
            hint="Allowed are folders in diffusers' layout, .safetensors and .gguf; files such as .ckpt, .pt "
            "and .bin hold Python pickles, which can run any program while they are loaded.",
        )
    return Checkpoint(name, path, layout, bytes=path.stat().st_size)


def _what_it_takes(path: Path) -> str:
    inner = [p.parent.name for p in sorted(path.glob("*/model_index.json"))]
    if inner:
        return f"Its folder {inner[0]!r} is one: name that."
    if (path / "config.json").is_file():
        return "It holds one component of a checkpoint (config.json); name the folder above it."
    return "A checkpoint's folder holds model_index.json and a folder for each component."


def _pointed(name: str, path: Path) -> Checkpoint:
    """Return the checkpoint that a TOML points to, with what the TOML says of it."""
    from dataclasses import replace

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise ModelRefused(f"{path.name!r} is no TOML that can be read: {problem}.") from problem
    allowed = {**_POINTING, **TOLD}
    for key, value in table.items():
        if key not in allowed or not isinstance(value, allowed[key]):
            raise ModelRefused(
                f"{path.name!r} has {key} = {value!r}.",
                hint=f"Allowed are {', '.join(sorted(allowed))}; docs/diffusion.md says what each means.",
            )
    target = path.parent / str(table.get("path", ""))
    if "path" not in table:
        raise ModelRefused(f"{path.name!r} names no path.", hint='Say where it is: path = "/folder/of/it".')
    base = described(name, target)
    about = {**base.about, **{k: v for k, v in table.items() if k in TOLD}}

    def there(key: str) -> Path | None:
        return path.parent / str(table[key]) if key in table else None

    return replace(
        base,
        pipeline=str(table.get("pipeline", base.pipeline)),
        config=there("config"),
        lora=tuple(path.parent / str(one) for one in table.get("lora", ())),
        controlnet=there("controlnet"),
        adapter=there("adapter"),
        about=about,
    )


def _told(path: Path) -> dict[str, Any]:
    """Return what ``keepdial.json`` tells, without what is of the wrong type: it is a stranger's file."""
    table = _json(path) or {}
    return {k: v for k, v in table.items() if k in TOLD and isinstance(v, TOLD[k])}


def _json(path: Path) -> dict[str, Any] | None:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as problem:
        raise ModelRefused(f"{str(path)!r} cannot be read: {problem}.", hint="Fetch it anew.") from problem
    if not isinstance(table, dict):
        raise ModelRefused(f"{str(path)!r} holds no table.", hint="Fetch it anew.")
    return table
