from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.backends import Capabilities, Frame, Proposal
from keepdial.composite import Composite, guard
from keepdial.errors import GuaranteeError
from keepdial.frame import Window
from keepdial.geometry import Box
from keepdial.image import Image
from tests.pictures import images, noise


def frame(canvas: Image, mask: list[list[float]], box: Box | None = None, **more: object) -> Frame:
    box = box or Box(0, 0, canvas.size.width, canvas.size.height)
    weight = np.array(mask, np.float32)
    return Frame(box, canvas.pixels[box.slices], weight, weight == 0, False, **more)  # type: ignore[arg-type]


def compose(canvas: Image, frames: list[Frame], proposals: list[Proposal]) -> Image:
    work = Composite(canvas, np.zeros(canvas.pixels.shape[:2], np.float32))
    for one, proposal in zip(frames, proposals, strict=True):
        work.add(one, proposal)
    return work.image()


def flat(f: Frame, value: float) -> Proposal:
    return Proposal(np.full((*f.mask.shape, f.pixels.shape[2]), value, np.float32))


def grey(*values: int, depth: int = 8) -> Image:
    pixels: Any = np.array([values], np.uint8 if depth == 8 else np.uint16)
    return Image(pixels[..., None])


def test_the_mask_blends_in_the_pictures_own_samples() -> None:
    canvas = grey(100, 100, 100, 100)
    f = frame(canvas, [[0, 0.5, 1, 0.001]])
    assert compose(canvas, [f], [flat(f, 0.8)]).pixels[0, :, 0].tolist() == [100, 152, 204, 100]


def test_sixteen_bits_stay_sixteen_bits() -> None:
    canvas = grey(1000, 1000, 1001, depth=16)
    f = frame(canvas, [[1, 0.5, 0]])
    result = compose(canvas, [f], [flat(f, 40001 / 65535)])
    assert result.pixels.dtype == np.uint16
    assert result.pixels[0, :, 0].tolist() == [40001, 20500, 1001]


def test_proposals_outside_of_the_range_are_cut_off() -> None:
    canvas = grey(7, 7)
    for value, sample in ((3.0, 255), (-2.0, 0)):
        f = frame(canvas, [[1, 0]])
        assert compose(canvas, [f], [flat(f, value)]).pixels[0, :, 0].tolist() == [sample, 7]


def test_only_a_frames_own_part_is_written_and_padding_falls_away() -> None:
    canvas = grey(1, 2, 3, 4)
    f = frame(canvas, [[1, 1, 1]], Box(2, 0, 2, 1), own=np.array([[True, False, True]]))
    result = compose(canvas, [f], [Proposal(np.ones((1, 3, 1), np.float32))])
    assert result.pixels[0, :, 0].tolist() == [1, 2, 255, 4]


def test_alpha_profile_and_the_rest_are_carried_over() -> None:
    canvas = noise(4, 3, alpha=True, orientation=6)
    f = frame(canvas, [[1] * 4] * 3)
    result = compose(canvas, [f], [flat(f, 0.5)])
    assert result.alpha is canvas.alpha
    assert result.orientation == canvas.orientation


def test_what_one_window_filled_is_picture_for_the_next() -> None:
    canvas, mask = grey(1, 2, 3, 4), np.array([[0, 1, 1, 0]], np.float32)
    can = Capabilities(frozenset())
    usable = mask == 0
    work = Composite(canvas, mask)
    first = work.frame(Window(Box(0, 0, 4, 1), usable, np.array([[False, True, False, False]])), can)
    assert first.mask.tolist() == [[0, 1, 1, 0]]
    work.add(first, flat(first, 1.0))
    second = work.frame(Window(Box(0, 0, 4, 1), usable, np.array([[False, False, True, False]])), can)
    assert second.pixels[0, :, 0].tolist() == [1, 255, 3, 4]
    assert second.mask.tolist() == [[0, 0, 1, 0]]
    assert second.usable.tolist() == [[True, False, False, True]]
    work.add(second, flat(second, 0.0))
    assert work.image().pixels[0, :, 0].tolist() == [1, 255, 0, 4]
    assert mask.tolist() == [[0, 1, 1, 0]]


@given(image=images, seed=st.integers(0, 99))
def test_where_the_mask_is_zero_every_sample_is_the_sources(image: Image, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = image.pixels.shape[:2]
    mask = (rng.random(shape) * (rng.random(shape) > 0.5)).astype(np.float32)
    f = frame(image, mask.tolist())
    before = image.digest()
    result = compose(image, [f], [Proposal(rng.random(image.pixels.shape, np.float32))])
    assert image.digest() == before
    assert np.array_equal(result.pixels[mask == 0], image.pixels[mask == 0])
    guard(image, result, mask > 0, None)


def test_a_changed_pixel_outside_is_found_in_colour_and_in_alpha() -> None:
    source = noise(9, 70, alpha=True)
    assert source.alpha is not None
    free = np.zeros((70, 9), np.bool_)
    free[3, 3] = True
    for at in ((3, 4), (69, 0)):
        pixels, alpha = source.pixels.copy(), source.alpha.copy()
        pixels[at] ^= 1
        with pytest.raises(GuaranteeError, match="1 pixels"):
            guard(source, source.with_pixels(pixels, source.alpha), free, None)
        alpha[at] ^= 1
        with pytest.raises(GuaranteeError):
            guard(source, source.with_pixels(source.pixels, alpha), free, None)
    pixels = source.pixels.copy()
    pixels[3, 3] ^= 1
    guard(source, source.with_pixels(pixels, source.alpha), free, None)


def test_in_a_larger_canvas_the_source_is_looked_for_where_it_lies() -> None:
    source = grey(1, 2)
    free = np.array([[True, False, False]])
    guard(source, grey(9, 1, 2), free, Box(1, 0, 2, 1))
    with pytest.raises(GuaranteeError):
        guard(source, grey(1, 2, 9), free, Box(1, 0, 2, 1))
