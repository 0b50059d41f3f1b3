"""``keepdial evaluate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keepdial.understand.plan import Plan
from tests.cli.conftest import Run
from tests.evaluate.made import plan, step, target, write


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def understood(sentence: str) -> Plan:
        if sentence.startswith("remove"):
            return plan(step("remove", target("the cup", "cup")))
        return plan()

    monkeypatch.setattr("keepdial.evaluate.instructions._grammar", lambda: understood)
    monkeypatch.delenv("KEEPDIAL_INSTRUCTIONS", raising=False)
    write(tmp_path / "imgedit_basic.tsv", "text\tedit_type", "remove the cup\tremove", "fly\taction")
    return tmp_path


def test_it_prints_scores_tables_and_mistakes(run: Run, data: Path) -> None:
    ran = run("evaluate", "instructions", "--data", data, "--quiet")
    assert ran.code == 0
    assert "ImgEdit: type of edit: edit type" in ran.out
    assert "fly" in ran.out
    assert "Not measured:" in ran.out
    assert ran.err == ""


def test_json_holds_everything(run: Run, data: Path) -> None:
    ran = run("evaluate", "instructions", "--data", data / "imgedit_basic.tsv", "--json", "--mistakes", "1")
    assert ran.code == 0
    (only,) = json.loads(ran.out)["sets"].values()
    assert [one["text"] for one in only["mistakes"]] == ["fly"]
    assert "keepdial: imgedit: understanding" in ran.err


def test_the_directory_may_stand_in_the_environment(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPDIAL_INSTRUCTIONS", str(data))
    assert "edit type" in run("evaluate", "instructions", "--only", "imgedit", "-q").out
    monkeypatch.delenv("KEEPDIAL_INSTRUCTIONS")
    ran = run("evaluate", "instructions", "-q")
    assert ran.code == 0
    assert "Sentences to refuse" in ran.out
    assert "no directory of data was named" in ran.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("evaluate", "instructions", "--data", "nowhere"), "neither a directory nor a file"),
        (("evaluate", "instructions", "--only", "nonsense"), "one of ggip2p-spatial"),
        (("evaluate", "instructions", "--limit", "0"), "limit"),
        (("evaluate", "pictures"), "instructions"),
    ],
)
def test_what_is_not_possible_is_said_in_a_line(
    run: Run, data: Path, words: tuple[str, ...], said: str
) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
