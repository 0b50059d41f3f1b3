"""Train the instruction model: the text-to-image network with the picture to be edited as a further input.

    python world/train_instruct.py --minutes 20

As in InstructPix2Pix (Brooks 2023): the instruction, the picture, or both are left out in 5 % of cases each,
so that two guidance scales work.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from common import Averaged, Run, arguments, start
from data import load
from diffusion import BASE, Words, export, scheduler, velocity_loss, widened

ABOUT = {"title": "Small world: instructions", "guidance": 2.5, "image_guidance": 1.5}


def main() -> None:
    """Train and export."""
    options = arguments(__doc__ or "", minutes=20, batch=48, rate=1.5e-3).parse_args()
    start(options)
    device = options.device
    words, noise = Words(device), scheduler()
    pairs, before, after = load()
    print(len(pairs), "pairs", flush=True)
    base = UNet2DConditionModel.from_pretrained(BASE / "unet", torch_dtype=torch.float32)
    unet = widened(base, 8).to(device)
    averaged = Averaged(unet, 0.998)
    rng = np.random.default_rng([options.seed, int(time.time())])

    def loss_of() -> Tensor:
        rows = rng.integers(0, len(pairs), options.batch)
        chosen = torch.from_numpy(rows)
        chance = rng.random(options.batch)
        said = [
            "" if c < 0.05 or 0.1 <= c < 0.15 else pairs[row][2] for c, row in zip(chance, rows, strict=True)
        ]
        seen = torch.from_numpy((chance < 0.05) | (chance >= 0.15)).float()[:, None, None, None]
        more = (before[chosen] * seen).to(device)
        return velocity_loss(unet, noise, after[chosen].to(device), more, words(said))

    run = Run("instruct", options, unet, averaged, ("conv_in", "conv_out"))
    run.loop(
        loss_of,
        export=lambda: export(averaged.module, "instruct", "StableDiffusionInstructPix2PixPipeline", ABOUT),
    )


if __name__ == "__main__":
    main()
