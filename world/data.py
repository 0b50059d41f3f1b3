"""Pairs of scenes and their latents, drawn once and kept in scratch: what the models are trained on.

    python world/data.py --count 20000

A pair is a scene and the same scene with one attribute changed. Text-to-image uses the scenes, the
instruction model the pairs.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from common import MODELS, SCRATCH, half, to_tensor
from keepdial.evaluate.world import Scene, change, draw, sample

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
