from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone import space_of
from keepdial.tone.oklab import to_oklab
from keepdial.tone.transfer import FLATTEST, STEEPEST, curve_of, moved, paler, transfer_of
from tests.tone.frames import ramp
from tests.tone.values import f32

SPACE = space_of(None)


def colours(photos: Path, name: str) -> Any:
    pixels = open_image(photos / name).pixels[::2, ::2]
    return to_oklab(SPACE.light(pixels).reshape(-1, 3), SPACE)


def test_a_curve_between_two_even_distributions_is_a_line() -> None:
    ours, theirs = np.linspace(0.2, 0.6, 5000), np.linspace(0.3, 0.9, 4000)
    curve = curve_of(ours.astype(np.float32), theirs.astype(np.float32))
    at = np.interp([0.25, 0.4, 0.55], np.linspace(0, 1, 129), curve)
    assert at == pytest.approx([0.375, 0.6, 0.825], abs=0.02)


def test_the_curve_rises_and_never_too_steeply() -> None:
    rng = np.random.default_rng(0)
    two = np.concatenate([rng.normal(0.2, 0.01, 3000), rng.normal(0.8, 0.01, 3000)]).clip(0, 1)
    for source, reference in ((two, rng.random(5000)), (rng.random(5000), two)):
        curve = curve_of(source.astype(np.float32), reference.astype(np.float32))
        slopes = np.diff(curve) * 128
        assert slopes.min() >= 0
        assert slopes.max() <= STEEPEST + 1e-6
        inner = slopes[(curve[1:] < 1) & (curve[:-1] > 0)]
        assert inner.min() >= FLATTEST - 1e-6


def test_its_own_look_changes_nothing(photos: Path) -> None:
    own = colours(photos, "astronaut.png")
    light = SPACE.light(open_image(photos / "astronaut.png").pixels[:64])
    out = moved(light, transfer_of(own, own, 1.0), SPACE)
    assert np.abs(SPACE.encode(out) - SPACE.encode(light)).mean() < 0.004


def test_mean_and_spread_become_the_references(photos: Path) -> None:
    ours, theirs = colours(photos, "astronaut.png"), colours(photos, "coffee.png")
    pixels = open_image(photos / "astronaut.png").pixels[::2, ::2]
    out = to_oklab(moved(SPACE.light(pixels), transfer_of(ours, theirs, 1.0), SPACE), SPACE).reshape(-1, 3)
    before = np.abs(ours.mean(axis=0) - theirs.mean(axis=0))
    after = np.abs(out.mean(axis=0) - theirs.mean(axis=0))
    assert (after < 0.5 * before + 0.005).all()


def test_half_the_strength_lies_between(photos: Path) -> None:
    ours, theirs = colours(photos, "astronaut.png"), colours(photos, "coffee.png")
    none, half, full = (transfer_of(ours, theirs, s) for s in (0.0, 0.5, 1.0))
    assert np.allclose(half.light, 0.5 * (none.light + full.light), atol=1e-6)
    assert np.allclose(half.colour, 0.5 * (none.colour + full.colour), atol=1e-6)
    light = SPACE.light(open_image(photos / "coffee.png").pixels[:8])
    assert np.allclose(moved(light, none, SPACE), light, atol=2e-4)


def test_no_grey_is_torn_from_its_neighbour(photos: Path) -> None:
    light = SPACE.light(ramp())
    for name in ("coffee.png", "rocket.jpg"):
        transfer = transfer_of(colours(photos, "astronaut.png"), colours(photos, name), 1.0)
        out = SPACE.encode(moved(light, transfer, SPACE)).reshape(-1, 3) @ SPACE.luma
        levels = np.rint(65535 * out).astype(int)
        assert (np.diff(levels) < -1).sum() == 0
        assert np.diff(levels).max() <= 32  # an eighth of a step of 8 bits
        assert len(np.unique(levels)) > 20_000


def test_a_grey_reference_takes_the_colour_away(photos: Path) -> None:
    ours = colours(photos, "astronaut.png")
    grey = ours * f32([1, 0, 0])
    light = SPACE.light(open_image(photos / "astronaut.png").pixels[100:164])
    out = to_oklab(moved(light, transfer_of(ours, grey, 1.0), SPACE), SPACE)
    before = to_oklab(light, SPACE)
    assert np.hypot(out[..., 1], out[..., 2]).mean() < 0.2 * np.hypot(before[..., 1], before[..., 2]).mean()


def test_one_colour_and_one_pixel_are_no_trouble() -> None:
    one = f32([[0.6, 0.1, 0.05]])
    out = moved(np.full((2, 2, 3), 0.2, np.float32), transfer_of(one, one * np.float32(0.5), 1.0), SPACE)
    assert np.isfinite(out).all()


def test_what_cannot_be_shown_gets_paler_and_keeps_its_light() -> None:
    light = f32([[[1.4, 0.1, -0.1], [0.5, 0.4, 0.3]]])
    before = light.copy()
    out = paler(light, SPACE)
    assert out.min() >= -1e-6
    assert out.max() <= 1 + 1e-6
    assert np.allclose(out @ SPACE.luma, before @ SPACE.luma, atol=1e-5)
    assert np.allclose(out[0, 1], before[0, 1])
