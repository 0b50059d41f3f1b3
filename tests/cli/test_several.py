"""``keepdial edit`` with several pictures: one that fails does not lose the others."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keepdial.understand.plan import Plan, Step
from tests.cli.conftest import Run

DARKER = Plan(sentence="darker", steps=(Step(operation="exposure", params={"stops": -1.0}, words="darker"),))


@pytest.fixture(autouse=True)
def understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence means the same here: what is tested is what happens to the pictures."""
    monkeypatch.setattr("keepdial.cli.asking.understand", lambda sentence: DARKER)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


BEFORE = {"rocket.jpg", "coffee.png"}


def test_results_lie_beside_their_pictures(folder: Path, run: Run) -> None:
    ran = run("edit", "rocket.jpg", "coffee.png", "darker", "--no-record")
    assert ran.code == 0, ran.err
    assert files(folder) == BEFORE | {"rocket.keepdial.jpg", "coffee.keepdial.png"}
    assert ran.out.index("rocket.keepdial.jpg") < ran.out.index("coffee.keepdial.png")
    assert "rocket.jpg (1 of 2)" in ran.err


def test_or_in_a_folder(folder: Path, run: Run) -> None:
    (folder / "done").mkdir()
    ran = run("edit", "rocket.jpg", "coffee.png", "darker", "-o", "done", "--json", "--quiet")
    assert ran.code == 0
    assert ran.err == ""
    assert [(r["image"], r["output"]) for r in ran.report["results"]] == [
        ("rocket.jpg", "done/rocket.keepdial.jpg"),
        ("coffee.png", "done/coffee.keepdial.png"),
    ]
    assert ran.report["errors"] == []
    assert "done/rocket.keepdial.jpg.keepdial.json" in files(folder)


def test_one_picture_may_go_into_a_folder_too(folder: Path, run: Run) -> None:
    (folder / "done").mkdir()
    assert run("edit", "rocket.jpg", "darker", "-o", "done").code == 0
    assert (folder / "done" / "rocket.keepdial.jpg").exists()


def test_one_that_fails_does_not_lose_the_others(folder: Path, run: Run) -> None:
    (folder / "broken.png").write_bytes((folder / "coffee.png").read_bytes()[:1000])
    ran = run("edit", "gone.jpg", "rocket.jpg", "broken.png", "coffee.png", "darker", "--json", "--quiet")
    assert ran.code == 3
    assert [r["image"] for r in ran.report["results"]] == ["rocket.jpg", "coffee.png"]
    failed = ran.report["errors"]
    assert [(f["image"], f["exit_code"]) for f in failed] == [("gone.jpg", 3), ("broken.png", 3)]
    assert ran.err.count("\n") == 2
    assert all(line.startswith("keepdial: ") for line in ran.err.splitlines())
    assert "gone.jpg: " in ran.err
    assert "Traceback" not in ran.err


def test_the_exit_code_is_that_of_the_first_failure(folder: Path, run: Run) -> None:
    (folder / "coffee.keepdial.png").write_bytes(b"mine")
    ran = run("edit", "coffee.png", "gone.jpg", "rocket.jpg", "darker", "--quiet")
    assert ran.code == 4
    assert (folder / "coffee.keepdial.png").read_bytes() == b"mine"
    assert (folder / "rocket.keepdial.jpg").exists()


@pytest.mark.parametrize("more", [(), ("--overwrite",)])
def test_two_of_one_name_do_not_write_over_each_other(folder: Path, run: Run, more: tuple[str, ...]) -> None:
    (folder / "other").mkdir()
    (folder / "done").mkdir()
    shutil.copy(folder / "rocket.jpg", folder / "other" / "rocket.jpg")
    ran = run("edit", "rocket.jpg", "other/rocket.jpg", "darker", "-o", "done", *more, "--json", "--quiet")
    assert ran.code == 4
    assert [r["image"] for r in ran.report["results"]] == ["rocket.jpg"]
    (failed,) = ran.report["errors"]
    assert failed["image"] == "other/rocket.jpg"
    assert failed["code"] == "output_exists"
    assert "was written just now for another picture" in failed["message"]


def test_the_same_picture_twice_is_done_once(folder: Path, run: Run) -> None:
    ran = run("edit", "rocket.jpg", "rocket.jpg", "darker", "--overwrite", "--quiet")
    assert ran.code == 4
    assert "was written just now for another picture" in ran.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("rocket.jpg", "coffee.png", "darker", "-o", "new"), 4, "new is not a folder"),
        (("rocket.jpg", "coffee.png", "darker", "-o", "out.png"), 4, "out.png is not a folder"),
        (("rocket.jpg", "coffee.png", "darker", "-o", "-"), 4, "- is not a folder"),
        (("rocket.jpg", "-", "darker"), 2, "stdin for one picture alone"),
        (("rocket.jpg", "make", "it", "darker"), 2, "Put the sentence in quotation marks"),
        (("rocket.jpg", "coffee.png"), 2, "Put the sentence in quotation marks"),
        (("rocket.jpg", "coffee.png", "darker", "-n", "99"), 2, "--variations is '99'"),
        (("rocket.jpg", "coffee.png", "darker", "-k", "9"), 2, "--keep is '9'"),
        (("rocket.jpg",), 2, "SENTENCE"),
    ],
)
def test_what_does_not_go_together_is_said_before_any_work(
    folder: Path, run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = run("edit", *words)
    assert ran.code == code
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert files(folder) == BEFORE


STOPPED = """
import importlib, sys, time
from keepdial.cli import asking, main
from keepdial.understand.plan import Plan
plan = Plan.model_validate_json(sys.argv[1])
asking.understand = lambda sentence: plan
module = importlib.import_module("keepdial.edit")
first, done = module.variations, []

def variations(request, source, count, *, progress, cancel, settings):
    if done:
        print("working", file=sys.stderr, flush=True)
        while True:
            time.sleep(0.01)
            cancel.check()
    done.append(1)
    yield from first(request, source, count, progress=progress, cancel=cancel, settings=settings)

module.variations = variations
sys.exit(main(sys.argv[2:]))
"""


def test_stopping_keeps_what_is_done_and_says_so(folder: Path) -> None:
    words = ("edit", "rocket.jpg", "coffee.png", "gone.jpg", "darker", "--no-record")
    program = [sys.executable, "-c", STOPPED, DARKER.model_dump_json(), *words]
    with subprocess.Popen(program, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if "working" in line:
                break
        os.kill(child.pid, signal.SIGINT)
        said = child.stderr.read()
        assert child.wait(timeout=30) == 130
    assert "coffee.png: Stopped; 1 of 3 pictures are done." in said
    assert "gone.jpg" not in said
    assert files(folder) == BEFORE | {"rocket.keepdial.jpg"}
