"""The source as latents, for pipelines that begin with noise alone and have no strength.

``image to image`` is then done by `keepdial.diffusion.watch.Watch`: until a pixel is due, it is the source
with the noise of that step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def encoded(pipe: Any, pixels: NDArray[np.float32]) -> Any:
    """Return what the pipeline's VAE makes of the pixels, scaled as its denoiser sees latents, not packed.

    Args:
        pipe: a pipeline of diffusers.
        pixels: (h, w, 3) float32 in [0, 1], sides multiples of what the model takes.

    Returns:
        A tensor (1, c, h', w'), on the device and in the number format of the VAE.
    """
    import torch

    vae = pipe.vae
    shown = torch.from_numpy(pixels).permute(2, 0, 1)[None] * 2 - 1
    shown = shown.to(device=pipe._execution_device, dtype=vae.dtype)
    film = "latents_mean" in vae.config and "z_dim" in vae.config
    if film:
        # The VAE of Qwen-Image is one for films: a picture is a film of one frame.
        shown = shown[:, :, None]
    if hasattr(pipe, "_encode_vae_image"):
        latents = pipe._encode_vae_image(image=shown, generator=torch.Generator("cpu").manual_seed(0))
    else:
        latents = _scaled(vae, vae.encode(shown))
    return latents[:, :, 0] if film else latents


def _scaled(vae: Any, encoding: Any) -> Any:
    # A VAE without a distribution (Sana's) has `latent`.
    latents = encoding.latent_dist.mode() if hasattr(encoding, "latent_dist") else encoding.latent
    shift = vae.config.get("shift_factor") or 0.0
    return (latents - shift) * vae.config.scaling_factor
