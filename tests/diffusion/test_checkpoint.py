"""Finding checkpoints: what is one, what is wrong with others, and what a stranger's files cannot do."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from keepdial.diffusion import layout, sound
from keepdial.diffusion.backend import checkpoint_backends, stranded
from keepdial.diffusion.checkpoint import Extra, checkpoints, described
from keepdial.errors import ModelRefused
from tests.diffusion.shelf import put, tell

SD = "StableDiffusionPipeline"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(sound, "_sound", {})
    (tmp_path / "models" / "checkpoints").mkdir(parents=True)
    return tmp_path / "models"


def index(folder: Path, **changes: Any) -> None:
    """Change entries of a checkpoint's model_index.json."""
    file = folder / "model_index.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def wrong(name: str = "tiny") -> str:
    """Return what is said to be wrong with a checkpoint, one line, and make sure that it is no backend."""
    assert name not in checkpoint_backends()
    said = stranded()[name].wrong
    assert said
    assert "\n" not in said
    return said


def test_a_folder_is_found_with_what_is_told_of_it(models: Path) -> None:
    folder = put(SD, models, licence="CC0-1.0", best=64)
    here = checkpoints()["tiny"]
    assert (here.path, here.layout, here.pipeline, here.wrong) == (folder, "folder", SD, "")
    assert here.about["best"] == 64
    weights = sum(file.stat().st_size for file in folder.glob("*/*.safetensors"))
    assert here.bytes == weights
    assert "tiny" in checkpoint_backends()
    assert not stranded()


def test_other_variants_and_loose_files_do_not_count(models: Path) -> None:
    folder = put(SD, models)
    before = checkpoints()["tiny"].bytes
    unet = folder / "unet" / "diffusion_pytorch_model.safetensors"
    shutil.copy(unet, folder / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    shutil.copy(unet, folder / "all-in-one.safetensors")
    assert checkpoints()["tiny"].bytes == before
    unet.unlink()
    assert layout.chosen(folder / "unet") == (
        (folder / "unet" / "diffusion_pytorch_model.fp16.safetensors",),
        "fp16",
    )
    sound.check(checkpoints()["tiny"])


def test_a_toml_points_elsewhere_and_says_more(models: Path, tmp_path: Path) -> None:
    folder = put(SD, tmp_path / "elsewhere")
    path = tell(models, "mine", path=folder, licence="MIT", steps=7, lora=["a.safetensors"])
    here = checkpoints()["mine"]
    assert (here.path, here.pipeline, here.wrong) == (folder, SD, "")
    assert (here.about["licence"], here.about["steps"]) == ("MIT", 7)
    assert here.lora == (Extra(path.parent / "a.safetensors"),)
    two = [{"path": "/x/b.safetensors", "weight": 0.5}, "c.safetensors"]
    tell(models, "mine", path=folder, lora=two, controlnet="net", adapter={"path": "ip", "weight": 0.6})
    here = checkpoints()["mine"]
    assert here.lora == (Extra(Path("/x/b.safetensors"), 0.5), Extra(path.parent / "c.safetensors"))
    assert here.controlnet == Extra(path.parent / "net")
    assert here.adapter == Extra(path.parent / "ip", 0.6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path =", "no TOML that can be read"),
        ('title = "x"', "names no path"),
        ('path = "absent"', "is not there"),
        ('path = "loop.toml"', "points to another TOML"),
        ('path = "tiny"\nbest = -5', "best = -5; allowed: a whole number of px from 16 to 8192"),
        ('path = "tiny"\nbest = true', "best = True"),
        ('path = "tiny"\nkeep = [0.9, 0.1]', "two numbers from 0 to 1, the lower first"),
        ('path = "tiny"\ncurves = {any = [[0, 0], [2, 1]]}', "rising"),
        ('path = "tiny"\nstrength = 1', "Allowed are adapter, best, commercial, config"),
        ('path = "tiny"\nlora = [{file = "x"}]', "Allowed is a path, or {path"),
        ('path = "tiny"\nlora = [{path = "x", weight = 99}]', "weight from -10 to 10"),
        ('path = "tiny"\nstructure = "pose"', "allowed: canny and depth"),
        ('path = "one.safetensors"\nconfig = "absent"', "it has no model_index.json"),
    ],
)
def test_a_toml_that_is_wrong_says_what_is_allowed(models: Path, text: str, said: str) -> None:
    folder = put(SD, models)
    shutil.copy(
        folder / "unet" / "diffusion_pytorch_model.safetensors", models / "checkpoints" / "one.safetensors"
    )
    (models / "checkpoints" / "loop.toml").write_text(text)
    assert said in wrong("loop")


