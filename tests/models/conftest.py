"""A store of its own, with cards of the test's making."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keepdial.models import catalogue, check, store
from keepdial.models.catalogue import Card
from tests.models import samples
from tests.models.server import Host, hosting

CONTENT = samples.onnx(samples.tensor([0.5] * 500))
SHA256 = hashlib.sha256(CONTENT).hexdigest()

MakeCard = Callable[..., Card]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models folder of this test; it does not exist yet."""
    path = tmp_path / "models"
    monkeypatch.setenv("KEEPDIAL_MODELS", str(path))
    monkeypatch.delenv("KEEPDIAL_OFFLINE", raising=False)
    monkeypatch.setattr(check, "_checked", {})
    return path


@pytest.fixture
def host() -> Iterator[Host]:
    with hosting(CONTENT) as one:
        yield one


@pytest.fixture
def make_card(monkeypatch: pytest.MonkeyPatch) -> MakeCard:
    """Put a card into the place of all others."""

    def make(url: str = "https://example.org/x", **more: Any) -> Card:
        given: dict[str, Any] = {
            "name": "tiny",
            "task": "Answers what it is asked.",
            "source": "a test",
            "url": url,
            "file": "tiny.onnx",
            "format": "onnx",
            "licence": "MIT",
            "inputs": "x",
            "sha256": SHA256,
            "bytes": len(CONTENT),
            **more,
        }
        one = Card(**given)
        known = {one.name: one}
        for module in (catalogue, check, store):
            monkeypatch.setattr(module, "cards", lambda: known)
        return one

    return make
