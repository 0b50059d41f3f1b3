"""JPEGs that were cut or extended, judged by independent readers: jpeglib for coefficients, libjpeg-turbo
for pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import simplejpeg
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.files import encode_image, jpegfile, open_image
from keepdial.files.blocks.enlarge import as_stored, unit_of
from keepdial.geometry import Box, Orientation, Size
from keepdial.image import Image
from tests.files.samples import exif, jpeg, photo
from tests.files.test_splice import SAMPLINGS, coefficients


def cut(image: Image, box: Box) -> Image:
    pixels: NDArray[Any] = np.ascontiguousarray(image.pixels[box.slices])
    return image.with_pixels(pixels)


def encoded_cut(image: Image, box: Box) -> Any:
    place = Box(-box.x, -box.y, image.size.width, image.size.height)
    nothing = np.zeros((box.height, box.width), np.bool_)
    return encode_image(cut(image, box), changed=nothing, placement=place)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("box", [Box(0, 0, 5, 3), Box(-4, 2, 30, 50), Box(7, -3, 8, 9)])
def test_a_box_as_stored(orientation: int, box: Box) -> None:
    turned = Orientation(orientation)
    upright = np.zeros((20, 30), np.int64)
    inside = box.clip(Size(30, 20))
    upright[inside.slices] = 1
    stored = turned.stored(upright)
    found = as_stored(box, Size(30, 20), turned)
    assert Box.of(stored) == found.clip(Size(stored.shape[1], stored.shape[0]))
    assert found.area == box.area


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(40, 100),
    height=st.integers(40, 100),
    sampling=st.sampled_from(["4:4:4", "4:2:2", "4:2:0", "4:4:0", "grey"]),
    quality=st.integers(20, 100),
    progressive=st.booleans(),
    orientation=st.integers(1, 8),
    data=st.data(),
)
def test_a_cut_along_the_grid_keeps_every_block(
    width: int, height: int, sampling: str, quality: int, progressive: bool, orientation: int, data: Any
) -> None:
    picture = photo(height, width, 1 if sampling == "grey" else 3, seed=quality)
    if sampling == "4:4:0":
        source = simplejpeg.encode_jpeg(picture, quality, "RGB", "440")
        source = source[:2] + jpegfile.segment(jpegfile.APP1, exif(orientation)) + source[2:]
    else:
        how: dict[str, Any] = {"subsampling": SAMPLINGS[sampling]} if sampling in SAMPLINGS else {}
        source = jpeg(picture, exif=exif(orientation), quality=quality, progressive=progressive, **how)
    image = open_image(source)
    file = jpegfile.parse(source)
    unit = unit_of(file)
    x = unit.width * data.draw(st.integers(0, (width - 17) // unit.width))
    y = unit.height * data.draw(st.integers(0, (height - 17) // unit.height))
    stored = Box(x, y, data.draw(st.integers(17, width - x)), data.draw(st.integers(17, height - y)))
    # The whole picture is no cut: it is spliced.
    assume(stored != Box(0, 0, width, height))
    marks = np.zeros((height, width), np.bool_)
    marks[stored.slices] = True
    box = Box.of(image.orientation.upright(marks))
    assert box is not None
    result = encoded_cut(image, box)
    again = open_image(result.data)
    assert again.size == Size(box.width, box.height)
    assert again.orientation == image.orientation
    assert result.notes[0].startswith("cut along its grid: all ")
    differ = (again.pixels != image.pixels[box.slices]).any(axis=2)
    assert not (differ & result.guaranteed).any()
    if sampling in ("4:4:4", "grey"):
        assert result.guaranteed.all()
    # All but the outermost ring is promised whatever the sampling.
    assert result.guaranteed[1:-1, 1:-1].all()
    (old, tables), (new, new_tables) = coefficients(source), coefficients(result.data)
    assert np.array_equal(tables, new_tables)
    parts = file.frame.components
    for c, a, b in zip(parts, old, new, strict=True):
        wide = 8 * max(p.h for p in parts) // c.h
        tall = 8 * max(p.v for p in parts) // c.v
        rows, columns = -(-stored.height // tall), -(-stored.width // wide)
        there = a[y // tall : y // tall + rows, x // wide : x // wide + columns]
        assert np.array_equal(b[:rows, :columns], there)


def test_an_edge_that_was_not_cut_is_promised() -> None:
    image = open_image(jpeg(photo(64, 64), subsampling=2))
    guaranteed = encoded_cut(image, Box(16, 0, 48, 40)).guaranteed
    assert not guaranteed[:, 0].any()
    assert not guaranteed[-1].any()
    assert guaranteed[:-1, 1:].all()


def test_a_cut_off_the_grid_is_encoded_as_a_whole() -> None:
    image = open_image(jpeg(photo(64, 64), subsampling=2))
    result = encoded_cut(image, Box(8, 0, 40, 40))
    assert result.guaranteed is None
    assert "moved off its grid of 16x16 px" in result.notes[0]


def test_cut_and_extended_at_once() -> None:
    """16 columns are cut off on the left, 20 new ones stand on the right; the blocks between move."""
    source = jpeg(photo(48, 64), subsampling=0)
    image = open_image(source)
    pixels = np.full((48, 68, 3), 90, np.uint8)
    pixels[:, :48] = image.pixels[:, 16:]
    changed = np.zeros((48, 68), np.bool_)
    changed[:, 48:] = True
    result = encode_image(image.with_pixels(pixels), changed=changed, placement=Box(-16, 0, 64, 48))
    assert result.guaranteed is not None
    assert np.array_equal(result.guaranteed, ~changed)
    again = open_image(result.data).pixels
    assert np.array_equal(again[:, :48], image.pixels[:, 16:])
    assert np.abs(again[:, 48:].astype(int) - 90).max() <= 3
    old, new = coefficients(source)[0], coefficients(result.data)[0]
    assert all(np.array_equal(b[:, :6], a[:, 2:8]) for a, b in zip(old, new, strict=True))


def test_an_edit_inside_a_cut_costs_only_its_blocks() -> None:
    image = open_image(jpeg(photo(64, 64), subsampling=0))
    pixels = image.pixels[16:, 16:].copy()
    pixels[10:14, 10:14] = 250
    changed = np.zeros((48, 48), np.bool_)
    changed[10:14, 10:14] = True
    result = encode_image(image.with_pixels(pixels), changed=changed, placement=Box(-16, -16, 64, 64))
    assert result.guaranteed is not None
    assert int((~result.guaranteed).sum()) == 64


def test_nothing_left_of_the_old_picture() -> None:
    image = open_image(jpeg(photo(32, 32), subsampling=0))
    result = encode_image(image.with_pixels(np.zeros((32, 40, 3), np.uint8)), placement=Box(-32, 0, 32, 32))
    assert "nothing of the old picture is left" in result.notes[0]
