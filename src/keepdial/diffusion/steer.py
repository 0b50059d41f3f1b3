"""Steering a run by pictures: a structure that is held (ControlNet), and what is meant (IP-Adapter)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from keepdial.errors import InputError, ModelRefused

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from keepdial.diffusion.run import Call

LOW, HIGH = 100, 200
"""Canny's thresholds, as ControlNet's authors trained it (Zhang, Rao and Agrawala, ICCV 2023, 2302.05543)."""


def steered(call: Call, task: str, given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the pipeline class and its arguments with what the step's `structure` and `reference` add.

    Raises:
        InputError: a structure is to be held and the checkpoint has no ControlNet for it.
    """
    structure = str(call.option("structure", ""))
    if structure:
        task, given = _controlled(call, task, given, structure)
    adapter = call.loaded.checkpoint.adapter
    if adapter is None:
        return task, given
    shown = call.references
    pipe = call.loaded.task(task)
    pipe.set_ip_adapter_scale(adapter.weight if shown else 0.0)
    # Without a picture the network still has to be given one; at a scale of 0 it counts for nothing.
    return task, {**given, "ip_adapter_image": [shown] if len(shown) > 1 else (shown or [_grey()])[0]}


def _grey() -> Any:
    from PIL import Image

    return Image.new("RGB", (32, 32), (128, 128, 128))


def _controlled(call: Call, task: str, given: dict[str, Any], structure: str) -> tuple[str, dict[str, Any]]:
    import inspect

    import diffusers

    here = call.loaded.checkpoint
    if call.loaded.control is None or here.controlnet is None:
        raise InputError(
            f"{here.name!r} has no ControlNet, without which it cannot hold a picture's {structure}.",
            hint='Name one in its TOML (controlnet = "…"; docs/diffusion.md), or leave the structure out.',
        )
    if here.structure not in ("", structure):
        raise InputError(
            f"The ControlNet of {here.name!r} follows {here.structure}, and {structure} was asked for.",
            hint=f"Ask for {here.structure}, or use a checkpoint with another ControlNet.",
        )
    own = task or type(call.loaded.pipe).__name__
    name = next((n for n in with_control(own) if hasattr(diffusers, n)), None)
    if name is None:
        raise InputError(
            f"diffusers has no {own} with a ControlNet.",
            hint="Use another checkpoint, or leave the structure out.",
        )
    takes = inspect.signature(getattr(diffusers, name).__call__).parameters
    picture = _drawn(edges(call.source) if structure == "canny" else _depth(call))
    return name, {
        **given,
        "control_image" if "control_image" in takes else "image": picture,
        "controlnet_conditioning_scale": here.controlnet.weight,
    }


def with_control(pipeline: str) -> tuple[str, ...]:
    """Return what the pipeline that does the same with a ControlNet may be called."""
    for word in ("Img2Img", "Inpaint"):
        if word in pipeline:
            name = pipeline.replace(word, f"ControlNet{word}")
            return name, name.replace("InpaintPipeline", "InpaintingPipeline")
    return (pipeline.replace("Pipeline", "ControlNetPipeline"),)


def edges(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (h, w) in {0, 1}, 1 on the lines of (h, w, 3) `pixels` in [0, 1] (Canny, PAMI 1986)."""
    import cv2

    grey = cv2.cvtColor(np.rint(pixels * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.Canny(grey, LOW, HIGH) > 0, np.float32)


def _depth(call: Call) -> NDArray[np.float32]:
    """Return (h, w) in [0, 1], 1 = nearest, as the network that the checkpoint names estimates it."""
    import cv2
    import torch
    import transformers

    from keepdial.diffusion.load import quiet

    folder = call.loaded.checkpoint.depth
    if folder is None:
        raise InputError(
            f"{call.loaded.checkpoint.name!r} names no network that estimates depth.",
            hint='Name the folder of one in its TOML (depth = "…"; docs/diffusion.md), or hold the lines '
            "instead: canny.",
        )
    try:
        with quiet():
            looks = transformers.AutoImageProcessor.from_pretrained(str(folder), local_files_only=True)
            network = transformers.AutoModelForDepthEstimation.from_pretrained(
                str(folder), local_files_only=True, use_safetensors=True
            )
            with torch.inference_mode():
                found = network(**looks(images=call.picture(), return_tensors="pt")).predicted_depth[0]
    # transformers raises anything for a folder that does not fit its description.
    except Exception as problem:
        line = " ".join(str(problem).split())[:160]
        raise ModelRefused(
            f"{str(folder)!r} is no network that estimates depth here: {line}",
            hint="Allowed is a folder with safetensors that transformers' AutoModelForDepthEstimation loads.",
            detail=f"{type(problem).__name__}: {problem}",
        ) from problem
    depth = cv2.resize(found.float().numpy(), call.size, interpolation=cv2.INTER_CUBIC)
    low, high = float(depth.min()), float(depth.max())
    return np.asarray((depth - low) / max(high - low, 1e-6), np.float32)


def _drawn(plane: NDArray[np.float32]) -> Any:
    from PIL import Image

    return Image.fromarray(np.repeat(np.rint(plane * 255).astype(np.uint8)[..., None], 3, axis=2))
