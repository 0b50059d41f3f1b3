"""How checkpoints are laid out on disk: which components a folder names, which files they are loaded from,
and what the header of a single file says of its content. Reads names and headers, no weights; needs no torch.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from keepdial.errors import ModelRefused

LARGEST_JSON = 4 * 1024 * 1024
"""Bytes of a model_index.json, config.json or the like; real ones have some kB."""

LIBRARIES = frozenset({"diffusers", "transformers", "stable_diffusion"})
"""Where the components named in model_index.json may come from; another name would run a stranger's code."""

SKIPPED = frozenset({"safety_checker", "feature_extractor", "image_encoder"})
"""Components that a checkpoint works without. The safety checker returns black pictures for harmless ones."""

PICKLES = frozenset({".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle"})

UNWEIGHTED = ("Scheduler", "Tokenizer", "Processor", "Extractor")
"""Words in the names of classes that have no weights."""

_BASES = ("diffusion_pytorch_model", "model")
_ANEW = "Fetch the checkpoint anew: the download may have been cut short."
_OTHERS = ("first_stage_model.", "vae.", "cond_stage_model.", "conditioner.", "text_encoders.", "model_ema.")

SPARE = 0.01
"""Share of a denoiser's numbers that a file may hold beyond what the architecture takes.

Converting old keys drops what it does not know without a word, so that a deeper network would be cut to a
shallower one. Files do hold a few numbers more, such as counters.
"""

_OLD = "model.diffusion_model."
"""Before the denoiser's keys in files that hold all of a checkpoint."""


class Tensor(NamedTuple):
    """What a header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the table in a JSON file; None where there is no file. Raises `ModelRefused`."""
    try:
        if not path.is_file():
            return None
        if path.stat().st_size > LARGEST_JSON:
            raise ModelRefused(
                f"{str(path)!r} has {path.stat().st_size:,} bytes; allowed: {LARGEST_JSON:,}.",
                hint="Fetch it anew.",
            )
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        why = getattr(problem, "strerror", None) or " ".join(str(problem).split())[:160]
        raise ModelRefused(f"{str(path)!r} cannot be read: {why}.", hint="Fetch it anew.") from problem
    if not isinstance(table, dict):
        raise ModelRefused(f"{str(path)!r} holds no table.", hint="Fetch it anew.")
    return table


def components(path: Path) -> dict[str, tuple[str, str]]:
    """Return (library, class) for each component that a checkpoint's folder names, by name.

    Raises `ModelRefused` for a name that is no plain word, and for a library whose code would be a
    stranger's.
    """
    index = read_json(path / "model_index.json") or {}
    found = {}
    for name, entry in index.items():
        # Other values are the pipeline's own options; null is a component that it does without.
        if name.startswith("_") or not isinstance(entry, list) or (entry and entry[0] is None):
            continue
        if not name.isidentifier() or len(entry) != 2 or not all(isinstance(word, str) for word in entry):
            raise ModelRefused(
                f"{str(path / 'model_index.json')!r} names a component {name[:60]!r} in a way that no "
                "checkpoint does.",
                hint="Fetch the checkpoint anew, from a source that you trust.",
            )
        library, kind = entry
        if library not in LIBRARIES or not kind.isidentifier():
            raise ModelRefused(
                f"The component {name!r} of {path.name!r} comes from {library[:60]!r} ({kind[:60]!r}).",
                hint=f"Allowed are classes of {', '.join(sorted(LIBRARIES))}: another would run a stranger's "
                "code.",
            )
        found[name] = (library, kind)
    return found


def has_weights(kind: str) -> bool:
    """Return whether a component of the class called so has weights."""
    return not any(word in kind for word in UNWEIGHTED)


