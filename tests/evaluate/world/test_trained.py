"""The trained models of the checkout: complete, small, and they do what they are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.evaluate.world import Scene, caption, draw, object_mask
from keepdial.evaluate.world.classify import Classifier

MODELS = Path(__file__).parents[3] / "world" / "models"
PIPELINES = {
    "text-to-image": ("StableDiffusionPipeline", 4),
    "inpaint": ("StableDiffusionInpaintPipeline", 9),
    "instruct": ("StableDiffusionInstructPix2PixPipeline", 8),
}
there = pytest.mark.skipif(not (MODELS / "instruct").is_dir(), reason="the trained models are not here")


@there
@pytest.mark.parametrize("name", PIPELINES)
def test_a_folder_is_complete(name: str) -> None:
    folder = MODELS / name
    pipeline, channels = PIPELINES[name]
    assert json.loads((folder / "model_index.json").read_text())["_class_name"] == pipeline
    assert json.loads((folder / "unet" / "config.json").read_text())["in_channels"] == channels
    known = json.loads((folder / "keepdial.json").read_text())
    assert (known["licence"], known["commercial"], known["best"]) == ("Apache-2.0", True, 64)
    for part, file in (
        ("unet", "diffusion_pytorch_model"),
        ("vae", "diffusion_pytorch_model"),
        ("text_encoder", "model"),
    ):
        assert (folder / part / f"{file}.safetensors").stat().st_size > 100_000, "links lead to the weights"
    assert (folder / "tokenizer" / "tokenizer.json").is_file()


@there
def test_they_are_small() -> None:
    files = {path.resolve() for path in MODELS.rglob("*") if path.is_file()}
    assert sum(path.stat().st_size for path in files) <= 15e6
    assert not [path for path in files if path.suffix in (".bin", ".pt", ".ckpt", ".pth")]


def pipeline(name: str) -> Any:
    pytest.importorskip("torch")
    diffusers = pytest.importorskip("diffusers")
    found = getattr(diffusers, PIPELINES[name][0]).from_pretrained(MODELS / name)
    found.set_progress_bar_config(disable=True)
    return found


def run(pipe: Any, prompts: list[str], **options: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    import torch

    generators = [torch.Generator().manual_seed(seed) for seed in range(len(prompts))]
    out = pipe(prompts, generator=generators, num_inference_steps=12, output_type="np", **options).images
    return np.asarray((out * 255).round(), np.uint8)


SCENES = [
    Scene("square", "red", "big", "left", background="sky"),
    Scene("ring", "yellow", "big", "right", background="night"),
    Scene("triangle", "blue", "big", "centre", background="sand"),
    Scene("circle", "white", "big", "bottom", background="forest"),
]


@there
def test_prompts_change_what_they_name() -> None:
    pictures = run(pipeline("text-to-image"), [caption(scene) for scene in SCENES], guidance_scale=3.0)
    right = Classifier.load().agreement(pictures, SCENES)
    assert (
        np.mean([one[name] for one in right for name in ("shape", "colour", "position", "background")]) >= 0.8
    )


@there
def test_instructions_edit() -> None:
    from PIL import Image

    before = [Image.fromarray(draw(scene)) for scene in SCENES]
    texts = ["make it green", "change the background to sand", "remove it", "move it to the top"]
    pipe = pipeline("instruct")
    pictures = run(pipe, texts, image=before, guidance_scale=2.5, image_guidance_scale=1.5)
    seen = Classifier.load().attributes(pictures)
    done = [
        seen[0]["colour"] == "green",
        seen[1]["background"] == "sand",
        seen[2]["shape"] == "nothing",
        seen[3]["position"] == "top",
    ]
    assert sum(done) >= 3
    assert [one["background"] for one in seen] == ["sky", "sand", "sand", "forest"]


@there
def test_masks_fill() -> None:
    from PIL import Image

    before = [draw(scene) for scene in SCENES]
    masks = [object_mask(scene, grow=4) > 0 for scene in SCENES]
    masks[1][:] |= object_mask(Scene("circle", size="big", position="right"), grow=4) > 0
    texts = [
        "a big green square on the left in the sky",
        "",
        "",
        "a big red circle at the bottom in the forest",
    ]
    pictures = run(
        pipeline("inpaint"),
        texts,
        image=[Image.fromarray(picture) for picture in before],
        mask_image=[Image.fromarray(np.uint8(mask * 255)) for mask in masks],
        guidance_scale=3.0,
        strength=1.0,
        height=64,
        width=64,
    )
    seen = Classifier.load().attributes(pictures)
    done = [
        seen[0]["colour"] == "green",
        seen[1]["shape"] == "nothing",
        seen[2]["shape"] == "nothing",
        seen[3]["colour"] == "red",
    ]
    assert sum(done) >= 3
