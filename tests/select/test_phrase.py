"""Phrases taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.select._phrase import Part, Phrase, Relation, parse, singular

NOUNS = frozenset(
    {"cup", "car", "face", "hair", "text", "sign", "stop sign", "sky", "person", "people", "man", "woman"}
    | {"dog", "table", "plate", "shadow", "left half", "top left corner", "red", "background", "subject"}
)
COLOURS = frozenset({"red", "blue", "dark blue", "white", "black"})


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
        ("the shadow of the red cup on the left", Part("shadow", of="the red cup on the left")),
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
        (Part("cup", of="everyone"),), Phrase((Part("car", colours=("red",)),))
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


def by(how: str, of: str) -> tuple[Relation, ...]:
    return (Relation(how, of),)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("the cup to the left of the plate", Part("cup", relations=by("left of", "the plate"))),
        ("the cup on the right side of the plate", Part("cup", relations=by("right of", "the plate"))),
        ("the man next to the car", Part("man", relations=by("near", "the car"))),
        ("the dog in front of the red car", Part("dog", relations=by("in front of", "the red car"))),
        ("the cup between a plate and a dog", Part("cup", relations=by("between", "a plate and a dog"))),
        ("the sign above the text 'SALE'", Part("sign", relations=by("above", 'the text "SALE"'))),
        ("the man standing behind the woman", Part("man", relations=by("behind", "the woman"))),
        ("the cup that is on the table", Part("cup", relations=by("on", "the table"))),
        ("the man with a hat on the left", Part("man", sides=("left",), relations=by("with", "a hat"))),
        ("the man in the red shirt", Part("man", relations=by("with", "the red shirt"))),
        ("the man in the red car", Part("man", relations=by("in", "the red car"))),
        ("the man without a hat", Part("man", relations=by("without", "a hat"))),
        ("the dog from behind the car", Part("dog", relations=by("behind", "the car"))),
        ("the man in the white shirt that is next to the car",
         Part("man", relations=(Relation("with", "the white shirt"), Relation("near", "the car")))),
        ("to the left of the car", Part("", relations=by("left of", "the car"))),
        ("the cup in the left half of the car", Part("cup", relations=by("in", "the left half of the car"))),
        ("the boat on the lake", Part("boat", relations=by("on", "the lake"))),
    ],
)  # fmt: skip
def test_relations(words: str, part: Part) -> None:
    assert parsed(words) == Phrase((part,))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("the man's hat", Part("hat", of="the man")),
        ("the dog’s face", Part("face", of="the dog")),
        ("the people's faces", Part("faces", of="the people")),
        ("the man's dog's face", Part("face", of="the man's dog")),
        ("the woman on the left's hair", Part("hair", of="the woman on the left")),
        ("the womans face", Part("face", of="the woman")),
        ("the dog face", Part("face", of="dog")),
        ("the hair of the woman next to the car", Part("hair", of="the woman next to the car")),
        ("her hair", Part("hair", whose="her")),
        ("my cup", Part("cup")),
        ("a cup of coffee", Part("cup", unchecked=("of coffee",))),
        ("the left half of the face", Part("left half", of="the face")),
    ],
)
def test_owners(words: str, part: Part) -> None:
    assert parsed(words) == Phrase((part,))


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("the two people on the left", Part("people", count=2, sides=("left",))),
        ("both cars", Part("cars", count=2, all=True)),
        ("a group of people", Part("people", all=True)),
        ("one of the cups", Part("cups", count=1)),
        ("the first two cups", Part("cups", count=2, sides=("left",))),
        ("the second to last car", Part("car", rank=-2)),
        ("the person second from the right", Part("person", rank=2, sides=("right",))),
        ("the other people", Part("people", other=True)),
        ("the rest of the people", Part("people", other=True)),
        ("everyone", Part("people", all=True, pronoun="everyone")),
        ("everyone else", Part("people", all=True, other=True)),
        ("him", Part("person", pronoun="him")),
        ("it", Part("subject", pronoun="it")),
        ("people in the background", Part("people", ground="background")),
        ("the man in the background on the right", Part("man", ground="background", sides=("right",))),
        ("the cup on the far left-hand side", Part("cup", sides=("left",))),
        ("people in the right part of the background", Part("people", ground="background", sides=("right",))),
        ("the man over on the left", Part("man", sides=("left",))),
        ("the man left of centre", Part("man", sides=("left",))),
        ("the upper left cup", Part("cup", sides=("top", "left"))),
        ("the dog in the top left corner of this photo", Part("dog", sides=("top", "left"))),
        ("the upper left corner", Part("top left corner")),
        ("the left of the picture", Part("left third")),
        ("the dog in the image", Part("dog")),
        ("people visible in this picture", Part("people")),
        ("the sky of this photo", Part("sky")),
        ("the bride", Part("person", unchecked=("bride",))),
        ("the text EXIT", Part("text", text="exit")),
    ],
)
def test_how_many_and_which(words: str, part: Part) -> None:
    assert parsed(words) == Phrase((part,))


@pytest.mark.parametrize(
    ("words", "noun", "unchecked"),
    [
        ("the woman who is smiling", "woman", ("smiling",)),
        ("the old man", "man", ("old",)),
        ("the man looking at the dog", "man", ("looking at the dog",)),
        ("the standing dog", "dog", ("standing",)),
        ("the crow all white", "crow all white", ()),
        ("the sky color to red", "sky color to red", ()),
        ("the picture frame", "picture frame", ()),
        ("it look like the skier", "it look like the skier", ()),
        ("the man woman", "man woman", ()),
    ],
)
def test_what_only_describes_is_kept_apart(words: str, noun: str, unchecked: tuple[str, ...]) -> None:
    assert parsed(words) == Phrase((Part(noun, unchecked=unchecked),))


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("the big, red cup", [Part("cup", size="biggest", colours=("red",))]),
        ("the black and white dog", [Part("dog", colours=("black", "white"))]),
        ("red and blue cups", [Part("cups", colours=("red",)), Part("cups", colours=("blue",))]),
        ("the first and third cup", [Part("cup", rank=1), Part("cup", rank=3)]),
        ("the cups on the left and right", [Part("cups", sides=("left",)), Part("cups", sides=("right",))]),
        ("the woman's face and hair", [Part("face", of="the woman"), Part("hair", of="the woman")]),
        ("faces or text", [Part("faces", either=True), Part("text", either=True)]),
        ("the cup as well as the plate", [Part("cup"), Part("plate")]),
        ("the dog on the left and next to the car",
         [Part("dog", sides=("left",), relations=by("near", "the car"))]),
        ("the bottom corners", [Part("bottom left corner"), Part("bottom right corner")]),
    ],
)  # fmt: skip
def test_what_is_shared_among_several(words: str, parts: list[Part]) -> None:
    assert list(parsed(words).parts) == parts


@pytest.mark.parametrize("but", ["but", "other than", "apart from", "besides", "excluding", "except for"])
def test_ways_to_leave_out(but: str) -> None:
    assert parsed(f"all cups {but} the red one") == Phrase(
        (Part("cups", all=True),), Phrase((Part("cups", colours=("red",), count=1),))
    )


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
        ("horses", "horse"),
        ("suitcases", "suitcase"),
        ("ties", "tie"),
    ],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


@given(st.text(max_size=60))
def test_any_text_is_a_phrase(words: str) -> None:
    assert isinstance(parsed(words), Phrase)
