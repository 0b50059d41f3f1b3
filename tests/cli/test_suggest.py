"""``keepdial suggest``."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from keepdial import open_image
from tests.cli.conftest import Run


@pytest.fixture
def dusty(folder: Path) -> str:
    rgb = np.full((300, 500, 3), (200, 180, 150), np.float64)
    rgb = np.clip(rgb + np.random.default_rng(0).normal(0, 1, rgb.shape), 0, 255).astype(np.uint8)
    cv2.circle(rgb, (90, 80), 4, (150, 130, 110), -1, cv2.LINE_AA)
    cv2.imwrite(str(folder / "dusty.png"), rgb)
    return "dusty.png"


def test_the_list_has_number_place_reason_and_what_to_do(folder: Path, run: Run, dusty: str) -> None:
    ran = run("suggest", dusty)
    assert ran.code == 0
    first, last = ran.out.splitlines()
    assert first.startswith(" 1  spot at 8")
    assert "dust" in first
    assert last == "To remove one: keepdial remove dusty.png --suggestion 1"


def test_json_and_preview(folder: Path, run: Run, dusty: str) -> None:
    ran = run("suggest", dusty, "--json", "--preview", "outlines.png")
    (one,) = json.loads(ran.out)
    assert (one["number"], one["label"]) == (1, "spot")
    assert one["box"]["x"] <= 90 <= one["box"]["x"] + one["box"]["width"]
    shown = open_image("outlines.png").pixels
    assert (shown != open_image(dusty).pixels).any()
    assert run("suggest", dusty, "--preview", "outlines.png").code == 4
    assert run("suggest", dusty, "--preview", "outlines.png", "--overwrite").code == 0


def test_nothing_to_suggest(folder: Path, run: Run) -> None:
    cv2.imwrite(str(folder / "plain.png"), np.full((100, 100, 3), 128, np.uint8))
    assert run("suggest", "plain.png").out == "Nothing in this picture seems to distract.\n"
    assert json.loads(run("suggest", "plain.png", "--json").out) == []


def test_a_suggestion_is_removed_by_its_number(folder: Path, run: Run, dusty: str) -> None:
    assert run("remove", dusty, "--suggestion", "1", "-o", "clean.png").code == 0
    before, after = open_image(dusty).pixels, open_image("clean.png").pixels
    assert abs(int(after[80, 90].mean()) - int(before[20, 20].mean())) < 8
    assert np.array_equal(before[160:], after[160:])
    assert run("remove", dusty, "--suggestion", "7", "-o", "other.png").code == 2
