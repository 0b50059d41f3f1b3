"""People and VOC classes by their own networks, where no detector is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import keepdial.models
from keepdial import open_image
from keepdial.errors import ParameterError, SelectionError
from keepdial.image import Image
from keepdial.networks import deeplab
from keepdial.request import Selector
from keepdial.select import _maps, classes, instances, people


@pytest.fixture
def image() -> Image:
    pixels = np.full((60, 80, 3), 90, np.uint8)
    pixels[10:40, 10:30] = (220, 200, 60)
    pixels[20:50, 50:70] = (220, 200, 60)
    return Image(pixels)


def test_people_come_in_pieces(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    likely = np.zeros((60, 80), np.float32)
    likely[10:40, 10:30] = 1
    likely[20:50, 50:74] = 1
    likely[0, 79] = 1  # a speck
    monkeypatch.setattr(keepdial.models, "installed", lambda name: name == "selfie")
    monkeypatch.setattr(_maps, "person", lambda image: likely)
    assert people.missing() == ""
    big, small = people.find(people.PeopleOptions(), image)
    assert (big.region.values.sum(), small.region.values.sum()) == (720, 600)
    (largest, _) = instances(Selector(kind="people"), image)
    assert largest.label == "person"


def test_a_class_is_led_to_the_edges(image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    likely = np.full((60, 80), 0.02, np.float32)
    likely[12:38, 8:28] = 0.9  # rough: two pixels beside the thing
    asked = list[str]()

    def probability(rgb: object, label: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        asked.append(label)
        return likely if label == "sofa" else np.zeros_like(likely)

    monkeypatch.setattr(deeplab, "probability", probability)
    (thing,) = classes.find(classes.ClassesOptions(name="couch"), image)
    mask = np.zeros((60, 80), np.float32)
    mask[thing.region.box.slices] = thing.region.values
    truth = np.zeros_like(mask)
    truth[10:40, 10:30] = 1
    assert np.minimum(mask, truth).sum() / np.maximum(mask, truth).sum() > 0.9
    assert classes.find(classes.ClassesOptions(name="dog"), image) == ()
    assert asked == ["sofa", "dog"]
    with pytest.raises(ParameterError, match="one of aeroplane"):
        classes.find(classes.ClassesOptions(name="zebra"), image)


def test_without_the_models_both_say_how_to_get_them(image: Image) -> None:
    for kind, options in (("people", {}), ("classes", {"name": "dog"})):
        with pytest.raises(SelectionError, match="keepdial models get"):
            instances(Selector.build(kind=kind, options=options), image)


@pytest.mark.shared
def test_the_astronaut_is_a_person(photos: Path, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ai_edge_litert", reason="the extra keepdial[tflite] is not installed")
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    photo = open_image(photos / "astronaut.png")
    for found in (
        people.find(people.PeopleOptions(), photo),
        classes.find(classes.ClassesOptions(name="person"), photo),
    ):
        mask = np.zeros((512, 512), np.float32)
        mask[found[0].region.box.slices] = found[0].region.values
        assert mask[60:180, 190:260].mean() > 0.8  # the face
        assert mask[300:450, 60:200].mean() > 0.8  # the suit
        assert mask[10:100, 320:370].max() < 0.5  # the wall
