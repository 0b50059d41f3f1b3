from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from keepdial.evaluate.world import ATTRIBUTES, draw, sample
from keepdial.evaluate.world.classify import WEIGHTS, Classifier, _convolve


def test_a_convolution_is_what_its_definition_says() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 4, 4, 2)).astype(np.float32)
    weight = rng.normal(size=(3, 2, 3, 3)).astype(np.float32)
    out = _convolve(x, weight)
    assert out.shape == (1, 2, 2, 3)
    # At (1, 1) the window covers rows and columns 1 to 3.
    expected = np.einsum("ijc,ocij->o", x[0, 1:4, 1:4], weight)
    assert np.allclose(out[0, 1, 1], expected, atol=1e-5)


def test_missing_weights_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Classifier.load(tmp_path / "none.safetensors")


def test_half_precision_is_read(tmp_path: Path) -> None:
    values = np.array([[1.5, -2.0]], "<f2")
    head = json.dumps({"hidden.weight": {"dtype": "F16", "shape": [1, 2], "data_offsets": [0, 4]}}).encode()
    path = tmp_path / "weights.safetensors"
    path.write_bytes(len(head).to_bytes(8, "little") + head + values.tobytes())
    assert Classifier.load(path).weights["hidden.weight"].tolist() == [[1.5, -2.0]]


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="the trained weights are not in this checkout")
def test_drawn_scenes_are_read_right() -> None:
    rng = np.random.default_rng(4321)
    drawn = [sample(rng, lettered=0.5) for _ in range(400)]
    pictures = np.stack([draw(scene) for scene in drawn])
    classifier = Classifier.load()
    right = classifier.agreement(pictures, drawn)
    assert np.mean([ok for one in right for ok in one.values()]) >= 0.97
    for name in ATTRIBUTES:
        assert np.mean([one[name] for one in right if name in one]) >= 0.95, name
    assert all(
        np.allclose(part.sum(axis=1), 1, atol=1e-4) for part in classifier.probabilities(pictures).values()
    )


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="the trained weights are not in this checkout")
def test_pictures_of_another_kind_are_refused() -> None:
    classifier = Classifier.load()
    with pytest.raises(ValueError, match=r"must be \(n, 64, 64, 3\) uint8"):
        classifier.attributes(np.zeros((1, 32, 32, 3), np.uint8))
    assert classifier.attributes(np.zeros((0, 64, 64, 3), np.uint8)) == []
