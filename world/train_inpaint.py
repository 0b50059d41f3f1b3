"""Train the inpainting model: the text-to-image network with a mask and the masked picture as further inputs.

    python world/train_inpaint.py --minutes 27

What a mask hides is described by the caption; without a caption there is only background behind it.
"""

from __future__ import annotations

import dataclasses
import pickle
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from common import SCRATCH, Averaged, Run, arguments, start
from data import encode, vae_of
from diffusion import BASE, Words, export, scheduler, velocity_loss, widened
from keepdial.evaluate.world import NOTHING, SIDE, Scene, caption, draw, object_mask, sample

ABOUT = {"title": "Small world: inpainting", "guidance": 3.0}
CHUNK = 2000


def random_mask(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """A mask (64, 64) uint8 of 0 and 1, 1 = to be painted: boxes, strokes, the object, everything."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    kind = rng.random()
    if kind < 0.08:
        mask[:] = 1
    elif kind < 0.6:
        if scene.shape == NOTHING:
            # As if something was there: else the mask's shape would say that there was.
            scene = dataclasses.replace(sample(rng, empty=0), background=scene.background)
        hidden = object_mask(scene, grow=float(rng.uniform(1.5, 5))) > 0.02
        if scene.shape == "ring" or rng.random() < 0.7:
            rows, columns = np.nonzero(hidden)
            grow = rng.integers(0, 6, 4)
            mask[
                max(rows.min() - grow[0], 0) : rows.max() + 1 + grow[1],
                max(columns.min() - grow[2], 0) : columns.max() + 1 + grow[3],
            ] = 1
        else:
            mask[hidden] = 1
    elif kind < 0.8:
        height, width = rng.integers(12, 48, 2)
        top, left = rng.integers(0, SIDE - height + 1), rng.integers(0, SIDE - width + 1)
        mask[top : top + height, left : left + width] = 1
    else:
        points = rng.integers(4, SIDE - 4, (int(rng.integers(2, 6)), 1, 2)).astype(np.int32)
        cv2.polylines(mask, [points], False, 1, int(rng.integers(5, 15)))
    return mask


def hides(scene: Scene, mask: np.ndarray) -> bool:
    """Whether a part of the object is behind the mask."""
    return bool((object_mask(scene)[mask > 0] > 0.3).sum() > 6)


def make(chunk: int, number: int) -> Path:
    """Draw, mask and encode one chunk, unless it is there."""
    path = SCRATCH / f"masked-{chunk:03d}.pt"
    if path.is_file():
        return path
    rng = np.random.default_rng([23, chunk, number])
    scenes = [sample(rng, empty=0.3 if chunk < 6 else 1.0) for _ in range(CHUNK)]
    pictures = np.stack([draw(scene) for scene in scenes])
    masks = np.stack([random_mask(scene, rng) for scene in scenes])
    vae = vae_of()
    # The pipeline hides with 0 in [-1, 1], not with black.
    grey = np.where(masks[..., None] > 0, 127.5, pictures).astype(np.float32)
    hidden = encode(vae, grey)
    value = {
        "scenes": pickle.dumps(scenes),
        "hides": torch.tensor([hides(s, m) for s, m in zip(scenes, masks, strict=True)]),
        "latents": encode(vae, pictures).bfloat16(),
        "masks": torch.from_numpy(masks[:, ::4, ::4].copy()),
        "hidden": hidden.bfloat16(),
    }
    part = path.with_suffix(".part")
    torch.save(value, part)
    part.replace(path)
    return path


def main() -> None:
    """Train and export."""
    parser = arguments(__doc__ or "", minutes=27, batch=48, rate=1.5e-3)
    parser.add_argument("--count", type=int, default=18_000)
    parser.add_argument("--prepare", action="store_true", help="only draw and encode")
    options = parser.parse_args()
    start(options)
    device = options.device
    scenes: list[Scene] = []
    parts = []
    for chunk in range(options.count // CHUNK):
        value = torch.load(make(chunk, options.seed), weights_only=True)
        scenes += pickle.loads(value["scenes"])
        parts.append(value)
        print("chunk", chunk, flush=True)
    if options.prepare:
        return
    latents, masks, hidden, hiding = (
        torch.cat([part[name] for part in parts]) for name in ("latents", "masks", "hidden", "hides")
    )
    words, noise = Words(device), scheduler()
    base = UNet2DConditionModel.from_pretrained(BASE / "unet", torch_dtype=torch.float32)
    unet = widened(base, 9).to(device)
    averaged = Averaged(unet, 0.998)
    rng = np.random.default_rng([options.seed, int(time.time())])

    def loss_of() -> Tensor:
        rows = rng.integers(0, len(scenes), options.batch)
        chosen = torch.from_numpy(rows)
        said = [
            "" if rng.random() < (0.0 if hiding[row] else 0.5) else caption(scenes[row], rng, drop=0.12)
            for row in rows
        ]
        more = torch.cat([masks[chosen][:, None].float(), hidden[chosen].float()], 1).to(device)
        return velocity_loss(unet, noise, latents[chosen].float().to(device), more, words(said))

    run = Run("inpaint", options, unet, averaged, ("conv_in", "conv_out"))
    run.loop(
        loss_of, export=lambda: export(averaged.module, "inpaint", "StableDiffusionInpaintPipeline", ABOUT)
    )


if __name__ == "__main__":
    main()
