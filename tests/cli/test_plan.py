"""``keepdial plan``: what a sentence would do, as text and JSON, and sentences that are none."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keepdial.understand.plan import Choice, Plan, Question, Step, Target
from tests.cli.conftest import Run

READY = Plan(
    sentence="darken the sky",
    steps=(
        Step(
            operation="exposure",
            params={"stops": -0.5},
            target=Target(words="the sky", head="sky"),
            words="darken the sky",
            because=("darken",),
            sure=0.95,
        ),
    ),
)
ASKED = Plan(questions=(Question(asks="What?", choices=(Choice(says="nothing"),)),), steps=READY.steps)
DOUBTED = Plan(steps=(READY.steps[0].model_copy(update={"sure": 0.2}),))
MISSING = Plan(steps=(READY.steps[0].model_copy(update={"needs": "A model that paints is needed."}),))
PLANS = {"ready": READY, "asked": ASKED, "doubted": DOUBTED, "missing": MISSING, "empty": Plan()}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let words stand for plans that were made by hand."""
    monkeypatch.setattr("keepdial.cli.asking.understand", lambda sentence: PLANS[sentence])


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Put bytes on stdin."""
    return lambda data: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["ready"], 0, "Ready; sure 0.95."),
        (["asked"], 2, "One thing has to be answered first."),
        (["doubted"], 2, "Not sure enough"),
        (["missing"], 5, "missing here: A model that paints is needed."),
        (["empty"], 2, "Nothing is left to do."),
        (["ready", "missing", "asked"], 5, "A model that paints"),
    ],
)
def test_it_prints_the_plan_and_its_exit_code_says_whether_it_is_ready(
    run: Run, words: list[str], code: int, said: str
) -> None:
    ran = run("plan", *words)
    assert ran.code == code
    assert said in ran.out
    assert ran.err == ""
    assert run("plan", *words, "--json").code == code


@pytest.mark.usefixtures("made")
def test_as_json_it_is_the_plan_and_what_follows_from_it(run: Run) -> None:
    report = run("plan", "ready", "--json").report
    assert (report.pop("ready"), report.pop("sure"), report.pop("needs")) == (True, 0.95, [])
    told = report["steps"][0].pop("told")
    assert "the sky" in told
    assert Plan(**report) == READY
    report = run("plan", "missing", "--json").report
    assert (report["ready"], report["needs"]) == (False, ["A model that paints is needed."])


@pytest.mark.usefixtures("made")
def test_several_sentences_are_a_list(run: Run, piped: Callable[[bytes], None]) -> None:
    assert [one["ready"] for one in run("plan", "ready", "asked", "--json").report] == [True, False]
    piped(b"ready\n\nmissing\r\nready")
    ran = run("plan", "-", "--json")
    assert [one["ready"] for one in ran.report] == [True, False, True]
    assert ran.code == 5
    piped(b"ready\n")
    (only,) = run("plan", "-", "--json").report
    assert only["ready"]


def test_the_schema_is_printed(run: Run) -> None:
    from keepdial.understand.schema import plan_schema

    ran = run("plan", "--schema")
    assert ran.code == 0
    assert ran.report == json.loads(json.dumps(plan_schema()))


BAD = {
    "empty": "",
    "blank": " \t ",
    "newlines": "\n\n",
    "no words": "?!;,.",
    "markup": "<script>alert(1)</script><b>",
    "emoji": "🙂🙃🎉" * 20,
    "one long word": "x" * 3999,
    "long words": ("y" * 300 + " ") * 12,
    "too long": "make it brighter " * 60_000,
    "german": "Mach den Himmel dunkler und entferne das Datum",
    "russian": "Сделай небо темнее",
    "japanese": "空を暗くしてください",
    "arabic": "اجعل السماء أغمق",
    "half a character": "make it \ud800 brighter",
    "bytes": "make it \udcff brighter",
    "nul": "make it\0brighter",
    "shell": "$(rm -rf ~); `ls` && true",
    "json": '{"operation": "remove", "params": {}}',
    "control": "\x1b[2J\x07",
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_sentences_get_a_clear_answer_and_change_nothing(folder: Path, run: Run, kind: str) -> None:
    sentence = BAD[kind]
    ran = run("edit", "coffee.png", sentence, "-o", "out.png")
    assert ran.code == 2, ran.err[:500]
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 1500
    assert ran.err.startswith("keepdial: ")
    assert "\x1b" not in ran.err
    assert "Traceback" not in ran.err
    assert sorted(path.name for path in folder.iterdir()) == ["coffee.png", "rocket.jpg"]
    error = run("edit", "coffee.png", sentence, "-o", "out.png", "--json").report["error"]
    assert error["exit_code"] == 2
    ran = run("plan", sentence)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.out + ran.err
    report = run("plan", sentence, "--json").report
    assert "error" in report or not report["ready"]


def test_bad_lines_on_stdin_do_not_lose_the_others(run: Run, piped: Callable[[bytes], None]) -> None:
    lines = [b"make it brighter", b"nul\0byte", b"not \xff text", b"x" * 3_000_000, b"sharpen it"]
    piped(b"\n".join(lines))
    report = run("plan", "-", "--json").report
    assert ["error" in one for one in report] == [False, True, True, True, False]
    assert report[0]["ready"]
    assert report[-1]["ready"]


@pytest.mark.parametrize("data", [b"", b"\n \n"])
def test_stdin_without_a_sentence(run: Run, piped: Callable[[bytes], None], data: bytes) -> None:
    piped(data)
    ran = run("plan", "-")
    assert ran.code == 2
    assert "There is no sentence on stdin." in ran.err
    assert run("plan").code == 2


def test_bytes_that_are_no_text_as_a_process(folder: Path) -> None:
    words = [b"edit", b"coffee.png", b"bright\xffer", b"-o", b"out.png"]
    done = subprocess.run([sys.executable, "-m", "keepdial.cli", *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no text in UTF-8" in done.stderr
    assert not (folder / "out.png").exists()


def test_it_needs_no_picture_and_no_heavy_module() -> None:
    script = (
        "import sys\nfrom keepdial.cli import main\nassert main(['plan', 'make the sky a bit darker']) == 0\n"
        "print(sorted({'torch', 'onnxruntime', 'numba', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
