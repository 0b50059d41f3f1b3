from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.faces import Face, topology
from keepdial.faces.landmarks import estimated, landmarks, landmarks_of, mean_face, missing, tall
from keepdial.files import open_image
from keepdial.geometry import Box

from .drawn import someone


def test_the_mean_face_is_symmetric_and_its_eyes_are_one_apart() -> None:
    mean = mean_face()
    assert mean.shape == (478, 2)
    left, right = (mean[list(pair)].mean(axis=0) for pair in topology.CORNERS)
    assert np.allclose(left, (-0.5, 0), atol=2e-3)
    assert np.allclose(right, (0.5, 0), atol=2e-3)
    assert np.allclose(mean[list(topology.MIDDLE), 0], 0, atol=2e-3)
    assert not mean.flags.writeable


def test_every_point_of_the_topology_is_in_the_mesh() -> None:
    for name, value in vars(topology).items():
        if name.isupper():
            numbers = (
                np.ravel(np.array(value, dtype=object).tolist()) if isinstance(value, tuple) else [value]
            )
            flat = [n for entry in numbers for n in (entry if isinstance(entry, tuple) else (entry,))]
            assert all(0 <= n < 478 for n in flat), name


def test_left_and_right_are_mirrored() -> None:
    mean = mean_face()
    for pair in (topology.EYES, topology.BROWS, topology.SIDES, topology.CHEEKS, topology.NOSE_WINGS):
        one, other = (mean[list(side)] for side in pair)
        assert np.allclose(one * [-1, 1], other, atol=1e-2)


def test_points_are_laid_through_eyes_and_nose() -> None:
    face = someone(100, 80, 40)
    assert np.allclose(face.eyes, [(80, 80), (120, 80)], atol=0.1)
    assert face.unit == pytest.approx(40, abs=0.1)
    assert np.allclose(face.points[topology.NOSE_BASE], (100, 80 + 28.04), atol=0.1)
    assert np.allclose(face.points[topology.CHIN], (100, 80 + 40 * 1.8), atol=1)
    assert np.allclose(face.axes, [(1, 0), (0, 1)], atol=1e-3)


def test_a_tilted_face_is_tilted() -> None:
    turn = np.radians(30)
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    middle = np.array([100.0, 80.0])
    points = np.full((5, 2), np.nan, np.float32)
    points[0], points[1] = middle - 20 * across, middle + 20 * across
    points[2] = middle + 0.701 * 40 * down
    found = estimated(Face(Box(60, 60, 80, 80), points, 0.9, "dlib"))
    assert np.allclose(found[topology.CHIN], middle + 1.8 * 40 * down, atol=1)


def test_a_face_that_is_turned_to_a_side_leans_there_and_a_long_one_is_long() -> None:
    points = np.array([(80, 80), (120, 80), (108, 80 + 35), (np.nan,) * 2, (np.nan,) * 2], np.float32)
    found = estimated(Face(Box(60, 60, 80, 80), points, 0.9, "dlib"))
    assert found[topology.NOSE_BASE, 0] == pytest.approx(104, abs=0.2)  # half of the way
    assert found[topology.NOSE_BASE, 1] == pytest.approx(115, abs=0.2)


def test_the_mouth_serves_where_it_is_known() -> None:
    points = np.array([(80, 80), (120, 80), (100, 105), (84, 118), (116, 118)], np.float32)
    found = estimated(Face(Box(60, 40, 80, 110), points, 0.9, "yunet"))
    assert np.allclose(found[list(topology.MOUTH_CORNERS)].mean(axis=0), (100, 118), atol=0.2)


@pytest.mark.parametrize(("source", "high"), [("dlib", 0.28), ("yunet", 0.4)])
def test_a_face_without_points_stands_upright_in_its_box(source: str, high: float) -> None:
    found = estimated(Face(Box(10, 20, 100, 100), None, 0.9, source))
    assert found[list(topology.CORNERS[0])].mean(axis=0) == pytest.approx((38, 20 + 100 * high), abs=0.2)


def test_the_network_is_shown_the_forehead_too() -> None:
    assert tall(Face(Box(10, 50, 80, 80), None, 0.9, "dlib")) == Box(10, 34, 80, 100)
    assert tall(Face(Box(10, 50, 80, 100), None, 0.9, "yunet")) == Box(10, 50, 80, 100)


def test_without_the_model_places_are_estimated_and_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    assert "keepdial models get face-landmarker" in missing()
    pixels = np.zeros((200, 200, 3), np.uint8)
    assert landmarks(pixels, someone().face, seen=False).estimated


@pytest.mark.shared
def test_the_mesh_of_the_astronaut_and_its_estimate_agree(
    photos: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")
    pytest.importorskip("ai_edge_litert", reason="needs the extra keepdial[tflite]")
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))
    (guess,) = landmarks_of(open_image(photos / "astronaut.png"))
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    (seen,) = landmarks_of(open_image(photos / "astronaut.png"))
    assert (guess.estimated, seen.estimated) == (True, False)
    apart = np.hypot(*(guess.points - seen.points).T) / seen.unit
    assert apart[[i for eye in topology.EYES for i in eye]].mean() < 0.06
    assert apart[list(topology.LIPS)].mean() < 0.15
    assert seen.unit == pytest.approx(guess.unit, rel=0.06)
