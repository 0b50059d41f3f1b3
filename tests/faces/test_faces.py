from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.errors import BackendError, ParameterError
from keepdial.faces import SAME_PERSON, embedding, find_faces, hog, missing
from keepdial.geometry import Box

pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")


@pytest.fixture(scope="module")
def astronaut() -> Any:
    photo = Path(__file__).resolve().parents[2] / "examples" / "photos" / "astronaut.png"
    picture: Any = cv2.imread(str(photo))
    return np.ascontiguousarray(picture[..., ::-1])


def test_the_face_of_the_astronaut_is_found(astronaut: Any) -> None:
    (face,) = find_faces(astronaut)
    assert face.source == "dlib"
    assert 0.5 < face.score < 1
    assert face.points is not None
    # Where a person sees the eyes and the base of the nose in this photograph.
    assert np.allclose(face.points[:3], [(203, 101), (247, 103), (225, 131)], atol=5)
    assert np.isnan(face.points[3:]).all()
    assert face.box.intersects(Box(220, 110, 4, 4))


def test_a_face_of_forty_pixels_is_found(astronaut: Any) -> None:
    small = cv2.resize(astronaut, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    (face,) = find_faces(np.asarray(small, np.uint8))
    assert 35 <= face.box.width <= 55


def test_a_large_picture_is_searched_at_a_bounded_size(
    astronaut: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hog, "AREA", 256 * 256)
    large = cv2.resize(astronaut, None, fx=2, fy=2)
    assert find_faces(np.asarray(large, np.uint8)) == ()  # 180 px there are 45 px at that size
    monkeypatch.setattr(hog, "AREA", 512 * 512)
    (face,) = find_faces(np.asarray(large, np.uint8))
    assert 150 <= face.box.width <= 220


@pytest.mark.parametrize("shape", [(1, 1, 3), (7, 300, 3), (64, 64, 3)])
def test_there_is_no_face_in_nothing(shape: tuple[int, int, int]) -> None:
    assert find_faces(np.full(shape, 90, np.uint8)) == ()


def test_a_fingerprint_tells_people_apart(astronaut: Any) -> None:
    (face,) = find_faces(astronaut)
    one = embedding(astronaut, face)
    assert one.shape == (128,)
    assert one.dtype == np.float32
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    (other,) = find_faces(mirrored)
    assert np.linalg.norm(one - embedding(mirrored, other)) < SAME_PERSON / 2


@pytest.mark.shared
def test_two_people_have_two_fingerprints(astronaut: Any, shared: Path) -> None:
    photo: Any = cv2.imread(str(shared / "data" / "kodak24" / "kodim04.png"))
    rgb = np.ascontiguousarray(photo[..., ::-1])
    (hat,) = find_faces(rgb)
    (face,) = find_faces(astronaut)
    assert np.linalg.norm(embedding(rgb, hat) - embedding(astronaut, face)) > SAME_PERSON


def test_a_box_of_another_detector_serves_as_well(astronaut: Any) -> None:
    from keepdial.faces import Face

    (face,) = find_faces(astronaut)
    taller = Box(184, 62, 78, 106)  # forehead to chin, as YuNet draws them
    other = Face(taller, None, 0.9, "yunet")
    assert np.linalg.norm(embedding(astronaut, face) - embedding(astronaut, other)) < SAME_PERSON / 2


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert missing() == ""
    monkeypatch.setattr(hog, "find_spec", lambda name: None)
    assert "keepdial[faces]" in missing()
    with pytest.raises(BackendError, match=r"keepdial\[faces\]"):
        find_faces(np.zeros((64, 64, 3), np.uint8))


def test_the_model_for_research_only_is_never_named() -> None:
    assert "shape_predictor_68" not in Path(hog.__file__).read_text()


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_other_arrays_are_refused(bad: Any) -> None:
    with pytest.raises(ParameterError, match="uint8"):
        find_faces(bad)


@pytest.mark.shared
def test_yunet_is_preferred_where_it_is_installed(
    astronaut: Any, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (face,) = find_faces(astronaut)
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    (other,) = find_faces(astronaut)
    assert other.source == "yunet"
    assert other.points is not None
    assert np.allclose(other.points[:2], [(203, 101), (247, 103)], atol=5)
    assert np.linalg.norm(embedding(astronaut, face) - embedding(astronaut, other)) < SAME_PERSON / 2
