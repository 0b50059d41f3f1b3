from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.request import Request
from tests.pictures import noise


@pytest.mark.parametrize("name", ["day-to-dusk", "golden-hour"])
def test_the_look_grows_with_its_strength_and_the_dial_takes_it_back(name: str, photos: Path) -> None:
    photo = open_image(photos / "coffee.png")

    def off(keep: float, strength: float) -> float:
        asked = Request(operation=name, params={"strength": strength}, keep=keep)
        return float(np.abs(edit(asked, photo).image.pixels.astype(float) - photo.pixels).mean())

    assert all(a < b for a, b in itertools.pairwise(off(0, s) for s in (0, 30, 60, 100)))
    assert off(0, 0) == 0
    assert all(a > b for a, b in itertools.pairwise(off(k, 80) for k in (0.0, 0.5, 1.0)))
    assert off(1.0, 80) == 0


def test_the_sky_is_found_and_said(photos: Path) -> None:
    rocket = open_image(photos / "rocket.jpg")
    done = edit(Request(operation="day-to-dusk"), rocket)
    assert "The sky was found." in done.notes
    coffee = open_image(photos / "coffee.png")
    golden = edit(Request(operation="golden-hour"), coffee)
    assert any("No sky" in note for note in golden.notes)
    assert any("brighter side" in note for note in golden.notes)
    assert not any(
        "brighter side" in n
        for n in edit(golden.request.model_copy(update={"params": {"angle": 0}}), coffee).notes
    )


@pytest.mark.parametrize("name", ["day-to-dusk", "golden-hour", "relight"])
@pytest.mark.parametrize(("channels", "depth"), [(1, 8), (3, 16), (1, 16)])
def test_any_kind_of_picture_will_do(name: str, channels: int, depth: int) -> None:
    image: Image = noise(40, 30, channels=channels, depth=depth, alpha=True)
    done = edit(Request(operation=name), image)
    assert done.image.pixels.shape == image.pixels.shape
    assert done.image.pixels.dtype == image.pixels.dtype
