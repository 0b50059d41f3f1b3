"""Sentences: what they ask for, where, how much, and what they protect."""

from __future__ import annotations

from typing import Any

import pytest

from keepdial.errors import InputError, ParameterError
from keepdial.operations import is_file, operations
from keepdial.understand.grammar import request_of, understand_words
from keepdial.understand.resolve import resolve

Step = tuple[str, dict[str, Any], str]


def steps(sentence: str) -> list[Step]:
    found = []
    for one in understand_words(sentence, files={"sea.jpg": "AAAA"}):
        asked = one.request
        words = " + ".join(str(target.options["words"]) for target in asked.targets)
        found.append((asked.operation, dict(asked.params), words))
    return found


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
        ("erase the text 'SALE, NOW'", [("remove", {}, "the text 'SALE, NOW'")]),
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
        ("put sea.jpg as background", [("background", {"to": "image", "image": "AAAA"}, "")]),
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
        ("keep the cup exactly as it is; exposure +1", ["the cup exactly"]),
        ("exposure +1 without changing the text", ["the text"]),
    ],
)
def test_what_is_protected_becomes_a_pin(sentence: str, pins: list[str]) -> None:
    (step,) = understand_words(sentence)
    assert [pin.options["words"] for pin in step.request.pins] == pins
    assert step.request.params == {"stops": 1.0}
    assert step.request.targets == ()


def test_each_step_says_which_words_led_to_it() -> None:
    one, two = understand_words("underexpose the sky a bit and remove the cup")
    assert (one.because, one.words) == ("underexpose", "underexpose the sky a bit")
    assert (two.because, two.request.words) == ("remove", "remove the cup")
    together = request_of((one, two))
    assert together.operation == "exposure"
    assert [step.operation for step in together.then] == ["remove"]


@pytest.mark.parametrize(
    ("sentence", "stops"),
    [("decrease exposure", -0.5), ("less exposure by 1 stop", -1.0), ("boost exposure a lot", 1.0)],
)
def test_words_give_an_amount_its_direction(sentence: str, stops: float) -> None:
    assert steps(sentence) == [("exposure", {"stops": stops}, "")]


def test_a_negation_is_not_understood_as_its_opposite() -> None:
    with pytest.raises(InputError, match="not understood"):
        understand_words("don't exposure +1")


@pytest.mark.parametrize("sentence", ["", "   \n", "please", "the cup", "frobnicate the cup", "?!", "\0"])
def test_what_is_not_understood_is_told_and_not_guessed(sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        understand_words(sentence)
    assert caught.value.hint


def test_a_word_near_a_known_one_is_offered() -> None:
    with pytest.raises(InputError, match="Did you mean exposure"):
        understand_words("expusore of the cup")


@pytest.mark.parametrize("sentence", ["a" * 1_000_000, "remove " * 1000])
def test_long_sentences_are_refused(sentence: str) -> None:
    with pytest.raises(InputError, match="at most"):
        understand_words(sentence)


@pytest.mark.parametrize(
    "sentence", ["<b>remove</b> the cup", "remove the cup 😀", "ｒｅｍｏｖｅ", "\ud800 remove the cup"]
)
def test_odd_characters_do_no_harm(sentence: str) -> None:
    try:
        found = understand_words(sentence)
    except InputError:
        return
    assert all(step.request.operation == "remove" for step in found)


def test_a_picture_that_was_not_handed_over_is_not_read() -> None:
    with pytest.raises(ParameterError, match="handed over"):
        understand_words("background from /etc/secret.png")


def test_every_saying_of_every_operation_is_understood() -> None:
    meant: dict[str, set[str]] = {}
    for unit in operations().values():
        for saying in unit.says:
            for phrase in saying.words:
                meant.setdefault(phrase, set()).add(unit.name)
    for unit in operations().values():
        for saying in unit.says:
            for phrase in saying.words:
                plain = phrase
                for slot, word in (
                    ("colour", "red"),
                    ("number", "2"),
                    ("file", "sea.jpg"),
                    ("aspect", "4:3"),
                    ("point", "12,9"),
                    ("target", "20,9"),
                ):
                    plain = plain.replace(f"{{{slot}}}", word)
                target = "" if unit.target != "required" else " the cup"
                said = f"make{target} {plain}" if phrase == "{colour}" else plain + target
                found = understand_words(said, files={"sea.jpg": "AAAA"})
                assert meant[phrase] & {step.request.operation for step in found}, phrase
                if not any(is_file(field) for field in unit.params.model_fields.values()):
                    for step in found:
                        resolve(step.request)


def test_no_phrase_means_two_things_at_once() -> None:
    meant: dict[tuple[str, frozenset[str]], str] = {}
    for unit in operations().values():
        for saying in unit.says:
            for phrase in saying.words:
                key = phrase, frozenset(saying.units)
                assert meant.setdefault(key, unit.name) == unit.name, phrase
