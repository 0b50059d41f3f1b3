from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.backends import Capabilities, Frame
from keepdial.fitting import detailed, fitted, fitted_knob, padded, resized, restored, room, roomy, shown_at
from keepdial.frame import frame_of, holes, windows
from keepdial.geometry import Box, Size, size_of
from keepdial.mask import bounds
from tests.pictures import noise
from tests.verify.pictures import grain


def able(best: int = 64, multiple_of: int = 8, **more: Any) -> Capabilities:
    return Capabilities(frozenset({"fill"}), best=best, multiple_of=multiple_of, **more)


def frame(mask: NDArray[np.float32], *, depth: int = 8, **more: Any) -> Frame:
    height, width = mask.shape
    pixels = noise(width, height, depth=depth).pixels
    return Frame(Box(0, 0, width, height), pixels, mask, mask <= 0, True, **more)


def seen(width: int, height: int, *boxes: Box, can: Capabilities) -> list[Box]:
    mask = np.zeros((height, width), np.float32)
    for box in boxes:
        mask[box.slices] = 1
    around = bounds(mask)
    assert around is not None
    return [w.box for w in windows(noise(width, height), mask, holes(mask, around), can)]


def test_a_small_hole_in_a_large_picture_is_shown_as_it_is_with_the_models_size_around_it() -> None:
    can = able(512)
    (box,) = seen(1500, 1100, Box(700, 500, 120, 90), can=can)
    assert (box.width, box.height) == (512, 512)
    assert shown_at(Size(512, 512), can) == Size(512, 512)
    assert box.x < 600 < 900 < box.right


def test_what_is_a_few_pixels_wide_is_shown_larger_but_not_without_end() -> None:
    can = able(512)
    assert room(Box(0, 0, 60, 60), can) == 512
    assert room(Box(0, 0, 20, 20), can) == pytest.approx(240)
    assert room(Box(0, 0, 2, 2), can) == pytest.approx(512 / 3)
    (box,) = seen(1500, 1100, Box(704, 504, 24, 24), can=able(512, least_context=16))
    assert 280 <= box.width <= 300
    assert shown_at(Size(box.width, box.height), can).width == 512


def test_a_large_hole_is_shown_whole_and_scaled_down() -> None:
    can = able(512)
    (box,) = seen(1600, 1200, Box(200, 200, 1100, 700), can=can)
    assert box.width >= 1100
    small = shown_at(Size(box.width, box.height), can)
    assert small.area == pytest.approx(512 * 512, rel=0.1)


def test_holes_that_one_window_shows_as_large_share_it_and_far_ones_do_not() -> None:
    can = able(512)
    assert len(seen(1500, 1100, Box(700, 500, 80, 60), Box(900, 600, 70, 60), can=can)) == 1
    assert len(seen(1500, 1100, Box(100, 500, 80, 60), Box(1300, 600, 70, 60), can=can)) == 2


def test_a_narrow_picture_gives_a_wide_window() -> None:
    window = roomy(Box(900, 100, 200, 200), Box(950, 150, 100, 100), Size(4000, 300), able(512))
    assert window == Box(560, 4, 880, 296)
    assert shown_at(Size(880, 296), able(512)) == Size(880, 296)


@pytest.mark.parametrize(
    ("have", "best", "step", "want"),
    [
        (Size(64, 64), 64, 8, Size(64, 64)),
        (Size(960, 960), 1024, 64, Size(960, 960)),
        (Size(768, 512), 512, 8, Size(624, 416)),
        (Size(512, 768), 512, 8, Size(416, 624)),
        (Size(32, 32), 64, 8, Size(64, 64)),
        (Size(512, 512), 64, 8, Size(64, 64)),
    ],
)
def test_the_size_a_model_sees(have: Size, best: int, step: int, want: Size) -> None:
    assert shown_at(have, able(best, step)) == want


@settings(deadline=None)
@given(
    st.integers(1, 6000),
    st.integers(1, 6000),
    st.sampled_from([(64, 8), (512, 8), (512, 64), (1024, 16), (1024, 64)]),
    st.sampled_from([(1, 0), (256, 1536)]),
)
def test_a_model_gets_sides_it_accepts_and_the_pictures_shape(
    width: int, height: int, model: tuple[int, int], limits: tuple[int, int]
) -> None:
    best, step = model
    low, high = limits if best > 64 else (1, 0)
    can = able(best, step, minimum=low, maximum=high)
    whole = padded(Size(width, height), can)
    assert whole.width >= width
    assert whole.height >= height
    if max(width, height) <= 2 * min(width, height):
        assert whole == Size(width, height)
    size = shown_at(whole, can)
    for side in (size.width, size.height):
        assert side % step == 0
        assert side >= low
        assert not high or side <= high
    shape = size.width * whole.height / (size.height * whole.width)
    coarse = step / min(size.width, size.height)
    assert abs(shape - 1) <= 0.5 * coarse + 0.01
    assert 0.4 <= size.area / best**2 <= 2


