"""Selfie, DeepLab and hair: what they are fed, and where their answers land."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from keepdial.errors import ModelMissing, ParameterError
from keepdial.geometry import Box
from keepdial.networks import deeplab, selfie, yolox
from keepdial.networks.hair import hair
from tests.networks.conftest import Fake

MakeFake = Callable[..., Fake]
ODD: list[NDArray[np.uint8]] = [
    np.zeros((1, 1, 3), np.uint8),
    np.full((1, 300, 3), 255, np.uint8),
    np.full((40, 30), 90, np.uint8),
    np.full((5, 4, 4), 7, np.uint8),
]


def left_red(height: int = 80, width: int = 120) -> NDArray[np.uint8]:
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 4] = (255, 51, 0)
    rgb.flags.writeable = False
    return rgb


def test_selfie_sees_0_to_1_both_ways_round_and_answers_in_place(no_models: None, fake: MakeFake) -> None:
    network = fake((1, 256, 256, 3), lambda x: x[..., :1])
    found = selfie.person(left_red())
    assert found.shape == (80, 120)
    assert found.dtype == np.float32
    first, second = network.fed[:2]
    assert first[0, 0, 0].tolist() == pytest.approx([1, 0.2, 0])
    assert np.array_equal(first[0], second[0, :, ::-1])
    assert found[40, 10] == 1
    assert found[40, 29] > 0.5 > found[40, 30]
    assert found[40, 60] == 0


def test_a_look_at_a_box_is_at_the_square_around_it(fake: MakeFake) -> None:
    network = fake((1, 256, 256, 3), lambda x: x[..., :1])
    rgb = np.zeros((80, 120, 3), np.uint8)
    rgb[6:54, 16:64] = 255
    found = selfie.person_in(rgb, Box(30, 10, 20, 40))
    # 40 + 2 * 4 = 48 about (40, 30): all that the network saw is the white square.
    assert found.shape == (40, 20)
    assert (network.fed[0] == 1).all()
    assert (found == 1).all()
    assert selfie.person_in(rgb, Box(0, 0, 10, 10)).shape == (10, 10)


def test_deeplab_sees_minus_1_to_1_and_gives_softmax_by_name(fake: MakeFake) -> None:
    def answer(x: Any) -> Any:
        logits = np.zeros((1, 257, 257, 21))
        logits[..., 15] = 5 * x[..., 0]
        return logits

    network = fake((1, 257, 257, 3), answer)
    found = deeplab.classes(left_red())
    assert list(found) == list(deeplab.LABELS)
    assert network.fed[0][0, 0, 0].tolist() == pytest.approx([1, -0.6, -1])
    person = found["person"]
    assert person.shape == (80, 120)
    assert person[40, 10] == pytest.approx(np.exp(5) / (np.exp(5) + 20), abs=1e-4)
    assert person[40, 100] == pytest.approx(np.exp(-5) / (np.exp(-5) + 20), abs=1e-4)
    assert found["cat"][40, 10] == pytest.approx(1 / (np.exp(5) + 20), abs=1e-4)
    assert np.array_equal(deeplab.probability(left_red(), "person"), person)


def test_hair_has_a_fourth_plane_of_zeros_and_answers_the_second_class(
    no_models: None, fake: MakeFake
) -> None:
    network = fake((1, 512, 512, 4), lambda x: np.concatenate([-x[..., :1], x[..., :1]], axis=-1))
    found = hair(left_red())
    assert network.fed[0][0, 0, 0].tolist() == pytest.approx([1, 0.2, 0, 0])
    assert found[40, 10] == pytest.approx(1 / (1 + np.exp(-2)))
    assert found[40, 100] == pytest.approx(0.5)


def test_hair_looks_around_small_faces_only(no_models: None, fake: MakeFake) -> None:
    network = fake((1, 512, 512, 4), lambda x: np.concatenate([0 * x[..., :1], 9 + 0 * x[..., :1]], axis=-1))
    found = hair(left_red(), faces=[Box(50, 30, 8, 10)])
    # Four times the face's height, about its centre: columns 34 to 73, rows 15 to 54.
    assert len(network.fed) == 1
    assert found[15, 34] == pytest.approx(1, abs=2e-4)
    assert found[54, 73] == pytest.approx(1, abs=2e-4)
    assert found[14, 34] == found[55, 73] == found[30, 74] == 0
    hair(left_red(), faces=[Box(30, 10, 60, 60)])
    assert (hair(left_red(), faces=[Box(30, 10, 60, 60)]) > 0.99).all()


def test_hair_is_of_people(fake: MakeFake, monkeypatch: pytest.MonkeyPatch) -> None:
    fake((1, 512, 512, 4), lambda x: np.concatenate([0 * x[..., :1], 9 + 0 * x[..., :1]], axis=-1))
    monkeypatch.setattr("keepdial.models.installed", lambda name: name == "selfie")
    seen = np.zeros((80, 120), np.float32)
    seen[:, :30] = 0.4
    seen[:, 30:60] = 0.1
    monkeypatch.setattr(selfie, "person", lambda rgb: seen)
    found = hair(left_red())
    assert found[0, 0] == pytest.approx(1, abs=2e-4)
    assert found[0, 40] == pytest.approx(0.3, abs=1e-4)
    assert found[0, 100] == 0


@pytest.mark.parametrize("ask", [selfie.person, deeplab.classes, hair, yolox.detect])
def test_without_the_model_the_answer_says_how_to_get_it(no_models: None, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(ModelMissing, match="keepdial models get"):
        ask(left_red())


@pytest.mark.parametrize(
    "wrong", [np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 2), np.uint8)]
)
def test_what_is_no_picture_is_refused(wrong: Any) -> None:
    for ask in (selfie.person, deeplab.classes, hair, yolox.detect):
        with pytest.raises(ParameterError, match="uint8"):
            ask(wrong)


@pytest.mark.shared
def test_the_real_ones_take_tiny_and_grey_pictures(real_models: Path) -> None:
    for rgb in ODD:
        size = rgb.shape[:2]
        assert selfie.person(rgb).shape == size
        assert hair(rgb).shape == size
        assert deeplab.probability(rgb, "dog").shape == size
        yolox.detect(rgb)


@pytest.mark.shared
def test_the_real_ones_know_the_astronaut(real_models: Path, photos: Path) -> None:
    rgb = np.asarray(Image.open(photos / "astronaut.png").convert("RGB"))
    before = rgb.copy()
    person, locks = selfie.person(rgb), hair(rgb)
    assert person[300, 200] > 0.95  # her suit
    assert person[100, 420] < 0.05  # the rocket
    assert locks[40, 225] > 0.9  # her hair
    assert locks[110, 225] < 0.1  # her face
    assert locks[300, 200] < 0.1
    assert deeplab.probability(rgb, "person")[300, 200] > 0.8
    assert np.array_equal(rgb, before)


@pytest.mark.shared
def test_people_are_cut_out_as_people_would(real_models: Path, shared: Path) -> None:
    scores = []
    for path in sorted((shared / "data" / "cutout_people").glob("*5_image.jpg"))[:12:2]:
        rgb = np.asarray(Image.open(path).convert("RGB"))
        truth = Image.open(path.with_name(path.name.replace("_image.jpg", "_mask.png"))).convert("L")
        wanted = np.asarray(truth.resize((rgb.shape[1], rgb.shape[0]), Image.Resampling.NEAREST)) > 127
        found = selfie.person(rgb) > 0.5
        scores.append((found & wanted).sum() / (found | wanted).sum())
    assert np.median(scores) > 0.93
