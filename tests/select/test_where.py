"""Where things are by other things, whose they are, and which of several: with things at known places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial import open_image
from keepdial import select as package
from keepdial.errors import SelectionError
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import Finder, Instance, Options, Region, _heads, colour, place, select, what
from keepdial.select import _resolve as resolving
from keepdial.select._room import room
from keepdial.select._where import fit, nearest

SIZE = Size(200, 120)


class Named(Options):
    """A name."""

    name: str = ""


def thing(label: str, x: int, y: int, width: int, height: int, score: float = 0.9) -> Instance:
    return Instance(Region(Box(x, y, width, height), np.ones((height, width), np.float32)), label, score)


@pytest.mark.parametrize(
    ("how", "box", "fits"),
    [
        # The other thing is at columns 80 to 119 and rows 50 to 79.
        ("left of", (20, 55, 20, 20), True),
        ("left of", (150, 55, 20, 20), False),
        ("left of", (85, 0, 20, 20), False),
        ("left of", (60, 55, 30, 20), True),
        ("left of", (72, 0, 20, 10), False),
        ("right of", (150, 55, 20, 20), True),
        ("above", (90, 5, 20, 20), True),
        ("above", (90, 95, 20, 20), False),
        ("above", (0, 30, 20, 20), False),
        ("below", (90, 95, 20, 20), True),
        ("under", (90, 66, 20, 14), True),
        ("under", (90, 40, 20, 14), False),
        ("on", (90, 36, 12, 14), True),
        ("on", (90, 30, 12, 14), True),  # 6 pixels are 5 % of 120
        ("on", (90, 15, 12, 14), False),
        ("on", (90, 82, 12, 14), False),
        ("on", (92, 55, 12, 14), True),
        ("on", (60, 36, 26, 14), False),
        ("on top of", (90, 36, 12, 14), True),
        ("on top of", (90, 5, 12, 14), True),
        ("on top of", (90, 90, 12, 14), False),
        ("at the bottom of", (90, 70, 12, 14), True),
        ("in", (90, 55, 12, 14), True),
        ("in", (60, 30, 90, 80), False),
        ("in", (112, 55, 20, 14), False),
        ("in", (90, 30, 12, 30), True),
        ("in", (90, 30, 12, 24), False),
        ("in", (90, 66, 12, 40), False),
        ("in the middle of", (95, 60, 10, 10), True),
        ("in the middle of", (81, 51, 10, 10), False),
        ("near", (140, 55, 20, 20), True),
        ("near", (165, 55, 20, 20), False),
        ("behind", (90, 40, 20, 30), True),
        ("behind", (90, 60, 20, 30), False),
        ("behind", (90, 10, 20, 20), True),
        ("in front of", (90, 60, 20, 30), True),
        ("in front of", (90, 40, 20, 30), False),
        ("nearest to", (0, 0, 5, 5), True),
        ("far from", (0, 0, 5, 5), True),
        ("near", (80, 50, 40, 30), False),  # the thing itself
    ],
)
def test_relations_by_their_rules(how: str, box: tuple[int, int, int, int], fits: bool) -> None:
    assert (fit(how, thing("a", *box), [thing("b", 80, 50, 40, 30)], SIZE) is not None) is fits


@pytest.mark.parametrize(
    ("others", "fits"),
    [
        ([(20, 50, 20, 20), (160, 50, 20, 20)], True),
        ([(20, 50, 20, 20), (50, 50, 20, 20)], False),
        ([(20, 110, 20, 10), (160, 110, 20, 10)], True),
        ([(70, 110, 20, 10), (110, 110, 20, 10)], False),
        ([(20, 50, 20, 20)], False),
        ([(20, 10, 20, 20), (20, 90, 20, 20), (160, 50, 20, 20)], True),
    ],
)
def test_between(others: list[tuple[int, int, int, int]], fits: bool) -> None:
    cost = fit("between", thing("a", 90, 50, 20, 20), [thing("b", *o) for o in others], SIZE)
    assert (cost is not None) is fits


def test_the_nearer_costs_less() -> None:
    anchor = [thing("b", 80, 50, 40, 30)]
    near, far = thing("a", 50, 55, 20, 20), thing("a", 10, 55, 20, 20)
    for how, first, second in (("left of", near, far), ("nearest to", near, far), ("far from", far, near)):
        a, b = fit(how, first, anchor, SIZE), fit(how, second, anchor, SIZE)
        assert a is not None
        assert b is not None
        assert a < b


def test_what_is_all_around_a_thing_holds_it() -> None:
    water = np.ones((60, 200), np.float32)
    water[20:40, 50:80] = 0
    lake = Instance(Region(Box(0, 60, 200, 60), water), "lake")
    boat = thing("boat", 50, 80, 30, 20)
    assert fit("in", boat, [lake], SIZE) is not None
    assert fit("on", boat, [lake], SIZE) is not None
    assert fit("in", thing("bird", 50, 5, 30, 20), [lake], SIZE) is None


def test_a_part_is_its_nearest_owner_s() -> None:
    owners = [thing("a", 10, 40, 20, 60), thing("b", 60, 40, 20, 60)]
    assert nearest(thing("hat", 12, 36, 14, 8), owners) == 0
    assert nearest(thing("bag", 52, 80, 8, 8), owners) == 1
    assert nearest(thing("kite", 180, 0, 8, 8), owners) is None


def test_one_face_for_each_person() -> None:
    # The first person's box reaches over the second's head.
    people = [
        Instance(Region(Box(0, 20, 120, 100), np.ones((100, 120), np.float32)), "person", 0.9,
                 {"box": [0, 20, 120, 100]}),
        Instance(Region(Box(80, 40, 60, 80), np.ones((80, 60), np.float32)), "person", 0.8,
                 {"box": [80, 40, 60, 80]}),
    ]  # fmt: skip
    faces = [thing("face", 30, 22, 20, 20), thing("face", 95, 42, 14, 14)]
    assert _heads.heads(faces, people) == {0: 0, 1: 1}
    hair = np.zeros((120, 200), np.float32)
    hair[15:30, 25:55] = 1
    hair[36:46, 90:115] = 1
    (mine, first), (hers, second) = _heads.hair_of(
        Instance(Region(Box(0, 0, 200, 120), hair), "hair"), faces, people, SIZE
    )
    assert (first, second) == (0, 1)
    assert (mine.region.values.sum(), hers.region.values.sum()) == (450, 250)


# A street: a man on the left with a hat, a woman in the middle with a dog, a small man on the right behind a
# car, and a plate with cups.
STREET = {
    "person": [
        thing("person", 10, 30, 20, 70),
        thing("person", 80, 20, 26, 90),
        thing("person", 150, 35, 8, 24, 0.8),
    ],
    "face": [thing("face", 16, 32, 8, 10), thing("face", 88, 22, 10, 12), thing("face", 152, 36, 4, 5)],
    "hat": [thing("hat", 13, 26, 14, 8)],
    "car": [thing("car", 140, 50, 50, 30)],
    "plate": [thing("plate", 50, 100, 16, 8)],
    "cup": [thing("cup", 36, 100, 8, 8), thing("cup", 72, 112, 8, 8), thing("cup", 180, 108, 8, 8)],
    "dog": [thing("dog", 112, 100, 12, 10)],
    "subject": [thing("subject", 78, 18, 30, 94)],
    "hair": [
        Instance(
            Region(Box(0, 0, 200, 120), np.pad(np.ones((6, 200), np.float32), ((20, 94), (0, 0)))), "hair"
        )
    ],
}
LEFT, MIDDLE, BACK = STREET["person"]


def unit(name: str, words: str, mass: str = "") -> Finder:
    def find(options: Named, image: Image) -> tuple[Instance, ...]:
        return tuple(STREET[name])

    return Finder(name, "", Named, find=find, words=frozenset(words.split()), mass=frozenset(mass.split()))


UNITS = [
    unit("person", "person people man woman girl", "people"),
    *(unit(name, name) for name in ("face", "hat", "car", "plate", "cup", "dog")),
    unit("subject", "subject", "subject"),
    unit("hair", "hair", "hair"),
    Finder("tree", "", Named, find=lambda options, image: (), words=frozenset({"tree"})),
    what.FINDER,
    place.FINDER,
    colour.FINDER,
]


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch) -> Image:
    """A grey picture with those things; the woman wears red, the man on the left blue."""
    units = {unit.name: unit for unit in UNITS}
    for module in (package, resolving):
        monkeypatch.setattr(module, "finders", lambda: units)
    pixels = np.full((SIZE.height, SIZE.width, 3), 128, np.uint8)
    pixels[40:70, 80:106] = (220, 20, 30)
    pixels[50:80, 10:30] = (20, 40, 220)
    return Image(pixels)


def found(words: str, image: Image) -> list[Instance]:
    return list(resolving.resolve(words, image))


def places(words: str, image: Image) -> list[tuple[int, int]]:
    return [(i.region.box.x, i.region.box.y) for i in found(words, image)]


@pytest.mark.parametrize(
    ("words", "xs"),
    [
        ("the cup to the left of the plate", [36]),
        ("the cup to the right of the plate", [72]),
        ("cups to the right of the plate", [72, 180]),
        ("the two cups next to the plate", [36, 72]),
        ("the cup closest to the car", [180]),
        ("the cup farthest from the plate", [180]),
        ("the woman between the two men", [80]),
        ("the person to the left of the woman", [10]),
        ("the man behind the car", [150]),
        ("the people behind the car", [150]),
        ("the person with the hat", [10]),
        ("the man wearing a hat", [10]),
        ("people without a hat", [80, 150]),
        ("people without a tree", [10, 80, 150]),
        ("the woman in the red dress", [80]),
        ("the man in blue", [10]),
        ("the dog next to the woman", [112]),
        ("the cup next to the other cup", [36]),
        ("the two people on the left", [10, 80]),
        ("the other people", [10, 150]),
        ("everyone except the woman in the middle", [10, 150]),
        ("everyone but the one on the left", [80, 150]),
        ("people in the background", [10, 150]),
        ("the person in the foreground", [80]),
        ("the biggest person on the left", [80]),
        ("the smallest person on the right", [150]),
        ("the first and third person", [10, 150]),
        ("the last two people", [150, 80]),
        ("the small people", [150]),
        ("a couple of people", [10, 80, 150]),
        ("them", [10, 80, 150]),
        ("it", [78]),
        ("cups or trees", [36, 72, 180]),
        ("the man's hat", [13]),
        ("the man on the left's face", [16]),
        ("the faces of the two people on the left", [16, 88]),
        ("the face of the woman in the red dress", [88]),
        ("every person's face", [16, 88, 152]),
        ("her face", [88]),
        ("their faces", [16, 88, 152]),
        ("his dog", [112]),
        ("the man on the left of the picture and the dog", [10, 112]),
    ],
)
def test_which_of_them(words: str, xs: list[int], street: Image) -> None:
    assert sorted(x for x, _ in places(words, street)) == sorted(xs)


def test_hair_is_shared_out_by_heads(street: Image) -> None:
    (one,) = found("the hair of the person on the left", street)
    columns = np.flatnonzero(one.region.values.max(axis=0))
    assert columns[0] == 0
    assert 40 < columns[-1] < 70
    assert len(found("everyone's hair", street)) == 3


def test_of_what_is_everywhere_a_side_is_that_much_of_it(street: Image) -> None:
    (one,) = found("the hair on the left", street)
    assert (one.region.values[:, :100].sum(), one.region.values[:, 100:].sum()) == (600, 0)
    with pytest.raises(SelectionError, match="No hair on the bottom was found"):
        found("the hair at the bottom", street)


def test_a_place_of_a_thing_is_that_part_of_it(street: Image) -> None:
    (half,) = found("the left half of the car", street)
    assert half.region.values[:, :25].min() == 1
    assert half.region.values[:, 25:].max() == 0
    (edge,) = found("the edge of the car", street)
    assert edge.region.values[0].min() == 1
    assert edge.region.values[5:-5, 5:-5].max() == 0
    (top,) = found("the top of the car", street)
    assert top.region.values.sum() == 50 * 10


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("everything", (0, 0, 200, 120)),
        ("the whole picture", (0, 0, 200, 120)),
        ("everything on the left", (0, 0, 100, 120)),
        ("the top of the picture", (0, 0, 200, 40)),
        ("the upper left corner", (0, 0, 67, 40)),
    ],
)
def test_parts_of_the_picture(words: str, box: tuple[int, int, int, int], street: Image) -> None:
    (one,) = found(words, street)
    assert one.region.box == Box(*box)
    assert one.region.values.min() == 1


@pytest.mark.parametrize(
    ("words", "box", "pixels"),
    [
        # The car is at columns 140 to 189 and rows 50 to 79.
        ("to the left of the car", (90, 50, 50, 30), 1500),
        ("on the right side of the car", (190, 50, 10, 30), 300),
        ("the area above the car", (140, 20, 50, 30), 1500),
        ("under the car", (140, 80, 50, 30), 1500),
        ("next to the car", (115, 35, 85, 60), 85 * 60 - 1500),
        ("in front of the car", (140, 65, 50, 30), 1500),
        ("between the plate and the cup on the left", (44, 100, 6, 8), 48),
        ("the space between the hat and the dog", (27, 26, 85, 84), 85 * 84),
    ],
)
def test_a_place_beside_a_thing(
    words: str, box: tuple[int, int, int, int], pixels: int, street: Image
) -> None:
    (one,) = found(words, street)
    assert one.region.box == Box(*box)
    assert one.region.values.sum() == pixels


@pytest.mark.parametrize(
    ("how", "inside", "outside"),
    [
        ("right of", [(10, 80), (40, 150)], [(10, 30), (40, 10)]),
        ("left of", [(10, 30), (40, 10)], [(10, 80), (40, 150)]),
        ("above", [(10, 30), (10, 80)], [(70, 30), (100, 60)]),
        ("below", [(70, 30), (100, 60)], [(10, 30), (10, 80)]),
    ],
)
def test_the_room_beside_reaches_to_the_outline(
    how: str, inside: list[tuple[int, int]], outside: list[tuple[int, int]]
) -> None:
    # A cross of 80 by 80 in a picture of 200 by 120: beside its arms is room inside of its box.
    values = np.zeros((80, 80), np.float32)
    values[30:50] = values[:, 30:50] = 1
    cross = Instance(Region(Box(20, 0, 80, 80), values), "cross")
    place = room(how, [cross], SIZE)
    assert place is not None
    whole = np.zeros((120, 200), np.float32)
    whole[place.box.slices] = place.values
    there = np.zeros_like(whole)
    there[0:80, 20:100] = values
    assert not (whole * there).any()
    assert all(whole[spot] == 1 for spot in inside)
    assert all(whole[spot] == 0 for spot in outside)


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("the girl who is smiling", "Could not check 'smiling'; took one girl of 3."),
        ("the old dog", "Could not check 'old'; took the dog."),
        ("smiling people", "Could not check 'smiling'; took all 3."),
        ("the man on the left", "Nobody here can tell a man from other people."),
        ("the person behind the car", "One picture shows no depth: 'behind' was taken as touching it"),
        ("the car behind the tree", "Could not check 'behind the tree'; took the car."),
        ("the car next to the lighthouse", "Could not check 'near the lighthouse'; took the car."),
        ("the plate on the car", "Could not check 'on the car'; took the plate."),
        ("the woman in the red dress", "Nobody here can find 'dress'; went by how much of each is red."),
        ("four people", "4 of person were named; only 3 were found."),
        ("the other people", "Took 2 of person besides the main one."),
        ("cups or trees", "No trees was found in the picture."),
        ("her face", "3 of person were found; took the most prominent one's."),
        ("the bride's face", "Could not check 'bride'."),
        ("the cup next to the old man", "Could not check 'old'."),
        ("it", "'it' was taken as the main subject."),
        ("the hat of the tree", "Could not check 'of the tree'; took the hat."),
        ("the nearest person", "Could not check 'nearest'; took one person of 3."),
        ("the cup to the right of the plate", "2 of cup fit; took the one that fits best."),
    ],
)
def test_what_was_not_certain_is_said(words: str, note: str, street: Image) -> None:
    notes = select([Selector(kind="what", options={"words": words})], street).notes
    assert any(note in one for one in notes), notes


@pytest.mark.parametrize(
    "words", ["the hat on the man on the left", "the cup to the left of the plate", "the person with the hat"]
)
def test_what_is_certain_needs_no_note(words: str, street: Image) -> None:
    notes = select([Selector(kind="what", options={"words": words})], street).notes
    assert [n for n in notes if "Nobody here can tell" not in n] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the plate to the left of the cup on the left", "No plate left of the cup on the left was found"),
        ("the cups behind the tree", "'behind the tree' cannot be checked: No tree was found"),
        ("the face of the tree", "Whose face is meant cannot be told: No tree was found"),
        ("the face of the dog", "No face of the dog was found"),
        ("between the dog", "The picture has no room between the dog."),
        ("the two to the left of the car", "It was not said what is meant"),
        ("the other dog", "No other dog was found"),
        ("the dog above the car", "No dog above the car was found"),
        ("the person in white", "No person with white was found"),
        ("trees or trees", "No trees was found"),
    ],
)
def test_what_cannot_be_so_is_an_error(words: str, said: str, street: Image) -> None:
    with pytest.raises(SelectionError) as error:
        found(words, street)
    assert said in str(error.value)


def test_people_s_faces_without_a_finder_of_people(street: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = Finder(
        "person", "", Named, find=lambda o, i: (), words=UNITS[0].words, missing=lambda: "Get the model."
    )
    units = {unit.name: unit for unit in (lacking, *UNITS[1:])}
    monkeypatch.setattr(resolving, "finders", lambda: units)
    (one,) = found("the face of the man on the right", street)
    assert one.region.box.x == 152
    assert "Nobody here can find 'the man on the right'" in one.detail["note"]


def test_only_what_is_meant_counts_as_named(street: Image) -> None:
    assert resolving.names("the cup next to the face") == {"cup"}
    assert resolving.names("the left half of the face") == {"face"}
    assert resolving.names("the woman's face") == {"face"}


MODELS = Path(__file__).parents[3] / "shared" / "models"


@pytest.mark.skipif(not (MODELS / "yolox_nano.onnx").exists(), reason="the models are not here")
def test_on_a_photograph(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(MODELS))
    coffee = open_image(photos / "coffee.png")
    (cup,) = found("the cup on the table", coffee)
    (half,) = found("the left half of the cup", coffee)
    assert 0.3 < half.region.values.sum() / cup.region.values.sum() < 0.7
    astronaut = open_image(photos / "astronaut.png")
    (face,) = found("the astronaut's face", astronaut)
    (hair,) = found("her hair", astronaut)
    assert face.region.box.y > hair.region.box.y
    (woman,) = found("the smiling woman in the orange suit", astronaut)
    assert "Could not check 'smiling'" in woman.detail["note"]
