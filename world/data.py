"""Pairs of scenes and their latents, drawn once and kept in scratch: what the models are trained on.

    python world/data.py --count 20000

A pair is a scene and the same scene with one attribute changed. Text-to-image uses the scenes, the
instruction model the pairs. Text-to-image also learns from roaming scenes, whose object stands anywhere:
else the model would know five places only, and nothing could be dragged to others.
"""

from __future__ import annotations

import argparse
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from common import MODELS, SCRATCH, half, to_tensor
from keepdial.evaluate.world import SIDE, Scene, change, draw, sample
from keepdial.evaluate.world.drawing import where

CHUNK = 2000

Pair = tuple[Scene, Scene, str, str]
"""Before, after, one instruction that leads there, the attribute that changed."""


def vae_of(name: str = "text-to-image", device: str = "cpu") -> AutoencoderKL:
    """The trained autoencoder."""
    return AutoencoderKL.from_pretrained(MODELS / name / "vae", torch_dtype=torch.float32).eval().to(device)


@torch.no_grad()
def encode(vae: AutoencoderKL, pictures: np.ndarray, device: str = "cpu") -> Tensor:
    """Latents (n, 4, 16, 16) float32 of pictures (n, 64, 64, 3) uint8; not scaled (the factor is 1)."""
    parts = []
    for start in range(0, len(pictures), 50):
        with half(device):
            parts.append(
                vae.encode(to_tensor(pictures[start : start + 50], device)).latent_dist.mean.float().cpu()
            )
    return torch.cat(parts)


def make(chunk: int, vae: AutoencoderKL, device: str = "cpu") -> Path:
    """Draw and encode one chunk of pairs, unless it is there."""
    path = SCRATCH / f"pairs-{chunk:03d}.pt"
    if path.is_file():
        return path
    rng = np.random.default_rng([17, chunk])
    pairs: list[Pair] = []
    while len(pairs) < CHUNK:
        scene = sample(rng)
        after, instruction, attribute = change(scene, rng)
        pairs.append((scene, after, instruction, attribute))
    before = np.stack([draw(pair[0]) for pair in pairs])
    after_ = np.stack([draw(pair[1]) for pair in pairs])
    value = {
        "pairs": pickle.dumps(pairs),
        "before": encode(vae, before, device).bfloat16(),
        "after": encode(vae, after_, device).bfloat16(),
    }
    part = path.with_suffix(".part")
    torch.save(value, part)
    part.replace(path)
    return path


def roaming(rng: np.random.Generator) -> Scene:
    """A scene whose object stands anywhere where all of it can be seen."""
    scene = sample(rng, empty=0.0)
    x, y, radius = where(scene)
    reach = 1.25 * radius
    to = rng.uniform(reach, SIDE - reach, 2)
    return replace(scene, dx=scene.dx + float(to[0]) - x, dy=scene.dy + float(to[1]) - y)


def make_roaming(chunk: int, vae: AutoencoderKL, device: str = "cpu") -> Path:
    """Draw and encode one chunk of roaming scenes, unless it is there."""
    path = SCRATCH / f"roaming-{chunk:03d}.pt"
    if path.is_file():
        return path
    rng = np.random.default_rng([18, chunk])
    scenes = [roaming(rng) for _ in range(CHUNK)]
    latents = encode(vae, np.stack([draw(scene) for scene in scenes]), device).bfloat16()
    part = path.with_suffix(".part")
    torch.save({"scenes": pickle.dumps(scenes), "latents": latents}, part)
    part.replace(path)
    return path


def load_roaming() -> tuple[list[Scene], Tensor]:
    """All roaming scenes that are there, with their latents, (n, 4, 16, 16) float32."""
    scenes: list[Scene] = []
    latents = [torch.zeros(0, 4, 16, 16)]
    for path in sorted(SCRATCH.glob("roaming-*.pt")):
        value = torch.load(path, weights_only=True)
        scenes += pickle.loads(value["scenes"])
        latents.append(value["latents"].float())
    return scenes, torch.cat(latents)


def load(most: int = 1000) -> tuple[list[Pair], Tensor, Tensor]:
    """All pairs that are there, with the latents before and after, (n, 4, 16, 16) float32."""
    pairs: list[Pair] = []
    before, after = [], []
    for path in sorted(SCRATCH.glob("pairs-*.pt"))[:most]:
        value = torch.load(path, weights_only=True)
        pairs += pickle.loads(value["pairs"])
        before.append(value["before"].float())
        after.append(value["after"].float())
    return pairs, torch.cat(before), torch.cat(after)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.set_num_threads(1)
    SCRATCH.mkdir(parents=True, exist_ok=True)
    model = vae_of(device=options.device)
    for number in range(options.count // CHUNK):
        print(make(number, model, options.device), flush=True)
        print(make_roaming(number, model, options.device), flush=True)
