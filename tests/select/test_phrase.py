"""Phrases taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.select._phrase import Part, Phrase, parse, singular

NOUNS = frozenset(
    {"cup", "car", "face", "text", "sign", "stop sign", "sky", "person", "shadow", "left half", "red"}
)
COLOURS = frozenset({"red", "blue", "dark blue", "white"})


def parsed(words: str) -> Phrase:
    return parse(words, colours=COLOURS, nouns=NOUNS)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("cup", Part("cup")),
        ("The cup.", Part("cup")),
        ("my red cup", Part("cup", colours=("red",))),
        ("the dark blue car", Part("car", colours=("dark blue",))),
        ("the left cup", Part("cup", sides=("left",))),
        ("the leftmost cup", Part("cup", sides=("left",))),
        ("the cup on the left", Part("cup", sides=("left",))),
        ("the cup on the left side of the picture", Part("cup", sides=("left",))),
        ("the top left cup", Part("cup", sides=("top", "left"))),
        ("cars at the bottom", Part("cars", sides=("bottom",))),
        ("the biggest red car", Part("car", colours=("red",), size="biggest")),
        ("the tiny car", Part("car", size="smallest")),
        ("the second cup from the left", Part("cup", rank=2, sides=("left",))),
        ("second from the left cup", Part("cup", rank=2, sides=("left",))),
        ("the last car", Part("car", rank=-1)),
        ("all faces", Part("faces", all=True)),
        ("all of the faces", Part("faces", all=True)),
        ("the left half", Part("left half")),
        ("the stop sign", Part("stop sign")),
        ("the text 'SALE'", Part("text", text="SALE")),
        ("“Half Price” text", Part("text", text="Half Price")),
        ("'SALE'", Part("", text="SALE")),
        ("the shadow of the red cup on the left", Part("shadow", of="the red cup", sides=("left",))),
        ("red", Part("red")),
        ("the zeppelin", Part("zeppelin")),
    ],
)
def test_parts(words: str, part: Part) -> None:
    assert parsed(words) == Phrase((part,))


def test_several_parts() -> None:
    assert parsed("the cup, the red car and all faces").parts == (
        Part("cup"),
        Part("car", colours=("red",)),
        Part("faces", all=True),
    )


def test_what_is_left_out() -> None:
    assert parsed("everyone's cup except the red car") == Phrase(
        (Part("everyone's cup"),), Phrase((Part("car", colours=("red",)),))
    )
    assert parsed("all faces but not the face on the left").without == Phrase(
        (Part("face", sides=("left",)),)
    )


def test_quoted_words_are_not_read() -> None:
    assert parsed('the sign "LEFT and RIGHT" and the sky').parts == (
        Part("sign", text="LEFT and RIGHT"),
        Part("sky"),
    )
    assert parsed('all signs except the sign "EXIT"').without == Phrase((Part("sign", text="EXIT"),))


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("cups", "cup"),
        ("faces", "face"),
        ("people", "person"),
        ("benches", "bench"),
        ("glasses", "glasses"),
        ("wine glasses", "wine glass"),
        ("berries", "berry"),
        ("bus", "bus"),
        ("grass", "grass"),
        ("traffic lights", "traffic light"),
        ("knives", "knife"),
    ],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


@given(st.text(max_size=60))
def test_any_text_is_a_phrase(words: str) -> None:
    assert isinstance(parsed(words), Phrase)