def chosen(part: Path) -> tuple[tuple[Path, ...], str]:
    """Return the files that a component's weights are loaded from, and their variant (``fp16``; "" = plain).

    A folder may hold several: plain ones are taken before variants, and whole ones before such in pieces.
    Raises `ModelRefused` where there is none, or where one of the pieces is missing.
    """
    names = sorted(p.name for p in part.iterdir() if p.name.endswith((".safetensors", ".json")))
    for base in _BASES:
        variants = sorted(
            {m[1] for n in names if (m := re.fullmatch(rf"{base}\.([a-z0-9_]+)\.safetensors", n))}
            | {m[1] for n in names if (m := re.fullmatch(rf"{base}\.safetensors\.index\.(.+)\.json", n))}
        )
        for variant in ("", *variants):
            dotted = f".{variant}" if variant else ""
            if (whole := part / f"{base}{dotted}.safetensors").is_file():
                return (whole,), variant
            index = part / f"{base}.safetensors.index{dotted}.json"
            if index.is_file():
                return _pieces(part, index), variant
    if any("-of-" in n for n in names):
        raise ModelRefused(
            f"{str(part)!r} holds weights in pieces and lacks their index (.safetensors.index.json).",
            hint=_ANEW,
        )
    raise pickled(part) or ModelRefused(f"{str(part)!r} holds no weights (.safetensors).", hint=_ANEW)


def _pieces(part: Path, index: Path) -> tuple[Path, ...]:
    table = read_json(index) or {}
    told = table.get("weight_map")
    if not isinstance(told, dict) or not told or not all(isinstance(v, str) for v in told.values()):
        raise ModelRefused(f"{str(index)!r} names no files of weights.", hint=_ANEW)
    wanted = sorted(set(told.values()))
    for name in wanted:
        if Path(name).name != name or not name.endswith(".safetensors"):
            raise ModelRefused(
                f"{str(index)!r} names {name[:60]!r}; allowed are .safetensors files beside it.",
                hint="Fetch the checkpoint anew, from a source that you trust.",
            )
    if missing := [name for name in wanted if not (part / name).is_file()]:
        raise ModelRefused(
            f"{str(part)!r} lacks {len(missing)} of {len(wanted)} files of weights: {missing[0]}.", hint=_ANEW
        )
    return tuple(part / name for name in wanted)


def pickled(path: Path) -> ModelRefused | None:
    """Return the error for a folder whose weights are there only as Python pickle; None where none is."""
    found = [p.name for p in sorted(path.iterdir()) if p.suffix in PICKLES]
    if not found:
        return None
    return ModelRefused(
        f"{str(path)!r} holds weights only as Python pickle ({found[0]}): loading one can run any program "
        "that is hidden in it.",
        hint="Use the same checkpoint as safetensors; most publishers offer it.",
    )


def header(path: Path) -> Mapping[str, Tensor]:
    """Return what a safetensors file's header says of its tensors, by name.

    Raises `ModelRefused` for a file that is not there, cannot be read, is no safetensors or was cut short.
    """
    try:
        stat = path.stat()
        return _header(os.path.abspath(path), stat.st_size, stat.st_mtime_ns)
    except OSError as problem:
        raise unreadable(path, problem) from problem


def unreadable(path: Path, problem: OSError) -> ModelRefused:
    """Return the error for a file that is not there or may not be read."""
    return ModelRefused(
        f"{str(path)!r} cannot be read: {problem.strerror or problem}.",
        hint="Name a file that is there and that may be read.",
    )


@lru_cache(maxsize=256)
def _header(path: str, size: int, mtime_ns: int) -> Mapping[str, Tensor]:
    from keepdial.models.content import MAX_HEADER, judge

    try:
        with open(path, "rb") as file:
            head = file.read(9)
            (length,) = struct.unpack("<Q", head[:8])
            if head[8:] != b"{" or not 2 <= length <= min(MAX_HEADER, size - 8):
                # No safetensors: judged by its bytes, it is refused for what it is.
                kind = judge(Path(path))
                raise ModelRefused(
                    f"{Path(path).name!r} holds {kind}, no safetensors.", hint="Fetch it anew."
                )
            table = json.loads(head[8:] + file.read(length - 1))
        table.pop("__metadata__", None)
        found = {
            name: Tensor(str(t["dtype"]), tuple(int(side) for side in t["shape"]))
            for name, t in table.items()
        }
        end = max((int(t["data_offsets"][1]) for t in table.values()), default=0)
    except (
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        RecursionError,
        struct.error,
    ) as problem:
        why = " ".join(str(problem).split())[:120]
        raise ModelRefused(
            f"{Path(path).name!r} begins like safetensors and is damaged: {why}.",
            hint="Fetch it anew.",
        ) from problem
    if 8 + length + end != size:
        raise ModelRefused(
            f"{Path(path).name!r} has {size:,} bytes and its header tells of {8 + length + end:,}.",
            hint="Fetch it anew: the download may have been cut short.",
        )
    return found


