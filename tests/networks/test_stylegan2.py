"""StyleGAN2's generator: against the paper's formulas done the long way, and from disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional

from keepdial.errors import ModelMissing, ModelRefused
from keepdial.networks.stylegan2 import invert as inversion
from keepdial.networks.stylegan2.invert import invert
from keepdial.networks.stylegan2.network import Generator, Layer, Shape
from keepdial.networks.stylegan2.weights import (
    drag_settings,
    feature_side,
    generators,
    load,
    missing,
    shape_of,
)
from tests.networks.generators import SHAPE, write


def long_way(layer: Layer, x: torch.Tensor, w: torch.Tensor) -> torch.Tensor:
    """One layer, each picture with weights of its own: equations 1 to 3, zeros between, the filter apart."""
    styles = functional.linear(w, layer.affine.weight / len(w[0]) ** 0.5, layer.affine.bias)
    made = []
    for one, style in zip(x, styles, strict=True):
        weight = layer.weight * style[None, :, None, None]
        weight = weight / (weight.square().sum(dim=(1, 2, 3), keepdim=True) + 1e-8).sqrt()
        if layer.up:
            y = functional.conv_transpose2d(one[None], weight.transpose(0, 1), stride=2)
            taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
            kernel = (torch.outer(taps, taps) / 16).expand(y.shape[1], 1, 4, 4)
            y = functional.conv2d(functional.pad(y, (1, 1, 1, 1)), kernel, groups=y.shape[1])
        else:
            y = functional.conv2d(one[None], weight, padding=1)
        y = y + layer.noise_const * layer.noise_strength + layer.bias[:, None, None]
        made.append(functional.leaky_relu(y, 0.2) * 2**0.5)
    return torch.cat(made)


@pytest.mark.parametrize("up", [False, True])
def test_a_layer_is_what_the_paper_says(up: bool) -> None:
    torch.manual_seed(0)
    layer = Layer(5, 4, 6, 14 if up else 7, up=up)
    torch.nn.init.normal_(layer.bias)
    torch.nn.init.constant_(layer.noise_strength, 0.3)
    x, w = torch.randn(3, 5, 7, 7), torch.randn(3, 6)
    wanted = long_way(layer, x, w)
    assert torch.allclose(layer(x, w, "const"), wanted, atol=1e-4)
    layer.settle()
    assert torch.allclose(layer(x, w, "const"), wanted, atol=1e-4)


def test_pictures_features_and_styles_have_their_sizes() -> None:
    torch.manual_seed(0)
    model = Generator(SHAPE)
    ws = model.styles(torch.randn(2, SHAPE.z))
    assert ws.shape == (2, 6, SHAPE.w)
    assert model.picture(ws).shape == (2, 3, 16, 16)
    assert model.picture(ws, until=8).shape == (2, 3, 8, 8)
    assert [tuple(model.features(ws, side).shape) for side in SHAPE.sides] == [
        (2, 8, 4, 4),
        (2, 6, 8, 8),
        (2, 4, 16, 16),
    ]
    middle = model.styles(torch.randn(2, SHAPE.z), truncation=0)
    assert torch.equal(middle[0, 0], model.mapping.w_avg)


def test_a_style_reaches_its_own_layer_and_those_above() -> None:
    torch.manual_seed(0)
    model = Generator(SHAPE)
    ws = model.styles(torch.randn(1, SHAPE.z)).clone()
    other = ws.clone()
    other[:, 3:] += 1
    # Layers 0 to 2 are those up to 8 px; the fourth style only colours the picture there.
    assert torch.equal(model.features(ws, 8), model.features(other, 8))
    assert not torch.equal(model.features(ws, 16), model.features(other, 16))


def test_noise_is_fixed_unless_it_is_asked_for() -> None:
    torch.manual_seed(0)
    model = Generator(SHAPE)
    for module in model.modules():
        if isinstance(module, Layer):
            torch.nn.init.constant_(module.noise_strength, 0.5)
    ws = model.styles(torch.randn(1, SHAPE.z))
    assert torch.equal(model.picture(ws), model.picture(ws))
    assert not torch.equal(model.picture(ws, noise="random"), model.picture(ws, noise="random"))
    assert not torch.equal(model.picture(ws, noise="none"), model.picture(ws))


def test_a_generator_is_found_and_loaded(generator: Path) -> None:
    (found,) = generators()
    assert (found.name, found.licence, found.commercial) == ("tiny", "CC0-1.0", True)
    assert missing() == ""
    model = load(found)
    assert load(found) is model
    assert shape_of(found) == SHAPE
    assert feature_side(found, SHAPE) == 16
    assert not any(p.requires_grad for p in model.parameters())
    ws = model.styles(torch.ones(1, SHAPE.z))
    again = Generator(SHAPE)
    again.load_state_dict(load_file(str(generator / "generator.safetensors")))
    assert torch.allclose(model.picture(ws), again.picture(ws), atol=1e-4)


def test_the_enlarging_filter_of_published_files_is_left_out(generator: Path) -> None:
    state = load_file(str(generator / "generator.safetensors"))
    state["synthesis.b8.resample_filter"] = torch.ones(4, 4)
    save_file(state, str(generator / "generator.safetensors"))
    load(generators()[0])


def test_none_is_said_with_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    assert generators() == ()
    assert str(tmp_path) in missing()
    other = tmp_path / "checkpoints" / "painter"
    other.mkdir(parents=True)
    (other / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (tmp_path / "checkpoints" / "odd").mkdir()
    (tmp_path / "checkpoints" / "odd" / "model_index.json").write_text("[" * 100_000)
    assert generators() == ()


def spoil(path: Path, how: str) -> None:
    weights = path / "generator.safetensors"
    state = {k: v.clone() for k, v in load_file(str(weights)).items()}
    if how == "truncated":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif how == "empty":
        weights.write_bytes(b"")
    elif how == "pickle":
        torch.save(state, weights)
        # A zip of pickles, and the older bare pickle.
        assert weights.read_bytes()[:2] == b"PK"
    elif how == "bare pickle":
        torch.save(state, weights, _use_new_zipfile_serialization=False)
    elif how in ("nan", "infinity"):
        state["synthesis.b8.conv1.weight"][0, 0, 0, 0] = float(how)
        save_file(state, str(weights))
    elif how == "lacking":
        del state["mapping.fc0.weight"]
        save_file(state, str(weights))
    elif how == "labels":
        state["mapping.embed.weight"] = torch.zeros(2, 2)
        save_file(state, str(weights))
    elif how == "shape":
        state["synthesis.b4.const"] = torch.zeros(9, 4, 4)
        save_file(state, str(weights))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("truncated", "damaged|outside of the file"),
        ("empty", "no model"),
        ("pickle", "pickle|damaged|kind"),
        ("bare pickle", "pickle"),
        ("nan", "NaN"),
        ("infinity", "infinit"),
        ("lacking", "another network.*lacks 'mapping.fc0.weight'"),
        ("labels", "another network.*'mapping.embed.weight'.*labels"),
        ("shape", r"\[9, 4, 4\] for \[8, 4, 4\]"),
    ],
)
def test_bad_weights_are_refused_in_words(generator: Path, how: str, says: str) -> None:
    spoil(generator, how)
    with pytest.raises(ModelRefused, match=says):
        load(generators()[0])


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"resolution": 24}, "power of two"),
        ({"resolution": True}, "whole number"),
        ({"resolution": 2**40}, "whole number"),
        ({"channels": [8, 6]}, "3 whole numbers"),
        ({"channels": "many"}, "3 whole numbers"),
        ({"z": 0}, "z = 0"),
        ({"pixels": 2}, "1 or 3"),
        ({"lag": "slow"}, "lag"),
        ({"weights": "../other.safetensors"}, "a file in its folder"),
    ],
)
def test_a_config_that_is_none_is_refused(generator: Path, changed: dict[str, Any], says: str) -> None:
    path = generator / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(ModelRefused, match=says):
        load(generators()[0])


def test_missing_files_are_named(generator: Path) -> None:
    (generator / "generator.safetensors").unlink()
    with pytest.raises(ModelMissing, match=r"generator\.safetensors"):
        load(generators()[0])
    (generator / "config.json").write_text("{")
    with pytest.raises(ModelRefused, match="no table"):
        load(generators()[0])
    (generator / "config.json").unlink()
    with pytest.raises(ModelMissing, match=r"config\.json"):
        load(generators()[0])


def test_features_are_those_of_a_block(generator: Path) -> None:
    write(generator, features=8)
    (found,) = generators()
    assert feature_side(found, SHAPE) == 8
    write(generator, features=7)
    with pytest.raises(ModelRefused, match="one of 4, 8, 16"):
        feature_side(found, SHAPE)


def test_settings_of_dragging_are_told_with_a_generator(generator: Path) -> None:
    assert drag_settings(generators()[0]) == {}
    write(generator, drag={"rate": 0.01, "layers": 4})
    assert drag_settings(generators()[0]) == {"rate": 0.01, "layers": 4}
    bad: tuple[Any, ...] = ([], {"speed": 1}, {"rate": -1}, {"rate": True}, {"rate": "fast"})
    for wrong in bad:
        write(generator, drag=wrong)
        with pytest.raises(ModelRefused, match="drag"):
            drag_settings(generators()[0])


def test_a_picture_is_turned_back_into_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in {"TRIES": 32, "FIRST": 20, "COMMON": 30, "EACH": 60}.items():
        monkeypatch.setattr(inversion, name, count)
    torch.manual_seed(0)
    model = Generator(SHAPE).settled()
    picture = model.picture(model.styles(torch.randn(1, SHAPE.z))).clamp(-1, 1)
    done: list[float] = []
    found = invert(model, picture, seed=1, watch=done.append)
    assert found.ws.shape == (1, 6, SHAPE.w)
    spread = float(picture.std()) / 2
    assert found.error < 0.5 * spread
    shown = (model.picture(found.ws).clamp(-1, 1) - picture) / 2
    assert found.error == pytest.approx(float(np.sqrt(np.mean(shown.numpy() ** 2))), rel=1e-4)
    assert done == sorted(done)
    assert 0.9 < done[-1] < 1
    assert torch.equal(found.ws, invert(model, picture, seed=1).ws)


def test_the_shape_counts_its_layers() -> None:
    assert Shape(1024, 512, 512, 8, (512,) * 9).layers == 18
    assert Shape(64, 64, 128, 4, (8,) * 5).sides == (4, 8, 16, 32, 64)
