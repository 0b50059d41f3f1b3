"""Tiny checkpoints as single files, in the layouts in which communities share large ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

Weights = dict[str, Any]


def _resnet(name: str) -> str:
    for own, old in (
        ("norm1", "in_layers.0"),
        ("conv1", "in_layers.2"),
        ("time_emb_proj", "emb_layers.1"),
        ("norm2", "out_layers.0"),
        ("conv2", "out_layers.3"),
        ("conv_shortcut", "skip_connection"),
    ):
        name = re.sub(rf"(^|\.){own}\.", rf"\1{old}.", name)
    return name


_OUTER = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}


def unet(weights: Weights, layers: int = 1) -> Weights:
    """Return a UNet's weights under the keys that the first Stable Diffusion had for them."""
    attended = {m[0] for name in weights if (m := re.match(r"(down|up)_blocks\.\d+\.attentions", name))}
    found = {}
    for name, tensor in weights.items():
        outer, _, last = name.rpartition(".")
        if outer in _OUTER:
            found[f"{_OUTER[outer]}.{last}"] = tensor
            continue
        kind, _, rest = name.partition(".")
        if kind == "mid_block":
            middle = re.fullmatch(r"(resnets|attentions)\.(\d+)\.(.+)", rest)
            assert middle is not None, name
            if middle[1] == "resnets":
                found[f"middle_block.{2 * int(middle[2])}.{_resnet(middle[3])}"] = tensor
            else:
                found[f"middle_block.1.{middle[3]}"] = tensor
            continue
        match = re.fullmatch(r"(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)", rest)
        assert match is not None, name
        block, what, number, inner = int(match[1]), match[2], int(match[3]), match[4]
        if kind == "down_blocks":
            first = 1 + block * (layers + 1)
            if what == "downsamplers":
                found[f"input_blocks.{first + layers}.0.{inner.replace('conv.', 'op.')}"] = tensor
            else:
                place = f"input_blocks.{first + number}.{'0' if what == 'resnets' else '1'}"
                found[f"{place}.{_resnet(inner) if what == 'resnets' else inner}"] = tensor
        else:
            first = block * (layers + 1)
            if what == "upsamplers":
                after = 2 if f"up_blocks.{block}.attentions" in attended else 1
                found[f"output_blocks.{first + layers}.{after}.{inner}"] = tensor
            else:
                place = f"output_blocks.{first + number}.{'0' if what == 'resnets' else '1'}"
                found[f"{place}.{_resnet(inner) if what == 'resnets' else inner}"] = tensor
    return found


def vae(weights: Weights, levels: int = 2) -> Weights:
    """Return an autoencoder's weights under its old keys."""
    found = {}
    for name, tensor in weights.items():
        name = re.sub(r"^decoder\.up_blocks\.(\d+)", lambda m: f"decoder.up.{levels - 1 - int(m[1])}", name)
        name = re.sub(r"^encoder\.down_blocks", "encoder.down", name)
        for own, old in (
            (r"\.resnets\.(\d+)\.conv_shortcut", r".block.\1.nin_shortcut"),
            (r"mid_block\.resnets\.0", "mid.block_1"),
            (r"mid_block\.resnets\.1", "mid.block_2"),
            (r"mid_block\.attentions\.0\.group_norm", "mid.attn_1.norm"),
            (r"mid_block\.attentions\.0\.to_out\.0", "mid.attn_1.proj_out"),
            (r"mid_block\.attentions\.0\.to_([qkv])", r"mid.attn_1.\1"),
            (r"\.resnets\.", ".block."),
            (r"\.downsamplers\.0\.", ".downsample."),
            (r"\.upsamplers\.0\.", ".upsample."),
            (r"conv_norm_out", "norm_out"),
        ):
            name = re.sub(own, old, name)
        # The old attention was made of convolutions.
        found[name] = tensor[..., None, None] if "attn_1" in name and tensor.ndim == 2 else tensor
    return found


def components(folder: Path) -> dict[str, Weights]:
    """Return the weights of each component of a checkpoint's folder."""
    from safetensors.torch import load_file

    found: dict[str, Weights] = {}
    for file in sorted(folder.glob("*/*.safetensors")):
        found[file.parent.name] = load_file(file)
    return found


def single(folder: Path, file: Path) -> Path:
    """Write a folder with a Stable Diffusion checkpoint as one file, in the old layout."""
    from safetensors.torch import save_file

    parts = components(folder)
    weights = {f"model.diffusion_model.{k}": v for k, v in unet(parts["unet"]).items()}
    weights |= {f"first_stage_model.{k}": v for k, v in vae(parts["vae"]).items()}
    large = "text_encoder_2" in parts
    text = "conditioner.embedders.0.transformer." if large else "cond_stage_model.transformer."
    for name, tensor in parts["text_encoder"].items():
        weights[f"{text}text_model.{name.removeprefix('text_model.')}"] = tensor
    save_file({k: v.contiguous() for k, v in weights.items()}, file)
    return file