_BITS = {"F64": 64, "F32": 32, "F8_E4M3": 8, "F8_E5M2": 8, "I8": 8, "U8": 8}


def width(path: Path) -> int:
    """Return the bits of most numbers in a safetensors file: 8, 16 or 32. Raises `ModelRefused`."""
    sums: dict[str, int] = {}
    for tensor in header(path).values():
        sums[tensor.dtype] = sums.get(tensor.dtype, 0) + count(tensor)
    most = max(sums, key=lambda kind: sums[kind], default="F16")
    return min(32, _BITS.get(most, 16))


def count(tensor: Tensor) -> int:
    """Return how many numbers a tensor holds."""
    total = 1
    for side in tensor.shape:
        total *= side
    return total


def denoiser(head: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a single file that belong to its UNet or transformer, by their own names."""
    own = {name.removeprefix(_OLD): tensor for name, tensor in head.items() if name.startswith(_OLD)}
    return own or {name: tensor for name, tensor in head.items() if not name.startswith(_OTHERS)}


def numbers(head: Mapping[str, Tensor]) -> int:
    """Return how many numbers the UNet or transformer in a single file has."""
    return sum(count(tensor) for tensor in denoiser(head).values())


def alike(head: Mapping[str, Tensor], folder: Path) -> bool:
    """Return whether the UNet or transformer in a checkpoint's folder has as many numbers as the file's."""
    for name in ("transformer", "unet"):
        if (folder / name).is_dir():
            there = sum(numbers(header(file)) for file in chosen(folder / name)[0])
            return abs(there - numbers(head)) <= SPARE * there
    return False


def kind_of(head: Mapping[str, Tensor]) -> str:
    """Return the pipeline class that a single file is made for, by its keys; "" where they do not tell.

    The keys are those by which diffusers itself tells such files apart (its `infer_diffusers_model_type`).
    FLUX Kontext has the keys of FLUX dev, and Qwen-Image-Edit those of Qwen-Image: those have to be told.
    """
    own = denoiser(head)
    first = own.get("input_blocks.0.0.weight")
    if first is not None and len(first.shape) == 4:
        large = any(name.startswith("conditioner.embedders.1.") for name in head)
        alone = not any(name.startswith(("conditioner.", "cond_stage_model.")) for name in head)
        if not large and "label_emb.0.0.weight" in own and not alone:
            return ""  # the refiner of SDXL, or unCLIP
        stem = "StableDiffusionXL" if large or "label_emb.0.0.weight" in own else "StableDiffusion"
        middle = {4: "", 8: "InstructPix2Pix", 9: "Inpaint"}.get(first.shape[1])
        return "" if middle is None else f"{stem}{middle}Pipeline"
    if "double_blocks.0.img_attn.norm.key_norm.scale" in own:
        others = ("distilled_guidance_layer.in_proj.bias", "single_stream_modulation.lin.weight")
        inner = own.get("img_in.weight", Tensor("", ())).shape
        if any(name in own for name in others) or len(inner) != 2:
            return ""
        if inner[1] == 64 and any(name.startswith("guidance_in.") for name in own):
            return ""
        return {64: "FluxPipeline", 384: "FluxFillPipeline"}.get(inner[1], "")
    if "joint_blocks.0.context_block.adaLN_modulation.1.bias" in own:
        return "StableDiffusion3Pipeline"
    if "layers.0.adaLN_modulation.0.weight" in own and "cap_embedder.0.weight" in own:
        return "ZImagePipeline"
    return ""


def held(head: Mapping[str, Tensor], name: str, kind: str) -> bool:
    """Return whether a single file holds the component of that name and class."""
    if name in ("unet", "transformer"):
        return True
    starts: tuple[str, ...] = ()
    if name == "vae":
        starts = ("first_stage_model.", "vae.")
    elif kind.startswith("T5"):
        starts = ("text_encoders.t5xxl.",)
    elif name == "text_encoder":
        starts = ("cond_stage_model.", "conditioner.embedders.0.", "text_encoders.clip_l.")
    elif name == "text_encoder_2":
        starts = ("conditioner.embedders.1.", "text_encoders.clip_g.")
    return bool(starts) and any(key.startswith(starts) for key in head)
