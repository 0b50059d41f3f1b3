from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.backends import Frame, Step, backends
from keepdial.backends.backdrop import BACKEND
from keepdial.backends.backdrop.blur import completed, disc, encoded, linear
from keepdial.backends.backdrop.light import contact_shadow, look_of, moved
from keepdial.backends.backdrop.scenes import colour_of, enlarged, gradient, picture, plain
from keepdial.errors import BackendError, Cancelled
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.operations.background import BackgroundParams
from keepdial.progress import Cancel, Event


def floats(values: Any) -> Any:
    return np.asarray(values, np.float32)


def frame(matte: Any = None, *, pixels: Any = None, alpha: Any = None) -> Frame:
    if pixels is None:
        pixels = np.full((200, 8, 3), 100, np.uint8)
    if matte is None:
        matte = np.zeros(pixels.shape[:2], np.float32)
        matte[:, :4] = 1
    mask = np.asarray(matte < 1, np.float32)
    size = Box(0, 0, pixels.shape[1], pixels.shape[0])
    return Frame(size, pixels, mask, mask > 0, True, None, matte, alpha)


def step(**params: Any) -> Step:
    return Step("background", 0.0, 0, BackgroundParams(**params).model_dump(mode="json"))


def test_it_is_found_and_sees_the_whole_canvas() -> None:
    assert backends()["backdrop"] is BACKEND
    assert BACKEND.capabilities.operations == {"cutout", "background"}
    assert BACKEND.capabilities.whole
    assert not BACKEND.capabilities.takes_prompt


def test_the_curve_rises_from_end_to_end() -> None:
    curve = np.array(BACKEND.curve("background"))
    assert curve[0].tolist() == [0, 0]
    assert curve[-1].tolist() == [1, 1]
    assert (np.diff(curve, axis=0) > 0).all()


def test_colours_by_number_and_name() -> None:
    assert colour_of("#ff8000", 3).tolist() == pytest.approx([1, 128 / 255, 0])
    assert colour_of("navy", 3).tolist() == pytest.approx([0, 0, 128 / 255])
    assert colour_of("#ff0000", 1).tolist() == pytest.approx([0.299])


def test_a_gradient_in_numbers() -> None:
    right = gradient(2, 5, floats([0.0]), floats([1.0]), 0)(0, 2)
    assert right[..., 0].tolist() == [[0, 0.25, 0.5, 0.75, 1]] * 2
    down = gradient(3, 2, floats([0.0]), floats([1.0]), 90)
    assert down(0, 3)[:, 0, 0].tolist() == pytest.approx([0, 0.5, 1], abs=1e-6)
    assert down(2, 3)[:, 0, 0].tolist() == pytest.approx([1], abs=1e-6)


def test_a_plain_scene_has_the_rows_asked_for() -> None:
    assert plain(4, floats([0.1, 0.2, 0.3]))(5, 8).shape == (3, 4, 3)


def test_a_picture_covers_and_transparent_parts_are_white() -> None:
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[:, 2:] = 255
    seen = picture(Image(pixels), 2, 2, 3)(0, 2)
    assert seen[..., 0].tolist() == [[0, 1], [0, 1]]
    clear = Image(pixels, np.zeros((2, 4), np.uint8))
    assert picture(clear, 2, 2, 3)(0, 2).min() == 1
    assert picture(Image(pixels[..., :1]), 2, 2, 3)(0, 1).shape == (1, 2, 3)
    assert picture(Image(pixels), 2, 2, 1)(0, 1).shape == (1, 2, 1)


def test_rows_of_an_enlarged_picture_agree_with_each_other() -> None:
    small = floats(np.arange(12).reshape(4, 3, 1)) / 12
    whole = enlarged(small, 16, 9)(0, 16)
    assert whole.shape == (16, 9, 1)
    assert whole[0, 0, 0] == 0
    assert whole[-1, -1, 0] == pytest.approx(11 / 12)
    rows = enlarged(small, 16, 9)
    assert np.array_equal(np.concatenate([rows(0, 5), rows(5, 16)]), whole)
    assert enlarged(small, 4, 3)(1, 3).tolist() == small[1:3].tolist()


def test_linear_light_and_back() -> None:
    assert linear(np.array([0, 0.04045, 0.5, 1])).tolist() == pytest.approx(
        [0, 0.0031308, 0.214041, 1], rel=1e-4
    )
    values = floats(np.linspace(0, 1, 50))
    assert np.abs(encoded(floats(linear(values))) - values).max() < 1e-4


