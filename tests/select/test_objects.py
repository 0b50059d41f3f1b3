"""Named things: words, looks, outlines; and the real detector on the shipped photographs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.networks import deeplab, owl, selfie, yolox
from keepdial.networks.names import COCO
from keepdial.networks.yolox import Detection
from keepdial.select import _maps, _outline, objects
from keepdial.select._things import BOXY, ROUND, SYNONYMS, THINGS, VOC


@pytest.fixture
def image() -> Image:
    return Image(np.full((60, 80, 3), 90, np.uint8))


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Which models count as installed; the detector does."""
    names = {"yolox-nano"}
    monkeypatch.setattr("keepdial.models.installed", names.__contains__)
    return names


def boxed(label: str, *box: int, score: float = 0.9) -> Detection:
    return Detection(label, score, Box(*box))


def detect(monkeypatch: pytest.MonkeyPatch, *found: Detection) -> None:
    monkeypatch.setattr(yolox, "detect", lambda rgb, **more: found)


def segmented(monkeypatch: pytest.MonkeyPatch, mask: Any = None) -> list[dict[str, Any]]:
    """Let the segmenter answer the upper half of the box; return what it was given."""
    given: list[dict[str, Any]] = []

    def segment(rgb: NDArray[np.uint8], *, box: Box, hints: Any = None, prior: Any = None) -> Any:
        given.append({"rgb": rgb, "box": box, "hints": hints, "prior": prior})
        found = np.zeros(rgb.shape[:2], np.float32)
        found[box.y : box.y + box.height // 2, box.x : box.right] = 1
        return found if mask is None else np.full(rgb.shape[:2], mask, np.float32)

    monkeypatch.setattr("keepdial.segment.segment", segment)
    return given


def find(name: str, image: Image) -> tuple[Any, ...]:
    return objects.find(objects.ObjectsOptions(name=name), image)


def test_every_word_means_things_that_the_detector_knows() -> None:
    assert set(COCO) <= set(THINGS)
    assert all(set(labels) <= set(COCO) for labels in THINGS.values())
    assert all(word == word.lower().strip() for word in THINGS)
    assert not set(SYNONYMS) & set(COCO)
    assert set(VOC) <= set(COCO)
    assert sorted(VOC.values()) == sorted(deeplab.LABELS)
    assert not ROUND & BOXY
    assert set(COCO) >= ROUND | BOXY
    assert THINGS["mug"] == ("cup",)
    assert THINGS["animal"] == (
        "bird",
        "cat",
        "dog",
        "horse",
        "sheep",
        "cow",
        "elephant",
        "bear",
        "zebra",
        "giraffe",
    )
    assert THINGS["food"][0] == "banana"
    assert THINGS["food"][-1] == "cake"


def test_without_the_detector_it_says_how_to_get_it(no_model_folder: None) -> None:
    assert "keepdial models get yolox-nano" in objects.missing()


@pytest.fixture
def no_model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("name", "labels"),
    [("mug", ["cup"]), ("pet", ["dog", "cat"]), ("", ["dog", "cup", "cat"]), (" Dog ", ["dog"]), ("car", [])],
)
def test_a_word_finds_its_things_the_surest_first(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch, name: str, labels: list[str]
) -> None:
    detect(
        monkeypatch,
        boxed("dog", 2, 2, 20, 20),
        boxed("cup", 30, 5, 20, 20, score=0.8),
        boxed("cat", 50, 30, 20, 20, score=0.7),
    )
    segmented(monkeypatch)
    found = find(name, image)
    assert [one.label for one in found] == labels
    assert all(one.region.values.shape == (one.region.box.height, one.region.box.width) for one in found)


