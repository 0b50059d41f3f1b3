"""``keepdial compare``."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image as Pillow

from keepdial import open_image
from tests.cli.conftest import Run


@pytest.fixture
def spoilt(folder: Path) -> str:
    with Pillow.open(folder / "coffee.png") as picture:
        copy = picture.copy()
    copy.paste((0, 255, 0), (10, 20, 14, 22))
    copy.paste((0, 255, 0), (300, 200, 310, 210))
    copy.save(folder / "spoilt.png")
    return "spoilt.png"


def test_equal_pictures(folder: Path, run: Run) -> None:
    ran = run("compare", "coffee.png", "coffee.png")
    assert (ran.code, ran.out) == (0, "All 240,000 pixels are equal.\n")


def test_numbers_and_regions(folder: Path, run: Run, spoilt: str) -> None:
    ran = run("compare", "coffee.png", spoilt)
    assert "108 of 240,000 pixels differ" in ran.out
    assert "10x10 at 300,200: 100 pixels differ" in ran.out
    assert "4x2 at 10,20: 8 pixels differ" in ran.out
    assert "HaarPSI" in ran.out


def test_json(folder: Path, run: Run, spoilt: str) -> None:
    found = run("compare", "coffee.png", spoilt, "--json").report
    assert (found["equal"], found["changed"], found["compared"]) == (False, 108, 240_000)
    assert found["regions"][0] == {"x": 300, "y": 200, "width": 10, "height": 10, "pixels": 100}


def test_heat_map_is_a_picture_and_overwrites_nothing(folder: Path, run: Run, spoilt: str) -> None:
    assert run("compare", "coffee.png", spoilt, "--heat", "heat.png").code == 0
    assert open_image("heat.png").size.width == 600
    assert run("compare", "coffee.png", spoilt, "--heat", "heat.png").code == 4
    assert run("compare", "coffee.png", spoilt, "--heat", "heat.png", "--overwrite").code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("coffee.png", "rocket.jpg"), 2, "different sizes, 600x400 and 640x427"),
        (("coffee.png", "nowhere.png"), 3, "nowhere.png"),
        (("-", "-"), 2, "stdin"),
        (("coffee.png",), 2, "AFTER"),
    ],
)
def test_what_cannot_be_compared_says_why(
    folder: Path, run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = run("compare", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
