from __future__ import annotations

import itertools
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.errors import BackendError, ParameterError
from keepdial.geometry import Box
from keepdial.reading import Line, detect, find_text, network, part_of_line, read_text, text_mask
from keepdial.reading.detect import _spans, clockwise, sides
from keepdial.reading.mask import grown


def page(*lines: tuple[str, int, int], size: tuple[int, int] = (200, 400), scale: float = 1.0) -> Any:
    rgb = np.full((*size, 3), 230, np.uint8)
    for text, x, y in lines:
        cv2.putText(rgb, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 60), 2, cv2.LINE_AA)
    return rgb


def line(*corners: tuple[float, float], text: str = "", places: tuple[float, ...] = ()) -> Line:
    quad = np.array(corners, np.float32)
    return Line(quad, Box(0, 0, 100, 20), 1.0, text, 1.0 if text else 0.0, places)


LONG = line((0, 0), (100, 0), (100, 20), (0, 20), text="ABCDE", places=(0.1, 0.3, 0.5, 0.7, 0.9))


def test_two_lines_are_read_where_they_stand() -> None:
    rgb = page(("WINTER SALE", 60, 70), ("21 NOV 2026", 90, 150))
    first, second = read_text(rgb)
    assert (first.text.replace(" ", ""), second.text.replace(" ", "")) == ("WINTERSALE", "21NOV2026")
    assert first.confidence > 0.9
    ink = Box.of(rgb[:100].min(axis=2) < 200)
    assert ink is not None
    for found, drawn in ((first.box.x, ink.x), (first.box.y, ink.y), (first.box.right, ink.right)):
        assert abs(found - drawn) <= 8
    assert len(first.places) == len(first.text)
    assert list(first.places) == sorted(first.places)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_line_is_read(turns: int) -> None:
    rgb = np.ascontiguousarray(np.rot90(page(("WINTER SALE", 60, 110)), turns))
    (found,) = read_text(rgb)
    assert found.text.replace(" ", "") == "WINTERSALE"


def test_finding_alone_reads_nothing() -> None:
    rgb = page(("HELLO", 40, 100))
    (found,) = find_text(rgb)
    assert (found.text, found.confidence, found.places) == ("", 0.0, ())
    assert found.score > 0.5
    assert 20 < found.height < 60


def test_an_empty_wall_has_no_text() -> None:
    assert find_text(np.full((64, 96, 3), 128, np.uint8)) == ()
    assert read_text(np.full((1, 1, 3), 128, np.uint8)) == ()


def test_a_large_picture_is_searched_in_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "FINE_AREA", 700_000)
    monkeypatch.setattr(detect, "TILE", 512)
    rgb = np.full((900, 1200, 3), 90, np.uint8)
    # Across the border of two tiles, so that neither sees all of it.
    cv2.putText(rgb, "21 NOV 2026", (470, 860), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 160, 30), 2, cv2.LINE_AA)
    (found,) = read_text(rgb)
    assert found.text.replace(" ", "") == "21NOV2026"
    assert found.box.intersects(Box(470, 835, 180, 25))


@pytest.mark.parametrize(
    "bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)]
)
def test_other_arrays_are_refused(bad: Any) -> None:
    with pytest.raises(ParameterError, match="uint8"):
        find_text(bad)


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BackendError, match="rapidocr"):
        network.weights("det")


def test_many_threads_share_one_network() -> None:
    rgb = page(("HELLO", 30, 60), size=(90, 160))
    found: list[str] = []

    def work() -> None:
        found.extend(line.text for line in read_text(rgb))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["HELLO"] * 3


def test_a_part_of_a_line_is_cut_between_characters() -> None:
    part = part_of_line(LONG, 1, 3)
    assert part.text == "BC"
    assert np.allclose(part.polygon, [(20, 0), (60, 0), (60, 20), (20, 20)])
    assert part.box.intersects(Box(39, 0, 2, 2))
    assert (part.box.x, part.box.y, part.box.height) == (20, 0, 20)
    assert 60 <= part.box.right <= 61
    assert np.allclose(part.places, (0.25, 0.75))
    assert part_of_line(LONG, 0, 5).box == Box(0, 0, 100, 20)


def test_a_part_outside_of_the_line_is_refused() -> None:
    with pytest.raises(ParameterError, match="characters of 'ABCDE'"):
        part_of_line(LONG, 3, 6)


def test_the_mask_is_the_rectangle_and_a_margin_of_its_height() -> None:
    stands = line((20, 10), (80, 10), (80, 30), (20, 30))
    assert np.allclose(grown(stands, part=0.25), [(15, 5), (85, 5), (85, 35), (15, 35)])
    assert np.allclose(grown(stands, part=0.0), [(18, 8), (82, 8), (82, 32), (18, 32)])  # the least: 2 px
    mask = text_mask(np.zeros((50, 100, 3), np.uint8), [stands], whole=True)
    assert mask.dtype == np.float32
    assert Box.of(mask) == Box(18, 8, 65, 25)  # 0.12 of 20 px
    assert mask.sum() == 65 * 25
    assert text_mask(np.zeros((5, 7, 3), np.uint8), []).sum() == 0


def test_the_letters_mask_holds_all_ink_and_less_than_the_rectangle() -> None:
    rgb = page(("SALE", 60, 100))
    lines = find_text(rgb)
    letters, whole = text_mask(rgb, lines), text_mask(rgb, lines, whole=True)
    ink = rgb[..., 1] != 230
    assert letters[ink].min() == 1
    assert (letters <= whole).all()
    assert letters.sum() < 0.85 * whole.sum()


def test_letters_on_wild_ground_are_taken_whole() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (60, 200, 3), dtype=np.uint8)
    stands = line((40, 15), (160, 15), (160, 45), (40, 45))
    assert (text_mask(rgb, [stands]) == text_mask(rgb, [stands], whole=True)).all()


def test_corners_go_round_from_the_top_left() -> None:
    quad = np.array([(30, 20), (0, 0), (0, 20), (30, 0)], np.float32)
    assert np.allclose(clockwise(quad), [(0, 0), (30, 0), (30, 20), (0, 20)])
    assert sides(clockwise(quad)) == (30.0, 20.0)


@pytest.mark.parametrize(("length", "count"), [(1, 1), (1024, 1), (1025, 2), (4000, 5)])
def test_tiles_cover_and_overlap(length: int, count: int) -> None:
    spans = _spans(length)
    assert len(spans) == count
    assert (spans[0][0], spans[-1][1]) == (0, length)
    assert all(stop - start <= 1024 for start, stop in spans)
    assert all(b[0] <= a[1] - 96 for a, b in itertools.pairwise(spans))


@pytest.mark.shared
def test_every_line_of_a_page_is_read(shared: Path) -> None:
    from PIL import Image

    folder = shared / "data" / "text"
    rgb = np.asarray(Image.open(folder / "eurotext.tif").convert("RGB"))
    truth = (folder / "eurotext.txt").read_text("utf-8").splitlines()
    assert len(read_text(rgb)) == len([row for row in truth if row.strip()]) == 12
