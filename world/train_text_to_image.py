"""Train the small text-to-image model on the latents of `data.py`, with the frozen text encoder.

python world/train_text_to_image.py --minutes 40
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor

from common import Averaged, Run, arguments, start
from data import load
from diffusion import Words, export, network, scheduler, velocity_loss
from keepdial.evaluate.world import Scene, caption

ABOUT = {"title": "Small world: text to image", "guidance": 3.0}


def main() -> None:
    """Train and export."""
    options = arguments(__doc__ or "", minutes=40, batch=48, rate=2e-3).parse_args()
    start(options)
    device = options.device
    words, noise = Words(device), scheduler()
    scenes: list[Scene] = []
    latents = torch.zeros(0)

    def fill() -> None:
        """Take in what `data.py` has made by now."""
        nonlocal scenes, latents
        pairs, before, after = load()
        scenes = [pair[0] for pair in pairs] + [pair[1] for pair in pairs]
        latents = torch.cat([before, after])
        print(len(scenes), "scenes", flush=True)

    fill()
    unet = network(4).to(device)
    print(sum(p.numel() for p in unet.parameters()), "weights", flush=True)
    averaged = Averaged(unet, 0.998)
    rng = np.random.default_rng([options.seed, int(time.time())])

    def loss_of() -> Tensor:
        rows = rng.integers(0, len(scenes), options.batch)
        said = ["" if rng.random() < 0.1 else caption(scenes[row], rng, drop=0.12) for row in rows]
        return velocity_loss(unet, noise, latents[torch.from_numpy(rows)].to(device), None, words(said))

    run = Run("text-to-image", options, unet, averaged, ("conv_in", "conv_out"))

    def write() -> None:
        export(averaged.module, "text-to-image", "StableDiffusionPipeline", ABOUT)
        fill()

    run.loop(loss_of, export=write)


if __name__ == "__main__":
    main()
