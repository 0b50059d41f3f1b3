"""What is loaded with a checkpoint: LoRA weights, a ControlNet, an IP-Adapter."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.diffusion import layout
from keepdial.diffusion.memory import exhausted
from keepdial.diffusion.parts import component
from keepdial.errors import KeepdialError, ModelRefused

if TYPE_CHECKING:
    from keepdial.diffusion.checkpoint import Checkpoint


def extended(pipe: Any, checkpoint: Checkpoint, dtype: Any) -> Any | None:
    """Load what the checkpoint names beside its own weights; return its ControlNet, None where it has none.

    Raises `ModelRefused`, which says what of it does not go with the checkpoint.
    """
    for number, one in enumerate(checkpoint.lora):
        if one.weight:
            _lora(pipe, checkpoint, one.path, f"lora{number}")
    used = {f"lora{n}": one.weight for n, one in enumerate(checkpoint.lora) if one.weight}
    if used:
        pipe.set_adapters(list(used), list(used.values()))
    if checkpoint.adapter is not None:
        _adapter(pipe, checkpoint, checkpoint.adapter.path, dtype)
    if checkpoint.controlnet is not None:
        return _controlnet(checkpoint, checkpoint.controlnet.path, dtype)
    return None


@contextlib.contextmanager
def _going_with(checkpoint: Checkpoint, what: str, path: Path) -> Iterator[None]:
    try:
        yield
    except KeepdialError:
        raise
    # diffusers, peft and torch raise anything for weights that do not fit.
    except Exception as problem:
        full = exhausted(problem, checkpoint.name)
        line = " ".join(str(problem).split())[:160]
        raise full or ModelRefused(
            f"The {what} {path.name!r} does not go with {checkpoint.name!r}: "
            f"{line or type(problem).__name__}",
            hint=f"Use one that was made for its kind ({checkpoint.pipeline}).",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem


def file_of(path: Path) -> Path:
    """Return the one file of weights that `path` is, or that lies in the folder `path`."""
    if not path.is_dir():
        return path
    found = sorted(path.glob("*.safetensors"))
    if len(found) != 1:
        raise layout.pickled(path) or ModelRefused(
            f"{str(path)!r} holds {len(found)} files of weights (.safetensors).", hint="Name the file itself."
        )
    return found[0]


def _lora(pipe: Any, checkpoint: Checkpoint, path: Path, name: str) -> None:
    file = file_of(path)
    if not hasattr(pipe, "load_lora_weights"):
        raise ModelRefused(f"{type(pipe).__name__} takes no LoRA.", hint=f"Leave {file.name!r} out.")
    with _going_with(checkpoint, "LoRA", file):
        pipe.load_lora_weights(
            str(file.parent),
            weight_name=file.name,
            adapter_name=name,
            local_files_only=True,
            use_safetensors=True,
        )
        # Where no key fits, diffusers only warns.
        if not any(name in names for names in pipe.get_list_adapters().values()):
            raise ValueError("none of its weights belongs to a layer of this checkpoint")


def _controlnet(checkpoint: Checkpoint, path: Path, dtype: Any) -> Any:
    config = layout.read_json(path / "config.json") if path.is_dir() else None
    kind = str((config or {}).get("_class_name"))
    if config is None or not kind.endswith("ControlNetModel"):
        raise ModelRefused(
            f"{str(path)!r} is no ControlNet: allowed is a folder with a config.json that names one.",
            hint="Use one in diffusers' layout.",
        )
    with _going_with(checkpoint, "ControlNet", path):
        return component(path, "diffusers", kind, dtype)


def _adapter(pipe: Any, checkpoint: Checkpoint, path: Path, dtype: Any) -> None:
    import transformers
    from safetensors.torch import load_file

    file = file_of(path)
    if not hasattr(pipe, "load_ip_adapter"):
        raise ModelRefused(f"{type(pipe).__name__} takes no IP-Adapter.", hint=f"Leave {file.name!r} out.")
    weights: dict[str, dict[str, Any]] = {"image_proj": {}, "ip_adapter": {}}
    for name, tensor in load_file(file).items():
        start, _, rest = name.partition(".")
        if start not in weights:
            raise ModelRefused(
                f"{file.name!r} is no IP-Adapter: it holds {name[:60]!r}.",
                hint="An IP-Adapter's weights begin with image_proj and ip_adapter.",
            )
        weights[start][rest] = tensor
    if getattr(pipe, "image_encoder", None) is None:
        encoder = file.parent / "image_encoder"
        if not encoder.is_dir():
            raise ModelRefused(
                f"{file.name!r} needs a network that looks at pictures, and {str(encoder)!r} is not there.",
                hint="Put the adapter's image_encoder folder beside its weights.",
            )
        pipe.register_modules(
            image_encoder=component(encoder, "transformers", "CLIPVisionModelWithProjection", dtype)
        )
    if getattr(pipe, "feature_extractor", None) is None:
        size = int(pipe.image_encoder.config.image_size)
        looks = transformers.CLIPImageProcessor(size=size, crop_size=size)
        pipe.register_modules(feature_extractor=looks)
    with _going_with(checkpoint, "IP-Adapter", file):
        pipe.load_ip_adapter(weights, subfolder="", weight_name=file.name, image_encoder_folder=None)
