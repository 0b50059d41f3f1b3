"""What is loaded with a checkpoint: LoRA, a ControlNet, an IP-Adapter; and what does not go with it."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from keepdial.diffusion import sound
from keepdial.diffusion.backend import checkpoint_backends
from keepdial.diffusion.load import quiet
from keepdial.diffusion.steer import edges, with_control
from keepdial.errors import InputError, ModelRefused
from tests.diffusion.shelf import drawn, painted, put, tell

SD = "StableDiffusionPipeline"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(sound, "_sound", {})
    put(SD, tmp_path / "models")
    return tmp_path / "models"


def unet_of(models: Path) -> Any:
    from diffusers import UNet2DConditionModel

    with quiet():
        return UNet2DConditionModel.from_pretrained(models / "checkpoints" / "tiny" / "unet")


def lora(models: Path, name: str = "style", *, rank: int = 2) -> Path:
    """Write LoRA weights for the UNet of the tiny checkpoint."""
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.utils import convert_state_dict_to_diffusers
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    torch.manual_seed(len(name))
    with quiet():
        unet = unet_of(models)
        unet.add_adapter(LoraConfig(r=rank, target_modules=["to_q", "to_v"], init_lora_weights=False))
        layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(unet))
        layers = {key: 8 * tensor for key, tensor in layers.items()}
        StableDiffusionPipeline.save_lora_weights(
            models, unet_lora_layers=layers, weight_name=f"{name}.safetensors"
        )
    return models / f"{name}.safetensors"


def controlnet(models: Path) -> Path:
    """Write a ControlNet for the tiny checkpoint that does something."""
    import torch
    from diffusers import ControlNetModel

    torch.manual_seed(3)
    net = ControlNetModel.from_unet(unet_of(models), conditioning_embedding_out_channels=(16, 32))
    with torch.no_grad():
        for numbers in net.parameters():
            if not numbers.any():
                numbers.normal_(std=0.3)
    net.save_pretrained(models / "net")
    return models / "net"


def adapter(models: Path) -> Path:
    """Write an IP-Adapter, with the network that looks at pictures, for the tiny checkpoint."""
    import torch
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(4)
    config = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=37,
        num_hidden_layers=1,
        num_attention_heads=4,
        image_size=32,
        patch_size=8,
        projection_dim=24,
    )
    place = models / "ip"
    CLIPVisionModelWithProjection(config).save_pretrained(place / "image_encoder")
    unet = unet_of(models)
    cross = unet.config.cross_attention_dim
    weights = {
        "image_proj.proj.weight": torch.randn(4 * cross, 24),
        "image_proj.proj.bias": torch.randn(4 * cross),
        "image_proj.norm.weight": torch.ones(cross),
        "image_proj.norm.bias": torch.zeros(cross),
    }
    number = 1
    for name in unet.attn_processors:
        if "attn2" in name:
            inner = unet.get_submodule(name.removesuffix(".processor")).to_k.out_features
            for which in ("k", "v"):
                weights[f"ip_adapter.{number}.to_{which}_ip.weight"] = torch.randn(inner, cross)
            number += 2
    save_file(weights, place / "ip-adapter_tiny.safetensors")
    return place


def shown(*colour: int) -> str:
    """Return a picture of one colour as base64."""
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def apart(first: Any, second: Any) -> float:
    return float(np.abs(first - second).max())


def test_lora_changes_pixels_as_far_as_its_weight(models: Path) -> None:
    file = lora(models)
    plain = painted("tiny")
    tell(models, "full", path="tiny", lora=[file])
    tell(models, "half", path="tiny", lora=[{"path": file, "weight": 0.5}])
    tell(models, "none", path="tiny", lora=[{"path": file, "weight": 0}])
    full, half = painted("full"), painted("half")
    assert apart(full, plain) > 0.005
    assert 0 < apart(half, plain) < apart(full, plain)
    assert np.array_equal(painted("none"), plain)
    tell(models, "two", path="tiny", lora=[file, {"path": lora(models, "other"), "weight": 0.8}])
    assert apart(painted("two"), full) > 0.001


def test_lora_that_does_not_go_with_the_checkpoint_is_refused(models: Path) -> None:
    import torch
    from safetensors.torch import save_file

    file = models / "alien.safetensors"
    tell(models, "it", path="tiny", lora=[file])
    with pytest.raises(ModelRefused, match=r"alien.*not there|cannot be read"):
        painted("it")
    for weights in (
        {"x.lora_A.weight": torch.ones(2, 4), "x.lora_B.weight": torch.ones(4, 2)},
        {
            "unet.conv_in.lora_A.weight": torch.ones(2, 999, 3, 3),
            "unet.conv_in.lora_B.weight": torch.ones(1, 2),
        },
        {"y": torch.ones(3)},
    ):
        save_file(weights, file)
        with pytest.raises(ModelRefused, match=r"LoRA 'alien\.safetensors' does not go with 'it'") as caught:
            painted("it")
        assert "\n" not in str(caught.value)
    save_file({"y": torch.full((3,), torch.nan)}, file)
    with pytest.raises(ModelRefused, match="NaN"):
        painted("it")
    (models / "alien.bin").write_bytes(b"\x80\x04N.")
    tell(models, "it", path="tiny", lora=[models / "alien.bin"])
    with pytest.raises(ModelRefused, match="pickle"):
        painted("it")


def test_controlnet_holds_the_lines(models: Path) -> None:
    plain = painted("tiny")
    with pytest.raises(InputError, match=r"'tiny' has no ControlNet.*controlnet ="):
        painted("tiny", structure="canny")
    net = controlnet(models)
    tell(models, "net", path="tiny", controlnet=net)
    tell(models, "weak", path="tiny", controlnet={"path": net, "weight": 0.0})
    assert np.array_equal(painted("net"), plain)
    held = painted("net", structure="canny")
    assert apart(held, plain) > 0.005
    assert np.array_equal(painted("net", structure="canny"), held)
    assert apart(painted("weak", structure="canny"), plain) < 1e-5
    # From words alone the lines are held too.
    assert apart(painted("net", structure="canny", knob=0.0), painted("net", knob=0.0)) > 0.005


def test_controlnet_says_what_it_cannot_hold(models: Path) -> None:
    net = controlnet(models)
    tell(models, "net", path="tiny", controlnet=net, structure="canny")
    with pytest.raises(InputError, match="follows canny, and depth was asked for"):
        painted("net", structure="depth")
    tell(models, "net", path="tiny", controlnet=net)
    with pytest.raises(InputError, match=r"no network that estimates depth.*depth ="):
        painted("net", structure="depth")
    tell(models, "net", path="tiny", controlnet=models / "checkpoints" / "tiny" / "unet")
    with pytest.raises(ModelRefused, match="is no ControlNet"):
        painted("net")
    config = json.loads((net / "config.json").read_text())
    (net / "config.json").write_text(json.dumps({**config, "cross_attention_dim": 16}))
    tell(models, "net", path="tiny", controlnet=net)
    with pytest.raises(ModelRefused, match="ControlNet 'net' does not go with 'net'"):
        painted("net")


def test_depth_is_estimated_by_the_network_that_is_named(models: Path) -> None:
    import torch
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessorPil

    torch.manual_seed(5)
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=8,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        reassemble_factors=[4, 2, 1, 0.5],
        fusion_hidden_size=8,
        is_hybrid=False,
    )
    DPTForDepthEstimation(config).save_pretrained(models / "deep")
    DPTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(models / "deep")
    tell(models, "net", path="tiny", controlnet=controlnet(models), depth=models / "deep")
    assert apart(painted("net", structure="depth"), painted("net")) > 0.005


def test_adapter_takes_pictures_of_what_is_meant(models: Path) -> None:
    plain = painted("tiny")
    place = adapter(models)
    tell(models, "ip", path="tiny", adapter=place)
    assert checkpoint_backends()["ip"].capabilities.takes_references
    assert not checkpoint_backends()["tiny"].capabilities.takes_references
    # Without a picture it counts for nothing.
    assert apart(painted("ip"), plain) < 1e-4
    red, blue = painted("ip", reference=(shown(255, 0, 0),)), painted("ip", reference=(shown(0, 0, 255),))
    assert apart(red, plain) > 0.005
    assert apart(red, blue) > 0.0005
    assert np.isfinite(painted("ip", reference=(shown(255, 0, 0), shown(0, 0, 255)))).all()
    tell(models, "ip", path="tiny", adapter={"path": place / "ip-adapter_tiny.safetensors", "weight": 0.5})
    assert apart(painted("ip", reference=(shown(255, 0, 0),)), plain) > 0


def test_adapter_that_is_none_is_refused(models: Path) -> None:
    place = adapter(models)
    tell(models, "ip", path="tiny", adapter=lora(models))
    with pytest.raises(ModelRefused, match="is no IP-Adapter"):
        painted("ip")
    tell(models, "ip", path="tiny", adapter=place)
    (place / "image_encoder").rename(models / "elsewhere")
    with pytest.raises(ModelRefused, match="image_encoder' is not there"):
        painted("ip")
    (place / "another.safetensors").write_bytes((models / "style.safetensors").read_bytes())
    with pytest.raises(ModelRefused, match=r"Name the file itself|holds no weights"):
        painted("ip")


def test_lines_are_where_the_picture_has_them() -> None:
    found = edges(np.asarray(drawn() / 255, np.float32))
    assert found.dtype == np.float32
    assert set(np.unique(found)) == {0.0, 1.0}
    rows, columns = np.nonzero(found)
    assert rows.min() >= 6
    assert rows.max() <= 17
    assert columns.min() >= 6
    assert columns.max() <= 17
    assert not edges(np.full((8, 8, 3), 0.5, np.float32)).any()


@pytest.mark.parametrize(
    "name",
    [
        "StableDiffusionPipeline",
        "StableDiffusionImg2ImgPipeline",
        "StableDiffusionInpaintPipeline",
        "StableDiffusionXLPipeline",
        "StableDiffusionXLImg2ImgPipeline",
        "StableDiffusionXLInpaintPipeline",
        "StableDiffusion3Pipeline",
        "StableDiffusion3InpaintPipeline",
        "FluxPipeline",
        "FluxImg2ImgPipeline",
        "FluxInpaintPipeline",
        "QwenImagePipeline",
    ],
)
def test_diffusers_has_what_does_the_same_with_a_controlnet(name: str) -> None:
    import diffusers

    assert any(hasattr(diffusers, other) for other in with_control(name))
