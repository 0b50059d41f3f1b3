"""What the embedded engine promises, on pictures small enough to know the answer."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import keepdial
from keepdial.backends import Frame, Step
from keepdial.backends.patch import BACKEND
from keepdial.backends.patch.engine import synthesise
from keepdial.errors import Cancelled
from keepdial.geometry import Box
from keepdial.progress import Cancel, Event

Array = NDArray[Any]
SMOOTH = "filled smoothly"


def hole_in(height: int, width: int, *at: slice) -> NDArray[np.bool_]:
    hole = np.zeros((height, width), np.bool_)
    hole[at] = True
    return hole


def texture(height: int = 48, width: int = 56, *, seed: int = 0, kind: Any = np.uint8) -> Array:
    """Noise that hangs together, over the full range of the type."""
    rng = np.random.default_rng(seed)
    rough = rng.random((height + 2, width + 2, 3))
    soft = np.sum([rough[i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=0)
    soft = (soft - soft.min()) / (soft.max() - soft.min())
    return np.asarray(np.rint(soft * np.iinfo(kind).max), kind)


def filled(pixels: Array, hole: NDArray[np.bool_], **more: Any) -> Array:
    """The picture with its hole filled, in its own type; what lies in the hole is never seen."""
    top = np.iinfo(pixels.dtype).max
    rubbish = pixels.copy()
    rubbish[hole] = 77
    usable = more.pop("usable", ~hole)
    made, notes = synthesise(rubbish, hole, usable, **more)
    assert made.dtype == np.float32
    assert made.shape == pixels.shape
    assert np.isfinite(made).all()
    assert (np.rint(made * top).astype(pixels.dtype)[~hole] == pixels[~hole]).all()
    # A fall back is its own test.
    assert more.get("smooth", False) == any(SMOOTH in note for note in notes)
    return np.asarray(np.clip(np.rint(made * top), 0, top), pixels.dtype)


def digest(array: Array) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def test_the_bytes_are_the_same_for_any_number_of_threads() -> None:
    pixels, hole = texture(120, 60), hole_in(120, 60, slice(20, 100), slice(15, 42))
    before, found = numba.get_num_threads(), set()
    try:
        for threads in {1, 2, before}:
            if threads <= before:
                numba.set_num_threads(threads)
                found.add(digest(synthesise(pixels, hole, ~hole, seed=3)[0]))
    finally:
        numba.set_num_threads(before)
    assert len(found) == 1


def test_several_callers_at_once_do_not_disturb_each_other() -> None:
    hole = hole_in(120, 60, slice(20, 100), slice(15, 42))
    alone = [digest(synthesise(texture(120, 60), hole, ~hole, seed=seed)[0]) for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = pool.map(lambda s: digest(synthesise(texture(120, 60), hole, ~hole, seed=s)[0]), range(4))
        assert list(together) == alone


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_has_threads_of_its_own() -> None:
    hole = hole_in(120, 60, slice(20, 100), slice(15, 42))
    here = digest(synthesise(texture(120, 60), hole, ~hole)[0])
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns that threads may hold locks; ours hold none between two calls.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.write(writing, digest(synthesise(texture(120, 60), hole, ~hole)[0]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        assert answer.read() == here
    os.waitpid(child, 0)


ELSEWHERE = """
import hashlib, sys
from keepdial.backends.patch.engine import synthesise
from keepdial.backends.patch.warm import warm
from tests.backends.test_patch_engine import digest, hole_in, texture
warm(lambda event: print(event.stage))
hole = hole_in(48, 56, slice(15, 32), slice(18, 40))
print(digest(synthesise(texture(), hole, ~hole, seed=3)[0]))
"""


def test_another_process_gives_the_same_bytes_and_compiles_nothing(root: Any) -> None:
    hole = hole_in(48, 56, slice(15, 32), slice(18, 40))
    here = digest(synthesise(texture(), hole, ~hole, seed=3)[0])
    there = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, cwd=root)
    assert there.returncode == 0, there.stderr
    assert there.stdout.split("\n") == [here, ""]


def test_another_seed_gives_another_result() -> None:
    hole = hole_in(48, 56, slice(12, 36), slice(14, 44))
    made = [synthesise(texture(), hole, ~hole, seed=seed)[0] for seed in (1, 1, 2)]
    assert (made[0] == made[1]).all()
    assert (made[0][hole] != made[2][hole]).mean() > 0.05


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_all_depths_and_channels(kind: Any, channels: int) -> None:
    pixels = texture(kind=kind)[..., :channels]
    hole = hole_in(48, 56, slice(15, 30), slice(20, 38))
    made = filled(pixels, hole)
    inside = made[hole].astype(np.float64) / np.iinfo(kind).max
    assert inside.std() > 0.05
    # Seams are evened out by steps, which may go a little beyond what is there.
    assert inside.max() <= pixels[~hole].max() / np.iinfo(kind).max + 0.05


def test_grey_is_the_same_as_three_equal_channels() -> None:
    grey = texture()[..., :1]
    hole = hole_in(48, 56, slice(15, 30), slice(20, 38))
    one, three = (synthesise(p, hole, ~hole)[0] for p in (grey, np.repeat(grey, 3, axis=2)))
    assert (three == three[..., :1]).all()
    assert (one == three[..., :1]).all()


def test_eight_bits_are_the_same_as_the_same_values_in_sixteen() -> None:
    pixels = texture()
    hole = hole_in(48, 56, slice(15, 30), slice(20, 38))
    eight, sixteen = (
        synthesise(p, hole, ~hole)[0] for p in (pixels, pixels.astype(np.uint16) * np.uint16(257))
    )
    np.testing.assert_allclose(eight, sixteen, atol=1e-6)


def test_the_layout_in_memory_does_not_matter() -> None:
    pixels = texture(48, 48)
    hole = hole_in(48, 48, slice(15, 30), slice(20, 38))
    turned = np.ascontiguousarray(pixels.transpose(1, 0, 2)).transpose(1, 0, 2)
    assert not turned.flags.c_contiguous
    assert (synthesise(turned, hole, ~hole)[0] == synthesise(pixels, hole, ~hole)[0]).all()


@settings(max_examples=12, deadline=None)
@given(
    colour=st.lists(st.integers(0, 65535), min_size=3, max_size=3),
    deep=st.booleans(),
    top=st.integers(0, 30),
    left=st.integers(0, 30),
)
def test_a_constant_picture_is_filled_exactly(colour: list[int], deep: bool, top: int, left: int) -> None:
    kind: Any = np.uint16 if deep else np.uint8
    pixels = np.broadcast_to(np.array(colour, np.uint16) >> (0 if deep else 8), (40, 44, 3)).astype(kind)
    hole = hole_in(40, 44, slice(top, top + 12), slice(left, left + 14))
    assert (filled(pixels, hole) == pixels).all()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("pattern", ["stripes", "columns", "board", "slanted"])
def test_a_periodic_texture_is_continued(pattern: str, kind: Any) -> None:
    y, x = np.mgrid[:64, :72]
    on = {
        "stripes": y // 4 % 2,
        "columns": x // 4 % 2,
        "board": (y // 4 + x // 4) % 2,
        "slanted": (y + x) // 4 % 2,
    }[pattern]
    top = np.iinfo(kind).max
    pixels = np.where(on[..., None] == 1, [0.9, 0.8, 0.7], [0.1, 0.2, 0.3])
    pixels = np.asarray(np.rint(pixels * top), kind)
    hole = hole_in(64, 72, slice(24, 40), slice(26, 46))
    error = np.abs(filled(pixels, hole).astype(np.float64) - pixels)[hole] / top
    assert error.mean() < 0.025
    assert (error < 0.05).mean() > 0.9


def test_a_straight_edge_is_continued() -> None:
    rng = np.random.default_rng(1)
    for slope in (0.0, 0.4):
        y, x = np.mgrid[:64, :80]
        pixels = np.where((y < 32 + slope * (x - 40))[..., None], [60, 90, 160], [140, 120, 60])
        pixels = np.asarray(pixels + rng.normal(0, 3, (64, 80, 3)), np.uint8)
        hole = hole_in(64, 80, slice(22, 44), slice(30, 50))
        error = np.abs(filled(pixels, hole).astype(int) - pixels).mean(axis=2)[hole]
        assert (error > 25).mean() < 0.06


@pytest.mark.parametrize(
    "at",
    [
        (slice(0, 12), slice(10, 30)),
        (slice(-12, None), slice(10, 30)),
        (slice(10, 30), slice(0, 12)),
        (slice(10, 30), slice(-12, None)),
        (slice(0, 12), slice(0, 12)),
        (slice(0, 12), slice(-12, None)),
        (slice(-12, None), slice(0, 12)),
        (slice(-12, None), slice(-12, None)),
        (slice(0, 14), slice(None)),
        (slice(None), slice(20, 30)),
        (slice(None), slice(0, 1)),
    ],
)
def test_holes_may_touch_the_border(at: tuple[slice, slice]) -> None:
    pixels = np.asarray(texture() // 4 + 100, np.uint8)
    hole = hole_in(48, 56, *at)
    inside = filled(pixels, hole)[hole]
    assert inside.min() >= 95
    assert inside.max() <= 170


def test_single_pixels_and_scattered_ones_are_filled() -> None:
    pixels = np.asarray(texture() // 4 + 100, np.uint8)
    hole = np.random.default_rng(2).random((48, 56)) < 0.004
    hole[20, 20] = True
    inside = filled(pixels, hole)[hole]
    assert 95 <= inside.min() <= inside.max() <= 170


def test_several_holes_are_filled_each_from_around() -> None:
    pixels = np.full((48, 120, 3), 40, np.uint8)
    pixels[:, 60:] = 200
    hole = hole_in(48, 120, slice(18, 30), slice(15, 30)) | hole_in(48, 120, slice(18, 30), slice(90, 105))
    assert (filled(pixels, hole) == pixels).all()


@pytest.mark.parametrize(
    ("shape", "at"),
    [
        ((40, 40), (slice(0, 38), slice(None))),
        ((40, 40), (slice(3, 37), slice(3, 37))),
        ((40, 40), (slice(1, None), slice(None))),
        ((6, 40), (slice(2, 4), slice(5, 9))),
        ((40, 5), (slice(2, 9), slice(1, 3))),
        ((1, 30), (slice(None), slice(10, 20))),
        ((1, 2), (slice(None), slice(0, 1))),
    ],
)
def test_where_no_patch_is_left_it_is_filled_smoothly_and_said(
    shape: tuple[int, int], at: tuple[slice, slice]
) -> None:
    pixels = np.asarray(texture(*shape) // 4 + 100, np.uint8)
    hole = hole_in(*shape, *at)
    made, notes = synthesise(pixels, hole, ~hole)
    assert any(SMOOTH in note for note in notes)
    assert (np.rint(made * 255)[~hole] == pixels[~hole]).all()
    assert made[hole].min() >= 99 / 255
    assert made[hole].max() <= 165 / 255


def test_a_hole_that_is_everything_gives_something() -> None:
    made, notes = synthesise(texture(20, 20), np.ones((20, 20), np.bool_), np.zeros((20, 20), np.bool_))
    assert np.isfinite(made).all()
    assert any(SMOOTH in note for note in notes)


def test_a_frame_of_one_patch_is_enough_to_work_or_to_say_so() -> None:
    for side in range(7, 20):
        pixels = np.full((side, side, 3), 90, np.uint8)
        hole = hole_in(side, side, slice(0, 1), slice(0, 1))
        made, _ = synthesise(pixels, hole, ~hole)
        assert (np.rint(made * 255) == 90).all()


def test_nothing_to_fill_is_the_picture() -> None:
    pixels = texture()
    nothing = np.zeros((48, 56), np.bool_)
    made, notes = synthesise(pixels, nothing, ~nothing)
    assert (np.rint(made * 255) == pixels).all()
    assert notes == ()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_what_may_not_be_copied_never_appears(seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.asarray(texture(50, 70, seed=seed) // 5 + 60, np.uint8)
    pixels[..., 0] = 20
    usable = np.ones((50, 70), np.bool_)
    forbidden = hole_in(50, 70, slice(5, 45), slice(int(rng.integers(30, 40)), 60))
    hole = hole_in(50, 70, slice(15, 35), slice(8, 26))
    # Red is where nothing may be copied from, and nowhere else.
    pixels[forbidden] = 255, 0, 0
    usable[forbidden] = False
    made = filled(pixels, hole, usable=usable & ~hole, seed=seed)
    assert made[hole][:, 0].max() <= 24


def test_inputs_stay_as_they_were() -> None:
    pixels, hole = texture(), hole_in(48, 56, slice(15, 30), slice(20, 38))
    usable = ~hole
    before = pixels.copy(), hole.copy(), usable.copy()
    for array in (pixels, hole, usable):
        array.flags.writeable = False
    synthesise(pixels, hole, usable)
    synthesise(pixels, hole, np.ones_like(hole), hold=0.5)
    for array, was in zip((pixels, hole, usable), before, strict=True):
        assert (array == was).all()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_nothing_changes_outside_the_mask(seed: int, deep: bool) -> None:
    rng = np.random.default_rng(seed)
    pixels = texture(40, 60, seed=seed, kind=np.uint16 if deep else np.uint8)
    top, left = rng.integers(0, 30, 2)
    mask = hole_in(40, 60, slice(top, top + int(rng.integers(1, 12))), slice(left, left + 20))
    made = keepdial.inpaint(pixels, mask, seed=seed)
    assert (made[~mask] == pixels[~mask]).all()
    assert made.dtype == pixels.dtype


def frame(height: int = 90, width: int = 100) -> Frame:
    hole = hole_in(height, width, slice(20, -20), slice(20, -20))
    box = Box(0, 0, width, height)
    return Frame(box, texture(height, width), hole.astype(np.float32), ~hole, False)


def test_progress_runs_from_nothing_to_all_and_never_back() -> None:
    events: list[Event] = []
    BACKEND.generate(frame(), Step("fill", 0.0, 0), progress=events.append)
    done = [event.done for event in events if event.stage == "generate"]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 1)
    assert len(done) > 3


def test_progress_runs_for_variations_too() -> None:
    hole = np.ones((60, 64), np.bool_)
    one = Frame(Box(0, 0, 64, 60), texture(60, 64), hole.astype(np.float32), hole, True)
    events: list[Event] = []
    BACKEND.generate(one, Step("variation", 0.4, 0), progress=events.append)
    done = [event.done for event in events if event.stage == "generate"]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 1)


@pytest.mark.parametrize("after", [0, 1, 2])
def test_cancelling_stops_at_the_next_report(after: int) -> None:
    cancel, events = Cancel(), list[Event]()

    def listen(event: Event, /) -> None:
        events.append(event)
        if len(events) > after:
            cancel.set()

    with pytest.raises(Cancelled):
        BACKEND.generate(frame(), Step("fill", 0.0, 0), progress=listen, cancel=cancel)
    assert len(events) == after + 1
