"""Loading: single files give what folders give, and nothing is loaded that does not fit."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.diffusion import load, sound
from keepdial.diffusion.checkpoint import Checkpoint, checkpoints
from keepdial.diffusion.load import loaded
from keepdial.errors import BackendError, Cancelled, ModelRefused
from keepdial.progress import Cancel
from tests.diffusion import ldm, tiny_flow
from tests.diffusion.shelf import painted, put, tell

__all__ = ["tiny_flow"]  # its builders are used by name

SD, FLUX = "StableDiffusionPipeline", "FluxPipeline"
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(sound, "_sound", {})
    (tmp_path / "models" / "checkpoints").mkdir(parents=True)
    return tmp_path / "models"


def rewritten(file: Path, change: Change) -> None:
    """Write the weights in `file` anew, changed."""
    from safetensors.torch import load_file, save_file

    weights = {name: tensor.clone() for name, tensor in load_file(file).items()}
    changed = {name: tensor.clone() for name, tensor in change(weights).items()}
    save_file(changed, file, metadata={"format": "pt"})


def opened(name: str) -> load.Loaded:
    with loaded(checkpoints()[name]) as here:
        return here


def weights(here: load.Loaded) -> dict[str, dict[str, Any]]:
    return {k: dict(v.state_dict()) for k, v in here.pipe.components.items() if hasattr(v, "state_dict")}


def same(first: load.Loaded, second: load.Loaded) -> bool:
    import torch

    a, b = weights(first), weights(second)
    return a.keys() == b.keys() and all(
        a[part].keys() == b[part].keys() and all(torch.equal(a[part][k], b[part][k]) for k in a[part])
        for part in a
    )


def test_a_single_file_of_all_gives_the_pixels_of_the_folder(models: Path) -> None:
    folder = put(SD, models)
    ldm.single(folder, models / "checkpoints" / "one.safetensors")
    tell(models, "one", path="one.safetensors", config="tiny")
    assert checkpoints()["one"].pipeline == SD
    assert same(opened("tiny"), opened("one"))
    assert np.array_equal(painted("tiny"), painted("one"))


def test_what_a_single_file_lacks_comes_from_its_config(models: Path) -> None:
    folder = put(SD, models)
    file = ldm.single(folder, models / "checkpoints" / "one.safetensors")
    rewritten(file, lambda w: {k: v for k, v in w.items() if not k.startswith("cond_stage_model.")})
    tell(models, "one", path="one.safetensors", config="tiny")
    assert same(opened("tiny"), opened("one"))
    shutil.rmtree(folder / "text_encoder")
    with pytest.raises(ModelRefused, match=r"lacks its component 'text_encoder'.*Name a folder"):
        opened("one")


def test_a_single_file_needs_no_toml_where_a_folder_that_fits_is_here(models: Path) -> None:
    folder = put(SD, models)
    file = ldm.single(folder, models / "checkpoints" / "one.safetensors")
    assert checkpoints()["one"].config == folder
    rewritten(file, lambda w: {**w, "model.diffusion_model.more": w[next(iter(w))].new_ones(100_000)})
    assert "config =" in checkpoints()["one"].wrong
    shutil.rmtree(folder)
    alone = checkpoints()["one"]
    assert "one.toml" in alone.wrong
    assert "It is for StableDiffusionPipeline" in alone.wrong
    bare = Checkpoint("one", file, "safetensors", SD)
    with pytest.raises(ModelRefused, match="how they go together"), loaded(bare):
        pass


def test_a_denoiser_alone_in_diffusers_own_layout(models: Path) -> None:
    folder = put(FLUX, models)
    file = models / "checkpoints" / "one.safetensors"
    shutil.copy(folder / "transformer" / "diffusion_pytorch_model.safetensors", file)
    assert "Its keys do not tell" in checkpoints()["one"].wrong
    tell(models, "one", path="one.safetensors", config="tiny")
    assert same(opened("tiny"), opened("one"))
    rewritten(file, lambda w: {k: v for k, v in w.items() if k != "x_embedder.bias"})
    with pytest.raises(ModelRefused, match=r"lack 1 tensors.*'x_embedder.bias'"):
        opened("one")


def test_gguf_with_the_rest_from_a_folder(models: Path) -> None:
    folder = put(FLUX, models)
    gguf(folder, models / "checkpoints" / "one.gguf")
    assert "config =" in checkpoints()["one"].wrong
    tell(models, "one", path="one.gguf", config="tiny")
    here = checkpoints()["one"]
    assert (here.layout, here.pipeline) == ("gguf", FLUX)
    close = np.abs(painted("one") - painted("tiny"))
    assert 0 < float(close.max()) < 0.1  # 8 bits are nearly 32
    whole = (models / "checkpoints" / "one.gguf").read_bytes()
    (models / "checkpoints" / "one.gguf").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelRefused, match="is damaged"):
        opened("one")
    (models / "checkpoints" / "one.gguf").write_bytes(b"GGML" + whole[4:])
    with pytest.raises(ModelRefused, match="is no GGUF"):
        opened("one")


def gguf(folder: Path, file: Path) -> None:
    """Write a FLUX transformer as GGUF: matrices in 8 bits where their rows can be, the rest as it is."""
    from gguf import GGMLQuantizationType, GGUFWriter
    from gguf.quants import quantize

    writer = GGUFWriter(file, "flux")
    for name, tensor in ldm.components(folder)["transformer"].items():
        numbers = tensor.numpy()
        if numbers.ndim == 2 and numbers.shape[1] % 32 == 0:
            kind = GGMLQuantizationType.Q8_0
            writer.add_tensor(name, quantize(numbers, kind), raw_dtype=kind)
        else:
            writer.add_tensor(name, numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def without(name: str) -> Change:
    return lambda w: {k: v for k, v in w.items() if k != name}


def filled(value: float, kind: str = "float32") -> Change:
    def change(w: dict[str, Any]) -> dict[str, Any]:
        import torch

        first = next(iter(sorted(w)))
        w[first] = w[first].to(getattr(torch, kind))
        w[first].view(-1)[0] = value
        return w

    return change


@pytest.mark.parametrize(
    ("part", "change", "said"),
    [
        ("unet", without("conv_in.weight"), r"lack 1 tensors.*'conv_in.weight'"),
        ("unet", lambda w: {**w, "more.weight": w["conv_in.bias"]}, r"hold 1 tensors.*'more.weight'"),
        ("vae", without("decoder.conv_out.bias"), r"lack 1 tensors.*'decoder.conv_out.bias'"),
        ("text_encoder", without("final_layer_norm.bias"), r"lack 1 tensors.*final_layer_norm.bias"),
        ("text_encoder", lambda w: {**w, "x.y": w["final_layer_norm.bias"]}, r"hold 1 tensors.*'x.y'"),
        (
            "unet",
            lambda w: {**w, "conv_in.weight": w["conv_in.weight"][:8]},
            r"conv_in\.weight.*architecture",
        ),
        (
            "text_encoder",
            lambda w: {**w, "final_layer_norm.bias": w["final_layer_norm.bias"][:8]},
            r"architecture",
        ),
        ("vae", filled(float("nan")), "holds NaN"),
        ("unet", filled(float("inf")), "holds infinite"),
        ("unet", filled(float("nan"), "bfloat16"), "holds NaN"),
    ],
)
def test_weights_that_are_not_what_they_should_be_are_refused(
    models: Path, part: str, change: Change, said: str
) -> None:
    folder = put(SD, models)
    (file,) = (folder / part).glob("*.safetensors")
    rewritten(file, change)
    with pytest.raises(ModelRefused, match=said) as caught:
        opened("tiny")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_the_first_checkpoints_are_laid_out_as_they_were_then(models: Path) -> None:
    import torch

    folder = put(SD, models)
    before = opened("tiny")
    ids = {"text_model.embeddings.position_ids": torch.arange(77)[None]}
    rewritten(
        folder / "text_encoder" / "model.safetensors",
        lambda w: {f"text_model.{k.removeprefix('text_model.')}": v for k, v in w.items()} | ids,
    )
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}

    def renamed(name: str) -> str:
        for new, then in old.items():
            name = name.replace(f".{new}.", f".{then}.")
        return name

    rewritten(
        folder / "vae" / "diffusion_pytorch_model.safetensors",
        lambda w: {renamed(k): v for k, v in w.items()},
    )
    table = json.loads((folder / "model_index.json").read_text())
    table |= {
        "feature_extractor": ["transformers", "CLIPFeatureExtractor"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
    }
    (folder / "model_index.json").write_text(json.dumps(table))
    (folder / "feature_extractor").mkdir()
    (folder / "feature_extractor" / "preprocessor_config.json").write_text('{"crop_size": 32}')
    after = opened("tiny")
    assert after is not before
    assert same(before, after)


def test_another_architecture_than_the_config_says_is_refused(models: Path) -> None:
    folder = put(SD, models)
    config = folder / "unet" / "config.json"
    table = json.loads(config.read_text())
    for change in ({"cross_attention_dim": 16}, {"layers_per_block": 2}, {"down_block_types": 5}):
        config.write_text(json.dumps({**table, **change}))
        with pytest.raises(ModelRefused, match=r"unet|tiny") as caught:
            opened("tiny")
        assert "\n" not in str(caught.value)


def test_a_single_file_of_another_architecture_is_refused(models: Path) -> None:
    folder = put(SD, models)
    file = ldm.single(folder, models / "checkpoints" / "one.safetensors")
    tell(models, "one", path="one.safetensors", config="tiny")
    extra = "model.diffusion_model.output_blocks.9.0.in_layers.2.weight"
    rewritten(file, lambda w: {**w, extra: w["model.diffusion_model.out.2.weight"].new_zeros(100_000)})
    with pytest.raises(ModelRefused, match="numbers for UNet2DConditionModel"):
        opened("one")
    ldm.single(folder, file)
    rewritten(file, without("model.diffusion_model.time_embed.0.bias"))
    with pytest.raises(ModelRefused, match="lacks tensors that the configuration"):
        opened("one")
    put("StableDiffusionInpaintPipeline", models, "other")
    ldm.single(models / "checkpoints" / "other", file)
    with pytest.raises(ModelRefused, match="another architecture"):
        opened("one")


class Bomb:
    """What a pickle can do while it is loaded."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('the pickle ran')",))


