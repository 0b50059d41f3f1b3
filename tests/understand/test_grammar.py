"""Sentences: what they ask for, where, how much, what they protect, and what has to be asked."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from keepdial.errors import InputError, ParameterError, Unclear
from keepdial.operations import operations
from keepdial.understand.asking import asked
from keepdial.understand.grammar import understand_words
from keepdial.understand.plan import SURE, Plan
from keepdial.understand.resolve import resolve

Step = tuple[str, dict[str, Any], str]


def steps(sentence: str) -> list[Step]:
    plan = understand_words(sentence, files=("sea.jpg",))
    return [(s.operation, dict(s.params), s.target.words if s.target else "") for s in plan.steps]


def test_typing_errors_are_read_as_what_was_meant() -> None:
    assert steps("remvoe teh backgroud") == [("cutout", {}, "")]
    assert [name for name, _, _ in steps("incraese the saturnation and brigtness")] == [
        "saturation",
        "brightness",
    ]
    assert steps("dont tuoch the logo, brigthen the sky")[0][2] == "the sky"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("exposure +1 stop", [("exposure", {"stops": 1.0}, "")]),
        ("Raise the exposure by 1.5 stops, please.", [("exposure", {"stops": 1.5}, "")]),
        ("could you underexpose it a lot?", [("exposure", {"stops": -1.0}, "")]),
        ("underexpose the sky slightly", [("exposure", {"stops": -0.25}, "the sky")]),
        ("remove the cup", [("remove", {}, "the cup")]),
        ("Get rid of the two people on the left", [("remove", {}, "the two people on the left")]),
        ("remove the text and the logo", [("remove", {}, "the text and the logo")]),
        ("erasing the date stamp", [("remove", {}, "the date stamp")]),
        ("erase the text 'SALE, NOW'", [("remove", {}, 'the text "SALE, NOW"')]),
        (
            "make the sky and the sea exposure +1",
            [("exposure", {"stops": 1.0}, "the sky and the sea")],
        ),
        (
            "remove the cup, then exposure +0.5 stop. Blur the background",
            [
                ("remove", {}, "the cup"),
                ("exposure", {"stops": 0.5}, ""),
                ("background", {"to": "blur", "blur": 2.0}, ""),
            ],
        ),
        (
            "black and white with a lot of grain",
            [("black-and-white", {}, ""), ("grain", {"amount": 60.0}, "")],
        ),
        ("remove the man with the hat", [("remove", {}, "the man with the hat")]),
        ("slim the face on the left", [("reshape", {"slim": 50}, "the face on the left")]),
        ("drag 120,80 to 160,60", [("drag", {"handle": ["120,80:160,60"]}, "")]),
        ("move the cup to the left by 50 px", [("move", {"right": -50.0}, "the cup")]),
        ("turn the background black and white", [("black-and-white", {}, "the background")]),
        ("make the background white", [("background", {"to": "colour", "colour": "white"}, "")]),
        ("change the background to #f0e0d0", [("background", {"to": "colour", "colour": "#f0e0d0"}, "")]),
        ("put sea.jpg as background", [("background", {"to": "image", "image": "sea.jpg"}, "")]),
        ("remove the background", [("cutout", {}, "")]),
        (
            "exposure +1 on everything except the cup",
            [("exposure", {"stops": 1.0}, "everything except the cup")],
        ),
    ],
)  # fmt: skip
def test_a_sentence_becomes_steps(sentence: str, expected: list[Step]) -> None:
    assert steps(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "pins"),
    [
        ("exposure +1 but keep the faces", ["the faces"]),
        ("exposure +1 and don't touch the logo", ["the logo"]),
        ("leave the sky alone, exposure +1", ["the sky"]),
        ("keep the cup exactly as it is; exposure +1", ["the cup"]),
        ("exposure +1 without changing the text", ["the text"]),
        ("exposure +1 while keeping the faces and the text intact", ["the faces and the text"]),
        ("the logo must stay, exposure +1", ["the logo"]),
    ],
)
def test_what_is_protected_becomes_a_pin(sentence: str, pins: list[str]) -> None:
    plan = understand_words(sentence)
    assert [target.words for target in plan.protected] == pins
    assert [(s.operation, s.params, s.target) for s in plan.steps] == [("exposure", {"stops": 1.0}, None)]
    request = asked(plan)
    assert [pin.options["words"] for pin in request.pins] == pins


@pytest.mark.parametrize(
    "sentence",
    [
        "brighter, and keep everything else exactly",
        "make it brighter but leave the rest as it is",
        "brighter; keep it natural",
    ],
)
def test_what_is_kept_anyway_is_no_pin(sentence: str) -> None:
    plan = understand_words(sentence)
    assert plan.protected == ()
    assert [s.operation for s in plan.steps] == ["brightness"]


@pytest.mark.parametrize(
    ("sentence", "keep"),
    [
        ("completely redo the sky", 0.0),
        ("make a variation and keep 70 %", 0.7),
        ("make a variation, keep most of it", 0.8),
        ("make a variation, staying close to the original", 0.7),
        ("make a variation", None),
    ],
)
def test_the_dial_in_words(sentence: str, keep: float | None) -> None:
    plan = understand_words(sentence)
    assert [(s.operation, s.keep) for s in plan.steps] == [("variation", keep)]


def test_each_step_says_which_words_led_to_it() -> None:
    plan = understand_words("underexpose the sky a bit and remove the cup")
    one, two = plan.steps
    assert (one.because, one.words) == (("underexpose",), "underexpose the sky a bit")
    assert one.amount is not None
    assert (one.amount.option, one.amount.words) == ("stops", "a bit")
    assert (two.because, two.words) == (("remove",), "remove the cup")
    request = asked(plan)
    assert request.operation == "exposure"
    assert [step.operation for step in request.then] == ["remove"]
    assert request.read is not None
    assert request.read.sentence == "underexpose the sky a bit and remove the cup"


@pytest.mark.parametrize(
    ("sentence", "stops"),
    [("decrease exposure", -0.5), ("less exposure by 1 stop", -1.0), ("boost exposure a lot", 1.0)],
)
def test_words_give_an_amount_its_direction(sentence: str, stops: float) -> None:
    assert steps(sentence) == [("exposure", {"stops": stops}, "")]


@pytest.mark.parametrize(
    ("sentence", "amount"),
    [
        ("brighter", 30), ("the picture is too dark", 30), ("why is it so dark?", 30),
        ("not bright enough", 30),
        ("less dark", 30), ("increase the brightness", 30), ("I wish it were brighter", 30),
        ("brightness up", 30),
        ("too bright", -30), ("less bright", -30), ("darker", -30), ("the brightness is too high", -30),
        ("turn the brightness down", -30), ("could you darken it please", -30),
        ("make it not so bright", -30),
        ("brighten it slightly", 15), ("much brighter", 54), ("brighter by 12 %", 12),
        ("brightness -20", -20),
        ("a touch darker", -9),
    ],
)  # fmt: skip
def test_one_quality_in_many_words(sentence: str, amount: float) -> None:
    assert steps(sentence) == [("brightness", {"amount": amount}, "")]


def test_a_direction_holds_for_all_that_is_named_with_it() -> None:
    assert [(n, p["amount"]) for n, p, _ in steps("reduce the contrast, saturation and clarity a bit")] == [
        ("contrast", -30.0), ("saturation", -30.0), ("clarity", -24.0),
    ]  # fmt: skip


@pytest.mark.parametrize("sentence", ["don't exposure +1", "do not brighten it", "no cropping please"])
def test_a_negation_is_not_understood_as_its_opposite(sentence: str) -> None:
    plan = understand_words(sentence)
    assert not plan.steps
    assert plan.questions
    with pytest.raises(Unclear):
        asked(plan)


@pytest.mark.parametrize(
    ("sentence", "target", "sides", "relation", "count"),
    [
        ("remove the red cup on the left", "cup", ("left",), None, None),
        ("remove the cup to the left of the plate", "cup", (), ("left of", "the plate"), None),
        ("brighten the upper window", "window", ("top",), None, None),
        ("remove the two men behind the car", "men", (), ("behind", "the car"), 2),
        ("blur the face in the top left corner", "face", ("top", "left"), None, None),
        ("recolor the roof of the house in red", "roof", (), ("of", "the house"), None),
        ("darken the sky in this photo", "sky", (), None, None),
    ],
)
def test_things_have_places(sentence: str, target: str, sides: Any, relation: Any, count: int | None) -> None:
    (step,) = understand_words(sentence).steps
    assert step.target is not None
    assert (step.target.head, step.target.sides, step.target.count) == (target, sides, count)
    found = step.target.relation
    assert (None if found is None else (found.how, found.of)) == relation


def test_a_pronoun_points_back() -> None:
    assert steps("remove the man and replace him with a tree") == [
        ("replace", {"prompt": "a tree"}, "the man")
    ] or [name for name, _, _ in steps("remove the man and replace him with a tree")] == ["remove", "replace"]
    assert steps("remove the cup and replace it with a bowl") == [
        ("replace", {"prompt": "a bowl"}, "the cup")
    ]
    assert steps("remove the dog and make it brighter")[1] == ("brightness", {"amount": 30.0}, "")


@pytest.mark.parametrize(
    ("sentence", "operation", "params", "target"),
    [
        ("replace the dog with a black cat", "replace", {"prompt": "a black cat"}, "the dog"),
        ("swap the sign for a street lamp", "replace", {"prompt": "a street lamp"}, "the sign"),
        ("add a hat to the man on the right", "add", {"prompt": "a hat"}, "the man on the right"),
        ("give her a red scarf", "add", {"prompt": "a red scarf"}, "her"),
        ("turn the horse into a zebra", "replace", {"prompt": "a zebra"}, "the horse"),
        ("make them wear hats", "add", {"prompt": "hats"}, "them"),
        ("put her on a beach", "background", {"to": "prompt", "prompt": "a beach"}, "her"),
    ],
)
def test_what_only_a_painter_can_do_is_named_and_not_done(
    sentence: str, operation: str, params: dict[str, Any], target: str
) -> None:
    plan = understand_words(sentence)
    assert steps(sentence) == [(operation, params, target)]
    assert not plan.ready
    assert plan.needs


@pytest.mark.parametrize(
    "sentence",
    [
        "please",
        "the cup",
        "frobnicate the cup",
        "what is the weather like",
        "thanks a lot",
        "hello there",
    ],
)
def test_what_is_not_understood_is_asked_and_not_guessed(sentence: str) -> None:
    plan = understand_words(sentence)
    assert not plan.ready
    assert plan.questions
    with pytest.raises(Unclear) as caught:
        asked(plan)
    assert caught.value.plan.questions


def test_signs_alone_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        understand_words("?!")
    assert caught.value.hint


def test_what_is_against_itself_is_asked() -> None:
    plan = understand_words("make it brighter and darker")
    assert not plan.steps
    assert "against each other" in plan.questions[0].asks
    chosen = plan.answered({0: 1})
    assert [s.params for s in chosen.steps] == [{"amount": -30.0}]
    assert chosen.ready
    assert "is to be kept" in understand_words("remove the car but do not touch the car").questions[0].asks


@pytest.mark.parametrize(
    "sentence", ["", "   \n", "\0", "\ud800", "<b></b>", "a" * 1_000_000, "remove " * 1000]
)
def test_what_cannot_be_read_is_refused(sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        understand_words(sentence)
    assert caught.value.hint
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "sentence",
    [
        "Bitte entferne den Hintergrund und mach es heller", "enlève la voiture rouge",
        "quita el fondo por favor",
        "убери фон", "背景を消して", "删除背景", "أزل الخلفية",
    ],
)  # fmt: skip
def test_other_languages_are_told_so(sentence: str) -> None:
    with pytest.raises(InputError, match="English"):
        understand_words(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "<b>remove</b> the cup",
        "remove the cup 😀",
        "ｒｅｍｏｖｅ the cup",
        "\ud800 remove the cup",
        "remove\0the cup",
        "remove &quot;the cup&quot;",
    ],
)
def test_odd_characters_do_no_harm(sentence: str) -> None:
    plan = understand_words(sentence)
    assert [s.operation for s in plan.steps] == ["remove"]
    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def test_a_picture_that_was_not_handed_over_is_not_read() -> None:
    with pytest.raises(ParameterError, match="handed over"):
        understand_words("background from /etc/secret.png", files=("sea.jpg",))
    with pytest.raises(ParameterError, match="handed over"):
        asked(understand_words("background from /etc/secret.png"))


@pytest.mark.parametrize("name", sorted(operations()))
def test_every_operation_is_understood_by_its_own_sentences(name: str) -> None:
    unit = operations()[name]
    assert len(unit.asks) >= 2
    for sentence in unit.asks:
        plan = understand_words(sentence)
        assert name in [s.operation for s in plan.steps], sentence
        assert not plan.questions, sentence
        assert plan.sure >= SURE, sentence


@pytest.mark.parametrize("sentence", ["exposure +1, then saturation -20 and blur the background"])
def test_a_plan_runs_as_it_stands(sentence: str) -> None:
    found = resolve(asked(understand_words(sentence)))
    assert [s.operation for s in found.steps] == ["exposure", "background"]
    assert [more.operation for more in found.steps[0].also] == ["saturation"]


def test_one_sentence_means_the_same_every_time() -> None:
    sentence = "remove the man on the left, make the sky a lot bluer and add a bit of grain"
    assert understand_words(sentence) == understand_words(sentence)


def test_what_is_offered_is_the_same_in_every_process() -> None:
    """Words that are equally near come from sets, whose order changes with the seed."""
    program = """
from keepdial.understand.grammar import understand_words
print(understand_words("whiten the wheels").questions)
"""
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "5")
    }
    assert len(said) == 1
    assert "whiter" in said.pop()
