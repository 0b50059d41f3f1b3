from __future__ import annotations

import numpy as np
import pytest

from keepdial.geometry import Box
from keepdial.reading import Line
from keepdial.reading.match import blocks, is_date, is_plate, plain, wording


def line(text: str, x: int = 0, y: int = 0, height: int = 20) -> Line:
    width = 10 * len(text)
    quad = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], np.float32)
    places = tuple((i + 0.5) / len(text) for i in range(len(text)))
    return Line(quad, Box(x, y, width, height), 1.0, text, 1.0, places)


@pytest.mark.parametrize(
    "text",
    [
        "21.11.2026",
        "'98 8 14",
        "'98 814",
        "NOV 21 2026",
        "21 NOV 2026",
        "2026-11-21",
        "14:05",
        "12/24/2019 10:30",
    ],
)
def test_dates_as_cameras_print_them(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["SALE", "Room 12", "50% off", "marble 20", "3.5 x 7"])
def test_what_is_no_date(text: str) -> None:
    assert not is_date(text)


def test_number_plates() -> None:
    assert [
        t for t in ("M-AB 1234", "AB12 CDE", "7ABC123", "SALE", "1234567", "Main St 12") if is_plate(t)
    ] == [
        "M-AB 1234",
        "AB12 CDE",
        "7ABC123",
    ]


def test_plain_drops_what_does_not_count() -> None:
    assert plain("S-A le!") == ("saiei", (0, 2, 4, 5, 6))
    assert plain("5A1E") == (*plain("SALE")[:1], (0, 1, 2, 3))


def test_a_wording_is_the_part_of_the_line_that_says_it() -> None:
    (found,) = wording([line("WINTER SALE NOW"), line("other")], "sale")
    assert found.text == "SALE"
    assert found.box == Box(70, 0, 40, 20)


def test_a_wording_is_found_as_often_as_it_stands() -> None:
    assert [p.text for p in wording([line("sale SALE"), line("Sale")], "SALE")] == ["sale", "SALE", "Sale"]


def test_errors_of_readers_do_not_count() -> None:
    assert [p.text for p in wording([line("5A1E")], "sale")] == ["5A1E"]
    assert [p.text for p in wording([line("WINTFR")], "winter")] == ["WINTFR"]
    assert wording([line("SUMMER")], "winter") == ()
    assert wording([line("SUMMER")], "?") == ()


def test_a_wording_over_two_lines_is_both_lines() -> None:
    found = wording([line("GRAND"), line("OPENING", y=30), line("TODAY", y=60)], "Grand Opening")
    assert [p.text for p in found] == ["GRAND", "OPENING"]


def test_lines_that_stand_together_are_a_block() -> None:
    lines = [line("GRAND"), line("OPENING", y=25), line("tiny", y=48, height=8), line("FAR", x=300, y=200)]
    assert [[part.text for part in group] for group in blocks(lines)] == [
        ["GRAND", "OPENING"],
        ["tiny"],
        ["FAR"],
    ]
