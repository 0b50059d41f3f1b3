"""Mask pictures: polarity, sizes, orientations, depths."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from keepdial.errors import FileError, ParameterError, SelectionError
from keepdial.geometry import Orientation
from keepdial.request import Selector
from keepdial.select import select
from tests.pictures import mask_selector, noise

WHITE_LEFT = np.array([[255, 0, 0], [255, 0, 0]], np.uint8)
LEFT = [[1, 0, 0], [1, 0, 0]]
RIGHT = [[0, 1, 1], [0, 1, 1]]


def test_white_is_inside() -> None:
    found = select([mask_selector(WHITE_LEFT)], noise(3, 2))
    assert found.mask.tolist() == LEFT
    assert found.hugs


def test_inverted_black_is_inside() -> None:
    assert select([mask_selector(WHITE_LEFT, invert=True)], noise(3, 2)).mask.tolist() == RIGHT


def test_a_mask_comes_from_a_file_too(tmp_path: Path) -> None:
    Pillow.fromarray(WHITE_LEFT).save(tmp_path / "m.png")
    path = str(tmp_path / "m.png")
    assert select([Selector(kind="mask", options={"path": path})], noise(3, 2)).mask.tolist() == LEFT
    with pytest.raises(FileError):
        select([Selector(kind="mask", options={"path": path + "x"})], noise(3, 2))


def test_greys_are_part_selected_at_both_depths() -> None:
    eight = np.array([[0, 51, 255]], np.uint8)
    sixteen = np.array([[0, 1, 65535]], np.uint16)
    assert select([mask_selector(eight)], noise(3, 1)).mask[0].tolist() == pytest.approx([0, 0.2, 1])
    found = select([mask_selector(sixteen)], noise(3, 1)).mask[0]
    assert found.tolist() == pytest.approx([0, 1 / 65535, 1])
    assert found[1] > 0


def test_transparent_is_inside_when_the_rest_is_a_photograph() -> None:
    photograph = noise(3, 2).pixels
    alpha = 255 - WHITE_LEFT
    rgba = np.dstack([photograph, alpha])
    assert select([mask_selector(rgba)], noise(3, 2)).mask.tolist() == LEFT
    assert select([mask_selector(rgba, channel="alpha")], noise(3, 2)).mask.tolist() == LEFT


def test_white_paint_on_a_transparent_layer_is_inside() -> None:
    layer = np.dstack([np.full((2, 3), 255, np.uint8), WHITE_LEFT])
    assert select([mask_selector(layer)], noise(3, 2)).mask.tolist() == LEFT
    assert select([mask_selector(layer, channel="alpha")], noise(3, 2)).mask.tolist() == RIGHT


def test_an_opaque_alpha_channel_says_nothing() -> None:
    opaque = np.dstack([WHITE_LEFT, np.full((2, 3), 255, np.uint8)])
    assert select([mask_selector(opaque)], noise(3, 2)).mask.tolist() == LEFT


def test_alpha_that_is_not_there_is_said() -> None:
    with pytest.raises(SelectionError, match="alpha"):
        select([mask_selector(WHITE_LEFT, channel="alpha")], noise(3, 2))


def test_another_size_is_refused_with_both_sizes() -> None:
    with pytest.raises(SelectionError, match=r"3x2.*4x2"):
        select([mask_selector(WHITE_LEFT)], noise(4, 2))


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_mask_of_the_stored_picture_is_turned_with_it(orientation: int) -> None:
    upright = np.array([[255, 0, 0], [0, 0, 0]], np.uint8)
    stored = np.ascontiguousarray(Orientation(orientation).stored(upright))
    assert stored.shape == (3, 2)
    picture = noise(3, 2, orientation=orientation)
    assert select([mask_selector(stored)], picture).mask.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert select([mask_selector(upright)], picture).mask.tolist() == [[1, 0, 0], [0, 0, 0]]


def test_a_lossy_mask_is_cleaned() -> None:
    disc = np.hypot(*np.mgrid[-31.5:32, -31.5:32]) < 20
    file = io.BytesIO()
    Pillow.fromarray(disc.astype(np.uint8) * 255).save(file, "JPEG", quality=85)
    import base64

    text = base64.b64encode(file.getvalue()).decode()
    found = select([Selector(kind="mask", options={"png": text})], noise(64, 64)).mask
    assert found[:8].max() == 0
    assert found[28:36, 28:36].min() == 1
    assert np.count_nonzero((found > 0) != disc) < 250


@pytest.mark.parametrize("options", [{}, {"path": "a", "png": "b"}, {"png": "no base64"}])
def test_exactly_one_readable_picture_is_needed(options: dict[str, str]) -> None:
    with pytest.raises(ParameterError):
        select([Selector(kind="mask", options=dict(options))], noise(3, 2))


def test_base64_that_is_no_picture_is_a_file_error() -> None:
    with pytest.raises(FileError):
        select([Selector(kind="mask", options={"png": "AAAA"})], noise(3, 2))


def test_an_empty_mask_selects_nothing() -> None:
    assert select([mask_selector(np.zeros((2, 3), np.uint8))], noise(3, 2)).box is None
