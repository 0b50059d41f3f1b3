"""Train the small text-to-image model on the latents of `data.py`, with the frozen text encoder.

    python world/train_text_to_image.py --minutes 40

Where `build/world/` has the state of a network without fine attention (`--coarse` trains one: it takes a
third of the time for a step), its weights are where the fine one begins.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor

from common import SCRATCH, Averaged, Run, arguments, start
from data import load, load_roaming
from diffusion import Words, export, network, scheduler, velocity_loss
from keepdial.evaluate.world import Scene, caption

COARSE = "text-to-image-coarse"
ABOUT = {"title": "Small world: text to image", "guidance": 3.0}


def main() -> None:
    """Train and export."""
    parser = arguments(__doc__ or "", minutes=40, batch=48, rate=2e-3)
    parser.add_argument("--coarse", action="store_true", help="attention at 4 x 4 only")
    options = parser.parse_args()
    start(options)
    device = options.device
    words, noise = Words(device), scheduler()
    pairs, before, after = load()
    roaming, roamed = load_roaming()
    scenes: list[Scene] = [*(pair[0] for pair in pairs), *(pair[1] for pair in pairs), *roaming]
    latents = torch.cat([before, after, roamed])
    placed = len(pairs) * 2
    faces = np.array([row for row, scene in enumerate(scenes) if scene.shape == "face"])
    print(placed, "scenes,", len(roaming), "roaming", flush=True)

    unet = network(4, fine=not options.coarse).to(device)
    if not options.coarse and (SCRATCH / f"{COARSE}.pt").is_file():
        begun = torch.load(SCRATCH / f"{COARSE}.pt", weights_only=True)["averaged"]
        unet.load_state_dict(begun, strict=False)
        print("begins with the coarse network", flush=True)
    print(sum(p.numel() for p in unet.parameters()), "weights", flush=True)
    averaged = Averaged(unet, 0.998)
    rng = np.random.default_rng([options.seed, int(time.time())])

    def loss_of() -> Tensor:
        # A third roams, and faces come more often than others: they have the smallest parts.
        rows = rng.integers(0, placed, options.batch)
        chance = rng.random(options.batch)
        rows[chance < 0.15] = rng.choice(faces, int((chance < 0.15).sum()))
        if roaming:
            rows[chance > 0.65] = rng.integers(placed, len(scenes), int((chance > 0.65).sum()))
        said = [
            "" if rng.random() < 0.1 else caption(scenes[row], rng, drop=0.12, placed=row < placed)
            for row in rows
        ]
        return velocity_loss(unet, noise, latents[torch.from_numpy(rows)].to(device), None, words(said))

    name = COARSE if options.coarse else "text-to-image"
    run = Run(name, options, unet, averaged, ("conv_in", "conv_out"))
    run.loop(
        loss_of,
        export=lambda: export(averaged.module, "text-to-image", "StableDiffusionPipeline", ABOUT),
    )


if __name__ == "__main__":
    main()
