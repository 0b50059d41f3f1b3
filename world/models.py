"""Running the trained models through their ordinary diffusers pipelines."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import torch
from PIL import Image

os.environ.setdefault("HF_HUB_OFFLINE", "1")
BATCH = 50


def pipeline(name: str) -> Any:
    """The pipeline of `world/models/NAME`, single precision, silent."""
    from diffusers import DiffusionPipeline

    from common import MODELS

    pipe = DiffusionPipeline.from_pretrained(MODELS / name, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _run(pipe: Any, seed: int, prompts: list[str], **options: Any) -> np.ndarray:
    parts = []
    for i in range(0, len(prompts), BATCH):
        some = {
            key: value[i : i + BATCH] if isinstance(value, list) else value for key, value in options.items()
        }
        generators = [
            torch.Generator().manual_seed(seed * 10_000 + j) for j in range(i, min(i + BATCH, len(prompts)))
        ]
        with torch.autocast("cpu", torch.bfloat16):
            out = pipe(prompts[i : i + BATCH], generator=generators, output_type="np", **some).images
        parts.append((out * 255).round().clip(0, 255).astype(np.uint8))
    return np.concatenate(parts)


def generated(pipe: Any, prompts: list[str], seed: int, guidance: float = 3.0, steps: int = 20) -> np.ndarray:
    """Pictures (n, 64, 64, 3) uint8 for `prompts`."""
    return _run(pipe, seed, prompts, guidance_scale=guidance, num_inference_steps=steps)


def edited(
    pipe: Any,
    pictures: np.ndarray,
    instructions: list[str],
    seed: int,
    guidance: float = 2.5,
    image_guidance: float = 1.5,
    steps: int = 20,
) -> np.ndarray:
    """Pictures after `instructions`."""
    return _run(
        pipe,
        seed,
        instructions,
        image=[Image.fromarray(picture) for picture in pictures],
        guidance_scale=guidance,
        image_guidance_scale=image_guidance,
        num_inference_steps=steps,
    )


def inpainted(
    pipe: Any,
    pictures: np.ndarray,
    masks: np.ndarray,
    prompts: list[str],
    seed: int,
    guidance: float = 3.0,
    steps: int = 20,
) -> np.ndarray:
    """Pictures with `prompts` painted where masks, (n, 64, 64) uint8, are 255; outside as before."""
    out = _run(
        pipe,
        seed,
        prompts,
        image=[Image.fromarray(picture) for picture in pictures],
        mask_image=[Image.fromarray(mask) for mask in masks],
        guidance_scale=guidance,
        num_inference_steps=steps,
        strength=1.0,
        height=64,
        width=64,
    )
    composited: np.ndarray = np.where(masks[..., None] > 127, out, pictures)
    return composited
