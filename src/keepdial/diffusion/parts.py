"""Building a pipeline from files: folders, single files, and what is loaded beside them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from keepdial.errors import ModelRefused

if TYPE_CHECKING:
    from keepdial.diffusion.checkpoint import Checkpoint


def assembled(checkpoint: Checkpoint, dtype: Any) -> Any:
    """Return the pipeline of a checkpoint whose files were checked, on the CPU, in the number format `dtype`.

    Raises `ModelRefused` for a single file of which nobody says what it is; what diffusers raises comes
    through.
    """
    import diffusers

    if checkpoint.layout == "folder":
        given = _without_checker(checkpoint.path)
        return diffusers.DiffusionPipeline.from_pretrained(
            str(checkpoint.path), torch_dtype=dtype, local_files_only=True, use_safetensors=True, **given
        )
    raise ModelRefused(f"{checkpoint.path.name!r} is a single file.", hint="Name a folder.")


def _without_checker(path: Path) -> dict[str, Any]:
    import json

    index = json.loads((path / "model_index.json").read_text(encoding="utf-8"))
    given: dict[str, Any] = {}
    if "safety_checker" in index:
        given["safety_checker"] = None
        if "requires_safety_checker" in index:
            given["requires_safety_checker"] = False
    for name in ("feature_extractor", "image_encoder"):
        entry = index.get(name)
        if isinstance(entry, list) and entry[0] is not None and not (path / name).is_dir():
            given[name] = None
    return given


def extended(pipe: Any, checkpoint: Checkpoint) -> None:
    """Load what the checkpoint names beside its own weights."""
