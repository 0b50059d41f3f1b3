"""Single files: all of a checkpoint in one, as communities share them, or its denoiser alone, also as GGUF.

Such a file holds weights and not how they go together. That, and whatever the file lacks, comes from a folder
in diffusers' layout (`config`). Nothing is ever fetched.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from keepdial.diffusion import layout
from keepdial.diffusion.parts import component, fits, piped, pipeline_class, whole
from keepdial.diffusion.sound import held_by
from keepdial.errors import ModelRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keepdial.diffusion.checkpoint import Checkpoint
    from keepdial.progress import Cancel

SPARE = 0.01
"""Share of a denoiser's numbers that a file may hold beyond what the architecture takes.

Converting drops what it does not know without a word, so that a deeper network would be cut to a shallower
one. Files do hold a few numbers more, such as counters.
"""


def assembled_from_file(checkpoint: Checkpoint, dtype: Any, cancel: Cancel | None = None) -> Any:
    """Return the pipeline of a single file, on the CPU. Raises as `keepdial.diffusion.parts.assembled`."""
    from dataclasses import replace

    config = checkpoint.config or _cached(checkpoint)
    checkpoint = replace(checkpoint, config=config)
    named = layout.components(config)
    inner = next((name for name in ("transformer", "unet") if name in named), "")
    if not inner:
        raise ModelRefused(
            f"{str(config)!r} is for a pipeline with neither a transformer nor a UNet.",
            hint="Name the folder of a checkpoint of the same kind as the file.",
        )
    held = held_by(checkpoint)
    given: dict[str, Any] = {}
    for name, (library, kind) in named.items():
        if cancel is not None:
            cancel.check()
        if name == "safety_checker":
            continue
        if name in layout.SKIPPED and not (config / name).is_dir():
            given[name] = None
        elif name not in held and (part := component(config / name, library, kind, dtype)) is not None:
            given[name] = part
    if held == {inner}:
        given[inner] = _denoiser(checkpoint, inner, named[inner][1], dtype)
        pipe = piped(checkpoint, config, given, dtype)
    else:
        pipe = pipeline_class(checkpoint).from_single_file(
            str(checkpoint.path), config=str(config), torch_dtype=dtype, local_files_only=True, **given
        )
    whole(pipe, checkpoint.path.name)
    if checkpoint.layout == "safetensors":
        _all_used(checkpoint.path, getattr(pipe, inner))
    return pipe


def _denoiser(checkpoint: Checkpoint, name: str, kind: str, dtype: Any) -> Any:
    import diffusers

    found = getattr(diffusers, kind, None)
    if not hasattr(found, "from_single_file"):
        raise ModelRefused(
            f"{checkpoint.path.name!r} is to be a {kind}, which diffusers does not load from a single file.",
            hint="Use a folder in diffusers' layout.",
        )
    given: dict[str, Any] = {}
    if checkpoint.layout == "gguf":
        given["quantization_config"] = diffusers.GGUFQuantizationConfig(compute_dtype=dtype)
    else:
        _compare(checkpoint, found, name)
    return found.from_single_file(
        str(checkpoint.path),
        config=str(checkpoint.config),
        subfolder=name,
        torch_dtype=dtype,
        local_files_only=True,
        **given,
    )


def _compare(checkpoint: Checkpoint, kind: Any, name: str) -> None:
    """Raise `ModelRefused` where a file in diffusers' own layout is of another architecture.

    diffusers itself takes a file that lacks something for one in another layout, and fails in odd ways.
    """
    from accelerate import init_empty_weights

    with init_empty_weights():
        wanted = kind.from_config(kind.load_config(str(checkpoint.config), subfolder=name)).state_dict()
    head = layout.header(checkpoint.path)
    both = [key for key in wanted if key in head]
    if len(both) * 2 > len(wanted):
        shapes = [key for key in both if head[key].shape != tuple(wanted[key].shape)]
        fits(checkpoint.path.name, wanted.keys() - head.keys(), head.keys() - wanted.keys(), shapes)


def _all_used(path: Path, model: Any) -> None:
    head: Mapping[str, layout.Tensor] = layout.denoiser(layout.header(path))
    others = (
        "first_stage_model.",
        "vae.",
        "cond_stage_model.",
        "conditioner.",
        "text_encoders.",
        "model_ema.",
    )
    here = sum(layout.count(tensor) for name, tensor in head.items() if not name.startswith(others))
    taken = sum(int(p.numel()) for p in model.state_dict().values())
    if here > taken * (1 + SPARE):
        raise ModelRefused(
            f"{path.name!r} holds {here:,} numbers for {type(model).__name__}, and its architecture takes "
            f"{taken:,}.",
            hint="`config` is of another architecture: name the folder of a checkpoint of the same kind.",
        )


def _cached(checkpoint: Checkpoint) -> Path:
    """Return the folder in the cache of diffusers that describes such a file; it is not fetched."""
    from diffusers.loaders.single_file_utils import fetch_diffusers_config
    from huggingface_hub import snapshot_download

    said = "its kind is not known"
    if checkpoint.layout == "safetensors" and layout.kind_of(layout.header(checkpoint.path)):
        # diffusers' own way to tell such files apart looks at names and shapes only.
        head = {k: SimpleNamespace(shape=t.shape) for k, t in layout.header(checkpoint.path).items()}
        try:
            known = str(fetch_diffusers_config(head)["pretrained_model_name_or_path"])
            said = f"diffusers takes it for one like {known!r}"
            found = Path(snapshot_download(known, local_files_only=True))
            if (found / "model_index.json").is_file():
                return found
        # What is not in the library's cache it calls an OSError, a ValueError, or both.
        except (OSError, ValueError, LookupError, TypeError):
            pass
        said = f"{said}, whose description is not on this machine"
    raise ModelRefused(
        f"{checkpoint.path.name!r} holds weights and not how they go together; {said}.",
        hint=f'Say it in {checkpoint.name}.toml: path = "{checkpoint.path}" and config = "…", the folder '
        "of a checkpoint of the same kind in diffusers' layout.",
    )
