"""Crop, straighten, perspective, upscale and restore, through the whole pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial import Request, Selector, edit, open_image
from keepdial.errors import ParameterError, RouteError, SelectionError, TooLarge
from keepdial.files import encode_image
from keepdial.geometry import Box, Size
from keepdial.image import Image
from keepdial.networks import realesrgan
from keepdial.operations import operations
from keepdial.operations.crop import CropParams, on_grid, window_of
from keepdial.select import select
from keepdial.settings import Settings
from tests.files.samples import exif, jpeg, photo
from tests.pictures import box, noise

EVERYTHING = Selector(kind="all")


def window(size: Size, **params: Any) -> Box:
    image = noise(size.width, size.height)
    return window_of(image, select([EVERYTHING], image), CropParams(**params))[0]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"box_of": "3, 4,50,20"}, Box(3, 4, 50, 20)),
        ({"aspect": "1:1"}, Box(25, 0, 50, 50)),
        ({"aspect": "1:1", "placement": "right"}, Box(50, 0, 50, 50)),
        ({"aspect": "4:1", "placement": "top"}, Box(0, 0, 100, 25)),
        ({"aspect": "4:1", "placement": "bottom"}, Box(0, 25, 100, 25)),
        ({"zoom": 2.0}, Box(25, 12, 50, 25)),
        ({"zoom": 2.0, "aspect": "1:1"}, Box(37, 12, 25, 25)),
    ],
)
def test_the_window(params: dict[str, Any], expected: Box) -> None:
    assert window(Size(100, 50), **params) == expected


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "box-of, aspect, zoom"),
        ({"box_of": "90,0,20,20"}, "box-of"),
        ({"box_of": "0,0,0,20"}, "box-of"),
        ({"box_of": "0,0,10,20", "aspect": "1:1"}, "box-of"),
    ],
)
def test_windows_that_are_none(params: dict[str, Any], name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        window(Size(100, 50), **params)


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("depth", [8, 16])
def test_what_stays_is_the_source(depth: int, alpha: bool) -> None:
    image = noise(40, 30, depth=depth, alpha=alpha)
    done = edit(Request(operation="crop", params={"box_of": "5,6,20,10"}), image)
    part = Box(5, 6, 20, 10).slices
    assert np.array_equal(done.image.pixels, image.pixels[part])
    if image.alpha is not None:
        assert done.image.alpha is not None
        assert np.array_equal(done.image.alpha, image.alpha[part])
    assert not done.changed.any()
    assert done.stage.placement == Box(-5, -6, 40, 30)


def test_half_a_crop() -> None:
    done = edit(Request(operation="crop", params={"box_of": "20,10,60,30"}, keep=0.5), noise(100, 50))
    assert done.image.size == Size(80, 40)
    assert done.stage.placement == Box(-10, -5, 100, 50)


def test_around_what_is_selected() -> None:
    request = Request(operation="crop", targets=(box(40, 20, 20, 10),), params={"margin": 50})
    done = edit(request, noise(100, 50))
    assert done.stage.placement == Box(-30, -15, 100, 50)
    assert done.image.size == Size(40, 20)


def test_what_is_selected_stays_in_the_shape() -> None:
    for x in (0, 30, 80):
        request = Request(operation="crop", targets=(box(x, 10, 20, 30),), params={"aspect": "1:1"})
        done = edit(request, noise(100, 50))
        assert done.stage.placement is not None
        assert -done.stage.placement.x <= x
        assert x + 20 <= -done.stage.placement.x + 50
        assert any("what is selected" in note for note in done.notes)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_is_cut_along_its_grid(orientation: int) -> None:
    data = jpeg(photo(150, 210), subsampling=2, exif=exif(orientation))
    image = open_image(data)
    done = edit(Request(operation="crop", params={"aspect": "4:3", "zoom": 1.6}), image)
    encoded = encode_image(done.image, changed=done.changed, placement=done.stage.placement)
    assert encoded.notes[0].startswith("cut along its grid")
    assert encoded.guaranteed is not None
    assert encoded.guaranteed[1:-1, 1:-1].all()
    assert any("from where it was asked for" in note for note in done.notes)
    exact = edit(
        Request(operation="crop", params={"aspect": "4:3", "zoom": 1.6, "exact": "on"}), image
    ).stage.placement
    assert exact is not None
    assert done.stage.placement is not None
    assert abs(exact.x - done.stage.placement.x) <= 15
    assert abs(exact.y - done.stage.placement.y) <= 15


def test_a_box_in_numbers_is_obeyed_and_the_price_is_told() -> None:
    image = open_image(jpeg(photo(96, 96), subsampling=0))
    asked: dict[str, Any] = {"box_of": "10,20,40,40"}
    done = edit(Request(operation="crop", params=asked), image)
    assert done.stage.placement == Box(-10, -20, 96, 96)
    assert any("with --exact off it would move by -2, -4 px" in note for note in done.notes)
    moved = edit(Request(operation="crop", params={**asked, "exact": "off"}), image)
    assert moved.stage.placement == Box(-8, -16, 96, 96)
    assert on_grid(Box(10, 20, 40, 40), noise(96, 96)) == Box(10, 20, 40, 40)


def test_a_face_stays_whole(photos: Path) -> None:
    pytest.importorskip("dlib")
    image = open_image(photos / "astronaut.png")
    for aspect in ("1:2", "2:1", "1:3"):
        params: dict[str, Any] = {"aspect": aspect, "content": True}
        done = edit(Request(operation="crop", params=params), image)
        assert done.stage.placement is not None
        kept = Box(-done.stage.placement.x, -done.stage.placement.y, *_sides(done.image))
        face = Box(175, 65, 95, 105)
        assert kept.x <= face.x
        assert kept.y <= face.y
        assert face.right <= kept.right
        assert face.bottom <= kept.bottom
        assert any("keeps 1 face" in note for note in done.notes)


def _sides(image: Image) -> tuple[int, int]:
    return image.size.width, image.size.height


@pytest.mark.parametrize("image", [noise(61, 40), noise(61, 40, channels=1, depth=16, alpha=True)])
@pytest.mark.parametrize(
    ("operation", "params", "size"),
    [
        ("straighten", {"angle": 10.0}, Size(48, 32)),
        ("straighten", {"angle": 10.0, "fit": "area"}, Size(56, 30)),
        ("perspective", {"vertical": 10.0}, None),
        ("perspective", {"corners": "10,5 50,8 48,35 8,30", "size": "30x20"}, Size(30, 20)),
        ("upscale", {"factor": 2}, Size(122, 80)),
    ],
)
def test_pictures_of_another_shape(
    image: Image, operation: str, params: dict[str, Any], size: Size | None
) -> None:
    before = image.digest()
    backend = "upscale-plain" if operation == "upscale" else None
    done = edit(Request(operation=operation, params=params, backend=backend), image)
    if size is not None:
        assert done.image.size == size
    assert done.image.pixels.dtype == image.pixels.dtype
    assert done.image.pixels.shape[2] == image.pixels.shape[2]
    assert (done.image.alpha is None) == (image.alpha is None)
    assert done.image.pixels.std() > 0.02 * image.white
    assert done.stage.resampled
    assert image.digest() == before
    again = edit(Request(operation=operation, params=params, backend=backend), image)
    assert again.image.digest() == done.image.digest()
    held = edit(Request(operation=operation, params=params, backend=backend, keep=1), image)
    assert held.image.digest() == before


def test_nothing_can_be_pinned_in_what_is_computed_anew() -> None:
    request = Request(operation="straighten", params={"angle": 5}, pins=(box(2, 2, 4, 4),))
    with pytest.raises(SelectionError, match="nothing can be pinned"):
        edit(request, noise(40, 40))


def test_a_part_of_the_turn() -> None:
    image = noise(80, 60)
    half = edit(Request(operation="straighten", params={"angle": 10}, keep=0.5), image)
    five = edit(Request(operation="straighten", params={"angle": 5}), image)
    assert half.image.digest() == five.image.digest()


def test_a_picture_without_lines_is_left_alone() -> None:
    asked: tuple[tuple[str, dict[str, Any]], ...] = (("straighten", {}), ("perspective", {"auto": True}))
    for operation, params in asked:
        image = noise(90, 70)
        done = edit(Request(operation=operation, params=params), image)
        assert done.image.digest() == image.digest()
        assert any("left as it is" in note for note in done.notes)


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({}, "corners, vertical"),
        ({"auto": True, "vertical": 3.0}, "auto"),
        ({"vertical": 3.0, "size": "10x10"}, "size"),
        ({"corners": "0,0 9,9 5,5 2,2"}, "no convex"),
        ({"corners": "0,0 5000,0 5000,50 0,50"}, "in or near"),
        ({"vertical": 40.0, "horizontal": 40.0}, "in front of the camera"),
    ],
)
def test_views_that_are_none(params: dict[str, Any], name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        edit(Request(operation="perspective", params=params), noise(60, 40))


def test_corners_read_back_what_was_there() -> None:
    """An upright rectangle of the picture, to its own size: its pixels."""
    image = noise(60, 40)
    params: dict[str, Any] = {"corners": "10,5 40,5 40,25 10,25", "size": "30x20"}
    done = edit(Request(operation="perspective", params=params), image)
    assert np.array_equal(done.image.pixels, image.pixels[5:25, 10:40])


def test_no_picture_grows_beyond_the_limit() -> None:
    with pytest.raises(TooLarge, match="160x160"):
        edit(
            Request(operation="upscale", params={"factor": 4}),
            noise(40, 40),
            settings=Settings(max_pixels=10_000),
        )


def test_without_the_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realesrgan, "missing", lambda: realesrgan.EXTRA)
    done = edit(Request(operation="upscale"), noise(20, 20))
    assert done.routes[0].chosen == "upscale-plain"
    assert any("No detail was invented" in note for note in done.notes)
    assert any("pip install 'keepdial[upscale]'" in note for note in done.notes)
    with pytest.raises(RouteError, match="pip install"):
        edit(Request(operation="restore"), noise(20, 20))


def test_words_for_them() -> None:
    for name in ("crop", "straighten", "perspective", "upscale", "restore"):
        unit = operations()[name]
        assert unit.group == "Shape and size"
        assert unit.says
        for saying in unit.says:
            filled = {
                n: v.replace("{number}", "2").replace("{aspect}", "4:3") if isinstance(v, str) else v
                for n, v in saying.params.items()
            }
            unit.params.build(**filled)
