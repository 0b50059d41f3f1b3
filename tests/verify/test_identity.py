from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.faces import find_faces
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.verify import Evidence, verify
from keepdial.verify.identity import LIMIT, SIGNAL

pytest.importorskip("dlib", reason="needs the extra keepdial[faces]")


@pytest.fixture(scope="module")
def astronaut(photos: Path) -> Image:
    return open_image(photos / "astronaut.png")


def evidence(image: Image, after: Any, operation: str = "retouch", mask: Any = None) -> Evidence:
    if mask is None:
        mask = np.zeros(image.pixels.shape[:2], np.float32)
        mask[60:180, 170:280] = 1
    return Evidence(image, image.with_pixels(after), mask, mask > 0, operation=operation, keep=0.0)


def swirled(image: Image) -> NDArray[np.uint8]:
    """The astronaut with the features of her face moved about: the mouth at the eyes, a long nose."""
    pixels = np.asarray(image.pixels, np.uint8).copy()
    part: Any = pixels[60:180, 170:280]
    y, x = np.mgrid[:120, :110].astype(np.float32)
    middle = 1 - np.clip(np.hypot(x - 55, y - 60) / 60, 0, 1)
    bent = cv2.remap(
        part, x + 22 * middle * np.sin(y / 9), y - 26 * middle * np.cos(x / 12), cv2.INTER_LINEAR
    )
    pixels[60:180, 170:280] = bent
    return pixels


def test_the_same_face_is_the_same_person(astronaut: Image) -> None:
    found = SIGNAL.measure(evidence(astronaut, astronaut.pixels.copy()))
    assert found is not None
    assert (found.value, found.limit, found.verdict, found.advice) == (0, LIMIT, "pass", "")
    assert "still the same person" in found.meaning


def test_somebody_else_is_flagged_with_what_to_do(astronaut: Image) -> None:
    found = verify(evidence(astronaut, swirled(astronaut)))["identity"]
    assert found.value > LIMIT
    assert found.verdict == "warn"
    assert "no longer" in found.meaning
    assert "pin the face" in found.advice


@pytest.mark.parametrize("operation", ["drag", "variation"])
def test_other_operations_that_can_change_a_face_are_watched(astronaut: Image, operation: str) -> None:
    found = SIGNAL.measure(evidence(astronaut, swirled(astronaut), operation))
    assert found is not None
    assert found.value > LIMIT


def test_other_edits_do_not_pay_for_it(astronaut: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError("nobody asked for faces")

    monkeypatch.setattr("keepdial.faces.find_faces", never)
    monkeypatch.setattr("keepdial.select.faces.faces_of", never)
    assert SIGNAL.measure(evidence(astronaut, swirled(astronaut), "remove")) is None
    assert SIGNAL.measure(evidence(astronaut, swirled(astronaut), "unheard-of")) is None
    nothing = np.zeros(astronaut.pixels.shape[:2], np.float32)
    assert SIGNAL.measure(evidence(astronaut, astronaut.pixels.copy(), mask=nothing)) is None


def test_a_face_that_was_not_touched_is_not_measured(astronaut: Image) -> None:
    mask = np.zeros(astronaut.pixels.shape[:2], np.float32)
    mask[400:450, 30:80] = 1
    assert SIGNAL.measure(evidence(astronaut, astronaut.pixels.copy(), mask=mask)) is None
    assert SIGNAL.measure(evidence(astronaut, astronaut.pixels.copy(), "variation", mask=mask)) is None


def test_faces_are_looked_for_around_the_mask_alone(
    astronaut: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, ...]] = []

    def look(rgb: NDArray[np.uint8]) -> Any:
        seen.append(rgb.shape)
        return find_faces(rgb)

    monkeypatch.setattr("keepdial.faces.find_faces", look)
    found = SIGNAL.measure(evidence(astronaut, astronaut.pixels.copy(), "variation"))
    assert found is not None
    assert seen == [(244, 238, 3)]


def test_without_the_recogniser_there_is_nothing_to_say(
    astronaut: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keepdial.faces.hog.installed", lambda: False)
    assert SIGNAL.measure(evidence(astronaut, astronaut.pixels.copy())) is None
