"""A step and a plan in words: hand-made plans, told from what operations declare."""

from __future__ import annotations

from typing import Any

import pytest

from keepdial.operations import operations
from keepdial.understand.plan import Amount, Choice, Plan, Question, Step, Target
from keepdial.understand.telling import clean, comparative, printable, told, told_plan

SKY = Target(words="the sky", head="sky")


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Step(operation="remove", target=Target(words="the date stamp")), "remove the date stamp"),
        (Step(operation="remove", target=Target(words="date stamp")), "remove the date stamp"),
        (Step(operation="remove"), "remove what is selected"),
        (Step(operation="remove", target=Target(words="two cups", count=2)), "remove two cups"),
        (Step(operation="remove", target=Target(words="her", pronoun=True)), "remove her"),
        (
            Step(operation="add", params={"prompt": "a fence"}, target=Target(words="around the field")),
            "add a fence around the field",
        ),
        (
            Step(
                operation="instruct", params={"prompt": "raise the man's arm"}, target=Target(words="the man")
            ),
            "instruct: raise the man's arm",
        ),
        (
            Step(operation="instruct", params={"prompt": "let it snow"}, target=Target(words="the roof")),
            "instruct the roof: let it snow",
        ),
        (Step(operation="sharpen", keep=0.5, target=SKY), "sharpen the sky, keep 0.5"),
    ],
)
def test_a_step_is_one_line(step: Step, line: str) -> None:
    assert told(step) == line


def test_an_amount_stands_with_its_option() -> None:
    line = told(Step(operation="brightness", params={"amount": -15.0}, target=SKY))
    assert line.startswith("darken the sky (")
    assert line.endswith("-15)")
    line = told(Step(operation="brightness", params={"amount": 15.0}))
    assert "darken" not in line
    assert line.endswith("15)")
    line = told(Step(operation="exposure", params={"stops": 1.0}, target=SKY))
    assert "the sky" in line
    assert line.endswith("stops 1)")


def test_what_the_words_say_is_not_said_twice() -> None:
    line = told(Step(operation="recolor", params={"colour": "red"}, target=Target(words="the car")))
    assert line.count("red") == 1
    assert "the car" in line


def test_every_way_of_asking_is_told_on_one_line_with_its_thing() -> None:
    slots = {"colour": "red", "file": "b.jpg", "point": "1,2", "target": "3,4", "aspect": "4:3"}

    def filled(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [filled(one) for one in value]
        if isinstance(value, str):
            for slot, words in slots.items():
                value = value.replace(f"{{{slot}}}", words)
        return value

    count = 0
    for unit in operations().values():
        for saying in unit.says:
            params = {name: filled(value) for name, value in saying.params.items()}
            if any("{" in str(value) for value in params.values()):
                continue
            count += 1
            for target in (None, SKY) if unit.target != "none" else (None,):
                line = told(Step(operation=unit.name, params=params, target=target))
                assert "\n" not in line
                assert "{" not in line, line
                assert (target is None) == ("the sky" not in line), line
    assert count > 60


def test_opposite_directions_are_told_differently() -> None:
    for unit in operations().values():
        for quality in unit.qualities:
            if quality.sides != "both" or not quality.amount:
                continue
            more = Step(operation=unit.name, params=dict(quality.params))
            turned = {**quality.params, quality.amount: -float(quality.params[quality.amount])}
            less = Step(operation=unit.name, params=dict(quality.fewer or turned))
            assert told(more) != told(less)


def test_an_operation_that_is_not_here_is_told_by_its_name() -> None:
    assert told(Step(operation="frobnicate", params={"size": 3})) == "frobnicate size 3"


@pytest.mark.parametrize(
    ("adjective", "said"),
    [
        ("dark", "darker"),
        ("hazy", "hazier"),
        ("pale", "paler"),
        ("dim", "dimmer"),
        ("grey", "greyer"),
        ("colourful", "more colourful"),
        ("vivid", "more vivid"),
        ("high-contrast", "more high-contrast"),
    ],
)
def test_comparatives(adjective: str, said: str) -> None:
    assert comparative(adjective) == said


def test_a_plan_says_what_led_to_what() -> None:
    plan = Plan(
        sentence="darken the sky a bit please and zap it, but keep the faces, it is my only picture",
        steps=(
            Step(
                operation="brightness",
                params={"amount": -15.0},
                target=SKY,
                amount=Amount(option="amount", value=-15, words="a bit"),
                words="darken the sky a bit please",
                because=("darken",),
                unused=("please",),
                sure=0.9,
            ),
            Step(operation="remove", target=SKY, needs="A model that paints is needed.", sure=0.7),
        ),
        protected=(Target(words="the faces"),),
        questions=(
            Question(
                asks='What does "zap it" mean?',
                words="zap it",
                choices=(Choice(says="remove it"), Choice(says="leave it out")),
                at=1,
            ),
        ),
        unused=("it is my only picture",),
    )
    text = told_plan(plan)
    for words in (
        '"darken the sky a bit please and zap it',
        "1. darken the sky (",
        'from "darken the sky a bit please"; because of "darken"; "a bit" is amount -15; not used: "please";',
        "sure 0.90",
        "missing here: A model that paints is needed.",
        "kept: the faces",
        'not used: "it is my only picture"',
        '? What does "zap it" mean?',
        "1) remove it",
        "2) leave it out",
        "One thing has to be answered first. Understood by the grammar.",
    ):
        assert words in " ".join(text.split()), words
    assert all(len(line) <= 96 for line in text.splitlines())


@pytest.mark.parametrize(
    ("plan", "verdict"),
    [
        (Plan(steps=(Step(operation="sharpen", sure=0.9),)), "Ready; sure 0.90."),
        (Plan(steps=(Step(operation="sharpen", sure=0.3),)), "Not sure enough"),
        (Plan(steps=(Step(operation="sharpen", needs="A thing is needed."),)), "Not possible here"),
        (Plan(), "Nothing is left to do."),
        (Plan(by="tiny-7b"), "Understood by the language model tiny-7b."),
    ],
)
def test_the_verdict(plan: Plan, verdict: str) -> None:
    assert verdict in told_plan(plan)


def test_nothing_in_it_can_steer_a_terminal() -> None:
    plan = Plan(
        sentence="a\x1b[2Jb",
        steps=(Step(operation="remove", target=Target(words="x\x1b]0;title\x07")),),
        by="evil\x1b[31m",
    )
    assert "\x1b" not in told_plan(plan)
    assert "\x07" not in told_plan(plan)
    assert clean("a\n b\t\udcffc") == "a b \\xdcffc"
    assert printable("one\ntwo\x1b") == "one\ntwo\\x1b"


def test_a_very_long_word_stays_on_lines_that_can_be_read() -> None:
    text = told_plan(
        Plan(sentence="x" * 4000, steps=(Step(operation="remove", target=Target(words="y" * 4000)),))
    )
    assert all(len(line) <= 180 for line in text.splitlines())
    assert len(text) < 1500
