"""Checkpoints from the command line: registering, listing, verifying, forgetting, and errors of one line."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from keepdial.diffusion import load, sound
from keepdial.diffusion.checkpoint import checkpoints
from keepdial.diffusion.memory import Machine
from keepdial.diffusion.register import add
from keepdial.errors import ParameterError
from keepdial.models import check
from tests.cli.conftest import Ran, Run, run
from tests.diffusion import ldm
from tests.diffusion.shelf import built, drawn, put

__all__ = ["run"]

SD = "StableDiffusionPipeline"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(check, "_checked", {})
    monkeypatch.setattr(sound, "_sound", {})
    monkeypatch.chdir(tmp_path)
    Image.fromarray(drawn(48)).save(tmp_path / "photo.png")
    return tmp_path / "models"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A checkpoint that somebody has elsewhere."""
    folder = tmp_path / "my models" / "sd"
    shutil.copytree(built(SD), folder)
    return folder


def failed(ran: Ran, code: int, said: str) -> None:
    assert ran.code == code, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err


def edited(run: Run, name: str = "tiny") -> Ran:
    return run(
        "restyle", "photo.png", "--prompt", "a red cat", "--backend", name, "--keep", "0.3", "-o", "out.png"
    )


def test_a_checkpoint_is_registered_used_verified_and_forgotten(run: Run, models: Path, own: Path) -> None:
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    ran = run("models", "add", own, "--name", "mine", "--json")
    assert ran.report == {"registered": "mine", "path": str(own), "pipeline": SD}
    assert sorted(p.name for p in (models / "checkpoints").glob("[!.]*")) == ["mine.toml"]
    listed = run("models", "list").out
    assert "text-to-image (StableDiffusionPipeline), CC0-1.0, commercial use allowed" in listed
    (one,) = run("models", "list", "--json").report["checkpoints"]
    assert (one["name"], one["family"], one["wrong"]) == ("mine", "text-to-image", "")
    assert "mine: whole and finite, weights" in run("models", "verify", "mine").out
    assert "mine: whole and finite" in run("models", "verify").out
    source = Path("photo.png").read_bytes()
    ran = edited(run, "mine")
    assert ran.code == 0, ran.err
    with Image.open("out.png") as made:
        assert made.size == (48, 48)
    assert Path("photo.png").read_bytes() == source
    ran = run("models", "remove", "mine")
    assert ran.out == f"mine is forgotten. Its files at {own} are left.\n"
    assert before == {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    assert not checkpoints()
    failed(run("models", "remove", "mine"), 2, "one of")


def test_only_what_lies_in_the_models_folder_is_deleted(run: Run, models: Path, own: Path) -> None:
    put(SD, models)
    (models / "checkpoints" / "link").symlink_to(own)
    assert run("models", "remove", "link").code == 0
    assert (own / "model_index.json").is_file()
    assert run("models", "remove", "tiny").out == "tiny is forgotten.\n"
    assert not (models / "checkpoints" / "tiny").exists()


def test_a_single_file_is_registered_with_its_config(
    run: Run, models: Path, own: Path, tmp_path: Path
) -> None:
    file = ldm.single(own, tmp_path / "dreams.safetensors")
    failed(run("models", "add", file, "--name", "dreams"), 2, "--config FOLDER")
    assert run("models", "add", file, "--name", "dreams", "--config", own).code == 0
    here = checkpoints()["dreams"]
    assert (here.path, here.config, here.pipeline) == (file, own, SD)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("absent", "--name", "x"), "is not there"),
        (("my models/sd/unet", "--name", "x"), "one component of a checkpoint"),
        (("my models", "--name", "x"), "Its folder 'sd' is one"),
        (("my models/sd",), "needs a name"),
        (("my models/sd", "--name", "patch"), "a built-in backend has this one"),
        (("my models/sd", "--name", "a b"), "letters, digits"),
        (("my models/sd", "--name", "../x"), "letters, digits"),
        (("my models/sd", "--name", "x", "--pipeline", "Nonsense"), "Driven are"),
        (("photo.png", "--name", "x"), "kind that is not loaded"),
        (("old.ckpt", "--name", "x"), "can run any program"),
    ],
)
def test_what_would_not_load_is_not_registered(
    run: Run, models: Path, own: Path, words: tuple[str, ...], said: str
) -> None:
    Path("old.ckpt").write_bytes(b"\x80\x04N.")
    failed(run("models", "add", *words), 2, said)
    assert not checkpoints()


def test_a_name_is_given_once(run: Run, models: Path, own: Path) -> None:
    def register(number: int) -> str:
        try:
            return add(own, "mine").name
        except ParameterError:
            return ""

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(register, range(4))) == ["", "", "", "mine"]
    failed(run("models", "add", own, "--name", "mine"), 2, "keepdial models remove mine")


def nan(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = folder / "vae" / "diffusion_pytorch_model.safetensors"
    weights = {name: tensor.clone() for name, tensor in load_file(file).items()}
    weights["decoder.conv_in.bias"][0] = float("nan")
    save_file(weights, file)


def test_damaged_checkpoints_end_an_edit_with_one_line(run: Run, models: Path) -> None:
    folder = put(SD, models)
    unet = folder / "unet" / "diffusion_pytorch_model.safetensors"
    whole = unet.read_bytes()
    unet.write_bytes(whole[:-64])
    failed(edited(run), 2, "its header tells of")
    assert "wrong" in run("models", "list").out
    failed(run("models", "verify", "tiny"), 2, "Not as they should be: tiny")
    unet.unlink()
    failed(edited(run), 2, "holds no weights")
    unet.write_bytes(whole)
    nan(folder)
    ran = edited(run)
    failed(ran, 2, "'decoder.conv_in.bias' holds NaN")
    *stages, said = ran.err.strip().splitlines()
    assert said.startswith("keepdial: 'diffusion_pytorch_model.safetensors'")
    assert all(len(stage.split()) == 2 for stage in stages)  # one word of progress each
    config = folder / "unet" / "config.json"
    shutil.copytree(built(SD) / "vae", folder / "vae", dirs_exist_ok=True)
    config.write_text(json.dumps({**json.loads(config.read_text()), "cross_attention_dim": 16}))
    failed(edited(run), 2, "another architecture")
    assert not Path("out.png").exists()


def test_too_little_memory_ends_an_edit_with_what_would_do(
    run: Run, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(SD, models)
    load.release()
    with monkeypatch.context() as patch:
        patch.setattr(load, "machine", lambda: Machine("cpu", 10_000_000, 10_000_000))
        failed(edited(run), 6, "and 0.0 GB are free on this machine")
    import diffusers

    def full(*given: object, **named: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")

    with monkeypatch.context() as patch:
        patch.setattr(diffusers.AutoencoderKL, "decode", full)
        failed(edited(run), 6, "memory did not suffice for 'tiny'")
    assert not Path("out.png").exists()
    assert edited(run).code == 0
