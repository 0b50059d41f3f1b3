"""Train the decoder on while the encoder stays as it is. About 10 minutes.

    python world/train_decoder.py --minutes 10

Comes after `finish_vae.py`. Latents that were made remain valid: pictures get sharper, and no model of
latents has to be trained again.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from common import MODELS, Averaged, Run, arguments, half, start, to_tensor
from data import vae_of
from train_vae import PICTURES, gradients, pictures


def main() -> None:
    """Train and export."""
    options = arguments(__doc__ or "", minutes=10, batch=12, rate=1e-3).parse_args()
    start(options)
    device = options.device
    vae = vae_of(device=device)
    vae.requires_grad_(False)
    vae.decoder.requires_grad_(True).train()
    data = pictures(PICTURES, options.seed)
    rng = np.random.default_rng([options.seed, int(time.time())])
    averaged = Averaged(vae.decoder, 0.998)
    run = Run("decoder", options, vae.decoder, averaged, ("conv_in", "conv_out"))

    def loss_of() -> Tensor:
        whole = run.spent > 0.5 * 60 * options.minutes
        count = max(options.batch // 3, 1) if whole else options.batch
        x = to_tensor(data[np.sort(rng.integers(0, len(data), count))].copy(), device)
        with torch.no_grad(), half(device):
            latents = vae.encode(x).latent_dist.mean
            # What diffusion makes is never quite what the encoder would.
            latents = latents + 0.05 * torch.randn_like(latents)
        if not whole:
            top, left = (int(value) for value in rng.integers(0, 9, 2))
            latents = latents[:, :, top : top + 8, left : left + 8]
            x = x[:, :, 4 * top : 4 * top + 32, 4 * left : 4 * left + 32]
        with half(device):
            out = vae.decode(latents).sample
        error = out.float() - x
        return error.abs().mean() + 2 * error.pow(2).mean() + gradients(error).abs().mean()

    def export() -> None:
        copy = AutoencoderKL.from_config(vae.config)
        copy.load_state_dict(vae.state_dict())
        copy.decoder.load_state_dict(averaged.module.state_dict())
        x = to_tensor(np.array(data[:256]), device)
        with torch.no_grad(), half(device):
            out = copy.eval().decode(copy.encode(x).latent_dist.mean).sample.float()
        error = ((out - x) * 127.5).pow(2).mean().item()
        copy.half().save_pretrained(MODELS / "text-to-image" / "vae")
        print(f"PSNR {10 * np.log10(255**2 / error):.2f} dB", flush=True)

    run.loop(loss_of, export=export, every=120)


if __name__ == "__main__":
    main()
