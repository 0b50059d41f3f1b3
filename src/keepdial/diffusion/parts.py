"""Building a pipeline from a folder in diffusers' layout.

Components with weights are loaded one by one, so that it is seen whether weights and configuration go
together: diffusers and transformers give random numbers to what the files lack, and only warn.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.diffusion import layout
from keepdial.errors import ModelRefused

if TYPE_CHECKING:
    from keepdial.diffusion.checkpoint import Checkpoint
    from keepdial.progress import Cancel

_COUNTED = re.compile(r"position_ids$|inv_freq$|num_batches_tracked$")
"""Tensors that are computed from the configuration: old files hold them, new ones do not."""

_BESIDE = re.compile(r"^(vision_model|visual_projection|decoder|lm_head|logit_scale)(\.|$)")
"""What files of text encoders hold besides: the other half of the model that they are a half of."""


def assembled(checkpoint: Checkpoint, dtype: Any, cancel: Cancel | None = None) -> Any:
    """Return the pipeline of a checkpoint whose files were checked, on the CPU, in the number format `dtype`.

    Raises `ModelRefused` where weights and configuration do not go together; what else diffusers raises comes
    through.
    """
    from keepdial.diffusion.single import assembled_from_file

    if checkpoint.layout != "folder":
        return assembled_from_file(checkpoint, dtype, cancel)
    path = checkpoint.path
    given: dict[str, Any] = {}
    for name, (library, kind) in layout.components(path).items():
        if cancel is not None:
            cancel.check()
        if left_out(path / name, library, kind):
            given[name] = None
        elif (part := component(path / name, library, kind, dtype)) is not None:
            given[name] = part
    return piped(checkpoint, path, given, dtype)


def left_out(part: Path, library: str, kind: str) -> bool:
    """Return whether a component is one that a checkpoint works without, and is not loaded.

    Old checkpoints name a class for preparing pictures that transformers no longer has.
    """
    if part.name not in layout.SKIPPED:
        return False
    return part.name == "safety_checker" or not part.is_dir() or _class(library, kind) is None


def _class(library: str, kind: str) -> Any | None:
    import diffusers
    import transformers

    return getattr({"diffusers": diffusers, "transformers": transformers}.get(library), kind, None)


def piped(checkpoint: Checkpoint, config: Path, given: dict[str, Any], dtype: Any) -> Any:
    """Return the checkpoint's pipeline over the components `given`, the others being read from `config`."""
    from keepdial.diffusion.vision import stand_ins

    pipeline, given = pipeline_class(checkpoint), dict(given)
    index = layout.read_json(config / "model_index.json") or {}
    given.update(stand_ins(config, index))
    if "safety_checker" in index:
        given["safety_checker"] = None
    if "requires_safety_checker" in index:
        given["requires_safety_checker"] = False
    return pipeline.from_pretrained(
        str(config), torch_dtype=dtype, local_files_only=True, use_safetensors=True, **given
    )


def pipeline_class(checkpoint: Checkpoint) -> Any:
    """Return the class of the checkpoint's pipeline; raise `ModelRefused` where diffusers has none such."""
    import diffusers

    found = getattr(diffusers, checkpoint.pipeline, None)
    if isinstance(found, type) and issubclass(found, diffusers.DiffusionPipeline):
        return found
    raise ModelRefused(
        f"{checkpoint.name!r} wants the pipeline {checkpoint.pipeline!r}, and diffusers "
        f"{diffusers.__version__} has none called so.",
        hint="Update diffusers, or name another `pipeline` in its TOML.",
    )


def component(part: Path, library: str, kind: str, dtype: Any) -> Any | None:
    """Return the component in the folder `part`; None for one without weights, which diffusers loads itself.

    Raises `ModelRefused` where the class is none that may be, or the weights are not those that the
    configuration describes.
    """
    import diffusers
    import transformers

    found = _class(library, kind)
    if not isinstance(found, type) or not hasattr(found, "from_pretrained"):
        raise ModelRefused(
            f"{part.name!r} is to be {kind!r} of {library}, and the installed {library} has no such class.",
            hint=f"Update {library}, or use another checkpoint.",
        )
    given = {"local_files_only": True, "use_safetensors": True, "output_loading_info": True}
    if issubclass(found, transformers.PreTrainedModel):
        given["dtype"] = dtype
    elif issubclass(found, diffusers.ModelMixin):
        given["torch_dtype"] = dtype
    elif layout.has_weights(kind):
        raise ModelRefused(
            f"{part.name!r} is to be {kind!r} of {library}, which is no network.",
            hint="Fetch the checkpoint anew, from a source that you trust.",
        )
    else:
        return None
    _, variant = layout.chosen(part)
    model, info = found.from_pretrained(str(part), variant=variant or None, **given)
    unknown = [
        n for n in info.get("unexpected_keys", ()) if not (library == "transformers" and _BESIDE.match(n))
    ]
    fits(str(part), info.get("missing_keys", ()), unknown, info.get("mismatched_keys", ()))
    return model


def fits(what: str, missing: Iterable[str], unknown: Iterable[str], shapes: Iterable[Any] = ()) -> None:
    """Raise `ModelRefused` if weights lack tensors, or hold others than, the configuration describes."""
    lacks = sorted(name for name in missing if not _COUNTED.search(name))
    more = sorted(name for name in unknown if not _COUNTED.search(name))
    other = sorted(str(one[0] if isinstance(one, tuple) else one) for one in shapes)
    for names, told in (
        (lacks, "lack {} tensors that its configuration describes"),
        (other, "have {} tensors of another shape than its configuration says"),
        (more, "hold {} tensors that its configuration does not describe"),
    ):
        if names:
            raise ModelRefused(
                f"The weights of {what!r} {told.format(len(names))}, such as {names[0]!r}.",
                hint="They are of another architecture: fetch weights and configuration from one source.",
            )


def whole(pipe: Any, name: str) -> None:
    """Raise `ModelRefused` if any component of the pipeline has weights that no file gave."""
    for part, model in pipe.components.items():
        if hasattr(model, "named_parameters"):
            fits(f"{name} ({part})", (n for n, p in model.named_parameters() if p.is_meta), ())
