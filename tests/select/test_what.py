"""Words resolved to things in a picture, with finders that are made up for it."""

from __future__ import annotations

import numpy as np
import pytest

from keepdial import select as package
from keepdial.errors import SelectionError
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import Finder, Instance, Options, Region, colour, place, select, what
from keepdial.select import _resolve as resolving

SIZE = (60, 100)


class Nothing(Options):
    """No options."""


class Named(Options):
    """A name and a text."""

    name: str = ""
    text: str | None = None


class Of(Options):
    """Whose."""

    of: str


def filled(x: int, y: int, width: int, height: int) -> Region:
    return Region(Box(x, y, width, height), np.ones((height, width), np.float32))


CUPS = {"small": filled(5, 40, 4, 4), "big": filled(40, 20, 20, 20), "right": filled(80, 5, 6, 6)}


def cups(options: Nothing, image: Image) -> tuple[Instance, ...]:
    return tuple(Instance(region, "cup", 0.9) for region in CUPS.values())


def writing(options: Named, image: Image) -> tuple[Instance, ...]:
    lines = {"SALE": filled(0, 0, 30, 5), "EXIT": filled(0, 50, 30, 5)}
    return tuple(Instance(region, "text") for word, region in lines.items() if options.text in (None, word))


def shadows(options: Of, image: Image) -> tuple[Instance, ...]:
    boxes = [i.region.box for i in resolving.resolve(options.of, image)]
    return tuple(Instance(filled(b.x, b.bottom, b.width, 2), "shadow") for b in boxes)


def none(options: Nothing, image: Image) -> tuple[Instance, ...]:
    return ()


UNITS = [
    Finder("things", "", Nothing, find=cups, words=frozenset({"cup", "mug"})),
    Finder("worse", "", Nothing, find=none, words=frozenset({"cup"}), quality=0.1),
    Finder("text", "", Named, find=writing, words=frozenset({"text", "sign"}), mass=frozenset({"text"})),
    Finder("shadow", "", Of, find=shadows, words=frozenset({"shadow"}), mass=frozenset({"shadow"})),
    Finder("zebra", "", Nothing, find=none, words=frozenset({"zebra"})),
    Finder("car", "", Nothing, find=none, words=frozenset({"car"}), missing=lambda: "Get the model X."),
    what.FINDER,
    place.FINDER,
    colour.FINDER,
]


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    units = {unit.name: unit for unit in UNITS}
    for module in (package, resolving):
        monkeypatch.setattr(module, "finders", lambda: units)


@pytest.fixture
def image() -> Image:
    """Grey, with the middle cup and an area at the bottom red."""
    pixels = np.full((*SIZE, 3), 128, np.uint8)
    pixels[20:40, 40:60] = (220, 20, 30)
    pixels[50:60, 0:30] = (220, 20, 30)
    return Image(pixels)


def found(words: str, image: Image) -> list[tuple[int, int, int, int]]:
    boxes = [i.region.box for i in resolving.resolve(words, image)]
    return [(b.x, b.y, b.width, b.height) for b in boxes]


SMALL, BIG, RIGHT = ((r.box.x, r.box.y, r.box.width, r.box.height) for r in CUPS.values())


@pytest.mark.parametrize(
    ("words", "boxes"),
    [
        ("cups", [SMALL, BIG, RIGHT]),
        ("all cups", [SMALL, BIG, RIGHT]),
        ("every mug", [SMALL, BIG, RIGHT]),
        ("the cup", [BIG]),
        ("the biggest cup", [BIG]),
        ("the smallest cup", [SMALL]),
        ("the left cup", [SMALL]),
        ("the cup on the right", [RIGHT]),
        ("the top cup", [RIGHT]),
        ("the cup at the bottom", [SMALL]),
        ("the cup in the middle", [BIG]),
        ("the first cup", [SMALL]),
        ("the second cup", [BIG]),
        ("the second cup from the right", [BIG]),
        ("the last cup", [RIGHT]),
        ("cups on the left", [SMALL]),
        ("the left cup and the right cup", [SMALL, RIGHT]),
        ("the red cup", [BIG]),
        ("the text", [(0, 0, 30, 5), (0, 50, 30, 5)]),
        ("the text 'SALE'", [(0, 0, 30, 5)]),
        ("'EXIT'", [(0, 50, 30, 5)]),
        ("the shadow of the left cup", [(5, 44, 4, 2)]),
        ("the left half", [(0, 0, 50, 60)]),
        ("the bottom right corner", [(67, 40, 33, 20)]),
    ],
)
def test_which(words: str, boxes: list[tuple[int, int, int, int]], image: Image) -> None:
    assert found(words, image) == boxes


