from __future__ import annotations

import io
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.edit import edit
from keepdial.errors import ParameterError, TooLarge
from keepdial.files import encode_image, open_image
from keepdial.geometry import Box, Orientation, Size
from keepdial.image import Image
from keepdial.operations import Operation, Stage, operations
from keepdial.operations.extend import ExtendParams, canvas_of, on_grid
from keepdial.operations.remove import soft_edge
from keepdial.request import Request
from keepdial.select import Selection, select
from keepdial.settings import Settings
from tests.pictures import box, mask_selector, noise


def staged(name: str, image: Image, selection: Selection, **params: Any) -> Stage:
    unit: Operation = operations()[name]
    return unit.stage(image, selection, unit.params.build(**params), Settings())


def test_every_operation_explains_itself() -> None:
    assert set(operations()) >= {"remove", "fill", "extend", "variation"}
    for unit in operations().values():
        assert unit.summary.endswith(".")
        assert unit.examples
        assert all(example.startswith(unit.name) for example in unit.examples)
        assert 0 <= unit.default_keep <= 1
        for name, field in unit.params.model_fields.items():
            assert field.description, f"{unit.name}.{name}"


def test_the_dial_has_its_default_per_operation() -> None:
    keeps = {name: operations()[name].default_keep for name in ("remove", "fill", "extend", "variation")}
    assert keeps == {"remove": 0, "fill": 0, "extend": 0, "variation": 0.5}


def test_a_mask_that_hugs_its_object_grows_visibly_when_the_object_is_to_go() -> None:
    picture, mask = noise(40, 40), np.zeros((40, 40), np.uint8)
    mask[15:25, 15:25] = 255
    selection = select([mask_selector(mask)], picture)
    stage = staged("remove", picture, selection)
    assert stage.notes == ("The mask was grown by 1 px to take the object's soft edge.",)
    assert stage.mask[20].nonzero()[0].tolist() == list(range(14, 26))
    assert stage.feather == 1
    assert np.array_equal(staged("remove", picture, selection, grow=0).mask, selection.mask)
    assert staged("remove", picture, selection, grow=0).feather == 0
    assert staged("remove", picture, selection, grow=1, feather=4).feather == 4


def test_a_box_and_a_soft_mask_are_taken_as_they_are() -> None:
    picture = noise(40, 40)
    drawn = select([box(10, 10, 8, 8)], picture)
    assert staged("remove", picture, drawn).mask is drawn.mask
    grey = np.zeros((40, 40), np.uint8)
    grey[10:30, 10:30] = 100
    soft = select([mask_selector(grey)], picture)
    assert staged("remove", picture, soft).mask is soft.mask


def test_the_soft_edge_follows_the_pictures_size() -> None:
    sizes = (Size(640, 480), Size(1280, 720), Size(1500, 1500), Size(4000, 3000))
    assert [soft_edge(size) for size in sizes] == [1, 1, 2, 5]


def test_fill_takes_exactly_what_is_selected_from_around_it() -> None:
    picture = noise()
    selection = select([box(2, 2, 5, 5)], picture)
    stage = staged("fill", picture, selection, feather=3)
    assert stage.mask is selection.mask
    assert (stage.examples, stage.feather, stage.guess) == ("around", 3, True)


def test_a_variation_may_learn_from_what_it_varies() -> None:
    assert staged("variation", noise(), select([], noise())).examples == "everywhere"


