from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.backends import Frame, Proposal, Step, backends
from keepdial.errors import BackendError, Cancelled
from keepdial.geometry import Box
from keepdial.progress import Cancel, Event
from keepdial.warping.grip import Grip, around, stiffness
from keepdial.warping.moving import carried

SIZE = (96, 128)


def texture(seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).random((*SIZE, 3)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.0), np.float32)
    return np.asarray(np.clip((soft - 0.5) * 3 + 0.5, 0, 1) * 255, np.uint8)


def dragging(
    *, start: Any = ((54.0, 48.0),), end: Any = ((70.0, 52.0),), pixels: np.ndarray | None = None
) -> Frame:
    a, b = np.array(start, np.float64), np.array(end, np.float64)
    area, _ = around(a, b, SIZE, None)
    grip = Grip(a, b, area, stiffness(None, a, area))
    pixels = texture() if pixels is None else pixels
    return Frame(
        Box(0, 0, SIZE[1], SIZE[0]), pixels, area.astype(np.float32), np.ones(SIZE, bool), True, guide=grip
    )


def run(frame: Frame, operation: str = "drag", knob: Any = 0.0, seed: int = 0, **more: Any) -> Proposal:
    return backends()["warp"].generate(frame, Step(operation, knob, seed), **more)


def thing(*, by: tuple[float, float] = (40.0, 0.0), **more: Any) -> tuple[Frame, np.ndarray]:
    """A red square of 20 px at (30, 38) on a smooth grey ground; returns the ground too."""
    ground = np.repeat(np.linspace(90, 150, SIZE[1])[None, :, None], SIZE[0], 0).repeat(3, 2).astype(np.uint8)
    pixels, matte = ground.copy(), np.zeros(SIZE, np.float32)
    pixels[38:58, 30:50] = (200, 40, 30)
    matte[38:58, 30:50] = 1
    asked = {"to": None, "scale": 1.0, "turn": 0.0, "grow": 2, "duplicate": False, **more}
    carry = carried(matte, by=by, **asked)
    box = Box(0, 0, SIZE[1], SIZE[0])
    frame = Frame(box, pixels, carry.area(), np.ones(SIZE, bool), True, matte=matte, guide=carry)
    return frame, ground


