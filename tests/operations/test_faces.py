from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.edit import Edit, edit
from keepdial.errors import KeepdialError, ModelMissing, ParameterError, SelectionError
from keepdial.faces import Face, find_faces, topology
from keepdial.faces.landmarks import landmarks_of
from keepdial.files import open_image
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.operations import Operation, Stage, operations
from keepdial.request import Request, Selector
from keepdial.scene import scene_of
from keepdial.select import select
from keepdial.settings import Settings
from tests.pictures import box

pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")

GROUP = {name: unit for name, unit in operations().items() if unit.group == "Faces"}
PLAIN = ("retouch", "even-skin", "brighten-eyes", "whiten-teeth", "cheeks")
"""Those that need no model and always find something on the shipped portrait."""


@pytest.fixture(autouse=True)
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEEPDIAL_MODELS", str(tmp_path))


@pytest.fixture(scope="module")
def astronaut(photos: Path) -> Image:
    return open_image(photos / "astronaut.png")


def staged(name: str, image: Image, *targets: Selector, **params: Any) -> Stage:
    unit: Operation = operations()[name]
    selection = select(targets or [Selector(kind="all")], image)
    return unit.stage(image, selection, unit.params.build(**params), Settings())


def done(name: str, image: Image, *targets: Selector, keep: float | None = None, **params: Any) -> Edit:
    return edit(Request(operation=name, params=params, targets=targets, keep=keep), image)


def changed(one: Edit) -> NDArray[np.bool_]:
    return np.asarray((one.image.pixels != one.source.pixels).any(axis=2))


def with_red_eyes(image: Image) -> Image:
    pixels = np.asarray(image.pixels, np.float32)
    y, x = np.mgrid[: image.size.height, : image.size.width]
    for cx, cy in ((203.0, 101.5), (246.0, 102.5)):
        share = np.clip(3.4 - np.hypot(x - cx, y - cy), 0, 1)[..., None]
        pixels = pixels * (1 - share) + share * np.array([215, 45, 50], np.float32)
    return Image(pixels.astype(np.uint8))


def test_the_group_is_whole_and_declares_itself_alike() -> None:
    assert set(GROUP) == {
        "retouch",
        "even-skin",
        "blemishes",
        "brighten-eyes",
        "whiten-teeth",
        "red-eye",
        "lips",
        "cheeks",
        "hair-colour",
        "reshape",
    }
    for unit in GROUP.values():
        assert (unit.target, unit.default_target, unit.default_keep) == ("optional", "all", 0.0)
        assert (unit.scales, unit.blends, unit.auto_pins) == (True, False, False)
        assert (unit.tone is None) == (unit.name == "reshape")


def test_every_saying_stands_for_options_that_are_possible() -> None:
    for unit in GROUP.values():
        assert unit.says
        for saying in unit.says:
            params = {k: "red" if v == "{colour}" else v for k, v in saying.params.items()}
            unit.params.build(**params)
            assert not saying.amount or saying.amount in unit.params.model_fields
            assert all(words == words.lower() for words in saying.words)


@pytest.mark.parametrize("name", PLAIN)
def test_each_is_seen_and_leaves_all_else(astronaut: Image, name: str) -> None:
    one = done(name, astronaut)
    assert not changed(one)[~one.changed].any()
    assert one.box is not None
    assert one.box.x >= 150
    assert one.box.right <= 300
    assert one.box.bottom <= 220
    assert one.report["no-op"].verdict == "pass"
    assert one.report["identity"].value < 0.2
    assert one.routes[0].chosen == "tone"
    assert any("estimated" in note for note in one.notes)


@pytest.mark.parametrize("name", PLAIN)
def test_the_dial_and_the_amount_scale(astronaut: Image, name: str) -> None:
    def moved(**asked: Any) -> float:
        gap = done(name, astronaut, **asked).image.pixels.astype(int) - astronaut.pixels.astype(int)
        return float(np.abs(gap).sum())

    whole = moved()
    assert 0.3 < moved(keep=0.5) / whole < 0.7
    assert moved(amount=20) < 0.75 * whole
    assert moved(keep=1.0) == 0


def test_the_retouched_skin_is_calmer_and_redness_goes(astronaut: Image) -> None:
    cheek = np.s_[112:128, 190:205]
    fine = done("retouch", astronaut, amount=100).image.pixels[cheek].astype(float)
    assert fine.std(axis=(0, 1)).mean() < 0.9 * astronaut.pixels[cheek].astype(float).std(axis=(0, 1)).mean()