def test_a_harder_look_is_taken_only_where_an_easier_finds_nothing(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def look(rgb: Any, **more: Any) -> tuple[Detection, ...]:
        asked.append(more)
        near = (boxed("dog", 2, 2, 9, 9),) if more.get("close") else ()
        return (boxed("cat", 2, 2, 9, 9), *near)

    monkeypatch.setattr(yolox, "detect", look)
    segmented(monkeypatch)
    assert find("cat", image)
    assert find("dog", image)
    assert not find("bird", image)
    assert asked == [{}, {"close": True}, {"score": 0.15}]


def test_words_that_the_detector_does_not_know_go_to_the_open_vocabulary(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    segmented(monkeypatch)
    assert find("lighthouse", image) == ()
    monkeypatch.setattr(owl, "ready", lambda: True)
    monkeypatch.setattr(owl, "detect", lambda rgb, words: (boxed(words[0], 9, 9, 20, 20),))
    assert [one.label for one in find("windmill", image)] == ["windmill"]
    installed.clear()
    assert objects.missing() == ""
    assert [one.label for one in find("cup", image)] == ["cup"]


def test_the_segmenter_gets_the_loose_box_and_its_surroundings(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = segmented(monkeypatch)
    detect(monkeypatch, boxed("zebra", 30, 20, 20, 10))
    (one,) = find("zebra", image)
    # 2 pixels looser; shown with 0.3 of the sides and 8 pixels around, cut to the picture.
    assert one.region.box == Box(28, 18, 24, 14)
    assert one.region.values[:7].all()
    assert not one.region.values[7:].any()
    assert given[0]["rgb"].shape == (38, 54, 3)
    assert given[0]["box"] == Box(15, 12, 24, 14)
    assert given[0]["hints"] is None
    assert given[0]["prior"] is None
    assert one.detail == {"box": [30, 20, 20, 10]}


def test_what_fills_its_box_is_known_to_be_in_the_middle() -> None:
    round_, boxy = (_outline._core(label, Box(10, 10, 20, 20), (40, 40)) for label in ("cup", "car"))
    assert round_ is not None
    assert boxy is not None
    # Half sides of 10 about (20, 20): in up to 8.5 for a round thing, 7 for a box; out from 13 on.
    assert round_[20, 11:14].tolist() == [0, 1, 1]
    assert boxy[20, 11:15].tolist() == [0, 0, 1, 1]
    assert (round_[10, 10], boxy[10, 10], round_[20, 34]) == (-1, 0, -1)
    assert _outline._core("zebra", Box(10, 10, 20, 20), (40, 40)) is None


@pytest.mark.parametrize(("sure", "used"), [(1.0, True), (0.4, False)])
def test_a_class_map_is_a_prior_where_it_is_sure_of_something(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch, sure: float, used: bool
) -> None:
    installed.add("deeplab")
    likely = np.full((60, 80), sure, np.float32)
    monkeypatch.setattr(deeplab, "probability", lambda rgb, label: likely if label == "sofa" else None)
    given = segmented(monkeypatch)
    detect(monkeypatch, boxed("couch", 30, 20, 20, 10))
    find("couch", image)
    assert (given[0]["prior"] is not None) is used
    assert not used or (given[0]["prior"] == 0.75).all()


@pytest.mark.parametrize(("answer", "wanted"), [(0.0, 1.0), (1.0, 1.0)])
def test_an_outline_of_nothing_or_everything_is_the_box(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch, answer: float, wanted: float
) -> None:
    segmented(monkeypatch, answer)
    detect(monkeypatch, boxed("zebra", 30, 20, 20, 10))
    (one,) = find("zebra", image)
    assert (one.region.values == wanted).all()


def test_people_come_from_their_own_network_and_keep_to_themselves(
    image: Image, installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = segmented(monkeypatch)
    people = np.zeros((60, 80), np.float32)
    people[10:50, 10:70] = 1
    monkeypatch.setattr(selfie, "person_in", lambda rgb, box: people[box.slices])
    monkeypatch.setattr(_maps, "person", lambda image: people)
    detect(monkeypatch, boxed("person", 10, 10, 30, 40), boxed("person", 36, 10, 34, 40))
    left, right = find("man", image)
    assert given == []
    assert left.region.box == Box(0, 0, 52, 60)
    assert left.region.values[28, 18] == 1
    # In half sides, column 38 is 13.5 / 15 from the left one and 14.5 / 17 from the right one: it is the
    # right one's; column 36 is 11.5 / 15 from the left one and 16.5 / 17 from the right one.
    assert left.region.values[28, 38] == 0
    assert right.region.box.x == 22
    assert right.region.values[28, 38 - 22] == 1
    assert left.region.values[28, 36] == 1


def test_an_arm_reaches_beyond_the_box_and_a_neighbour_is_left_out() -> None:
    people = np.zeros((20, 40), np.float32)
    people[2:18, 5:20] = 1
    people[8:10, 20:26] = 0.75  # the arm
    people[10, 20:26] = 0.25  # its soft edge
    people[2:18, 30:38] = 1  # the neighbour, whom the detector missed
    kept = _outline._reaching(people, (slice(0, 20), slice(4, 21)))
    assert kept[:, :26].tolist() == people[:, :26].tolist()
    assert kept[:, 29:].max() == 0
