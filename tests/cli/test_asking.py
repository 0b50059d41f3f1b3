"""``keepdial edit`` where the sentence is not certain: questions, answers, ``--yes``, and the typed error.

The plans are made by hand here, so that what is tested is what happens to them.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from keepdial.record import load_record
from keepdial.understand.plan import Choice, Plan, Question, Step, Target
from tests.cli.conftest import Run

BRIGHTER = Step(operation="exposure", params={"stops": 0.5}, words="a bit brighter", because=("brighter",))
DARKER = Step(operation="exposure", params={"stops": -0.5}, words="zap it")
BOTTOM = Target(words="the bottom third")
ZAP = Question(
    asks='What does "zap it" mean?',
    words="zap it",
    choices=(
        Choice(says="make it darker", steps=(DARKER,)),
        Choice(says="remove it", steps=(Step(operation="remove", target=BOTTOM),)),
        Choice(says="leave it out"),
    ),
    at=1,
)
UNSURE = Plan(sentence="a bit brighter and zap it", steps=(BRIGHTER,), questions=(ZAP,))
MISSING = Step(operation="variation", words="paint a castle", needs="A model that paints is needed.")

Understood = Callable[..., list[str]]


@pytest.fixture
def understood(monkeypatch: pytest.MonkeyPatch) -> Understood:
    """Let sentences stand for plans; the list holds what was read."""

    def set_up(*plans: Plan) -> list[str]:
        read: list[str] = []

        def understand(sentence: str) -> Plan:
            read.append(sentence)
            return plans[min(len(read), len(plans)) - 1].model_copy(update={"sentence": sentence})

        monkeypatch.setattr("keepdial.cli.asking.understand", understand)
        return read

    return set_up


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put answers on stdin."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


EDIT = ("edit", "coffee.png", UNSURE.sentence, "-o", "out.png")


def test_without_a_terminal_it_is_one_line_with_the_choices(
    folder: Path, run: Run, understood: Understood
) -> None:
    understood(UNSURE)
    ran = run(*EDIT)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert 'What does "zap it" mean? (1) make it darker. (2) remove it. (3) leave it out.' in ran.err
    assert "--interactive" in ran.err
    assert "--yes" in ran.err
    assert not (folder / "out.png").exists()


def test_as_json_it_holds_questions_choices_and_the_plan(
    folder: Path, run: Run, understood: Understood
) -> None:
    understood(UNSURE)
    ran = run(*EDIT, "--json")
    assert ran.code == 2
    error = ran.report["error"]
    assert (error["code"], error["exit_code"]) == ("unclear", 2)
    (question,) = error["questions"]
    assert question["words"] == "zap it"
    assert [choice["says"] for choice in question["choices"]] == [
        "make it darker",
        "remove it",
        "leave it out",
    ]
    assert question["choices"][0]["steps"][0]["params"] == {"stops": -0.5}
    assert Plan(**error["plan"]) == UNSURE


def test_a_step_that_is_not_sure_is_a_question_and_no_step(
    folder: Path, run: Run, understood: Understood
) -> None:
    doubtful = DARKER.model_copy(update={"sure": 0.3})
    understood(Plan(steps=(doubtful, BRIGHTER, doubtful)))
    error = run(*EDIT, "--json").report["error"]
    assert [question["at"] for question in error["questions"]] == [0, 1]
    assert [step["words"] for step in error["plan"]["steps"]] == ["a bit brighter"]
    answered = Plan(**error["plan"]).answered({0: 0, 1: 0})
    assert [step.words for step in answered.steps] == ["zap it", "a bit brighter", "zap it"]
    assert answered.ready


def test_interactive_asks_shows_and_does(
    folder: Path, run: Run, understood: Understood, typed: Callable[[str], None]
) -> None:
    understood(UNSURE)
    typed("7\n1\ny\n")
    ran = run(*EDIT, "--interactive")
    assert ran.code == 0, ran.err
    assert "There is no answer 7." in ran.err
    assert ran.err.index("1) make it darker") < ran.err.index("Do this? [Y/n]")
    record = load_record("out.png.keepdial.json")
    steps = (record.request, *record.request.then)
    assert [(step.operation, step.params["stops"]) for step in steps] == [
        ("exposure", 0.5),
        ("exposure", -0.5),
    ]
    assert steps[1].read is not None
    assert steps[1].read.sure == 1.0


@pytest.mark.parametrize("answers", ["", "\n", "1\nn\n", "1\n", "9\n9\n"])
def test_whoever_stops_gets_nothing_changed(
    folder: Path, run: Run, understood: Understood, typed: Callable[[str], None], answers: str
) -> None:
    understood(UNSURE)
    typed(answers)
    ran = run(*EDIT, "--interactive")
    assert ran.code == 130
    assert "Stopped; nothing was changed." in ran.err
    assert sorted(path.name for path in folder.iterdir()) == ["coffee.png", "rocket.jpg"]


def test_other_words_are_read_in_place_of_those_that_were_not_clear(
    folder: Path, run: Run, understood: Understood, typed: Callable[[str], None]
) -> None:
    lost = Question(asks='"frob it" was not understood.', words="frob it")
    first = Plan(questions=(ZAP, lost), steps=(BRIGHTER,))
    read = understood(first, Plan(questions=(ZAP,), steps=(BRIGHTER,)))
    typed("3\nmake it warmer\n\n")
    ran = run("edit", "coffee.png", "zap it and Frob it, now", "-o", "out.png", "--interactive")
    assert ran.code == 0, ran.err
    # The answer to the first question holds for the sentence that was read anew.
    assert read == ["zap it and Frob it, now", "zap it and make it warmer, now"]
    assert ran.err.count("What does") == 1


def test_yes_leaves_out_what_would_be_asked_and_says_so(
    folder: Path, run: Run, understood: Understood
) -> None:
    doubtful = BRIGHTER.model_copy(update={"sure": 0.4})
    understood(Plan(steps=(doubtful, MISSING), questions=(ZAP,)))
    ran = run(*EDIT, "--yes", "--json")
    assert ran.code == 0, ran.err
    assert ran.result["operation"] == "exposure"
    notes = " ".join(ran.result["notes"])
    assert 'Left out, because it was not certain: "zap it".' in notes
    assert "A model that paints is needed." in notes
    assert "though not sure (0.40)" in notes
    assert ran.result["steps"][0]["read"]["sure"] == 0.4


@pytest.mark.parametrize(
    ("plan", "code", "said"),
    [
        (Plan(steps=(MISSING,), questions=(ZAP,)), 5, "A model that paints is needed."),
        (Plan(steps=(MISSING,)), 5, "A model that paints is needed."),
        (Plan(questions=(ZAP,)), 2, 'What does "zap it" mean?'),
        (Plan(), 2, "Nothing is left to do"),
    ],
)
def test_yes_does_not_do_nothing_in_silence(
    folder: Path, run: Run, understood: Understood, plan: Plan, code: int, said: str
) -> None:
    understood(plan)
    ran = run(*EDIT, "--yes")
    assert ran.code == code
    assert said in ran.err
    assert not (folder / "out.png").exists()


def test_what_is_missing_is_no_question(
    folder: Path, run: Run, understood: Understood, typed: Callable[[str], None]
) -> None:
    understood(Plan(steps=(BRIGHTER, MISSING), questions=(ZAP,)))
    typed("1\ny\n")
    ran = run(*EDIT, "--interactive")
    assert ran.code == 5
    assert "What does" not in ran.err
    assert "A model that paints is needed." in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("edit", "coffee.png", "brighter", "--yes", "--interactive"), "--interactive is 'given with --yes'"),
        (("edit", "-", "brighter", "--interactive"), "--interactive is 'given with a picture from stdin'"),
    ],
)
def test_ways_of_asking_that_exclude_each_other(
    folder: Path, run: Run, words: tuple[str, ...], said: str
) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert said in ran.err


ASKING = """
import sys
from keepdial.cli import asking, main
from keepdial.understand.plan import Plan
plan = Plan.model_validate_json(sys.argv[1])
asking.understand = lambda sentence: plan
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.parametrize(("more", "asked"), [((), True), (("--quiet",), False), (("--json",), False)])
def test_on_a_terminal_it_asks_without_being_told(folder: Path, more: tuple[str, ...], asked: bool) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    words = (sys.executable, "-c", ASKING, UNSURE.model_dump_json(), *EDIT, *more)
    with subprocess.Popen(words, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE) as child:
        os.close(theirs)
        os.write(ours, b"1\n")
        shown = b""
        # Linux answers EIO once the other side is closed.
        with contextlib.suppress(OSError):
            while part := os.read(ours, 4096):
                shown += part
        assert child.stdout is not None
        out = child.stdout.read()
        code = child.wait(timeout=60)
    os.close(ours)
    if asked:
        assert code == 0, shown
        assert b"1) make it darker" in shown
        assert b"Do this?" not in shown
        assert (folder / "out.png").exists()
    else:
        assert code == 2
        assert b"say it in other words (nothing" not in shown
        if "--json" in more:
            assert json.loads(out)["error"]["code"] == "unclear"
