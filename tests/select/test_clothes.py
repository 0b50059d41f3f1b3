"""Clothes: what is left of people without their skin, hair and heads."""

from __future__ import annotations

import numpy as np
import pytest

from keepdial import select as package
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.select import Finder, Instance, Options, Region, _maps, clothes


class Nothing(Options):
    """No options."""


class Named(Options):
    """A name."""

    name: str = ""


def finder(name: str, box: Box, options: type[Options] = Nothing, lacks: str = "") -> Finder:
    def find(options: Options, image: Image) -> tuple[Instance, ...]:
        assert getattr(options, "name", "head") == "head"
        return (Instance(Region(box, np.ones((box.height, box.width), np.float32)), name),)

    return Finder(name, "", options, find=find, missing=lambda: lacks)


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> Image:
    people = np.zeros((60, 40), np.float32)
    people[5:60, 10:30] = 1
    monkeypatch.setattr(_maps, "person", lambda image: people)
    units = {
        "faces": finder("faces", Box(10, 5, 20, 15), Named),
        "skin": finder("skin", Box(10, 40, 20, 5)),
        "hair": finder("hair", Box(10, 20, 20, 10), lacks="Get the model."),
    }
    monkeypatch.setattr(package, "finders", lambda: units)
    return Image(np.zeros((60, 40, 3), np.uint8))


def test_clothes_are_the_rest_of_people(image: Image) -> None:
    (one,) = clothes.find(clothes.ClothesOptions(), image)
    # 55 rows of a person, less 15 of a head and 5 of skin; hair cannot be found here.
    assert one.region.values.sum() == 35 * 20
    assert one.region.box == Box(10, 20, 20, 40)


def test_without_a_model_of_people_there_are_none(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_maps, "person", lambda image: None)
    assert clothes.find(clothes.ClothesOptions(), image) == ()