def test_what_strangers_tell_of_the_wrong_kind_is_left_out(models: Path) -> None:
    put(SD, models, best="big", keep=[3], steps=10**9, nonsense={"a": 1}, licence="MIT")
    about = checkpoints()["tiny"].about
    assert about["licence"] == "MIT"
    assert not {"best", "keep", "steps", "nonsense"} & about.keys()


Damage = Callable[[Path], None]


def _unlink(*parts: str) -> Damage:
    return lambda folder: folder.joinpath(*parts).unlink()


def _write(text: str, *parts: str) -> Damage:
    def write(folder: Path) -> None:
        folder.joinpath(*parts).write_text(text)

    return write


def _sharded(folder: Path) -> None:
    part = folder / "unet"
    (part / "diffusion_pytorch_model.safetensors").rename(
        part / "diffusion_pytorch_model-00001-of-00002.safetensors"
    )
    names = ["diffusion_pytorch_model-00001-of-00002", "diffusion_pytorch_model-00002-of-00002"]
    told = {"weight_map": {name: f"{name}.safetensors" for name in names}}
    (part / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(told))


def _climbing(folder: Path) -> None:
    _sharded(folder)
    told = {"weight_map": {"a": "../../../secret.safetensors"}}
    (folder / "unet" / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(told))


def _truncated(folder: Path) -> None:
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def _renamed(folder: Path) -> None:
    for file in (folder / "unet").glob("*.safetensors"):
        file.rename(file.with_name("pytorch_model.bin"))


def _looping(folder: Path) -> None:
    shutil.rmtree(folder / "unet")
    (folder / "unet").symlink_to(folder / "unet")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_unlink("model_index.json"), "it has no model_index.json"),
        (_write("[]", "model_index.json"), "holds no table"),
        (_write("{", "model_index.json"), "cannot be read"),
        (_write("[" * 200_000, "model_index.json"), "cannot be read"),
        (_write(" " * 5_000_000 + "{}", "model_index.json"), "5,000,002 bytes"),
        (lambda folder: index(folder, _class_name=["pipeline", "Mine"]), "does not name a pipeline"),
        (lambda folder: index(folder, _class_name=7), "does not name a pipeline"),
        (lambda folder: index(folder, _class_name="AutoencoderKL"), "nothing here drives it"),
        (lambda folder: index(folder, **{"../../etc": ["diffusers", "AutoencoderKL"]}), "in a way that no"),
        (lambda folder: index(folder, unet=["diffusers", "a", "b"]), "in a way that no"),
        (lambda folder: index(folder, unet=["os", "system"]), "run a stranger's code"),
        (lambda folder: index(folder, unet=["diffusers", "../x"]), "run a stranger's code"),
        (lambda folder: index(folder, unet=[{}, 5]), "in a way that no"),
        (_write("import os", "unet", "mine.py"), "holds Python code"),
        (_write("import os", "pipeline.py"), "holds Python code"),
        (_write('{"auto_map": {"AutoModel": "x.Y"}}', "text_encoder", "config.json"), "code of its own"),
        (lambda folder: shutil.rmtree(folder / "vae"), "lacks its component 'vae'"),
        (_unlink("unet", "config.json"), "lacks config.json"),
        (_unlink("scheduler", "scheduler_config.json"), "lacks scheduler_config.json"),
        (lambda folder: [f.unlink() for f in (folder / "tokenizer").glob("*")], "lacks its words"),
        (_unlink("unet", "diffusion_pytorch_model.safetensors"), "holds no weights"),
        (_sharded, "lacks 1 of 2 files of weights"),
        (_climbing, "allowed are .safetensors files beside it"),
        (_truncated, "its header tells of"),
        (_renamed, "only as Python pickle"),
        (_looping, "lacks its component 'unet'"),
    ],
)
def test_a_damaged_or_hostile_folder_says_what_is_wrong(models: Path, damage: Damage, said: str) -> None:
    damage(put(SD, models))
    assert said in wrong()


def test_the_wrong_folder_says_which_is_the_right_one(models: Path) -> None:
    folder = put(SD, models / "more")
    with pytest.raises(ModelRefused, match=r"one component.*name the folder above"):
        described("x", folder / "unet")
    with pytest.raises(ModelRefused, match="folder 'tiny' is one"):
        described("x", folder.parent)
    (models / "empty").mkdir()
    with pytest.raises(ModelRefused, match=r"holds model_index\.json and a folder for each"):
        described("x", models / "empty")


