from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.edit import Edit, edit
from keepdial.errors import ParameterError, SelectionError
from keepdial.files import encode_image, open_image
from keepdial.image import Image
from keepdial.mask import bounds
from keepdial.operations.cutout import CutoutParams, matte_of, stage
from keepdial.request import Request
from keepdial.select import Selection
from keepdial.settings import Settings
from tests.pictures import mask_selector

RED, BLUE = np.array([220, 40, 30]), np.array([20, 60, 200])


def ball(size: int = 72, *, depth: int = 8, channels: int = 3) -> tuple[Image, NDArray[np.float32]]:
    """A red ball with a soft rim before blue, and its true alpha."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    alpha = np.clip(size / 3 - np.hypot(x, y), 0, 4) / 4
    pixels = alpha[..., None] * RED + (1 - alpha[..., None]) * BLUE
    if channels == 1:
        pixels = pixels[..., :1]
    made = np.rint(pixels * (257 if depth == 16 else 1)).astype(np.uint16 if depth == 16 else np.uint8)
    return Image(made), alpha.astype(np.float32)


def rough(alpha: NDArray[np.float32]) -> NDArray[np.uint8]:
    """What somebody would paint: a hard mask, one pixel off."""
    return (np.roll(alpha, 1, axis=1) >= 0.5).astype(np.uint8) * 255


def cut(image: Image, mask: NDArray[np.uint8], **params: Any) -> Edit:
    return edit(Request(operation="cutout", params=params, targets=(mask_selector(mask),)), image)


def on(result: Image, colour: tuple[int, int, int]) -> NDArray[np.float64]:
    assert result.alpha is not None
    a = result.alpha[..., None] / result.white
    return np.asarray(a * (result.pixels / result.white * 255) + (1 - a) * np.array(colour), np.float64)


def test_the_ball_comes_out_without_its_background() -> None:
    image, alpha = ball()
    done = cut(image, rough(alpha))
    assert done.image.alpha is not None
    assert np.abs(done.image.alpha / 255 - alpha).max() < 0.06
    for colour in ((0, 255, 0), (0, 0, 0), (255, 255, 255)):
        wanted = alpha[..., None] * RED + (1 - alpha[..., None]) * np.array(colour)
        assert np.abs(on(done.image, colour) - wanted).max() < 16


def test_the_subject_stays_bit_for_bit() -> None:
    image, alpha = ball()
    done = cut(image, rough(alpha))
    inside = done.mask == 0
    assert inside.sum() > 1000
    assert np.array_equal(done.image.pixels[inside], image.pixels[inside])
    assert done.image.alpha is not None
    assert (done.image.alpha[inside] == 255).all()


def test_no_colour_of_the_background_hides_under_transparency() -> None:
    image, alpha = ball()
    done = cut(image, rough(alpha))
    assert done.image.alpha is not None
    hidden = done.image.pixels[done.image.alpha == 0]
    assert hidden[:, 2].max() < 60
    # Far from the subject there is no colour at all.
    assert (done.image.pixels[0, 0] == 0).all()


@pytest.mark.parametrize(("depth", "channels"), [(16, 3), (8, 1), (16, 1)])
def test_other_depths_and_grey(depth: int, channels: int) -> None:
    image, alpha = ball(depth=depth, channels=channels)
    done = cut(image, rough(alpha))
    assert done.image.depth == depth
    assert done.image.pixels.shape == image.pixels.shape
    assert done.image.alpha is not None
    assert np.abs(done.image.alpha / done.image.white - alpha).max() < 0.06


def test_transparency_that_was_there_stays() -> None:
    image, alpha = ball()
    clear = np.full(alpha.shape, 255, np.uint8)
    clear[:36] = 100
    done = cut(image.with_pixels(image.pixels, clear), rough(alpha))
    assert done.image.alpha is not None
    assert (done.image.alpha[30:36, 36] == 100).all()
    assert (done.image.alpha[36:42, 36] == 255).all()
    assert done.image.alpha[0, 0] == 0


def test_only_the_mask() -> None:
    image, alpha = ball()
    done = cut(image, rough(alpha), only_mask=True)
    assert done.image.alpha is None
    assert np.abs(done.image.pixels / 255 - alpha[..., None]).max() < 0.06


def test_a_hard_edge_is_the_selection() -> None:
    image, alpha = ball()
    mask = rough(alpha)
    done = cut(image, mask, edge="hard")
    assert done.image.alpha is not None
    assert np.array_equal(done.image.alpha, mask)


def test_a_matte_is_taken_as_it_is() -> None:
    image, _ = ball()
    y, x = np.mgrid[:72, :72] - 35.5
    soft = np.rint(np.clip((28 - np.hypot(x, y)) / 10, 0, 1) * 255).astype(np.uint8)
    done = cut(image, soft)
    assert done.image.alpha is not None
    assert np.array_equal(done.image.alpha, soft)
    assert done.notes[0].startswith("The selection is soft already")


def test_the_result_goes_through_a_file() -> None:
    image, alpha = ball()
    done = cut(image, rough(alpha)).image
    back = open_image(encode_image(done, format="png").data)
    assert np.array_equal(back.pixels, done.pixels)
    assert back.alpha is not None
    assert done.alpha is not None
    assert np.array_equal(back.alpha, done.alpha)


def test_without_a_subject_it_says_what_to_do() -> None:
    image, alpha = ball()
    nothing = Selection(np.zeros_like(alpha), None)
    with pytest.raises(SelectionError, match=r"no subject to keep.*--point"):
        matte_of(image, nothing, "auto")


def test_with_everything_selected_there_is_no_background() -> None:
    image, alpha = ball()
    with pytest.raises(SelectionError, match="no background"):
        cut(image, np.full(alpha.shape, 255, np.uint8))


def test_the_stage_frees_only_what_may_change() -> None:
    image, _ = ball()
    mask = np.zeros(image.pixels.shape[:2], np.float32)
    mask[10:20, 10:20] = 1
    made = stage(image, Selection(mask, bounds(mask)), CutoutParams(edge="hard"), Settings())
    assert np.array_equal(made.mask, 1 - mask)
    assert made.matte is not None
    assert np.array_equal(made.matte, mask)
    assert made.canvas.alpha is not None
    assert made.canvas.alpha.min() == 255


@pytest.mark.parametrize("edge", ["soft", "-1", -1, 2000, "nan", True, None])
def test_an_edge_that_is_none_is_refused(edge: Any) -> None:
    with pytest.raises(ParameterError, match="auto, hard, or a width in pixels from 0 to 1000"):
        CutoutParams(edge=edge)


def test_a_width_may_come_as_text() -> None:
    assert CutoutParams(edge="12").edge == 12  # type: ignore[arg-type]


def test_only_a_cut_out_needs_transparency() -> None:
    assert CutoutParams().transparent
    assert not CutoutParams(only_mask=True).transparent
