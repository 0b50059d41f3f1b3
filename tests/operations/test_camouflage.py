from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.request import Request, Selector
from keepdial.select import select
from keepdial.settings import Settings
from tests.backends.test_camouflage import scene
from tests.pictures import mask_selector


def test_an_edit_recolours_inside_and_keeps_the_rest() -> None:
    pixels, mask = scene()
    target = mask_selector((mask * 255).astype(np.uint8))
    result = edit(Request(operation="camouflage", targets=(target,), keep=0.2), Image(pixels))
    assert result.routes[0].chosen == "camouflage"
    changed = (result.image.pixels != pixels).any(axis=2)
    assert not changed[~result.changed].any()
    assert changed[mask].mean() > 0.9
    red = result.image.pixels[mask].mean(axis=0)
    assert red[1] > red[0]  # greener than red now
    assert result.notes[0].startswith("The mask was grown by 1 px")


def test_the_dial_is_followed_on_a_photograph(photos: Path) -> None:
    photo = open_image(photos / "coffee.png")
    target = Selector(kind="polygon", options={"points": [[170, 70], [420, 70], [420, 250], [170, 250]]})
    asked = (0.5, 0.8)
    kept = [edit(Request(operation="camouflage", targets=(target,), keep=k), photo).kept for k in asked]
    assert kept == pytest.approx(asked, abs=0.06)
    same = edit(Request(operation="camouflage", targets=(target,), keep=1.0), photo)
    assert np.array_equal(same.image.pixels, photo.pixels)


def test_what_was_drawn_with_a_brush_is_taken_as_it_is() -> None:
    pixels, mask = scene()
    unit = operations()["camouflage"]
    image = Image(pixels)
    selection = select([mask_selector((mask * 255).astype(np.uint8))], image)
    stage = unit.stage(image, selection, unit.params.build(grow=0), Settings())
    assert np.array_equal(stage.mask, selection.mask)
    assert stage.feather == 0
    assert stage.guess
    assert stage.examples == "everywhere"
    assert unit.target == "required"
