"""The real networks beside the checkout, or fakes that show what was fed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.models import check, runtime


@pytest.fixture
def real_models(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of real models."""
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    return shared / "models"


@pytest.fixture
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store without any model."""
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "none"))


@pytest.fixture
def model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store whose files count as right whatever is in them."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("KEEPDIAL_MODELS", str(folder))
    monkeypatch.setattr(check, "sha256_of", lambda *_, **__: "0" * 64)
    return folder


@pytest.fixture
def generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a tiny StyleGAN2 generator in a models folder."""
    from tests.networks.generators import write

    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    path = tmp_path / "checkpoints" / "tiny"
    write(path)
    return path


class Fake:
    """A TensorFlow Lite network that remembers what it was fed and answers by a function of it."""

    def __init__(self, shape: tuple[int, ...], answer: Callable[[Any], Any]) -> None:
        self.shape = shape
        self.fed: list[NDArray[np.float32]] = []
        self._answer = answer

    def __call__(self, array: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        assert array.shape == self.shape
        assert array.dtype == np.float32
        self.fed.append(array.copy())
        return (np.asarray(self._answer(array), np.float32),)


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fake]:
    """Put a fake in the place of every TensorFlow Lite network."""

    def make(shape: tuple[int, ...], answer: Callable[[Any], Any]) -> Fake:
        network = Fake(shape, answer)
        monkeypatch.setattr(runtime, "tflite", lambda name, member="": network)
        return network

    return make
