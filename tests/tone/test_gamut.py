from __future__ import annotations

import numpy as np
import pytest

from keepdial.tone import space_of
from keepdial.tone.gamut import KNEE, reach, softened, softened_in_oklab
from keepdial.tone.oklab import from_oklab, to_oklab
from keepdial.tone.planes import split

SRGB = space_of(None)


def test_reach_is_nought_for_grey_and_one_at_the_border() -> None:
    light = np.array([[[0.3, 0.3, 0.3], [0.5, 0.0, 0.2], [1.0, 0.6, 0.7], [0.3, -0.1, 0.2]]], np.float32)
    luminance, far = reach(split(light), SRGB)
    assert far[0, :3].tolist() == pytest.approx([0, 1, 1 / 0.93], abs=1e-5)
    assert far[0, 3] > 1
    assert luminance[0, 0] == pytest.approx(0.3)


def test_what_was_pushed_out_comes_back_inside_with_its_luminance_and_hue() -> None:
    before = np.array([[[0.5, 0.3, 0.2]]], np.float32)
    pushed = np.array([[[0.9, 0.25, -0.15]]], np.float32)
    out = softened(pushed.copy(), before, SRGB)[0, 0]
    assert 0 < out.min() < out.max() < 1
    assert out @ SRGB.luma == pytest.approx(pushed[0, 0] @ SRGB.luma, abs=1e-6)
    grey = out @ SRGB.luma
    assert np.allclose(
        (out - grey) / (out[0] - grey), (pushed[0, 0] - grey) / (pushed[0, 0, 0] - grey), atol=1e-5
    )


def test_what_did_not_become_stronger_is_left() -> None:
    strong = np.array([[[1.0, 0.0, 0.0], [0.9, 0.02, 0.5], [1.4, 1.2, 0.1]]], np.float32)
    assert np.allclose(softened(strong.copy(), strong, SRGB), strong, atol=1e-6)


def test_below_the_knee_nothing_happens_and_order_is_kept_above() -> None:
    grey = np.full((1, 400, 3), 0.3, np.float32)
    way = np.linspace(0, 3, 400, dtype=np.float32)
    pure = np.array([1, -SRGB.luma[0] / SRGB.luma[1], 0], np.float32) * np.float32(0.25)
    light = grey + way[None, :, None] * pure
    far = reach(split(light), SRGB)[1][0]
    out = softened(light.copy(), grey, SRGB)
    new = reach(split(out), SRGB)[1][0]
    assert np.array_equal(out[0, far <= KNEE], light[0, far <= KNEE])
    assert np.all(np.diff(new) > 0)
    assert new.max() < 1


def test_in_oklab_lightness_and_hue_stay() -> None:
    rng = np.random.default_rng(0)
    before = rng.random((20, 30, 3)).astype(np.float32) * np.float32(0.9) + np.float32(0.05)
    lab = to_oklab(before, SRGB)
    lab[..., 1:] *= np.float32(1.6)
    out = softened_in_oklab(from_oklab(lab, SRGB), lab, before, SRGB)
    assert 0 <= out.min() < out.max() < 1
    found = to_oklab(out, SRGB)
    assert np.abs(found[..., 0] - lab[..., 0]).max() < 0.01
    turned = np.degrees(np.angle((found[..., 1] + 1j * found[..., 2]) / (lab[..., 1] + 1j * lab[..., 2])))
    assert np.abs(turned).mean() < 0.3
    assert np.abs(turned).max() < 5
    stronger = np.hypot(found[..., 1], found[..., 2]) / (np.hypot(lab[..., 1], lab[..., 2]) / 1.6)
    assert stronger.min() > 0.98
    assert stronger.mean() > 1.1


def test_in_oklab_what_did_not_become_stronger_is_left() -> None:
    strong = np.array([[[1.0, 0.0, 0.0], [0.9, 0.02, 0.5], [0.0, 0.3, 1.0], [0.2, 0.2, 0.2]]], np.float32)
    lab = to_oklab(strong, SRGB)
    out = softened_in_oklab(from_oklab(lab, SRGB), lab, strong, SRGB)
    assert np.allclose(out, strong, atol=1e-4)
