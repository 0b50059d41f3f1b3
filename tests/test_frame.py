from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from keepdial.backends import Capabilities, Frame
from keepdial.errors import SelectionError
from keepdial.frame import frame_of, holes, windows
from keepdial.geometry import Box
from keepdial.image import Image
from keepdial.mask import bounds
from tests.pictures import noise

CAN = Capabilities(operations=frozenset({"fill"}), least_context=4)


def framed(
    canvas: Image,
    mask: NDArray[np.float32],
    can: Capabilities = CAN,
    *,
    selected: NDArray[np.float32] | None = None,
    guess: bool = False,
    **more: Any,
) -> tuple[Frame, ...]:
    box = bounds(mask)
    assert box is not None
    chosen = mask if selected is None else selected
    seen = windows(canvas, chosen, holes(mask, box), can, guess=guess, **more)
    return tuple(frame_of(window, canvas.pixels, mask, can, guess=guess) for window in seen)


def hole(width: int, height: int, *boxes: Box) -> NDArray[np.float32]:
    mask = np.zeros((height, width), np.float32)
    for box in boxes:
        mask[box.slices] = 1
    return mask


def test_holes_are_told_apart_by_cells() -> None:
    mask = hole(100, 60, Box(3, 2, 10, 4), Box(60, 40, 5, 5))
    found = holes(mask, Box(3, 2, 62, 43))
    assert found.boxes == (Box(3, 2, 16, 8), Box(59, 34, 6, 11))
    assert found.side == 16


def test_dust_gets_larger_cells_instead_of_a_thousand_holes() -> None:
    mask = np.zeros((800, 800), np.float32)
    mask[::16, ::16] = 1
    found = holes(mask, Box(0, 0, 785, 785))
    assert found.cell > 8
    assert len(found.boxes) <= 1000


def test_a_frame_is_the_hole_and_its_surroundings() -> None:
    canvas, mask = noise(100, 80), hole(100, 80, Box(40, 32, 16, 16))
    (frame,) = framed(canvas, mask)
    assert frame.box == Box(24, 16, 48, 48)
    assert np.array_equal(frame.pixels, canvas.pixels[16:64, 24:72])
    assert np.array_equal(frame.mask, mask[16:64, 24:72])
    assert np.array_equal(frame.usable, frame.mask == 0)
    assert frame.own is None


def test_a_frame_ends_at_the_picture() -> None:
    (frame,) = framed(noise(30, 20), hole(30, 20, Box(0, 0, 8, 8)))
    assert frame.box == Box(0, 0, 16, 16)


def test_a_thin_line_wants_less_around_it_than_its_length() -> None:
    (frame,) = framed(noise(800, 400), hole(800, 400, Box(0, 200, 800, 8)))
    assert frame.box == Box(0, 120, 800, 168)


def test_far_holes_have_frames_of_their_own_and_near_ones_share() -> None:
    far = framed(noise(900, 60), hole(900, 60, Box(10, 20, 8, 8), Box(850, 20, 8, 8)))
    assert len(far) == 2
    near = framed(noise(900, 60), hole(900, 60, Box(10, 20, 8, 8), Box(50, 20, 8, 8)))
    assert len(near) == 1


def test_a_foreign_hole_in_a_frame_is_generated_but_not_owned() -> None:
    mask = hole(800, 800, Box(0, 392, 640, 8), Box(680, 0, 8, 640))
    seen = framed(noise(800, 800), mask)
    assert len(seen) == 2
    written = np.zeros((800, 800), int)
    for frame in seen:
        own = frame.mask > 0 if frame.own is None else (frame.mask > 0) & frame.own
        written[frame.box.slices] += own
        assert not (frame.usable & (frame.mask > 0)).any()
    assert np.array_equal(written, mask.astype(int))
    assert any(frame.own is not None for frame in seen)


def test_sides_grow_into_the_picture_before_they_are_padded() -> None:
    can = Capabilities(operations=CAN.operations, least_context=4, multiple_of=32)
    (roomy,) = framed(noise(100, 80), hole(100, 80, Box(90, 32, 8, 8)), can)
    assert roomy.box == Box(68, 24, 32, 32)
    canvas = noise(20, 10, depth=16, channels=1)
    (padded,) = framed(canvas, hole(20, 10, Box(2, 2, 8, 8)), can)
    assert padded.box == Box(0, 0, 20, 10)
    assert padded.pixels.shape == (32, 32, 1)
    assert np.array_equal(padded.pixels[:10, :20], canvas.pixels)
    assert (padded.pixels[10:, :20] == canvas.pixels[-1]).all()
    assert not padded.usable[10:].any()
    assert not padded.mask[:, 20:].any()