def test_without_a_best_size_or_at_it_a_frame_is_itself() -> None:
    one = frame(np.zeros((64, 64), np.float32))
    assert fitted(one, Capabilities(frozenset())) is one
    assert fitted(one, able(64)) is one
    values = np.random.default_rng(0).random((9, 7, 3), np.float32)
    assert restored(values, Size(7, 9)) is values


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 150), st.integers(1, 150), st.integers(0, 10**6), st.sampled_from([16, 24, 64]))
def test_whatever_the_mask_touches_stays_in_it_and_nothing_masked_bleeds_out(
    width: int, height: int, seed: int, best: int
) -> None:
    rng = np.random.default_rng(seed)
    mask = np.where(rng.random((height, width)) < 0.02, rng.random((height, width)), 0).astype(np.float32)
    mask[int(rng.integers(height)), int(rng.integers(width))] = 0.3
    own = rng.random((height, width)) < 0.5
    one = frame(mask, own=own)
    pixels = one.pixels.copy()
    pixels[mask <= 0] = 7
    other = pixels.copy()
    other[mask > 0] = 200
    can = able(best)
    small = fitted(Frame(one.box, pixels, mask, mask <= 0, True, own), can)
    size = size_of(small.mask)
    for (y, x), value in np.ndenumerate(mask):
        if value > 0:
            rows = slice(y * size.height // height, -(-(y + 1) * size.height // height))
            columns = slice(x * size.width // width, -(-(x + 1) * size.width // width))
            assert small.mask[rows, columns].min() >= value
            assert not small.usable[rows, columns].any()
            assert small.own is not None
            assert small.own[rows, columns].all() or not own[y, x]
    if size.width <= width and size.height <= height:
        again = fitted(Frame(one.box, other, mask, mask <= 0, True), can)
        beside = small.mask <= 0
        assert (again.pixels[beside] == 7).all()
    assert small.mask.max() == mask.max()
    assert size == Size(width, height) or not small.pixels.flags.writeable


@pytest.mark.parametrize("depth", [8, 16])
def test_what_comes_with_the_pixels_is_scaled_with_them(depth: int) -> None:
    mask = np.zeros((100, 160), np.float32)
    mask[40:60, 50:90] = 1
    picture = noise(160, 100, depth=depth, alpha=True, channels=1)
    one = Frame(Box(3, 4, 160, 100), picture.pixels, mask, mask <= 0, True, None, mask * 0.5, picture.alpha)
    small = fitted(one, able(32))
    h, w = small.mask.shape
    assert small.pixels.shape == (h, w, 1)
    assert small.pixels.dtype == picture.pixels.dtype
    assert small.alpha is not None
    assert small.alpha.shape == (h, w)
    assert small.matte is not None
    assert float(small.matte.max()) == pytest.approx(0.5)
    assert small.scale == (w / 160, h / 100)
    assert small.box == one.box
    knob = np.linspace(0, 1, 160, dtype=np.float32)[None].repeat(100, 0)
    made = fitted_knob(knob, small)
    assert isinstance(made, np.ndarray)
    assert made.shape == (h, w)
    assert made[0, 0] < 0.05 < 0.95 < made[0, -1]
    assert fitted_knob(0.3, small) == 0.3


@pytest.mark.parametrize(
    ("there", "back"), [((96, 64), (48, 32)), ((60, 90), (80, 120)), ((60, 90), (80, 60))]
)
def test_there_and_back_leaves_a_slope_where_it_was(there: tuple[int, int], back: tuple[int, int]) -> None:
    slope = np.linspace(0.2, 0.8, there[0], dtype=np.float32)[None, :, None].repeat(there[1], 0).repeat(3, 2)
    again = restored(resized(slope, Size(*back)), Size(*there))
    assert again.shape == slope.shape
    assert np.abs(again - slope)[:, 4:-4].max() < 0.005


def test_a_very_long_frame_is_padded_and_leads_back() -> None:
    canvas = noise(900, 20)
    mask = np.zeros((20, 900), np.float32)
    mask[5:15, 10:890] = 1
    can = able(64, whole=True)
    (window,) = windows(canvas, mask, holes(mask, Box(10, 5, 880, 10)), can)
    one = frame_of(window, canvas.pixels, mask, can)
    assert one.mask.shape == (97, 900)
    assert fitted(one, can).mask.shape[0] >= 16
    assert not one.usable[20:].any()


def test_detail_that_a_model_was_not_shown_is_kept_where_it_changed_nothing() -> None:
    pixels = grain(96, 96, strength=12)
    everything = np.ones((96, 96), np.float32)
    one = Frame(Box(0, 0, 96, 96), pixels, everything, everything > 0, True)
    truth = pixels.astype(np.float32) / 255
    small = resized(truth, Size(48, 48))
    back = restored(small, Size(96, 96))
    more = detailed(back, one, Size(48, 48))
    assert np.abs(more - truth).mean() < 0.25 * np.abs(back - truth).mean()
    tinted = detailed(back * 0.8 + 0.1, one, Size(48, 48))
    assert np.abs(tinted - (truth * 0.8 + 0.1)).mean() < 0.3 * np.abs(back - truth).mean()
    other = np.asarray(grain(96, 96, seed=5, strength=12), np.float32) / 255
    painted = restored(resized(other, Size(48, 48)), Size(96, 96))
    assert np.abs(detailed(painted, one, Size(48, 48)) - painted).mean() < 0.1 * np.abs(back - truth).mean()