def test_a_pickle_beside_the_weights_is_never_loaded(models: Path) -> None:
    folder = put(SD, models)
    data = pickle.dumps(Bomb())
    for part, name in (("unet", "diffusion_pytorch_model.bin"), ("text_encoder", "pytorch_model.bin")):
        (folder / part / name).write_bytes(data)
    opened("tiny")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    with pytest.raises(ModelRefused, match="only as Python pickle"):
        opened("tiny")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(data)
    with pytest.raises(ModelRefused, match=r"kind that is not loaded|Python pickle"):
        opened("tiny")


def test_weights_replaced_on_disk_are_loaded_anew(models: Path) -> None:
    folder = put(SD, models)
    before, version = opened("tiny"), checkpoints()["tiny"]
    assert opened("tiny") is before
    rewritten(
        folder / "unet" / "diffusion_pytorch_model.safetensors",
        lambda w: {**w, "conv_out.bias": w["conv_out.bias"] + 1},
    )
    after = opened("tiny")
    assert after is not before
    assert checkpoints()["tiny"] == version  # nothing but the weights has changed
    assert not same(before, after)


def test_what_is_told_anew_needs_no_loading(models: Path) -> None:
    put(SD, models)
    tell(models, "one", path="tiny", steps=4)
    here = opened("one")
    tell(models, "one", path="tiny", steps=5)
    assert opened("one") is here
    assert here.checkpoint.about["steps"] == 5