def test_a_largest_side_takes_surroundings_away_but_never_the_hole() -> None:
    can = Capabilities(operations=CAN.operations, least_context=50, maximum=40)
    (frame,) = framed(noise(200, 200), hole(200, 200, Box(80, 80, 24, 24)), can)
    assert (frame.box.width, frame.box.height) == (40, 40)
    assert frame.mask.sum() == 24 * 24


def test_what_is_transparent_or_was_selected_is_no_example() -> None:
    canvas = noise(40, 30, alpha=True)
    selected = hole(40, 30, Box(10, 10, 10, 10))
    mask = hole(40, 30, Box(10, 10, 5, 10))
    (frame,) = framed(canvas, mask, selected=selected)
    assert canvas.alpha is not None
    expected = (selected == 0) & (canvas.alpha > 0)
    assert np.array_equal(frame.usable, expected[frame.box.slices])
    (everywhere,) = framed(canvas, mask, examples="everywhere")
    assert np.array_equal(everywhere.usable, (canvas.alpha > 0)[everywhere.box.slices])


def test_a_frame_without_examples_looks_farther() -> None:
    canvas, selected = noise(400, 64), hole(400, 64, Box(0, 0, 300, 64))
    mask = hole(400, 64, Box(0, 0, 16, 64))
    (frame,) = framed(canvas, mask, selected=selected)
    assert frame.usable.any()


def test_with_nothing_to_learn_from_it_says_so() -> None:
    mask = np.ones((20, 30), np.float32)
    with pytest.raises(SelectionError, match="Nothing is left"):
        framed(noise(30, 20), mask)
    assert len(framed(noise(30, 20), mask, guess=True)) == 1


def test_a_long_thin_hole_is_cut_and_a_dense_one_is_not() -> None:
    wire = np.eye(1200, dtype=np.float32)
    box = Box(0, 0, 1200, 1200)
    found = holes(wire, box)
    assert found.side <= 512
    assert len(found.boxes) == 4
    assert sum(found.areas) == 150 * 64
    assert found.labels.max() == 4
    assert len(holes(np.tri(1200, dtype=np.float32), box).boxes) == 1
    seen = framed(noise(1200, 1200), wire)
    assert [frame.box.x for frame in seen] == sorted(frame.box.x for frame in seen)
    assert sum(frame.box.area for frame in seen) < box.area / 2


@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    seed=st.integers(0, 10**6),
    count=st.integers(1, 12),
    multiple=st.sampled_from([1, 8, 64]),
    minimum=st.sampled_from([1, 100]),
)
def test_together_the_frames_own_each_pixel_of_the_mask_once_and_lead_back_exactly(
    width: int, height: int, seed: int, count: int, multiple: int, minimum: int
) -> None:
    rng = np.random.default_rng(seed)
    boxes = [
        Box(int(rng.integers(width)), int(rng.integers(height)), *(int(n) for n in rng.integers(1, 40, 2)))
        for _ in range(count)
    ]
    mask = hole(width, height, *boxes)
    canvas = noise(width, height, seed=seed)
    can = Capabilities(CAN.operations, least_context=4, multiple_of=multiple, minimum=minimum)
    owners = np.zeros((height, width), int)
    for frame in framed(canvas, mask, can, guess=True):
        h, w = frame.mask.shape
        assert (h % multiple, w % multiple) == (0, 0)
        assert min(h, w) >= minimum
        inside = np.s_[: frame.box.height, : frame.box.width]
        assert frame.box.clip(canvas.size) == frame.box
        assert np.array_equal(frame.pixels[inside], canvas.pixels[frame.box.slices])
        assert np.array_equal(frame.mask[inside], mask[frame.box.slices])
        assert frame.mask.sum() == frame.mask[inside].sum()
        assert not (frame.usable & (frame.mask > 0)).any()
        own = np.ones(frame.mask.shape, np.bool_) if frame.own is None else frame.own
        owners[frame.box.slices] += ((frame.mask > 0) & own)[inside]
    assert np.array_equal(owners, (mask > 0).astype(int))
