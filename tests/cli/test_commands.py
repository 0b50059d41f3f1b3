"""Looking into edits: explain, replay, doctor, version."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from keepdial import __version__
from keepdial.cli.app import COMMANDS
from keepdial.cli.declared import declared
from tests.cli.conftest import Run

EDIT = ("remove", "rocket.jpg", "--box", "190,115,22,80", "--backend", "echo", "-o", "o.jpg")


@pytest.mark.parametrize("name", ["o.jpg", "o.jpg.keepdial.json"])
def test_explain_takes_the_record_or_its_picture(folder: Path, run: Run, name: str) -> None:
    assert run(*EDIT).code == 0
    ran = run("explain", name)
    assert ran.code == 0
    assert "remove" in ran.out
    assert "echo" in ran.out


def test_replay_finds_the_photograph_and_gives_the_same_bytes(folder: Path, run: Run) -> None:
    assert run(*EDIT).code == 0
    (folder / "rocket.jpg").rename(folder / "another name.jpg")
    ran = run("replay", "o.jpg", "-o", "again.jpg")
    assert ran.code == 0
    assert "Every pixel came out as recorded" in ran.out
    assert (folder / "again.jpg").read_bytes() == (folder / "o.jpg").read_bytes()


def test_replay_of_a_named_photograph_as_json_and_in_another_format(folder: Path, run: Run) -> None:
    assert run(*EDIT).code == 0
    shutil.move(folder / "rocket.jpg", folder / "elsewhere")
    ran = run("replay", "o.jpg.keepdial.json", "elsewhere", "--json", "-q", "-o", "again.png")
    assert ran.report == {"identical": True, "same_pixels": True, "same_file": True, "causes": []}
    assert (folder / "again.png").read_bytes().startswith(b"\x89PNG")


def test_replay_says_what_made_the_difference(folder: Path, run: Run) -> None:
    assert run(*EDIT).code == 0
    path = folder / "o.jpg.keepdial.json"
    record = json.loads(path.read_text())
    record["result"]["digest"] = "0" * 64
    record["keepdial"] = "0.0.1"
    path.write_text(json.dumps(record))
    ran = run("replay", "o.jpg")
    assert ran.code == 1
    assert "The pixels are not those recorded" in ran.out
    assert "keepdial was 0.0.1" in ran.out


def test_replay_overwrites_nothing(folder: Path, run: Run) -> None:
    assert run(*EDIT).code == 0
    before = (folder / "coffee.png").read_bytes()
    assert run("replay", "o.jpg", "-o", "coffee.png").code == 4
    assert (folder / "coffee.png").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("explain", "rocket.jpg"), 2, "There is no record"),
        (("explain", "nowhere.keepdial.json"), 2, "cannot be read"),
        (("explain", "a\0b"), 2, "cannot be read"),
        (("explain", "bad.json"), 2, "no record"),
        (("replay", "bad.json"), 2, "no record"),
        (("replay", "o.jpg", "coffee.png"), 2, "640x427"),
        (("replay", "o.jpg", "nowhere.jpg"), 3, "nowhere.jpg"),
        (("replay", "lost/o.jpg"), 2, "does not lie beside the record"),
        (("explain",), 2, "RECORD"),
    ],
)
def test_what_cannot_be_replayed_says_why(
    folder: Path, run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    assert run(*EDIT).code == 0
    (folder / "bad.json").write_text("[]")
    (folder / "lost").mkdir()
    shutil.copy(folder / "o.jpg.keepdial.json", folder / "lost")
    ran = run(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err.splitlines()[-1]
    assert "Traceback" not in ran.err


def test_version(run: Run) -> None:
    assert run("version").out == run("--version").out == f"keepdial {__version__}\n"


def test_doctor_tells_what_is_there(run: Run) -> None:
    found = run("doctor", "--json").report
    assert found["keepdial"] == __version__
    assert set(found["operations"]) >= {"remove", "fill", "extend", "variation"}
    assert {"jpeg", "png"} <= set(found["formats"])
    assert found["packages"]["numpy"]
    assert found["settings"]["max_pixels"] > 0
    text = run("doctor").out
    for name in (*found["operations"], *found["backends"], *found["packages"], "KEEPDIAL_MAX_PIXELS"):
        assert name in text


def test_doctor_says_which_setting_is_wrong(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MAX_PIXELS", "lots")
    ran = run("doctor")
    assert ran.code == 2
    assert "KEEPDIAL_MAX_PIXELS is 'lots'" in ran.err


def test_every_command_has_help(run: Run) -> None:
    for name in declared(*COMMANDS):
        ran = run(name, "--help")
        assert ran.code == 0
        assert declared(*COMMANDS)[name].summary in " ".join(ran.out.split())
