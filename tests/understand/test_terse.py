"""Sentences as people type them: terse, half said, with amounts, clothes, shades and protections."""

from __future__ import annotations

from typing import Any

import pytest

from keepdial.errors import ParameterError
from keepdial.understand.grammar import understand_words

Step = tuple[str, dict[str, Any], str]


def steps(sentence: str) -> list[Step]:
    return [
        (s.operation, dict(s.params), s.target.words if s.target else "")
        for s in understand_words(sentence).steps
    ]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("darken it by a third", [("brightness", {"amount": -33.333333}, "")]),
        ("punch up the colours", [("saturation", {"amount": 30.0}, "")]),
        ("take the exposure down a touch", [("exposure", {"stops": -0.15}, "")]),
        ("very slightly brighten the sky", [("brightness", {"amount": 10.5}, "the sky")]),
        ("make the greens less saturated", [("hsl", {"green_saturation": -35.0}, "")]),
        ("make the wall pale blue", [("recolor", {"colour": "light blue"}, "the wall")]),
        ("take the hair off the forehead", [("remove", {}, "the hair off the forehead")]),
        ("it's too dark, fix it", [("brightness", {"amount": 30.0}, "")]),
        ("sharpen what's left", [("sharpen", {"amount": 80.0}, "")]),
    ],
)
def test_words_that_belong_to_an_amount_or_a_verb_are_no_thing(sentence: str, expected: list[Step]) -> None:
    assert steps(sentence) == expected
    assert understand_words(sentence).ready


@pytest.mark.parametrize(
    ("sentence", "protected"),
    [
        ("make it warmer but protect the skin tones", ["the skin"]),
        ("warm it up but keep the skin tones natural", ["the skin"]),
        ("brighten the picture, sky untouched", ["sky"]),
        ("make it pop, with the logo unchanged", ["the logo"]),
        ("brighten it but don't darken the sky", ["the sky"]),
        ("crop it, but leave the man's face untouched", ["the man's face"]),
    ],
)
def test_what_must_survive_is_heard_however_it_is_said(sentence: str, protected: list[str]) -> None:
    assert [t.words for t in understand_words(sentence).protected] == protected


@pytest.mark.parametrize(
    "sentence",
    [
        "crop it square, but don't crop it",
        "rotate it 5 degrees, but don't rotate it",
        "make it black and white and more saturated",
        "Recolour the sofa navy and the cushions mustard",
        "brighten the",
        "clone the grass over the sign",
        "I was told to brighten it",
        "remove the mood",
    ],
)
def test_what_is_against_itself_or_half_said_is_asked(sentence: str) -> None:
    assert not understand_words(sentence).ready


def test_a_number_out_of_range_says_what_is_allowed() -> None:
    with pytest.raises(ParameterError, match="allowed: -45 to 45"):
        understand_words("rotate it by 1000000 degrees")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("remove the man in red", [("remove", {}, "the man in red")]),
        ("brighten the woman in blue", [("brightness", {"amount": 30.0}, "the woman in blue")]),
        ("make the man in red green", [("recolor", {"colour": "green"}, "the man in red")]),
        ("select the girl in yellow and remove her", [("remove", {}, "the girl in yellow")]),
        ("I'd like the car in green", [("recolor", {"colour": "green"}, "the car")]),
        ("the bear should be adorned in white", [("recolor", {"colour": "white"}, "the bear")]),
        ("paint the wall in red", [("recolor", {"colour": "red"}, "the wall")]),
        ("blur everyone in white", [("blur", {"kind": "gaussian", "amount": 2.0}, "everyone in white")]),
        ("blur number plates", [("blur", {"kind": "gaussian", "amount": 2.0}, "number plates")]),
        ("remove the cup. I'm the one in red", [("remove", {}, "the cup")]),
        ("take away the back ground", [("cutout", {}, "")]),
    ],
)
def test_a_colour_that_somebody_wears_says_who_is_meant(sentence: str, expected: list[Step]) -> None:
    assert steps(sentence) == expected
    assert understand_words(sentence).ready


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("remove the trash can", [("remove", {}, "the trash can")]),
        ("can't see the dog, it's too dark", [("brightness", {"amount": 30.0}, "the dog")]),
        ("denoise night shot", [("denoise", {"light": 50.0, "colour": 50}, "")]),
        ("lower the saturation of the greens a bit", [("hsl", {"green_saturation": -18.0}, "")]),
        ("remove all the people but keep the statue", [("remove", {}, "all the people")]),
        ("remove everyone but the bride", [("remove", {}, "everyone except the bride")]),
        (
            "darken the woman in white on the far left",
            [("brightness", {"amount": -30.0}, "the woman in white on the far left")],
        ),
        ("saturation down to 40 percent", [("saturation", {"amount": -60.0}, "")]),
        ("too much noise in the dark areas", [("denoise", {"light": 50.0, "colour": 50}, "the dark areas")]),
        ("remove lamp post", [("remove", {}, "lamp post")]),
        ("pixelate number plates", [("blur", {"kind": "pixelate"}, "number plates")]),
        ("make the door forest green", [("recolor", {"colour": "#228b22"}, "the door")]),
        ("make the forest green", [("recolor", {"colour": "green"}, "the forest")]),
        ("the sky is way too bright, tone it down a bit", [("brightness", {"amount": -18.0}, "the sky")]),
    ],
)
def test_terse_sentences_as_people_type_them(sentence: str, expected: list[Step]) -> None:
    assert steps(sentence) == expected
    assert understand_words(sentence).ready


@pytest.mark.parametrize(
    "sentence",
    [
        "change the colour of the car",
        "take out the sign, then blur whatever is left of the pole",
        "desaturate everything except red",
        "crop the top 10 percent",
        "sharpen the runner in bib 42",
        "pure white background with a soft shadow under the product",
        "clone the grass over the sign",
    ],
)
def test_what_is_heard_in_part_is_asked(sentence: str) -> None:
    assert not understand_words(sentence).ready


@pytest.mark.parametrize(
    ("sentence", "protected"),
    [
        ("remove all the people but keep the statue", "the statue"),
        ("blur the background, keep the motorcycle sharp", "the motorcycle"),
        ("increase contrast, skin tones stay untouched", "skin"),
    ],
)
def test_how_a_thing_is_to_stay_is_no_part_of_it(sentence: str, protected: str) -> None:
    assert [t.words for t in understand_words(sentence).protected] == [protected]
