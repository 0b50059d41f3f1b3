from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import finder, instances, select

pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")


@pytest.fixture(scope="module")
def astronaut(photos: Path) -> Image:
    return open_image(photos / "astronaut.png")


def test_a_face_reaches_from_the_forehead_to_the_chin(astronaut: Image) -> None:
    selection = select([Selector(kind="faces")], astronaut)
    assert selection.box is not None
    inside = [(222, 70), (203, 101), (247, 103), (222, 172)]  # forehead, eyes, chin
    outside = [(222, 15), (150, 120), (300, 120), (220, 200)]  # hair, ears' outside, collar
    assert [selection.mask[y, x] for x, y in inside] == [1] * 4
    assert [selection.mask[y, x] for x, y in outside] == [0] * 4


def test_a_head_takes_in_the_hair(astronaut: Image) -> None:
    (head,) = instances(Selector(kind="faces", options={"name": "head"}), astronaut)
    (face,) = instances(Selector(kind="faces"), astronaut)
    assert (head.label, face.label) == ("head", "face")
    assert head.region.values.sum() > 1.5 * face.region.values.sum()
    x, y = 222 - head.region.box.x, 35 - head.region.box.y
    assert head.region.values[y, x] == 1


def test_the_detail_holds_the_detectors_box(astronaut: Image) -> None:
    (face,) = instances(Selector(kind="faces"), astronaut)
    assert Box(*face.detail["box"]).intersects(Box(222, 110, 1, 1))


def test_the_declaration() -> None:
    unit = finder("faces")
    assert {"face", "head"} <= unit.words
    assert unit.guards == "always"
    assert unit.missing() == ""


def test_a_picture_without_a_face_gives_none() -> None:
    unit = finder("faces")
    assert unit.find is not None
    assert unit.find(unit.options.build(), Image(np.zeros((50, 50, 1), np.uint8))) == ()