def test_files_that_vanish_or_may_not_be_read(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put(SD, models)
    here = checkpoints()["tiny"]
    unet = folder / "unet" / "diffusion_pytorch_model.safetensors"
    content = unet.read_bytes()
    unet.unlink()
    with pytest.raises(ModelRefused, match="no weights"), loaded(here):
        pass
    unet.write_bytes(content)

    def denied(*given: Any, **named: Any) -> None:
        raise PermissionError(13, "Permission denied", str(unet))

    with monkeypatch.context() as patch:
        patch.setattr("keepdial.models.content.judge", denied)
        with pytest.raises(ModelRefused, match=r"diffusion_pytorch_model.*Permission denied"), loaded(here):
            pass
    real = sound.check

    def late(checkpoint: Checkpoint, cancel: Cancel | None = None) -> None:
        real(checkpoint, cancel)
        unet.unlink()

    monkeypatch.setattr(load, "check", late)
    with pytest.raises(ModelRefused, match=r"no weights|not there|cannot be read"), loaded(here):
        pass


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ("OutOfMemoryError", "memory did not suffice"),
        ("can't allocate memory", "memory did not suffice"),
        ("something else", "could not be loaded: something else"),
    ],
)
def test_a_component_that_does_not_fit_into_memory(
    models: Path, monkeypatch: pytest.MonkeyPatch, problem: str, said: str
) -> None:
    import diffusers
    import torch

    raised: Exception = RuntimeError(f"[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: {problem}")
    if problem == "OutOfMemoryError":
        raised = torch.OutOfMemoryError("CUDA out of memory.")
    elif problem == "something else":
        raised = RuntimeError(problem)

    def full(*given: Any, **named: Any) -> Any:
        raise raised

    put(SD, models)
    kept = opened("tiny")
    put(SD, models, "second")
    with monkeypatch.context() as patch:
        patch.setattr(diffusers.AutoencoderKL, "from_pretrained", full)
        with pytest.raises((BackendError, ModelRefused), match=said):
            opened("second")
    assert opened("tiny") is not kept  # it was let go of to make room, and comes back
    opened("second")


