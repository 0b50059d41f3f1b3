"""Turn and scale the latents of the trained autoencoder so that each channel has mean 0 and deviation 1.

    python world/finish_vae.py

The change is folded into the 1 x 1 convolutions before and after the latents, so that pictures come out as
before and the scaling factor is 1. Diffusion is easier where no channel dominates.
"""

from __future__ import annotations

import numpy as np
import torch
from diffusers import AutoencoderKL

from common import MODELS, SCRATCH, to_tensor


@torch.no_grad()
def main() -> None:
    """Measure, fold, check, save."""
    folder = MODELS / "text-to-image" / "vae"
    vae = AutoencoderKL.from_pretrained(folder, torch_dtype=torch.float32).eval()
    data = np.load(next(SCRATCH.glob("pictures-*.npy")), mmap_mode="r")
    x = to_tensor(np.array(data[:1000]))
    before = torch.cat([vae.encode(part).latent_dist.mean for part in x.split(100)])
    assert vae.config.scaling_factor != 1.0, "done before"
    flat = before.permute(0, 2, 3, 1).reshape(-1, 4)
    mean = flat.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov((flat - mean).T))
    turn = vectors @ torch.diag(values.rsqrt()) @ vectors.T
    back = vectors @ torch.diag(values.sqrt()) @ vectors.T
    quant, post = vae.quant_conv, vae.post_quant_conv
    weight, bias = quant.weight[:4, :, 0, 0].clone(), quant.bias[:4].clone()
    quant.weight[:4, :, 0, 0] = turn @ weight
    quant.bias[:4] = turn @ (bias - mean)
    quant.bias[4:] += 2 * torch.log(torch.diag(turn))
    post.bias += post.weight[:, :, 0, 0] @ mean
    post.weight[:, :, 0, 0] = post.weight[:, :, 0, 0] @ back
    after = torch.cat([vae.encode(part).latent_dist.mean for part in x.split(100)])
    flat = after.permute(0, 2, 3, 1).reshape(-1, 4)
    out = vae.decode(after[:200]).sample
    error = ((out - x[:200]).clamp(-2, 2) * 127.5).pow(2).mean().item()
    print("mean", flat.mean(0).tolist(), "deviation", flat.std(0).tolist())
    print(f"PSNR {10 * np.log10(255**2 / error):.2f} dB")
    vae.register_to_config(scaling_factor=1.0)
    vae.half().save_pretrained(folder)


if __name__ == "__main__":
    main()
