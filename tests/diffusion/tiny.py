"""Tiny checkpoints of the real classes, with random weights, saved to disk as any checkpoint is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

WORDS = [
    "a",
    "red",
    "green",
    "blue",
    "circle",
    "square",
    "make",
    "it",
    "snow",
    "cat",
    "dog",
    "on",
    "the",
    "left",
    "right",
    "of",
]

BUILDERS: dict[str, Callable[[Path], None]] = {}
"""For each pipeline class, what saves a tiny checkpoint of it into a folder."""


def builder(function: Callable[[Path], None]) -> Callable[[Path], None]:
    """Register a function that is named after the pipeline that it saves."""
    BUILDERS[function.__name__] = function
    return function


def tokenizer(folder: Path) -> Any:
    """Return a CLIP tokenizer of letters and `WORDS`; every merge's result is in its vocabulary."""
    from transformers import CLIPTokenizer

    letters = [chr(c) for c in range(33, 127)]
    vocabulary = [*letters, *(c + "</w>" for c in letters)]
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            merge = parts[0], parts[1]
            if merge not in merges:
                merges.append(merge)
                vocabulary.append("".join(merge))
            parts = ["".join(merge), *parts[2:]]
    vocabulary = [*dict.fromkeys(vocabulary), "<|startoftext|>", "<|endoftext|>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({w: i for i, w in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(m) for m in merges) + "\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def clip_text(vocabulary: int, hidden: int = 32, *, projected: bool = False) -> Any:
    """Return a CLIP text encoder of two layers."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    kind = CLIPTextModelWithProjection if projected else CLIPTextModel
    config = CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        max_position_embeddings=77,
        projection_dim=hidden,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
    )
    return kind(config).eval()


def vae(channels: int = 4, *, levels: int = 2, quant: bool = True, **more: Any) -> Any:
    """Return an autoencoder that halves the sides `levels - 1` times."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=[16] * levels,
        norm_num_groups=8,
        down_block_types=["DownEncoderBlock2D"] * levels,
        up_block_types=["UpDecoderBlock2D"] * levels,
        latent_channels=channels,
        sample_size=32,
        use_quant_conv=quant,
        use_post_quant_conv=quant,
        **more,
    ).eval()


def unet(inputs: int = 4, *, cross: int = 32, **more: Any) -> Any:
    """Return a UNet of two levels."""
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=16,
        in_channels=inputs,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=cross,
        attention_head_dim=4,
        **more,
    ).eval()


def ddim() -> Any:
    """Return a DDIM scheduler as Stable Diffusion has it."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
    )


def _stable(folder: Path, kind: str, inputs: int) -> None:
    import diffusers

    words = tokenizer(folder / "words")
    getattr(diffusers, kind)(
        vae=vae(),
        text_encoder=clip_text(len(words)),
        tokenizer=words,
        unet=unet(inputs),
        scheduler=ddim(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, safe_serialization=True)


@builder
def StableDiffusionPipeline(folder: Path) -> None:
    _stable(folder, "StableDiffusionPipeline", 4)


@builder
def StableDiffusionInpaintPipeline(folder: Path) -> None:
    _stable(folder, "StableDiffusionInpaintPipeline", 9)


@builder
def StableDiffusionInstructPix2PixPipeline(folder: Path) -> None:
    _stable(folder, "StableDiffusionInstructPix2PixPipeline", 8)


def _large(folder: Path, kind: str, inputs: int, **more: Any) -> None:
    import diffusers

    words = tokenizer(folder / "words")
    two = clip_text(len(words), projected=True)
    getattr(diffusers, kind)(
        vae=vae(),
        text_encoder=clip_text(len(words)),
        text_encoder_2=two,
        tokenizer=words,
        tokenizer_2=words,
        unet=unet(
            inputs,
            cross=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            transformer_layers_per_block=(1, 1),
            projection_class_embeddings_input_dim=8 * 6 + 32,
            use_linear_projection=True,
        ),
        scheduler=euler(),
        **more,
    ).save_pretrained(folder, safe_serialization=True)


def euler() -> Any:
    """Return an Euler scheduler as Stable Diffusion XL has it."""
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        timestep_spacing="leading",
    )


@builder
def StableDiffusionXLPipeline(folder: Path) -> None:
    _large(folder, "StableDiffusionXLPipeline", 4)


@builder
def StableDiffusionXLInpaintPipeline(folder: Path) -> None:
    _large(folder, "StableDiffusionXLInpaintPipeline", 9)


@builder
def StableDiffusionXLInstructPix2PixPipeline(folder: Path) -> None:
    _large(folder, "StableDiffusionXLInstructPix2PixPipeline", 8)


ABOUT = {"best": 32, "minimum": 16, "multiple_of": 8, "steps": 4, "commercial": True, "licence": "CC0-1.0"}
"""What is told of a tiny checkpoint."""


def save(pipeline: str, models: Path, name: str = "tiny", **about: Any) -> Path:
    """Save a tiny checkpoint of the pipeline class into the models folder, always with the same weights."""
    import torch

    from keepdial.diffusion.load import quiet

    folder = models / "checkpoints" / name
    torch.manual_seed(0)
    with quiet():
        BUILDERS[pipeline](folder)
    (folder / "keepdial.json").write_text(json.dumps({**ABOUT, **about}))
    return folder