def test_a_disc_sums_to_one() -> None:
    assert disc(4.5).sum() == pytest.approx(1, abs=1e-5)
    kernel = disc(1.0)
    assert kernel.shape == (3, 3)
    assert kernel[1, 0] == pytest.approx(kernel[1, 1] / 2)


def test_what_is_behind_comes_from_around() -> None:
    light = np.full((32, 32, 1), 0.25, np.float32)
    weight = np.ones((32, 32), np.float32)
    light[8:24, 8:24], weight[8:24, 8:24] = 9, 0
    assert np.abs(completed(light, weight) - 0.25).max() < 1e-5
    assert completed(light, np.zeros_like(weight)).shape == light.shape


def test_a_look_moves_no_farther_than_it_may() -> None:
    rng = np.random.default_rng(0)
    grey = floats(0.5 + 0.05 * rng.standard_normal((32, 32, 1)))
    dark = floats(0.1 + 0.02 * rng.standard_normal((32, 32, 1)))
    ones = np.ones((32, 32), np.float32)
    old, new = look_of(grey, ones), look_of(dark, ones)
    assert old is not None
    assert new is not None
    assert old.mean[0] == pytest.approx(50, abs=0.5)
    near = moved(grey, old, new, amount=1.0, shift=10, stretch=1.0)
    assert float((grey - near).mean()) == pytest.approx(0.1, abs=0.003)
    assert np.abs(moved(grey, old, new, amount=0.0, shift=10, stretch=2.0) - grey).max() < 1e-5
    assert look_of(grey, 0 * ones) is None


def test_black_and_white_take_no_tint() -> None:
    ones = np.ones((8, 8), np.float32)
    red, blue = np.full((8, 8, 3), [0.7, 0.2, 0.2]), np.full((8, 8, 3), [0.2, 0.2, 0.7])
    old, new = look_of(floats(red), ones), look_of(floats(blue), ones)
    assert old is not None
    assert new is not None
    ends = floats([[[0, 0, 0], [1, 1, 1]]])
    assert np.abs(moved(ends, old, new, amount=1.0, shift=20, stretch=1.5) - ends).max() < 2 / 255


def test_a_shadow_needs_a_foot_in_the_picture() -> None:
    matte = np.zeros((40, 40), np.float32)
    matte[5:30, 15:25] = 1
    left = contact_shadow(matte, 1.0)
    assert left is not None
    assert left[30:33, 20].min() < 0.5
    assert left[10, 5] == 1
    matte[5:, 15:25] = 1
    assert contact_shadow(matte, 1.0) is None
    assert contact_shadow(0 * matte, 1.0) is None


def test_progress_rises_to_one_and_cancel_stops() -> None:
    seen: list[Event] = []
    BACKEND.generate(frame(), step(to="colour"), progress=seen.append)
    done = [event.done for event in seen]
    assert done == sorted(done)
    assert done[-1] == 1
    cancel = Cancel()

    def stop(event: Event, /) -> None:
        if event.done > 0.5:
            cancel.set()

    with pytest.raises(Cancelled):
        BACKEND.generate(frame(), step(to="colour"), progress=stop, cancel=cancel)


def test_the_same_step_gives_the_same_bytes() -> None:
    first = BACKEND.generate(frame(), step(to="gradient")).pixels
    assert first.tobytes() == BACKEND.generate(frame(), step(to="gradient")).pixels.tobytes()


def test_a_frame_without_a_matte_is_a_defect() -> None:
    bare = frame()
    bare = Frame(bare.box, bare.pixels, bare.mask, bare.usable, True)
    with pytest.raises(BackendError, match="no matte"):
        BACKEND.generate(bare, step(to="colour"))


def test_a_map_of_the_dial_mixes_pixel_by_pixel() -> None:
    shown = frame()
    knob = np.zeros(shown.mask.shape, np.float32)
    knob[:100] = 0.5
    asked = Step("background", knob, 0, step(to="colour", colour="white").params)
    made = BACKEND.generate(shown, asked).pixels
    assert made[50, 7, 0] == pytest.approx((100 / 255 + 1) / 2, abs=1e-3)
    assert made[150, 7, 0] == pytest.approx(1, abs=1e-3)
