"""Are the parameters in the cards of published checkpoints counted right?

    python benches/parameters.py

Builds each architecture by its configuration, without weights (on torch's meta device), counts its parameters
and compares them with the figures of the cards whose source is "counted". Takes about ten seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import diffusers
import torch
import transformers

from keepdial.models.published import published

XL: dict[str, Any] = {
    "sample_size": 128,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "block_out_channels": (320, 640, 1280),
    "transformer_layers_per_block": (1, 2, 10),
    "attention_head_dim": (5, 10, 20),
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
SD2: dict[str, Any] = {
    "cross_attention_dim": 1024,
    "attention_head_dim": (5, 10, 20, 20),
    "use_linear_projection": True,
}
VAE: dict[str, Any] = {
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
}
T5: dict[str, Any] = {
    "vocab_size": 32128,
    "d_model": 4096,
    "d_kv": 64,
    "d_ff": 10240,
    "num_layers": 24,
    "num_heads": 64,
    "feed_forward_proj": "gated-gelu",
}


def unet(channels: int, **given: Any) -> Any:
    return diffusers.UNet2DConditionModel(in_channels=channels, **given)


def clip(width: int, layers: int, *, projected: bool = False) -> Any:
    kind = transformers.CLIPTextModelWithProjection if projected else transformers.CLIPTextModel
    config = transformers.CLIPTextConfig(
        hidden_size=width,
        intermediate_size=4 * width,
        num_attention_heads=width // 64,
        num_hidden_layers=layers,
        projection_dim=width,
    )
    return kind(config)


BUILT: dict[str, Callable[[], Any]] = {
    "SD 1.5": lambda: unet(4, cross_attention_dim=768),
    "SD 1.5 inpainting": lambda: unet(9, cross_attention_dim=768),
    "InstructPix2Pix": lambda: unet(8, cross_attention_dim=768),
    "SD 2 inpainting": lambda: unet(9, **SD2),
    "SDXL": lambda: unet(4, **XL),
    "SDXL inpainting": lambda: unet(9, **XL),
    "CosXL edit": lambda: unet(8, **XL),
    "FLUX.1 schnell": diffusers.FluxTransformer2DModel,
    "FLUX.1 dev": lambda: diffusers.FluxTransformer2DModel(guidance_embeds=True),
    "FLUX.1 Fill": lambda: diffusers.FluxTransformer2DModel(
        in_channels=384, out_channels=64, guidance_embeds=True
    ),
    "FLUX.2": diffusers.Flux2Transformer2DModel,
    "Qwen-Image": diffusers.QwenImageTransformer2DModel,
    "Z-Image": diffusers.ZImageTransformer2DModel,
    "VAE of Stable Diffusion": lambda: diffusers.AutoencoderKL(**VAE),
    "VAE of Qwen-Image": diffusers.AutoencoderKLQwenImage,
    "CLIP L": lambda: clip(768, 12),
    "CLIP H, 23 layers": lambda: clip(1024, 23),
    "CLIP G": lambda: clip(1280, 32, projected=True),
    "T5 XXL": lambda: transformers.T5EncoderModel(transformers.T5Config(**T5)),
}


def main() -> int:
    """Count, compare, and return how many figures of cards are none of those counted."""
    counts: dict[int, str] = {}
    with torch.device("meta"):
        for name, build in BUILT.items():
            counts[sum(p.numel() for p in build().parameters())] = name
    for count, name in counts.items():
        print(f"{count:15,}  {name}")
    wrong = 0
    for card in published().values():
        for part, figure in card.parameters.items():
            if card.sources[f"parameters.{part}"].startswith("counted") and figure not in counts:
                wrong += 1
                print(f"{card.name}: {part} = {figure:,} is none of these")
    print(
        f"{wrong} figures of cards are wrong"
        if wrong
        else "Every counted figure of the cards is one of these."
    )
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main()))
