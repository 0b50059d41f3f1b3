from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keepdial.backends import Frame, Step
from keepdial.backends.camouflage import BACKEND, _from_lab, _spread, _to_lab
from keepdial.errors import Cancelled
from keepdial.geometry import Box
from keepdial.progress import Cancel, Event

GREEN, RED = (60, 140, 70), (200, 40, 40)


def scene(dtype: Any = np.uint8, channels: int = 3) -> tuple[Any, Any]:
    """A red disc with a light stripe on green grass: pixels (60, 80, C) and the disc's mask."""
    ys, xs = np.mgrid[0:60, 0:80]
    mask = (ys - 30) ** 2 + (xs - 40) ** 2 <= 12**2
    rgb = np.empty((60, 80, 3), np.float64)
    rgb[:] = GREEN
    rgb += np.random.default_rng(0).normal(0, 4, (60, 80, 1))
    rgb[mask] = RED
    rgb[mask & (np.abs(ys - 30) <= 1)] += 40
    rgb = np.clip(rgb, 0, 255)
    if dtype == np.uint16:
        rgb *= 257
    return np.round(rgb[..., :channels]).astype(dtype), mask


def propose(pixels: Any, mask: Any, knob: Any, **given: Any) -> Any:
    h, w = mask.shape
    frame = Frame(Box(0, 0, w, h), pixels, mask.astype(np.float32), np.ones((h, w), bool), guess=True)
    return BACKEND.generate(frame, Step("camouflage", knob, 0), **given).pixels


def test_at_one_it_is_the_picture_itself() -> None:
    pixels, mask = scene()
    assert np.array_equal(np.round(propose(pixels, mask, 1.0) * 255), pixels)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_disc_takes_the_colour_of_the_grass(dtype: Any) -> None:
    pixels, mask = scene(dtype)
    out = propose(pixels, mask, 0.35)
    assert out.dtype == np.float32
    assert np.allclose(out[mask].mean(axis=0) * 255, GREEN, atol=12)
    outside = pixels[~mask] / np.iinfo(dtype).max
    assert np.allclose(out[~mask], outside, atol=1e-6)


def test_the_stripe_stays_a_lighter_stripe() -> None:
    pixels, mask = scene()
    out = propose(pixels, mask, 0.35).mean(axis=2)
    stripe, beside = out[30, 32:49].mean(), out[24, 34:47].mean()
    assert stripe > beside + 0.03


def test_the_lower_the_knob_the_further_it_goes() -> None:
    pixels, mask = scene()
    source = pixels / 255
    off = [
        np.abs(propose(pixels, mask, k)[mask] - source[mask]).mean() for k in (1.0, 0.8, 0.6, 0.35, 0.1, 0.0)
    ]
    assert off == sorted(off)
    flat = [propose(pixels, mask, k).mean(axis=2)[mask].std() for k in (0.35, 0.15, 0.0)]
    assert flat[0] > flat[1] > flat[2]


def test_a_map_holds_where_it_says() -> None:
    pixels, mask = scene()
    knob = np.ones(mask.shape, np.float32)
    knob[:, 40:] = 0.35
    out = np.round(propose(pixels, mask, knob) * 255)
    assert np.array_equal(out[:, :40], pixels[:, :40])
    assert np.abs(out[:, 40:] - pixels[:, 40:])[mask[:, 40:]].mean() > 40


def test_grey_moves_its_lightness() -> None:
    pixels, mask = scene(channels=1)
    out = propose(pixels, mask, 0.35)
    assert out.shape == (60, 80, 1)
    assert abs(out[mask].mean() * 255 - 60) < 12


def test_two_things_take_their_own_surroundings() -> None:
    pixels = np.zeros((40, 100, 3), np.uint8)
    pixels[:, :50], pixels[:, 50:] = (60, 140, 70), (60, 70, 160)
    mask = np.zeros((40, 100), bool)
    mask[14:26, 15:27] = mask[14:26, 75:87] = True
    pixels[mask] = RED
    out = propose(pixels, mask, 0.35) * 255
    assert np.allclose(out[20, 21], (60, 140, 70), atol=6)
    assert np.allclose(out[20, 81], (60, 70, 160), atol=6)


def test_between_two_grounds_the_colour_runs_over() -> None:
    pixels = np.zeros((60, 120, 3), np.uint8)
    pixels[:] = (np.linspace(40, 200, 120)[:, None] * np.ones(3)).astype(np.uint8)
    mask = np.zeros((60, 120), bool)
    mask[20:40, 20:100] = True
    before = pixels.copy()
    pixels[mask] = RED
    out = propose(pixels, mask, 0.35)[30].mean(axis=1) * 255
    assert np.abs(out - before[30].mean(axis=1)).max() < 25
    assert out[95] > out[60] > out[25]


def test_a_mask_without_surroundings_changes_nothing() -> None:
    pixels, _ = scene()
    everything = np.ones((60, 80), bool)
    assert np.array_equal(np.round(propose(pixels, everything, 0.2) * 255), pixels)


def test_tiny_frames_and_single_pixels() -> None:
    one = np.full((1, 1, 3), 90, np.uint8)
    assert propose(one, np.ones((1, 1), bool), 0.5).shape == (1, 1, 3)
    pixels, mask = scene()
    dot = np.zeros_like(mask)
    dot[30, 40] = True
    assert np.isfinite(propose(pixels, dot, 0.3)).all()


def test_progress_and_cancel() -> None:
    pixels, mask = scene()
    events: list[Event] = []
    propose(pixels, mask, 0.5, progress=events.append)
    assert events[0].done == 0
    assert events[-1].done == 1
    cancel = Cancel()
    cancel.set()
    with pytest.raises(Cancelled):
        propose(pixels, mask, 0.5, cancel=cancel)


def test_the_curve_rises() -> None:
    curve = BACKEND.curve("camouflage")
    assert curve[0] == (0.0, 0.0)
    assert curve[-1] == (1.0, 1.0)
    assert list(curve) == sorted(curve)


def test_oklab_has_the_published_values_and_comes_back() -> None:
    # White and sRGB red in OKLab, as its author gives them.
    white, red = _to_lab(np.array([[[1, 1, 1], [1, 0, 0]]], np.float32))[0]
    assert np.allclose(white, (1, 0, 0), atol=1e-3)
    assert np.allclose(red, (0.628, 0.225, 0.126), atol=1e-3)
    rgb = np.random.default_rng(1).random((5, 7, 3)).astype(np.float32)
    assert np.allclose(_from_lab(_to_lab(rgb)), rgb, atol=1e-4)


def test_what_is_spread_keeps_its_values_where_it_is_known() -> None:
    values = np.zeros((40, 40, 1), np.float32)
    values[:, 20:] = 1
    weight = np.zeros((40, 40), np.float32)
    weight[:, :8] = weight[:, 32:] = 1
    found = _spread(values, weight, 2.0)[20, :, 0]
    assert abs(found[2]) < 0.05
    assert abs(found[37] - 1) < 0.05
    assert 0.3 < found[20] < 0.7
