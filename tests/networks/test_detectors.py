"""YOLOX, YuNet and the face mesh: decoding by numbers written out, and real photographs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from keepdial.errors import ModelMissing
from keepdial.geometry import Box, Size
from keepdial.models import runtime
from keepdial.networks import facemesh, yolox, yunet


def photo(photos: Path, name: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(photos / name).convert("RGB"))


class FakeYolox:
    """Answers with given cells; remembers what it was fed."""

    def __init__(self, cells: dict[int, list[float]], classes: dict[int, tuple[int, float]]) -> None:
        self.inputs = {"images": (1, 3, 416, 416)}
        self._out = np.zeros((1, 3549, 85), np.float32)
        for index, (label, score) in classes.items():
            self._out[0, index, :4] = cells[index]
            self._out[0, index, 4] = 0.9
            self._out[0, index, 5 + label] = score
        self.fed: NDArray[np.float32] = np.zeros(0, np.float32)

    def __call__(self, given: Any) -> dict[str, NDArray[np.float32]]:
        self.fed = given["images"]
        return {"output": self._out}


def test_yolox_cells_become_boxes_in_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    # Cell 52 * 2 + 3 of stride 8: column 3, row 2, so the centre lies at (3.5 * 8, 2.25 * 8) = (28, 18); its
    # size is exp(1) * 8 = 21.7 by exp(0) * 8 = 8. The picture is 208 x 104: twice as large for the network.
    network = FakeYolox({107: [0.5, 0.25, 1, 0]}, {107: (41, 0.8)})
    monkeypatch.setattr(runtime, "onnx", lambda name: network)
    rgb = np.zeros((104, 208, 3), np.uint8)
    rgb[...] = (255, 128, 0)
    (found,) = yolox.detect(rgb)
    assert (found.label, found.box) == ("cup", Box(8, 7, 12, 4))
    assert found.score == pytest.approx(0.72)
    planes = network.fed[0]
    assert planes[:, 0, 0].tolist() == [0, 128, 255]  # blue, green, red
    assert planes[:, 207, 415].tolist() == [0, 128, 255]
    assert (planes[:, 208:] == 114).all()


def test_of_overlapping_boxes_of_a_class_the_surest_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = {i: [0.0, 0.0, 3.0, 3.0] for i in (0, 1, 2, 30)}
    network = FakeYolox(cell, {0: (0, 0.6), 1: (0, 0.9), 2: (16, 0.7), 30: (0, 0.5)})
    monkeypatch.setattr(runtime, "onnx", lambda name: network)
    found = yolox.detect(np.zeros((416, 416, 3), np.uint8))
    assert [(f.label, round(f.score, 2)) for f in found] == [
        ("person", 0.81),
        ("dog", 0.63),
        ("person", 0.45),
    ]
    assert found[0].box == Box(0, 0, 89, 81)
    assert yolox.detect(np.zeros((416, 416, 3), np.uint8), score=0.8) == found[:1]


def test_a_close_look_sees_four_parts_and_drops_what_they_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = yolox._parts(Size(200, 100))
    assert parts == (Box(0, 0, 120, 60), Box(80, 0, 120, 60), Box(0, 40, 120, 60), Box(80, 40, 120, 60))
    # Cell 0 of stride 32 (after 52 * 52 + 26 * 26 others) with size 32 by 32 about (16, 16): at the top left
    # of each look, so the parts that do not begin where the picture does cut it.
    network = FakeYolox({3380: [0.5, 0.5, 0, 0]}, {3380: (0, 0.9)})
    monkeypatch.setattr(runtime, "onnx", lambda name: network)
    found = yolox.detect(np.zeros((100, 200, 3), np.uint8), close=True)
    # The whole: 32 * 200 / 416 = 15.4; the part at the top left: 32 * 120 / 416 = 9.2; the overlap is small.
    assert [one.box for one in found] == [Box(0, 0, 16, 16), Box(0, 0, 10, 10)]


@pytest.mark.parametrize(
    ("a", "b", "share"),
    [
        ((0, 0, 2, 2), (0, 0, 2, 2), 1.0),
        ((0, 0, 2, 2), (1, 1, 3, 3), 1 / 7),
        ((0, 0, 2, 2), (2, 0, 4, 2), 0.0),
        ((0, 0, 0, 0), (0, 0, 0, 0), 0.0),
    ],
)
def test_overlap(a: Any, b: Any, share: float) -> None:
    assert yolox.overlap(np.array(a, float), np.array(b, float)) == pytest.approx(share)


def test_there_are_80_names() -> None:
    assert len(yolox.LABELS) == len(set(yolox.LABELS)) == 80
    assert (yolox.LABELS[0], yolox.LABELS[41], yolox.LABELS[79]) == ("person", "cup", "toothbrush")


@pytest.mark.shared
def test_real_yolox_finds_the_cup_and_the_astronaut(real_models: Path, photos: Path) -> None:
    found = yolox.detect(photo(photos, "coffee.png"))
    assert found[0].label == "cup"
    box = found[0].box
    assert abs(box.x - 165) < 15
    assert abs(box.y - 17) < 15
    assert abs(box.right - 425) < 20
    assert abs(box.bottom - 305) < 20
    assert [f.label for f in yolox.detect(photo(photos, "astronaut.png"))] == ["person"]


@pytest.mark.shared
def test_real_yunet_finds_the_astronauts_face(
    real_models: Path, photos: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rgb = photo(photos, "astronaut.png")
    (face,) = yunet.faces(rgb)
    assert face.score > 0.9
    left, right, nose, mouth_left, mouth_right = face.points
    assert left == pytest.approx((203, 104), abs=4)
    assert right == pytest.approx((247, 104), abs=4)
    assert left[0] < nose[0] < right[0]
    assert nose[1] < mouth_left[1] == pytest.approx(mouth_right[1], abs=4)
    # The same face, three times as large and from a picture beyond the network's reach.
    large = np.asarray(Image.fromarray(rgb).resize((1536, 1536), Image.Resampling.BILINEAR))
    (again,) = yunet.faces(large)
    assert again.points[0] == pytest.approx((609, 312), abs=12)
    assert capfd.readouterr().err == ""


@pytest.mark.shared
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 400, 3), (30, 20), (3, 3, 1)])
def test_real_yunet_takes_any_picture(real_models: Path, shape: tuple[int, ...]) -> None:
    assert yunet.faces(np.full(shape, 77, np.uint8)) == ()


def test_without_yunet_the_answer_says_how_to_get_it(no_models: None) -> None:
    with pytest.raises(ModelMissing, match="keepdial models get yunet"):
        yunet.faces(np.zeros((9, 9, 3), np.uint8))
    with pytest.raises(ModelMissing, match="keepdial models get face-landmarker"):
        facemesh.mesh(np.zeros((9, 9, 3), np.uint8), Box(1, 1, 3, 3))


class FakeMesh:
    """Gives the network's own pixels (0, 0), (256, 0) and (128, 128) as its first points, z of 10."""

    shape = (1, 256, 256, 3)

    def __call__(self, given: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        points = np.zeros((478, 3), np.float32)
        points[:3] = [(0, 0, 10), (256, 0, 10), (128, 128, 10)]
        return (
            points.reshape(1, 1, 1, 1434),
            np.full((1, 1, 1, 1), 2.0, np.float32),
            np.zeros((1, 1), np.float32),
        )


def test_mesh_points_come_back_to_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "tflite", lambda name, member: FakeMesh())
    rgb = np.zeros((200, 300, 3), np.uint8)
    points = facemesh.mesh(rgb, Box(100, 50, 80, 60))
    # A square of 1.5 * 80 = 120 about (140, 80).
    assert points[:3].tolist() == pytest.approx(
        np.array([(80, 20, 4.6875), (200, 20, 4.6875), (140, 80, 4.6875)])
    )
    turned = facemesh.mesh(rgb, Box(100, 50, 80, 60), eyes=[(120, 60), (120, 90)])
    assert turned[:2, :2].tolist() == pytest.approx(np.array([(200, 20), (200, 140)]))
    assert facemesh.presence(rgb, Box(100, 50, 80, 60)) == pytest.approx(1 / (1 + np.exp(-2)))


@pytest.mark.shared
def test_real_mesh_agrees_with_the_five_points_also_when_the_head_is_tilted(
    real_models: Path, photos: Path
) -> None:
    upright = Image.open(photos / "astronaut.png").convert("RGB")
    for angle in (0, 40):
        rgb = np.asarray(upright.rotate(angle, Image.Resampling.BICUBIC))
        face = yunet.faces(rgb)[0]
        points = facemesh.mesh(rgb, face.box, eyes=face.points[:2])
        assert points.shape == (478, 3)
        assert points[468, :2].tolist() == pytest.approx(face.points[0], abs=8)  # iris
        assert points[473, :2].tolist() == pytest.approx(face.points[1], abs=8)
        assert points[1, :2].tolist() == pytest.approx(face.points[2], abs=12)  # tip of the nose
        assert facemesh.presence(rgb, face.box, eyes=face.points[:2]) > 0.9
    assert facemesh.presence(np.asarray(upright), Box(380, 20, 100, 100)) < 0.5
    assert facemesh.mesh(np.zeros((1, 1, 3), np.uint8), Box(0, 0, 1, 1)).shape == (478, 3)
