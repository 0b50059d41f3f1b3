"""Running the command line inside the test's own process, over copies of the shipped photographs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from keepdial.cli import main


@dataclass(frozen=True)
class Ran:
    """What came out: the exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        return json.loads(self.out)

    @property
    def result(self) -> Any:
        (only,) = self.report["results"]
        return only


Run = Callable[..., Ran]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run ``keepdial WORDS...``."""

    def call(*words: str | Path) -> Ran:
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return call


@pytest.fixture
def folder(tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with the photographs, which is the working folder too."""
    for name in ("rocket.jpg", "coffee.png"):
        shutil.copy(photos / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