def test_loading_can_be_cancelled_between_parts(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(SD, models)
    cancel = Cancel()
    real = sound.check

    def then(checkpoint: Checkpoint, given: Cancel | None = None) -> None:
        real(checkpoint, given)
        cancel.set()

    monkeypatch.setattr(load, "check", then)
    with pytest.raises(Cancelled), loaded(checkpoints()["tiny"], cancel):
        pass


def test_what_was_read_through_once_is_remembered(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = put(SD, models)
    here = checkpoints()["tiny"]
    sound.check(here)
    monkeypatch.setattr(sound, "_sound", {})  # as another process finds it

    def never(*given: Any) -> str:
        raise AssertionError("it was read through again")

    with monkeypatch.context() as patch:
        patch.setattr("keepdial.models.content.judge", never)
        sound.check(here)
    rewritten(folder / "vae" / "diffusion_pytorch_model.safetensors", filled(float("nan")))
    with pytest.raises(ModelRefused, match="NaN"):
        sound.check(here)


def test_other_tasks_over_the_same_parts_keep_their_number_format(models: Path) -> None:
    import torch

    put(SD, models)
    here = opened("tiny")
    here.pipe.to(torch.bfloat16)
    here.placement = type(here.placement)("cpu", "bfloat16")
    task = here.task("StableDiffusionImg2ImgPipeline")
    assert task.unet is here.pipe.unet
    assert here.pipe.unet.dtype is torch.bfloat16
    load.release()
