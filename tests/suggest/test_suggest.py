from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from keepdial import suggest as package
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.select import Region
from keepdial.suggest import Candidate, Suggester, suggest, suggesters


def sky(height: int = 400, width: int = 600) -> Any:
    """A blue sky, lighter below, with the noise of a camera."""
    down = np.linspace(0, 1, height)[:, None, None]
    rgb = (1 - down) * np.array([90, 130, 200]) + down * np.array([170, 190, 220])
    rgb = rgb + np.random.default_rng(0).normal(0, 1.5, (height, width, 3))
    return np.clip(np.round(np.broadcast_to(rgb, (height, width, 3))), 0, 255).astype(np.uint8)


def found(name: str, rgb: Any) -> list[tuple[str, Box]]:
    return [(c.label, c.region.box) for c in suggesters()[name].find(Image(rgb))]


@pytest.mark.parametrize("name", ["spots", "wires", "border"])
def test_an_empty_sky_is_left_in_peace(name: str) -> None:
    assert found(name, sky()) == []


def test_spots_of_dust_are_found_where_they_are() -> None:
    rgb = sky()
    for x, y in ((150, 120), (420, 260)):
        cv2.circle(rgb, (x, y), 5, tuple(int(0.8 * v) for v in rgb[y, x]), -1, cv2.LINE_AA)
    spots = found("spots", rgb)
    assert [label for label, _ in spots] == ["spot", "spot"]
    for x, y in ((150, 120), (420, 260)):
        (box,) = [b for _, b in spots if b.intersects(Box(x, y, 1, 1))]
        assert 10 <= box.width <= 28


def test_a_swarm_of_stars_is_no_flaw() -> None:
    rgb = np.full((400, 600, 3), 20, np.uint8)
    for x, y in np.random.default_rng(1).integers((20, 20), (580, 380), (60, 2)):
        cv2.circle(rgb, (int(x), int(y)), 2, (240, 240, 240), -1)
    assert found("spots", rgb) == []


def test_a_sagging_wire_is_followed_along_its_whole_length() -> None:
    rgb = sky()
    xs = np.arange(30, 560)
    ys = 100 + 60 * ((xs - 300) / 270.0) ** 2
    cv2.polylines(
        rgb, [np.stack([xs, ys], axis=1).round().astype(np.int32)], False, (40, 40, 45), 2, cv2.LINE_AA
    )
    (candidate,) = suggesters()["wires"].find(Image(rgb))
    region = np.zeros(rgb.shape[:2], np.float32)
    region[candidate.region.box.slices] = candidate.region.values
    assert region[np.round(ys).astype(int), xs].mean() > 0.95
    assert region.sum() < 12 * len(xs)


def test_a_short_stick_and_an_edge_are_no_wires() -> None:
    rgb = sky()
    cv2.line(rgb, (100, 100), (160, 120), (40, 40, 40), 2, cv2.LINE_AA)
    rgb[250:] = (60, 90, 50)
    assert found("wires", rgb) == []


def test_blinds_are_no_wires() -> None:
    rgb = sky()
    for y in range(30, 380, 30):
        cv2.line(rgb, (20, y), (580, y), (40, 40, 40), 2, cv2.LINE_AA)
    assert found("wires", rgb) == []


def test_a_small_thing_at_the_border_is_found_and_one_in_the_middle_is_not() -> None:
    rgb = sky()
    cv2.circle(rgb, (300, 392), 14, (220, 60, 30), -1, cv2.LINE_AA)
    cv2.circle(rgb, (300, 200), 14, (220, 60, 30), -1, cv2.LINE_AA)
    ((label, box),) = found("border", rgb)
    assert label == "thing at the border"
    assert box.intersects(Box(300, 392, 1, 1))
    assert box.width < 60


def test_a_date_stamp_is_the_first_suggestion() -> None:
    rgb = sky()
    cv2.putText(rgb, "21.11.2026", (390, 380), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 140, 20), 2, cv2.LINE_AA)
    first = suggest(Image(rgb))[0]
    assert (first.number, first.label) == (1, "date stamp")
    assert "21.11.2026" in first.reason
    ink = rgb[..., 2] < 60
    inside = np.zeros(ink.shape, bool)
    inside[first.region.box.slices] = first.region.values > 0
    assert inside[ink].all()


def test_a_page_of_text_is_not_suggested() -> None:
    rgb = np.full((260, 420, 3), 250, np.uint8)
    for row in range(5):
        cv2.putText(
            rgb, "plain words to read", (20, 45 + 48 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (0, 0, 0), 2
        )
    assert found("text", rgb) == []


def test_tiny_pictures_have_no_suggestions() -> None:
    for shape in ((1, 1, 1), (63, 400, 3)):
        assert suggest(Image(np.zeros(shape, np.uint8))) == ()


def candidate(label: str, box: Box, score: float) -> Candidate:
    return Candidate(label, "Why.", Region(box, np.ones((box.height, box.width), np.float32)), score)


def test_numbers_go_by_score_and_the_same_thing_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = (
        candidate("b", Box(10, 10, 20, 20), 0.5),
        candidate("a", Box(50, 50, 10, 10), 0.9),
        candidate("same as b", Box(12, 12, 16, 16), 0.4),
        candidate("c", Box(10, 60, 9, 9), 0.5),
    )
    unit = Suggester("made", "Made.", lambda image: made)
    monkeypatch.setattr(package, "suggesters", lambda: {"made": unit})
    image = Image(np.zeros((100, 100, 3), np.uint8))
    assert [(s.number, s.label) for s in suggest(image)] == [(1, "a"), (2, "b"), (3, "c")]
    assert [s.label for s in suggest(image, most=1)] == ["a"]


def test_there_are_at_most_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    made = tuple(candidate("x", Box(8 * i, 0, 4, 4), 0.5) for i in range(12))
    monkeypatch.setattr(package, "suggesters", lambda: {"m": Suggester("m", "M.", lambda image: made)})
    assert len(suggest(Image(np.zeros((100, 100, 3), np.uint8)))) == 10


def test_people_apart_are_told_from_the_subject(monkeypatch: pytest.MonkeyPatch) -> None:
    from keepdial import select
    from keepdial.select import Finder, Instance, Options, _maps

    def person(x: int, width: int) -> Instance:
        box = Box(x, 20, width, 2 * width)
        return Instance(Region(box, np.ones((2 * width, width), np.float32)), "person", 0.9)

    people = (person(20, 40), person(150, 8))
    unit = Finder("objects", "Things.", Options, find=lambda options, image: people)
    monkeypatch.setattr(Options, "build", classmethod(lambda cls, **given: cls()))
    monkeypatch.setattr(select, "finders", lambda: {"objects": unit})
    subject = np.zeros((120, 200), np.float32)
    subject[:, :80] = 1
    monkeypatch.setattr(_maps, "subject", lambda image: subject)
    (apart,) = suggesters()["people"].find(Image(np.zeros((120, 200, 3), np.uint8)))
    assert apart.region.box == Box(150, 20, 8, 16)
    assert apart.label == "person"
