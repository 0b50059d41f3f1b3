"""What the three diffusion trainings share: network, noise, loss, and writing a pipeline's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from common import MODELS
from text import WIDTH

BASE = MODELS / "text-to-image"


def network(channels: int, *, fine: bool = False) -> UNet2DConditionModel:
    """The untrained network; `channels` is 4, 9 (inpainting) or 8 (instructions).

    With `fine` its upper blocks have attention at 16 x 16 and its middle ones at 8 x 8, not only at 4 x 4:
    what is to look at another picture while it is denoised needs places to look at. It begins at nothing,
    so that weights of a network without it can be taken over.
    """
    down, up = ("CrossAttnDownBlock2D", "CrossAttnUpBlock2D") if fine else ("DownBlock2D", "UpBlock2D")
    unet = UNet2DConditionModel(
        sample_size=16,
        in_channels=channels,
        out_channels=4,
        block_out_channels=(32, 64, 72),
        layers_per_block=1,
        down_block_types=("DownBlock2D", down, "CrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D", up, up),
        cross_attention_dim=WIDTH,
        attention_head_dim=4,  # diffusers reads this as the number of heads
        norm_num_groups=8,
    )
    unet.set_attn_processor(AttnProcessor())  # the fused kernel's backward is slow on CPUs
    if fine:
        for block in (unet.down_blocks[1], *unet.up_blocks[1:]):
            for layer in block.attentions:
                torch.nn.init.zeros_(layer.proj_out.weight)
                torch.nn.init.zeros_(layer.proj_out.bias)
    return unet


def widened(base: UNet2DConditionModel, channels: int) -> UNet2DConditionModel:
    """`base` with more input channels, the new ones at zero: it starts out as good as it was.

    Attention that only the text-to-image network has is left out.
    """
    unet = network(channels)
    own = unet.state_dict()
    state = {name: value for name, value in base.state_dict().items() if name in own}
    first = torch.zeros_like(unet.conv_in.weight)
    first[:, : state["conv_in.weight"].shape[1]] = state["conv_in.weight"]
    state["conv_in.weight"] = first
    unet.load_state_dict(state)
    return unet


def scheduler() -> DDIMScheduler:
    """DDIM with v-prediction down to zero signal, so that pictures get as dark or bright as they should."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=True,
        steps_offset=1,  # unused here; 0 is warned of
    )


class Words:
    """The frozen text encoder: sentences to (n, length, width) embeddings, each sentence computed once."""

    def __init__(self, device: str) -> None:
        self.device = device
        self.tokenizer = CLIPTokenizer.from_pretrained(BASE / "tokenizer")
        self.encoder = CLIPTextModel.from_pretrained(BASE / "text_encoder", torch_dtype=torch.float32)
        self.encoder.eval().requires_grad_(False).to(device)

    @torch.no_grad()
    def __call__(self, sentences: Sequence[str]) -> Tensor:
        """The last hidden states, as the pipelines take them."""
        ids = self.tokenizer(
            list(sentences), padding="max_length", truncation=True, return_tensors="pt"
        ).input_ids
        found: Tensor = self.encoder(input_ids=ids.to(self.device)).last_hidden_state
        return found


def velocity_loss(
    unet: UNet2DConditionModel, noise: DDIMScheduler, latents: Tensor, more: Tensor | None, text: Tensor
) -> Tensor:
    """The error of the predicted velocity at random times; `more` = further input channels."""
    count = len(latents)
    # One time from each of as many equal parts: the mean over a batch varies less.
    times = (
        (torch.rand(count, device=latents.device) + torch.arange(count, device=latents.device)) / count * 1000
    )
    times = times.long().clamp(0, 999)
    extra = torch.randn_like(latents)
    noisy = noise.add_noise(latents, extra, times)
    wanted = noise.get_velocity(latents, extra, times)
    given = noisy if more is None else torch.cat([noisy, more], 1)
    device = "cuda" if latents.is_cuda else "cpu"
    with torch.autocast(device, torch.bfloat16):
        found = unet(given, times, encoder_hidden_states=text).sample
    return (found.float() - wanted).pow(2).mean()


def export(unet: UNet2DConditionModel, name: str, pipeline: str, about: dict[str, object]) -> Path:
    """Write `world/models/NAME` as a folder that diffusers loads; what does not differ is linked."""
    folder = MODELS / name
    folder.mkdir(parents=True, exist_ok=True)
    copy = UNet2DConditionModel.from_config(unet.config)
    copy.load_state_dict(unet.state_dict())
    copy.half().save_pretrained(folder / "unet")
    scheduler().save_pretrained(folder / "scheduler")
    if folder != BASE:
        for part in ("vae", "text_encoder", "tokenizer"):
            (folder / part).mkdir(exist_ok=True)
            for file in (BASE / part).iterdir():
                link = folder / part / file.name
                if not link.is_symlink():
                    link.unlink(missing_ok=True)
                    link.symlink_to(os.path.relpath(file, link.parent))
    index = {
        "_class_name": pipeline,
        "_diffusers_version": "0.42.1",
        "feature_extractor": [None, None],
        "image_encoder": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    known = {"licence": "Apache-2.0", "commercial": True, "best": 64, "multiple_of": 16, "steps": 20, **about}
    (folder / "keepdial.json").write_text(json.dumps(known, indent=2) + "\n")
    return folder