def test_a_target_says_which_faces_and_where(astronaut: Image) -> None:
    whole = done("retouch", astronaut)
    left = done("retouch", astronaut, box(150, 40, 75, 160))
    assert left.box is not None
    assert left.box.right <= 225
    inside = np.s_[60:180, 160:195]  # away from the edge of the selection
    assert np.array_equal(left.image.pixels[inside], whole.image.pixels[inside])
    with pytest.raises(SelectionError, match="None of the 1 faces"):
        done("retouch", astronaut, box(0, 300, 50, 50))


def test_a_picture_without_a_face_says_so() -> None:
    plain = Image(np.full((80, 80, 3), 120, np.uint8))
    for name in GROUP:
        params = {"smile": 0.0, "slim": 50.0} if name == "reshape" else {}
        with pytest.raises(KeepdialError) as error:
            done(name, plain, **params)
        if name not in ("lips", "hair-colour"):  # which lack their model first
            assert "No face was found" in str(error.value)


def test_a_small_face_is_left_and_it_is_said(astronaut: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    (face,) = find_faces(scene_of(astronaut).rgb)
    small = Face(Box(400, 100, 20, 20), None, 0.9, "yunet")
    monkeypatch.setattr("keepdial.select.faces.faces_of", lambda image: (face, small))
    stage = staged("retouch", Image(astronaut.pixels.copy()))
    assert "1 of 2 faces are narrower than 32 px and were left." in stage.notes
    assert not stage.mask[:, 380:].any()
    monkeypatch.setattr("keepdial.select.faces.faces_of", lambda image: (small,))
    with pytest.raises(SelectionError, match="narrower than 32 px"):
        staged("retouch", Image(astronaut.pixels.copy()))


def test_without_a_finder_it_is_named(astronaut: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keepdial.faces.hog.installed", lambda: False)
    with pytest.raises(SelectionError, match=r"keepdial\[faces\]"):
        staged("retouch", astronaut)
    with pytest.raises(SelectionError, match=r"--box"):
        staged("red-eye", astronaut)


def test_what_needs_the_mesh_or_the_hair_names_the_model(astronaut: Image) -> None:
    with pytest.raises(ModelMissing, match="keepdial models get face-landmarker"):
        done("lips", astronaut)
    with pytest.raises(ModelMissing, match="keepdial models get face-landmarker"):
        done("reshape", astronaut, smile=50)
    with pytest.raises(ModelMissing, match="keepdial models get hair"):
        done("hair-colour", astronaut)


@pytest.mark.parametrize("name", ["lips", "cheeks", "hair-colour"])
def test_a_colour_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="colour"):
        operations()[name].params.build(colour="blurple")


class TestRedEye:
    def test_both_pupils_become_dark(self, astronaut: Image) -> None:
        given = with_red_eyes(astronaut)
        one = done("red-eye", given)
        assert "2 red pupils were found in the eyes of the face." in one.notes
        for x, y in ((203, 101), (246, 102)):
            r, g, b = (int(v) for v in one.image.pixels[y, x])
            assert max(r, g, b) < 70
            assert abs(r - max(g, b)) < 12
        assert changed(one).sum() < 200

    def test_eyes_that_are_not_red_are_left_and_it_is_said(self, astronaut: Image) -> None:
        stage = staged("red-eye", astronaut)
        assert stage.notes == ("No red pupils were found in the eyes of the face.",)
        assert not stage.mask.any()
        one = done("red-eye", astronaut)
        assert np.array_equal(one.image.pixels, astronaut.pixels)

    def test_a_box_serves_where_no_face_is_found(
        self, astronaut: Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given = with_red_eyes(astronaut)
        for finder in (True, False):
            if not finder:
                monkeypatch.setattr("keepdial.faces.hog.installed", lambda: False)
            stage = staged("red-eye", given, box(194, 92, 18, 18))
            assert stage.notes == ("1 red pupil was found in what was selected.",)
            assert 20 < np.count_nonzero(stage.mask) < 120
            assert not stage.mask[:, 215:].any()

    def test_at_16_bits_and_small(self, astronaut: Image) -> None:
        import cv2

        given = with_red_eyes(astronaut).pixels
        small = np.asarray(cv2.resize(given, (256, 256), interpolation=cv2.INTER_AREA), np.uint16)
        one = done("red-eye", Image(small * np.uint16(257)))
        assert one.notes[0].startswith("2 red pupils")
        assert one.image.depth == 16
        x, y = 101, 50
        assert one.image.pixels[y, x, 0] < 0.6 * 257 * small[y, x, 0]


class TestBlemishes:
    def test_spots_are_counted_and_healed(self, astronaut: Image) -> None:
        pixels = np.asarray(astronaut.pixels, np.float32)
        y, x = np.mgrid[:512, :512]
        for cx, cy in ((197, 132), (250, 132)):
            share = np.exp(-0.5 * (np.hypot(x - cx, y - cy) / 1.4) ** 2)[..., None]
            pixels = pixels * (1 - share * np.array([0.45, 0.6, 0.6], np.float32))
        given = Image(pixels.astype(np.uint8))
        one = done("blemishes", given)
        assert one.notes[0].startswith("2 spots were found")
        for cx, cy in ((197, 132), (250, 132)):
            had, left = (
                np.abs(p.pixels[cy, cx].astype(int) - astronaut.pixels[cy, cx]).max()
                for p in (given, one.image)
            )
            assert left < 0.55 * had

    def test_clear_skin_is_left_and_it_is_said(self, astronaut: Image) -> None:
        stage = staged("blemishes", astronaut, sensitivity=20)
        assert stage.notes[0] == "No spots were found on the skin."
        assert not stage.mask.any()


class TestReshape:
    def test_the_face_gets_slimmer_and_the_background_holds_still(self, astronaut: Image) -> None:
        one = done("reshape", astronaut, slim=80)
        assert one.routes[0].chosen == "face-shape"
        assert changed(one).sum() > 2000
        assert not changed(one)[~one.changed].any()
        assert not changed(one)[:, :130].any()
        assert 0.02 < one.report["identity"].value < 0.4
        face = landmarks_of(astronaut)[0]
        assert not changed(one)[: int(face.at(topology.OVAL)[0, 1]) - 30].any()

    def test_pins_win(self, astronaut: Image) -> None:
        pinned = edit(
            Request(operation="reshape", params={"slim": 80}, pins=(box(150, 120, 50, 80),)), astronaut
        )
        assert not changed(pinned)[120:200, 150:200].any()
        assert changed(pinned)[100:180, 240:290].any()

    def test_nothing_asked_is_an_error_that_says_what_there_is(self, astronaut: Image) -> None:
        with pytest.raises(ParameterError, match="smile, open_eyes, slim, nose, jaw"):
            done("reshape", astronaut)

    def test_grey_with_alpha_at_16_bits(self, astronaut: Image) -> None:
        grey = astronaut.pixels.mean(axis=2, keepdims=True).astype(np.uint16) * np.uint16(257)
        alpha = np.full(grey.shape[:2], 65535, np.uint16)
        alpha[:, :190] = 30000
        one = done("reshape", Image(grey, alpha), slim=100)
        assert one.image.pixels.shape == (512, 512, 1)
        assert changed(one).any()
        assert one.image.alpha is not None
        assert not np.array_equal(one.image.alpha, alpha)


@pytest.mark.parametrize("name", ["retouch", "brighten-eyes"])
def test_grey_pictures_stay_grey(astronaut: Image, name: str) -> None:
    grey = astronaut.pixels.mean(axis=2, keepdims=True).astype(np.uint8)
    one = done(name, Image(grey))
    assert one.image.pixels.shape == grey.shape
    assert changed(one).any()


def test_a_chain_of_face_operations_goes_from_one_to_the_next(astronaut: Image) -> None:
    request = Request(operation="retouch", then=(Request(operation="even-skin"), Request(operation="cheeks")))
    one = edit(request, astronaut)
    # What is done to the same skin is one step.
    steps = [step for each in one.steps for step in each.plan.steps]
    assert [step.operation for step in steps] == ["retouch", "cheeks"]
    assert [more.operation for more in steps[0].also] == ["even-skin"]
    assert one.report["identity"].verdict == "pass"
    assert not changed(one)[~one.changed].any()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "params"),
    [("lips", {"colour": "red"}), ("hair-colour", {"colour": "blue"}), ("reshape", {"smile": 80})],
)
def test_with_the_models_the_rest_works_too(
    photos: Path, shared: Path, monkeypatch: pytest.MonkeyPatch, name: str, params: dict[str, Any]
) -> None:
    pytest.importorskip("ai_edge_litert", reason="needs the extra keepdial[tflite]")
    monkeypatch.setenv("KEEPDIAL_MODELS", str(shared / "models"))
    image = open_image(photos / "astronaut.png")
    one = done(name, image, **params)
    assert not changed(one)[~one.changed].any()
    assert changed(one).sum() > 400
    assert one.report["identity"].value < 0.4
    assert not any("estimated" in note for note in one.notes)
    if name == "lips":
        inside = changed(one)
        before, after = (p.pixels[inside].astype(float).mean(axis=0) for p in (image, one.image))
        assert after[0] - after[1] > before[0] - before[1] + 20
    if name == "hair-colour":
        assert int(one.image.pixels[40, 190, 2]) > int(one.image.pixels[40, 190, 0])
