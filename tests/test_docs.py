"""The documents are true: every command in them runs, every option and file they name is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from keepdial.backends import Frame, Proposal, Step
from keepdial.cli.app import group, load_command
from keepdial.cli.edit import operation_command
from keepdial.errors import KeepdialError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(page.read_text()) if kind == language]


def commands(page: Path) -> list[str]:
    joined = "".join(blocks(page, "sh")).replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.startswith("keepdial ")]


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=name)
def test_every_command_runs(page: Path, tmp_path: Path, photos: Path) -> None:
    for photo in photos.iterdir():
        shutil.copy(photo, tmp_path)
    script = 'keepdial() { "$PYTHON" -m keepdial.cli "$@"; }\nset -e\n' + "\n".join(commands(page))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target


def test_every_command_and_option_is_described() -> None:
    text = (ROOT / "docs" / "cli.md").read_text() + (ROOT / "docs" / "operations.md").read_text()
    for command in group().commands:
        assert re.search(rf"`{command}`|### {command}\n", text), command
        for option in load_command(command).params:
            for flag in (*option.opts, *option.secondary_opts):
                if flag.startswith("--") and flag != "--help":
                    assert flag in text, f"{command} {flag}"


def test_the_page_of_all_operations_is_as_they_are_declared() -> None:
    from keepdial.cli.reference import page

    assert (ROOT / "docs" / "operations.md").read_text() == page(), "run: make docs"


def test_the_page_of_what_can_be_said_is_as_it_is_declared() -> None:
    from keepdial.understand.reference import page

    assert (ROOT / "docs" / "grammar.md").read_text() == page(), "run: make docs"


def test_the_page_of_the_families_is_as_they_are_declared() -> None:
    from keepdial.diffusion.reference import page

    assert (ROOT / "docs" / "families.md").read_text() == page(), "run: make docs"


def test_every_exit_code_is_described() -> None:
    kinds: list[type[KeepdialError]] = [KeepdialError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    text = (ROOT / "docs" / "cli.md").read_text()
    for code in {kind.exit_code for kind in kinds}:
        assert f"\n| {code} |" in text
        assert f" {code} " in str(group().epilog)


def test_every_setting_is_described() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    for setting, field in Settings.__dataclass_fields__.items():
        if not field.metadata.get("environment", True):
            continue
        assert f"`KEEPDIAL_{setting.upper()}`" in text


def example(page: str) -> Any:
    (code,) = blocks(ROOT / "docs" / page, "python")
    module = ModuleType("example")
    sys.modules["example"] = module  # pydantic looks a class's module up
    exec(compile(code, page, "exec"), module.__dict__)
    return module


def test_the_program_of_the_readme_runs(
    tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(photos, tmp_path / "examples" / "photos")
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(ROOT / "README.md", "python")
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "out.jpg").stat().st_size > 10_000
    assert "preserved" in capsys.readouterr().out


def test_the_operation_of_the_documents_is_a_command() -> None:
    command = operation_command(example("adding-an-operation.md").OPERATION)
    assert command.name == "patch-up"
    assert "feather" in {option.name for option in command.params}


def test_the_backend_of_the_documents_proposes() -> None:
    backend = example("adding-a-backend.md").BACKEND
    pixels = np.full((4, 5, 3), 51, np.uint8)
    pixels[1, 1] = 255
    mask = np.zeros((4, 5), np.float32)
    mask[1, 1] = 1
    frame = Frame(Box(0, 0, 5, 4), pixels, mask, usable=mask == 0, guess=False)
    proposal: Proposal = backend.generate(frame, Step("fill", 0.0, 0))
    assert proposal.pixels.shape == (4, 5, 3)
    assert proposal.pixels.dtype == np.float32
    assert np.allclose(proposal.pixels, 0.2)
    assert backend.curve("fill")[-1] == (1.0, 1.0)


def test_the_finder_of_the_documents_finds() -> None:
    unit = example("adding-a-finder.md").FINDER
    pixels = np.full((20, 30, 3), 80, np.uint8)
    pixels[5:10, 4:12] = 250
    (window,) = unit.find(unit.options(), Image(pixels))
    assert window.label == "window"
    assert window.region.values.sum() == 40
