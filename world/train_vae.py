"""Train the small autoencoder: 64 x 64 px to 16 x 16 x 4 latents and back. About 10 minutes on 2 cores.

    python world/train_vae.py --minutes 10

Writes `world/models/text-to-image/vae` in diffusers format, with the scaling factor that was measured.
"""

from __future__ import annotations

import time

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor

from common import MODELS, SCRATCH, Averaged, Run, arguments, half, start, to_tensor
from keepdial.evaluate.world import draw, sample

PICTURES = 40_000


def pictures(count: int, seed: int) -> np.ndarray:
    """Drawn pictures (count, 64, 64, 3) uint8, cached."""
    path = SCRATCH / f"pictures-{count}-{seed}.npy"
    if not path.is_file():
        rng = np.random.default_rng(seed)
        drawn = np.stack([draw(sample(rng)) for _ in range(count)])
        np.save(path, drawn)
    found: np.ndarray = np.load(path, mmap_mode="r")
    return found


def gradients(x: Tensor) -> Tensor:
    """Horizontal and vertical differences, cropped alike."""
    return torch.cat([x[..., 1:, 1:] - x[..., :-1, 1:], x[..., 1:, 1:] - x[..., 1:, :-1]], 1)


def main() -> None:
    """Train and export."""
    options = arguments(__doc__ or "", minutes=12, batch=12, rate=2e-3).parse_args()
    start(options)
    device = options.device
    vae = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(16, 32, 64),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=64,
        mid_block_add_attention=False,
        force_upcast=False,
    ).to(device)
    first = SCRATCH / "vae_adam.pt"
    if first.is_file():
        vae.load_state_dict(torch.load(first)["modules"])
    print(sum(p.numel() for p in vae.parameters()), "weights", flush=True)
    data = pictures(PICTURES, options.seed)
    rng = np.random.default_rng(options.seed + int(time.time()))

    averaged = Averaged(vae, 0.998)
    run = Run("vae", options, vae, averaged, ("encoder.conv_in", "decoder.conv_out"))

    def loss_of() -> Tensor:
        # Crops first: more steps for the same work. Whole pictures at the end, as the norms see them.
        whole = run.spent > 0.8 * 60 * options.minutes
        count = max(options.batch // 2, 1) if whole else options.batch
        batch = data[np.sort(rng.integers(0, len(data), count))].copy()
        if not whole:
            top, left = rng.integers(0, 33, 2)
            batch = batch[:, top : top + 32, left : left + 32]
        if rng.random() < 0.5:
            batch = batch[:, :, ::-1].copy()
        x = to_tensor(batch, device)
        # Rough boxes in grey, as the masked pictures of inpainting have them.
        if rng.random() < 0.3:
            side = x.shape[-1]
            for i in range(0, len(x), 2):
                top, left = rng.integers(-side // 8, side * 7 // 8, 2)
                height, width = rng.integers(side // 5, side * 3 // 4, 2)
                x[i, :, max(top, 0) : top + height, max(left, 0) : left + width] = 0
        with half(device):
            posterior = vae.encode(x).latent_dist
            out = vae.decode(posterior.sample()).sample
        out = out.float()
        error = (out - x).abs().mean() + 0.5 * (out - x).pow(2).mean() * 4
        edges = (gradients(out) - gradients(x)).abs().mean()
        coarse = (F.avg_pool2d(out, 4) - F.avg_pool2d(x, 4)).abs().mean()
        mean, logvar = posterior.mean.float(), posterior.logvar.float()
        divergence = 0.5 * (mean.pow(2) + logvar.exp() - 1 - logvar).mean()
        return error + edges + coarse + 1e-3 * divergence

    def export() -> None:
        model = averaged.module
        x = to_tensor(np.array(data[:256]), device)
        with torch.no_grad(), half(device):
            latents = model.encode(x).latent_dist.mean.float()
            out = model.decode(latents).sample.float()
        scale = 1 / latents.std().item()
        model.register_to_config(scaling_factor=round(scale, 5))
        copy = AutoencoderKL.from_config(model.config)
        copy.load_state_dict(model.state_dict())
        copy.half().save_pretrained(MODELS / "text-to-image" / "vae")
        error = ((out - x).clamp(-2, 2) * 127.5).pow(2).mean().item()
        print(
            f"PSNR {10 * np.log10(255**2 / error):.2f} dB, latents mean "
            f"{[round(v, 2) for v in latents.mean((0, 2, 3)).tolist()]} "
            f"std {[round(v, 2) for v in latents.std((0, 2, 3)).tolist()]}, scaling factor {scale:.4f}",
            flush=True,
        )

    run.loop(loss_of, export=export, every=90)


if __name__ == "__main__":
    main()