def test_what_lies_beside_checkpoints_is_told_too(models: Path) -> None:
    place = models / "checkpoints"
    put(SD, models, "patch")
    put(SD, models, "my model")
    (place / "old.ckpt").write_bytes(b"\x80\x04N.")
    (place / "broken.safetensors").write_bytes(b"\x80\x04N." * 9)
    (place / "lost").symlink_to(place / "nowhere")
    (place / "round").symlink_to(place / "round")
    (place / "notes.txt").write_text("hello")
    (place / ".hidden").mkdir()
    assert "built-in backend" in wrong("patch")
    assert "letters, digits" in wrong("my model")
    assert "Python pickles" in wrong("old")
    assert "Python pickle" in wrong("broken")
    assert "leads nowhere" in wrong("lost")
    assert wrong("round")
    assert checkpoints().keys() == {"patch", "my model", "old", "broken", "lost", "round"}


def test_what_may_not_be_read_is_told(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(SD, models)
    real = os.stat

    def denied(path: Any, *given: Any, **named: Any) -> Any:
        if str(path).endswith("model_index.json"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *given, **named)

    monkeypatch.setattr(os, "stat", denied)
    assert "Permission denied" in wrong()


def shapes(**found: tuple[int, ...]) -> dict[str, layout.Tensor]:
    return {name: layout.Tensor("F16", shape) for name, shape in found.items()}


IN = "model.diffusion_model.input_blocks.0.0.weight"
XL = "conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias"
TEXT = "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight"
V2 = "model.diffusion_model.input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight"
BLOCK = "double_blocks.0.img_attn.norm.key_norm.scale"


@pytest.mark.parametrize(
    ("found", "pipeline", "known"),
    [
        ({IN: (320, 4, 3, 3), TEXT: (77, 768)}, SD, "v1"),
        ({IN: (320, 4, 3, 3), V2: (320, 1024), TEXT: (77, 768)}, SD, "v2"),
        ({IN: (320, 9, 3, 3), TEXT: (77, 768)}, "StableDiffusionInpaintPipeline", "inpainting"),
        ({IN: (320, 8, 3, 3), TEXT: (77, 768)}, "StableDiffusionInstructPix2PixPipeline", "instruct-pix2pix"),
        ({IN: (320, 4, 3, 3), XL: (1280,)}, "StableDiffusionXLPipeline", "xl_base"),
        ({IN: (320, 9, 3, 3), XL: (1280,)}, "StableDiffusionXLInpaintPipeline", "xl_inpaint"),
        ({BLOCK: (128,), "img_in.weight": (3072, 64)}, "FluxPipeline", "flux-schnell"),
        (
            {BLOCK: (128,), "img_in.weight": (3072, 384), "guidance_in.in_layer.bias": (3072,)},
            "FluxFillPipeline",
            "flux-fill",
        ),
        # FLUX dev, or Kontext: the keys are the same, so that it has to be told.
        ({BLOCK: (128,), "img_in.weight": (3072, 64), "guidance_in.in_layer.bias": (3072,)}, "", "flux-dev"),
        (
            {"joint_blocks.0.context_block.adaLN_modulation.1.bias": (9216,), "pos_embed": (1, 36864, 1536)},
            "StableDiffusion3Pipeline",
            "sd3",
        ),
        (
            {"layers.0.adaLN_modulation.0.weight": (1, 1), "cap_embedder.0.weight": (1,)},
            "ZImagePipeline",
            "z-image-turbo",
        ),
        ({IN: (320, 7, 3, 3), TEXT: (77, 768)}, "", None),
        ({"transformer_blocks.0.attn.to_q.weight": (64, 64)}, "", None),
        ({}, "", None),
    ],
)
def test_a_single_file_is_told_apart_as_diffusers_does(
    found: dict[str, tuple[int, ...]], pipeline: str, known: str | None
) -> None:
    from diffusers.loaders.single_file_utils import infer_diffusers_model_type

    assert layout.kind_of(shapes(**found)) == pipeline
    if known is not None:
        stand_ins = {name: SimpleNamespace(shape=shape) for name, shape in found.items()}
        assert infer_diffusers_model_type(stand_ins) == known


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x10\0\0\0\0\0\0\0{",
        b"\x02\0\0\0\0\0\0\0{}extra",
        b'\x0e\0\0\0\0\0\0\0{"a": {"x":1}}',
        b'\x08\0\0\0\0\0\0\0{"a":[1]',
        b"\xff" * 40,
    ],
)
def test_a_header_that_is_nonsense_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes(data)
    with pytest.raises(ModelRefused):
        layout.header(file)


def test_finding_checkpoints_loads_no_torch(models: Path) -> None:
    import subprocess
    import sys

    put(SD, models)
    code = (
        "import sys; from keepdial.backends import backends; assert 'tiny' in backends(); "
        "assert not {'torch', 'diffusers', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