def test_what_is_left_out_is_taken_from_each(image: Image) -> None:
    (whole,) = resolving.resolve("the big cup except the left half", image)
    assert whole.region.values[:, :10].max() == 0
    assert whole.region.values[:, 10:].min() == 1


def test_a_choice_among_several_is_told(image: Image) -> None:
    (notes,) = select([Selector(kind="what", options={"words": "the cup"})], image).notes
    assert notes.startswith("3 of cup were found; took the most prominent.")


def test_a_colour_alone_gives_its_areas(image: Image) -> None:
    areas = resolving.resolve("red", image)
    # The map's edge is soft, so corners weigh a little less.
    assert [round(float(i.region.values.sum()), -1) for i in areas] == [400, 300]


def test_a_colour_stands_in_for_a_model_that_is_missing(image: Image) -> None:
    (area, *_) = resolving.resolve("the red car", image)
    assert area.detail["note"].startswith("Nobody here can find a car (Get the model X.)")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the zeppelin", "Nothing here knows what 'zeppelin' looks like."),
        ("the zebr", "Did you mean zebra?"),
        ("the zebra", "No zebra was found in the picture."),
        ("the car", "Nothing here can find 'car'. Get the model X."),
        ("the fifth cup", "There is no number 5 of 'cup': 3 were found."),
        ("the cup 'SALE'", "cannot be told apart by the words 'SALE'"),
        ("the shadow", "'shadow' of what?"),
        ("the cup of the zebra", "Whose cup is meant cannot be told: No zebra was found"),
        ("the cup next to the zebra", "'near the zebra' cannot be checked: No zebra was found"),
        ("the cup next to the lighthouse", "cannot be checked: Nothing here knows what 'lighthouse'"),
        ("the cup above the big cup on the left", "No cup above the big cup on the left was found"),
        ("the two on the left", "names nothing"),
        ("everything on the zebra", "'everything' can only be all of the picture"),
        ("the", "names nothing"),
        ("the blue cup", "No blue cup was found"),
        ("cups in the middle left", "No cups on the middle left was found"),
    ],
)
def test_what_cannot_be_found_says_why(words: str, said: str, image: Image) -> None:
    with pytest.raises(SelectionError) as error:
        resolving.resolve(words, image)
    assert said in str(error.value)


def test_a_finder_of_anything_is_asked_for_unknown_words(
    image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[str]()

    def look(options: Named, image: Image) -> tuple[Instance, ...]:
        asked.append(options.name)
        return (Instance(CUPS["big"], options.name),)

    able = Finder("open", "", Named, find=look, anything=lambda: True)
    units = {unit.name: unit for unit in (*UNITS, able)}
    monkeypatch.setattr(resolving, "finders", lambda: units)
    assert found("the paper lanterns", image) == [BIG]
    assert asked == ["paper lantern"]


def test_names_of_the_finders_that_would_be_asked() -> None:
    assert resolving.names("the red cup and 'SALE'") == {"things", "worse", "text"}


def test_what_was_found_is_not_looked_for_again(image: Image) -> None:
    from keepdial.embed import _embedded

    asked = Selector(kind="what", options={"words": "the left cup"})
    frozen = _embedded(asked, image)
    assert frozen.found is not None
    again = frozen.model_copy(update={"options": {"words": "the zeppelin"}})
    assert np.array_equal(select([again], image).mask, select([asked], image).mask)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the cup on the left", ""),
        ("the red car", ""),
        ("everything except the cup", ""),
        ("the left half of the cup", ""),
        ("to the left of the cup", ""),
        ("the lighthouse or the cup", ""),
        ("the car", "Nothing here can find 'car'. Get the model X."),
        ("everything except the car", "Nothing here can find 'car'. Get the model X."),
        ("the left half of the car", "Nothing here can find 'car'. Get the model X."),
        ("the cup and the lighthouse", "Nothing here knows what 'lighthouse' looks like."),
    ],
)
def test_what_is_lacking_is_told_without_a_picture(words: str, said: str) -> None:
    told = resolving.lacking(words)
    assert told.startswith(said)
    assert bool(told) is bool(said)
