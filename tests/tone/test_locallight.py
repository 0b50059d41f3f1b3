from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone.locallight import highlight_stops, limited, rise, shadow_stops, unclipped
from tests.tone.frames import adjusted, ramp, rounded
from tests.tone.values import f32

Pixels = Any
GRID = np.linspace(-12, 1, 2601, dtype=np.float32)
ALL = (
    ("highlights", -100),
    ("highlights", 100),
    ("shadows", 100),
    ("shadows", -100),
    ("clarity", 100),
    ("clarity", -100),
    ("texture", 100),
    ("texture", -100),
)


def test_a_smooth_step() -> None:
    assert np.allclose(rise(f32([-1, 0, 1, 2, 3]), 0, 2), [0, 0, 0.5, 1, 1])


def test_shadows_open_where_it_is_dark_and_not_in_black() -> None:
    opened = shadow_stops(f32([-12, -5.5, -1, 0]))
    assert opened[0] == 0
    assert opened[1] == pytest.approx(1.7, abs=0.15)
    assert opened[2] == opened[3] == 0


def test_highlights_come_down_below_white_and_white_stays_light() -> None:
    down = highlight_stops(f32([-5, -0.8, 0, 1]), -1)
    assert down[0] == 0
    assert down[1] == pytest.approx(-1.0, abs=0.01)
    assert down[2] == pytest.approx(-0.35, abs=0.01)
    assert 1 + down[3] < 0  # a stop above white comes back below it
    assert highlight_stops(f32([-0.8, 0]), 1) == pytest.approx([1, 1])


@pytest.mark.parametrize("amount", [-1.0, -0.5, 0.5, 1.0])
def test_a_lighter_base_stays_lighter(amount: float) -> None:
    assert (np.diff(GRID + np.float32(amount) * shadow_stops(GRID)) > 0).all()
    assert (np.diff(GRID + highlight_stops(GRID, amount)) > 0).all()


def test_gain_lets_go_at_white() -> None:
    light = f32([[[0.01, 0.01, 0.01], [1, 0.5, 0.2], [0.5, 0.2, 0.1]]])
    out = unclipped(light.copy(), f32([[4, 4, 4]]))
    assert out[0, 0] == pytest.approx(0.04, rel=0.01)
    assert np.allclose(out[0, 1], light[0, 1])
    assert out[0, 2, 0] < 1
    assert np.allclose(out[0, 2] / out[0, 2, 0], light[0, 2] / light[0, 2, 0])  # the colour is the same


def test_large_detail_is_an_edge() -> None:
    assert limited(f32([0, 0.1, 0.7, 5])) == pytest.approx([0, 0.0985, 0.385, 0.038], abs=1e-3)


@pytest.mark.parametrize(("operation", "amount"), ALL)
def test_nothing_is_clipped_anew_and_no_band_appears(operation: str, amount: float, photos: Path) -> None:
    photo = open_image(photos / "astronaut.png").pixels.astype(np.uint16) * np.uint16(257)
    out = rounded(adjusted(operation, photo, amount=amount), photo)
    for limit in (0, 65535):
        assert (out == limit).any(axis=2).mean() <= (photo == limit).any(axis=2).mean() + 0.002
    smooth = cv2.GaussianBlur(ramp().astype(np.float32), (0, 0), 1).astype(np.uint16)
    grey = rounded(adjusted(operation, smooth, amount=amount), smooth)
    assert len(np.unique(grey)) > 0.7 * len(np.unique(smooth))


@pytest.mark.parametrize(("operation", "amount"), ALL)
def test_the_ratio_of_channels_is_kept(operation: str, amount: float) -> None:
    rng = np.random.default_rng(2)
    light = cv2.GaussianBlur(rng.uniform(0.1, 0.9, (60, 80)), (0, 0), 2)[..., None]
    pixels = np.asarray(65535 * (light * [0.8, 0.5, 0.3]) ** (1 / 2.2), np.uint16)

    def colour(values: Pixels) -> Pixels:
        from keepdial.tone import space_of

        linear = space_of(None).light(values)
        return np.asarray(linear[..., 1:] / linear[..., :1])

    out = rounded(adjusted(operation, pixels, amount=amount), pixels)
    assert (out != pixels).any()
    assert np.allclose(colour(out), colour(pixels), rtol=0.005)


def step_edge(height: int = 240, width: int = 360) -> Pixels:
    values = np.where(np.arange(width) < width // 2, 0.15, 0.7)
    soft = cv2.GaussianBlur(np.tile(values, (height, 1)), (0, 0), 0.6)
    return np.rint(65535 * np.repeat(soft[..., None], 3, axis=2)).astype(np.uint16)


@pytest.mark.parametrize(
    ("operation", "amount", "limit"),
    [("highlights", -100, 3), ("shadows", 100, 3), ("clarity", 100, 8), ("texture", 100, 3)],
)
def test_no_halo_at_an_edge(operation: str, amount: float, limit: float) -> None:
    edge = step_edge()
    row = adjusted(operation, edge, amount=amount)[120, :, 0]
    dark, light = row[20:177], row[183:340]
    size = float(light.mean() - dark.mean())
    assert 100 * np.ptp(dark) / size < limit
    assert 100 * np.ptp(light) / size < limit


def test_local_contrast_is_kept_where_shadows_open() -> None:
    rng = np.random.default_rng(3)
    pixels = np.full((200, 300, 3), 40, np.uint8)
    pixels[:, 150:] = 200
    pixels[:, :150] = (40 + 6 * rng.standard_normal((200, 150, 1))).astype(np.uint8)
    out = adjusted("shadows", pixels, amount=100)
    before = (pixels[20:180, 20:120, 0] / 255.0) ** 2.2
    after = out[20:180, 20:120, 0] ** 2.2
    assert after.mean() > 2 * before.mean()
    assert after.std() / after.mean() == pytest.approx(before.std() / before.mean(), rel=0.2)


def test_clarity_and_texture_change_the_size_of_detail_that_they_say(photos: Path) -> None:
    photo = open_image(photos / "coffee.png").pixels

    def energy(values: Pixels, small: float, large: float) -> float:
        grey = values.astype(np.float32).mean(axis=2)
        band = cv2.GaussianBlur(grey, (0, 0), small) - cv2.GaussianBlur(grey, (0, 0), large)
        return float(band.std())

    for amount, sign in ((80, 1), (-80, -1)):
        fine = adjusted("texture", photo, amount=amount) * 255
        wide = adjusted("clarity", photo, amount=amount) * 255
        assert sign * (energy(fine, 0.5, 1.5) / energy(photo, 0.5, 1.5) - 1) > 0.05
        assert abs(energy(fine, 8, 30) / energy(photo, 8, 30) - 1) < 0.05
        assert sign * (energy(wide, 2, 8) / energy(photo, 2, 8) - 1) > 0.03


def test_a_large_picture_and_its_small_copy_look_the_same(photos: Path) -> None:
    small = open_image(photos / "astronaut.png").pixels
    large = cv2.resize(small, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    for operation in ("highlights", "shadows", "clarity"):
        one = adjusted(operation, small, amount=80)
        other = cv2.resize(adjusted(operation, large, amount=80), (512, 512), interpolation=cv2.INTER_AREA)
        assert np.abs(one - other).mean() < 0.012, operation


def test_zero_is_the_picture() -> None:
    pixels = ramp(8)
    for operation in ("highlights", "shadows", "clarity", "texture", "dehaze", "sharpen"):
        assert np.array_equal(rounded(adjusted(operation, pixels, amount=0), pixels), pixels)
