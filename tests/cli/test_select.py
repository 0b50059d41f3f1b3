"""``keepdial select``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial import open_image
from tests.cli.conftest import Run


def test_mask_preview_and_numbers(folder: Path, run: Run) -> None:
    words = ("select", "coffee.png", "--box", "10,20,30,40", "-o", "m.png", "--preview", "p.png", "--json")
    report = run(*words).report
    assert report == {
        "size": [600, 400],
        "box": [10, 20, 30, 40],
        "pixels": 1200,
        "share": 0.005,
        "mask": "m.png",
        "preview": "p.png",
        "notes": [],
    }
    mask = open_image("m.png")
    assert mask.pixels.shape == (400, 600, 1)
    assert mask.pixels.sum() == 1200 * 255
    assert mask.pixels[20, 10, 0] == 255
    preview, photo = open_image("p.png").pixels, open_image("coffee.png").pixels
    assert np.array_equal(preview[40, 25], photo[40, 25])
    assert preview[200, 300].sum() < photo[200, 300].sum()


def test_the_mask_it_writes_is_the_mask_an_edit_takes(folder: Path, run: Run) -> None:
    assert run("select", "coffee.png", "--box", "10,20,30,40", "-o", "m.png").code == 0
    result = run("fill", "coffee.png", "--mask", "m.png", "--backend", "echo", "-o", "f.png", "--json").result
    assert result["edited"]["box"] == [10, 20, 30, 40]
    assert result["edited"]["pixels"] == 1200


def test_words_places_tools_and_what_is_taken_away(folder: Path, run: Run) -> None:
    ran = run("select", "coffee.png", "--what", "the top half", "--except", "the left half", "--json")
    assert ran.report["box"] == [300, 0, 300, 200]
    grown = run("select", "coffee.png", "--box", "10,20,1,1", "--tool", "grow:2", "--json").report
    assert grown["pixels"] == 13
    inverted = run("select", "coffee.png", "--all", "--tool", "invert")
    assert inverted.out == "Nothing is selected.\n"


def test_a_soft_edge_stays_near_the_outline(folder: Path, run: Run) -> None:
    polygon = "178,30 230,15 330,30 400,120 385,200 330,245 240,240 190,170"
    assert run("select", "coffee.png", "--polygon", polygon, "-o", "hard.png").code == 0
    assert run("select", "coffee.png", "--polygon", polygon, "--soft", "-o", "soft.png").code == 0
    hard, soft = (open_image(name).pixels[..., 0].astype(float) for name in ("hard.png", "soft.png"))
    assert 0 < np.abs(hard - soft).mean() < 20
    assert soft[130, 280] == 255
    assert soft[380, 20] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("coffee.png",), 2, 'a region, for example --what "the subject"'),
        (("coffee.png", "--what", "the zeppelin"), 2, "Nothing here knows what 'zeppelin' looks like."),
        (("coffee.png", "--all", "-o", "m.txt"), 2, "a name that ends in one of"),
        (("coffee.png", "--all", "-o", "coffee.png"), 4, "coffee.png exists already"),
        (("nowhere.png", "--all"), 3, "nowhere.png"),
        (("coffee.png", "--point", "900,900"), 2, "lies outside of the picture"),
        (("coffee.png", "--not-point", "9,9"), 2, "at least one --point"),
        (("-", "--mask", "-"), 2, "stdin"),
    ],
)
def test_what_cannot_be_selected_says_why(
    folder: Path, run: Run, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = run("select", *words)
    assert ran.code == code
    assert said in ran.err
    assert "Traceback" not in ran.err
