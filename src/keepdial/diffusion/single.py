"""Single files: all of a checkpoint in one, as communities share them, or its denoiser alone, also as GGUF.

Such a file holds weights and not how they go together. That, and whatever the file lacks, comes from a folder
in diffusers' layout (`config`). Nothing is ever fetched.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.diffusion import layout
from keepdial.diffusion.checkpoint import Checkpoint, without_config
from keepdial.diffusion.parts import component, fits, left_out, piped, pipeline_class, whole
from keepdial.diffusion.sound import held_by
from keepdial.errors import ModelRefused

if TYPE_CHECKING:
    from keepdial.progress import Cancel


def assembled_from_file(checkpoint: Checkpoint, dtype: Any, cancel: Cancel | None = None) -> Any:
    """Return the pipeline of a single file, on the CPU. Raises as `keepdial.diffusion.parts.assembled`."""
    config = checkpoint.config
    if config is None:
        raise ModelRefused(without_config(checkpoint))
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
        if left_out(config / name, library, kind):
            given[name] = None
        elif name not in held and (part := component(config / name, library, kind, dtype)) is not None:
            given[name] = part
    try:
        if held == {inner}:
            given[inner] = _denoiser(checkpoint, inner, named[inner][1], dtype)
            pipe = piped(checkpoint, config, given, dtype)
        else:
            pipe = pipeline_class(checkpoint).from_single_file(
                str(checkpoint.path), config=str(config), torch_dtype=dtype, local_files_only=True, **given
            )
    except NotImplementedError as problem:
        # torch's word for casting a tensor without numbers: no file gave it any.
        raise ModelRefused(
            f"{checkpoint.path.name!r} lacks tensors that the configuration in {str(config)!r} describes.",
            hint="`config` is of another architecture, or the file holds a part only.",
            detail=str(problem),
        ) from problem
    whole(pipe, checkpoint.path.name)
    if checkpoint.layout == "safetensors":
        _all_used(checkpoint.path, getattr(pipe, inner))
    return pipe


def _denoiser(checkpoint: Checkpoint, name: str, kind: str, dtype: Any) -> Any:
    import diffusers

    found = getattr(diffusers, kind, None)
    if found is None or not hasattr(found, "from_single_file"):
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
    here = layout.numbers(layout.header(path))
    taken = sum(int(p.numel()) for p in model.state_dict().values())
    if here > taken * (1 + layout.SPARE):
        raise ModelRefused(
            f"{path.name!r} holds {here:,} numbers for {type(model).__name__}, and its architecture takes "
            f"{taken:,}.",
            hint="`config` is of another architecture: name the folder of a checkpoint of the same kind.",
        )