@pytest.mark.parametrize(
    ("params", "size", "placement"),
    [
        ({"left": 3}, Size(103, 50), Box(3, 0, 100, 50)),
        ({"right": 2, "top": 4, "bottom": 1}, Size(102, 55), Box(0, 4, 100, 50)),
        ({"aspect": "1:1"}, Size(100, 100), Box(0, 25, 100, 50)),
        ({"aspect": "1:1", "placement": "top"}, Size(100, 100), Box(0, 0, 100, 50)),
        ({"aspect": "1:1", "placement": "bottom"}, Size(100, 100), Box(0, 50, 100, 50)),
        ({"aspect": "4:1", "placement": "left"}, Size(200, 50), Box(0, 0, 100, 50)),
        ({"aspect": "4:1", "placement": "right"}, Size(200, 50), Box(100, 0, 100, 50)),
        ({"aspect": "4:2"}, Size(100, 50), Box(0, 0, 100, 50)),
        ({"aspect": "16:9"}, Size(100, 56), Box(0, 3, 100, 50)),
    ],
)
def test_the_new_canvas(params: dict[str, Any], size: Size, placement: Box) -> None:
    assert canvas_of(Size(100, 50), ExtendParams(**params)) == (size, placement)


@given(st.builds(Size, st.integers(1, 9999), st.integers(1, 9999)), st.integers(1, 99), st.integers(1, 99))
def test_an_aspect_adds_on_one_axis_and_as_little_as_it_can(size: Size, across: int, down: int) -> None:
    new, placed = canvas_of(size, ExtendParams(aspect=f"{across}:{down}"))
    assert new.width == size.width or new.height == size.height
    assert placed.clip(new) == placed
    assert (placed.width, placed.height) == (size.width, size.height)
    if new.width > size.width:
        assert abs(new.width - size.height * across / down) <= 0.5
    elif new.height > size.height:
        assert abs(new.height - size.width * down / across) <= 0.5
    else:
        assert size.height * across / down <= size.width + 0.5
        assert size.width * down / across <= size.height + 0.5


def test_extending_keeps_the_old_picture_and_frees_the_rest() -> None:
    picture = noise(7, 5, alpha=True, depth=16)
    stage = staged("extend", picture, select([], picture), left=2, bottom=3)
    assert stage.canvas.size == Size(9, 8)
    assert stage.placement == Box(2, 0, 7, 5)
    assert np.array_equal(stage.canvas.pixels[:5, 2:], picture.pixels)
    assert stage.canvas.alpha is not None
    assert picture.alpha is not None
    assert np.array_equal(stage.canvas.alpha[:5, 2:], picture.alpha)
    assert (stage.canvas.alpha[5:] == 65535).all()
    assert stage.mask.sum() == 9 * 8 - 7 * 5
    assert stage.mask[:5, 2:].max() == 0
    assert not stage.guess


@pytest.mark.parametrize("params", [{}, {"left": 3, "aspect": "16:9"}])
def test_extending_needs_pixels_or_a_shape(params: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        canvas_of(Size(10, 10), ExtendParams(**params))


def test_extending_past_the_limit_is_refused_before_any_memory_is_taken() -> None:
    picture = noise(100, 100)
    with pytest.raises(TooLarge, match="50,000,000"):
        staged("extend", picture, select([], picture), right=50_000, bottom=50_000)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [(1, Box(48, 0, 100, 60)), (2, Box(53, 0, 100, 60)), (3, Box(53, 0, 100, 60)), (8, Box(48, 0, 100, 60))],
)
def test_a_centred_jpeg_lies_on_its_grid(orientation: int, expected: Box) -> None:
    # 101 columns are added: 50 and 51 of them would be centred, 48 from the stored corner fit the blocks.
    centred = Box(50, 0, 100, 60)
    assert on_grid(centred, Size(201, 60), Orientation(orientation)) == expected


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_centred_jpeg_keeps_its_blocks(orientation: int) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (64, 80, 3), np.uint8)
    made = PIL.Image.fromarray(pixels)
    exif = made.getexif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    made.save(file, "JPEG", quality=90, exif=exif)
    image = open_image(file.getvalue())
    done = edit(Request(operation="extend", params={"aspect": "3:1"}, backend="echo"), image)
    assert done.stage.placement is not None
    sent = encode_image(done.image, changed=done.changed, placement=done.stage.placement)
    assert sent.guaranteed is not None
    back = open_image(sent.data)
    old = done.stage.placement.slices
    held = sent.guaranteed[old]
    assert held.mean() > 0.7
    assert np.array_equal(back.pixels[old][held], image.pixels[held])