def red(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(pixels[..., 0] - pixels[..., 1] > 0.3)


def test_a_handle_comes_to_its_target_and_the_report_says_how_near() -> None:
    frame = dragging()
    made = run(frame)
    assert made.blended
    assert any("seen" in note and "px from the target" in note for note in made.notes)
    before = frame.pixels[43:54, 49:60].astype(np.float32) / 255
    after = made.pixels[47:58, 65:76]
    assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.9
    same = made.pixels == frame.pixels / np.float32(255)
    assert same[frame.mask == 0].all()
    assert not same[frame.mask > 0].all()


def test_the_knob_scales_the_way() -> None:
    frame = dragging()
    half = run(frame, knob=0.5)
    at = frame.pixels[43:54, 49:60].astype(np.float32) / 255
    assert np.corrcoef(at.ravel(), half.pixels[45:56, 57:68].ravel())[0, 1] > 0.9
    still = run(frame, knob=1.0)
    assert np.array_equal(still.pixels, frame.pixels / np.float32(255))
    map_ = np.full(SIZE, 0.5, np.float32)
    assert np.array_equal(run(frame, knob=map_).pixels, half.pixels)


def test_the_same_seed_gives_the_same_bytes() -> None:
    frame = dragging()
    assert np.array_equal(run(frame, seed=3).pixels, run(frame, seed=3).pixels)


def test_what_is_pinned_stays_and_is_named_where_it_is_in_the_way() -> None:
    frame = dragging()
    mask = frame.mask.copy()
    mask[:, 62:] = 0
    made = run(replace(frame, mask=mask))
    assert np.array_equal(made.pixels[:, 62:], frame.pixels[:, 62:] / np.float32(255))
    assert any("pinned pixels are in its way" in note for note in made.notes)
    mask[:] = 0
    mask[:30] = frame.mask[:30]
    made = run(replace(frame, mask=mask))
    assert any("it is pinned" in note for note in made.notes)


def test_a_target_outside_of_the_picture_is_said() -> None:
    made = run(dragging(start=((20.0, 48.0),), end=((-12.0, 48.0),)))
    assert any("outside of the picture" in note for note in made.notes)


def test_a_flat_surface_cannot_be_measured_and_that_is_said() -> None:
    made = run(dragging(pixels=np.full((*SIZE, 3), 120, np.uint8)))
    assert any("could not be measured" in note for note in made.notes)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_depths_and_grey(depth: Any, channels: int) -> None:
    pixels = texture().astype(depth) * (257 if depth == np.uint16 else 1)
    frame = dragging(pixels=np.ascontiguousarray(pixels[..., :channels]))
    made = run(frame)
    assert made.pixels.shape == frame.pixels.shape
    assert made.pixels.dtype == np.float32
    assert 0 <= made.pixels.min() <= made.pixels.max() <= 1


def test_transparency_comes_along() -> None:
    alpha = np.full(SIZE, 255, np.uint8)
    alpha[44:53, 50:59] = 0
    made = run(replace(dragging(), alpha=alpha))
    assert made.alpha is not None
    assert made.alpha[52, 70] < 0.1
    assert made.alpha[48, 48] > 0.9
    assert np.isfinite(made.pixels).all()


def test_states_between_are_shown_and_the_work_can_be_stopped() -> None:
    seen = list[Event]()
    run(dragging(), progress=seen.append)
    done = [e.done for e in seen if e.stage == "generate"]
    assert done == sorted(done)
    assert done[-1] == 1
    shown = [e.preview for e in seen if e.preview is not None]
    assert len(shown) >= 2
    assert all(p.shape == (*SIZE, 3) for p in shown)
    assert not np.array_equal(shown[0], shown[-1])
    cancel = Cancel()
    cancel.set()
    for frame, operation in ((dragging(), "drag"), (thing()[0], "move")):
        with pytest.raises(Cancelled):
            run(frame, operation, cancel=cancel)


def test_a_thing_moves_and_leaves_nothing_behind() -> None:
    frame, ground = thing()
    made = run(frame, "move").pixels
    there = red(made)
    y, x = np.nonzero(there)
    assert (x.min(), x.max(), y.min(), y.max()) == (70, 89, 38, 57)
    assert there.sum() == 400
    left = made[30:66, 22:58] * 255 - ground[30:66, 22:58]
    assert np.abs(left).max() < 12
    untouched = frame.mask == 0
    assert np.array_equal(made[untouched], (frame.pixels / np.float32(255))[untouched])


def test_a_duplicate_leaves_the_original() -> None:
    frame, _ = thing(duplicate=True)
    assert red(run(frame, "move").pixels).sum() == 800


def test_scaling_and_turning_are_about_the_middle() -> None:
    frame, _ = thing(by=(0.0, 0.0), scale=1.5)
    y, x = np.nonzero(red(run(frame, "move").pixels))
    assert (x.mean(), y.mean()) == pytest.approx((39.5, 47.5), abs=0.3)
    assert len(x) == pytest.approx(900, rel=0.08)
    frame, _ = thing(by=(0.0, 0.0), turn=45.0)
    y, x = np.nonzero(red(run(frame, "move").pixels))
    assert x.max() - x.min() == pytest.approx(20 * 2**0.5, abs=2)


def test_to_names_where_the_middle_comes_to_lie_and_half_a_knob_is_half_the_way() -> None:
    frame, _ = thing(to=(89.5, 47.5))
    assert np.nonzero(red(run(frame, "move").pixels))[1].mean() == pytest.approx(89.5, abs=0.3)
    assert np.nonzero(red(run(frame, "move", knob=0.5).pixels))[1].mean() == pytest.approx(64.5, abs=0.3)


def test_a_thing_at_the_border_is_cut_and_nothing_comes_from_beyond() -> None:
    frame, _ = thing(by=(-40.0, 0.0))
    there = red(run(frame, "move").pixels)
    assert np.nonzero(there)[1].max() == 9
    assert there.sum() == 200


def test_without_what_it_needs_it_says_so() -> None:
    frame = replace(dragging(), guide=None)
    for operation in ("drag", "move"):
        with pytest.raises(BackendError):
            run(frame, operation)


def test_it_declares_what_it_does() -> None:
    unit = backends()["warp"]
    assert unit.capabilities.operations == {"drag", "move"}
    assert unit.curve("drag") == ((0.0, 0.0), (1.0, 1.0))
