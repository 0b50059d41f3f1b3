from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError, SelectionError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.record import parse_record
from keepdial.replay import replay
from keepdial.request import Request, Selector
from tests.pictures import box, changed

ROCKET = "321,122 334,140 340,200 340,340 352,404 292,404 302,340 304,200 308,140".replace(",", " ").split()


def scene(depth: int = 8, channels: int = 3) -> tuple[Image, Any]:
    """A red square on a smooth ground, and the ground without it."""
    ramp = np.linspace(90, 150, 128)[None, :, None] + np.linspace(0, 20, 96)[:, None, None]
    ground = np.repeat(ramp, 3, axis=2).astype(np.uint8)
    pixels = ground.copy()
    pixels[38:58, 30:50] = (200, 40, 30)
    kept, under = np.ascontiguousarray(pixels[..., :channels]), ground
    if depth == 16:
        return Image(kept.astype(np.uint16) * 257), under.astype(np.uint16) * 257
    return Image(kept), under


SQUARE = box(30, 38, 20, 20)


def move(image: Image, params: dict[str, Any], **more: Any) -> Edit:
    asked: dict[str, Any] = {"targets": (SQUARE,), "auto_pin": False, **more}
    return edit(Request(operation="move", params={"edge": "hard", **params}, **asked), image)


def square(image: Image) -> tuple[int, int, int, int]:
    pixels = image.pixels.astype(int)
    y, x = np.nonzero(pixels[..., 0] - pixels[..., 1] > 0.3 * image.white)
    return int(x.min()), int(x.max()), int(y.min()), int(y.max())


@pytest.mark.parametrize("depth", [8, 16])
def test_a_thing_moves_and_its_place_is_filled(depth: int) -> None:
    image, ground = scene(depth)
    made = move(image, {"by": "50,10"})
    assert made.routes[0].chosen == "warp"
    assert square(made.image) == (80, 99, 48, 67)
    rest = made.image.pixels[34:62, 26:54].astype(float) - ground[34:62, 26:54]
    assert np.abs(rest).max() < 0.05 * image.white
    assert not changed(made.image, image)[made.mask == 0].any()


def test_to_and_by_and_right_and_down_agree() -> None:
    image, _ = scene()
    ways: tuple[dict[str, Any], ...] = (
        {"by": "40,5"},
        {"to": "79.5,52.5"},
        {"right": 40.0, "down": 5.0},
        {"by": "30,5", "right": 10.0},
    )
    assert {square(move(image, way).image) for way in ways} == {(70, 89, 43, 62)}


def test_a_duplicate_keeps_the_original() -> None:
    image, _ = scene()
    made = move(image, {"by": "40,0", "duplicate": True})
    assert square(made.image) == (30, 89, 38, 57)
    assert np.array_equal(made.image.pixels[38:58, 30:50], image.pixels[38:58, 30:50])


def test_grey_and_transparency() -> None:
    image, _ = scene(channels=1)
    assert move(image, {"by": "40,0"}).image.pixels.shape == (96, 128, 1)
    image, _ = scene()
    alpha = np.full((96, 128), 255, np.uint8)
    alpha[:, 80:] = 0
    made = move(Image(image.pixels, alpha), {"by": "60,0"}).image
    assert made.alpha is not None
    assert made.alpha[48, 100] == 255
    assert made.alpha[5, 100] == 0
    assert made.alpha[48, 40] == 255


def test_pins_hold_what_it_would_cover() -> None:
    image, _ = scene()
    made = move(image, {"by": "40,0"}, pins=(box(75, 30, 40, 40),))
    assert np.array_equal(made.image.pixels[30:70, 75:115], image.pixels[30:70, 75:115])
    assert any("behind what is pinned" in note for note in made.notes)


def test_the_dial_is_the_part_of_the_way_that_is_not_gone() -> None:
    image, _ = scene()
    made = move(image, {"by": "40,0"}, keep=0.3)
    assert 30 < square(made.image)[0] < 70
    assert np.array_equal(move(image, {"by": "40,0"}, keep=1.0).image.pixels, image.pixels)


def test_it_replays() -> None:
    image, _ = scene()
    record = move(image, {"by": "33,-7", "rotate": 20.0, "scale": 1.2}, seed=2).record()
    assert replay(parse_record(record.model_dump_json()), image).same_pixels


@pytest.mark.parametrize(
    "params",
    [{}, {"rotate": 360.0}, {"by": "x"}, {"to": "1"}, {"to": "5,5", "by": "1,1"}, {"scale": 0.0}],
)
def test_what_goes_nowhere_or_is_not_understood_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        move(scene()[0], params)


def test_out_of_the_picture_is_refused() -> None:
    with pytest.raises(SelectionError, match="outside of the picture"):
        move(scene()[0], {"by": "500,0"})
    with pytest.raises(SelectionError, match="needs to know where"):
        edit(Request(operation="move", params={"by": "5,0"}), scene()[0])


def test_a_rocket_leaves_no_ghost(photos: Path) -> None:
    photo = open_image(photos / "rocket.jpg")
    numbers = [float(v) for v in ROCKET]
    corners: Any = [list(p) for p in zip(numbers[::2], numbers[1::2], strict=True)]
    target = Selector(kind="snap", options={"points": corners})
    made = edit(Request(operation="move", params={"by": "-70,0"}, targets=(target,)), photo).image.pixels
    # Where it stood there is sky as to its left and right, above the ground.
    old, beside = made[130:330, 312:330].astype(float), photo.pixels[130:330, 350:368].astype(float)
    assert np.abs(old.mean(axis=(0, 1)) - beside.mean(axis=(0, 1))).max() < 12
    # And there it is.
    new, was = made[135:330, 246:256].astype(float), photo.pixels[135:330, 316:326].astype(float)
    assert np.abs(new - was).mean() < 3
