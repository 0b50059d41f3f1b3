from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from keepdial.files import open_image
from keepdial.tone import space_of
from keepdial.tone.auto import Correction, Zone, apply, auto, coloured, curves, find, table_of
from keepdial.tone.statistics import looked_at
from tests.tone.frames import adjusted, look_of, ramp, rounded
from tests.tone.values import f32

SPACE = space_of(None)
Pixels = Any
# The blue of the flag passes for a cast of the astronaut's picture, which is made a little warmer.
NAMES = ("coffee.png", "astronaut.png", "rocket.jpg")


def photo(photos: Path, name: str) -> Pixels:
    return open_image(photos / name).pixels


def spoilt(
    pixels: Pixels,
    *,
    stops: float = 0,
    gains: tuple[float, float, float] = (1, 1, 1),
    black: float = 0,
    saturation: float = 1,
) -> Pixels:
    light = SPACE.light(pixels) * f32(gains) * np.float32(2**stops)
    values = SPACE.encode(np.minimum(light, 1))
    grey = (values @ SPACE.luma)[..., None]
    faded = black + (1 - black) * (grey + saturation * (values - grey))
    return np.rint(255 * np.clip(faded, 0, 1)).astype(np.uint8)


def distance(a: Pixels, b: Pixels) -> float:
    """Mean distance in CIE Lab."""
    one, other = (cv2.cvtColor(p.astype(np.float32) / 255, cv2.COLOR_RGB2Lab) for p in (a, b))
    return float(np.sqrt(((one - other) ** 2).sum(axis=2)).mean())


def enhanced(pixels: Pixels) -> Pixels:
    return rounded(adjusted("auto", pixels), pixels)


def test_inside_its_zone_a_number_stays_and_far_outside_it_goes_to_the_middle() -> None:
    zone = Zone(10, 2, 3)
    assert [zone.move(v) for v in (10, 8, 13)] == [0, 0, 0]
    assert zone.move(16) == -6
    assert zone.move(4) == 6
    assert 14.5 + zone.move(14.5) == pytest.approx(11.5)
    for value in np.linspace(0, 20, 81):
        assert zone.move(value + zone.move(value)) == 0


def test_no_correction_changes_nothing() -> None:
    at = np.linspace(0, 1, 33, dtype=np.float32)
    assert np.allclose(curves(Correction(), at, SPACE), at[:, None], atol=1e-4)
    assert Correction().part(0.5) == Correction()


def test_curves_rise_end_at_white_and_do_what_they_say() -> None:
    at = np.linspace(0, 1, 1001, dtype=np.float32)
    for one in (
        Correction(stops=1.5),
        Correction(stops=-1),
        Correction(black=0.2),
        Correction(gains=(-1.5, 0.1, 1.7)),
        Correction(black=0.1, stops=0.8, gains=(0.3, 0.0, -0.5)),
    ):
        values = curves(one, at, SPACE)
        assert (np.diff(values[at > one.black + 0.01], axis=0) >= 0).all()
        assert np.allclose(values[-1], 1, atol=0.03)
    double = curves(Correction(stops=1), f32([0.3]), SPACE)
    assert SPACE.decode(double)[0, 0] == pytest.approx(
        2 * float(SPACE.decode(f32([[0.3] * 3]))[0, 0]), rel=1e-3
    )
    assert curves(Correction(black=0.2), f32([0.2, 0.6]), SPACE)[:, 0] == pytest.approx([0, 0.5], abs=1e-4)


def test_colour_is_raised_only_as_far_as_it_can_be_shown() -> None:
    values = f32([[0.5, 0.4, 0.4], [1.0, 0.2, 0.2], [0.3, 0.3, 0.3]])
    out = coloured(values.copy(), SPACE.luma, 2.0)
    assert out[0, 0] - out[0, 1] == pytest.approx(0.2, abs=1e-5)
    assert np.allclose(out[1:], values[1:], atol=1e-5)
    assert np.allclose(out @ SPACE.luma, values @ SPACE.luma, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_good_photograph_is_nearly_left_alone(name: str, photos: Path) -> None:
    pixels = photo(photos, name)
    assert distance(enhanced(pixels), pixels) < 7  # in Lab


@pytest.mark.parametrize(
    ("name", "wrong", "left"),
    [
        ("coffee.png", {"stops": -1.5}, 0.5),
        ("coffee.png", {"black": 0.2}, 0.5),
        ("coffee.png", {"gains": (0.7, 1.0, 1.8)}, 0.6),
        ("astronaut.png", {"stops": -1.2}, 0.6),
        ("astronaut.png", {"saturation": 0.25}, 0.85),
        ("astronaut.png", {"gains": (1.3, 1.0, 0.55)}, 0.6),
        ("coffee.png", {"stops": -0.8, "black": 0.1, "gains": (0.75, 1.0, 1.7)}, 0.7),
    ],
)
def test_what_went_wrong_is_put_right(name: str, wrong: dict[str, Any], left: float, photos: Path) -> None:
    good = photo(photos, name)
    bad = spoilt(good, **wrong)
    assert distance(enhanced(bad), good) < left * distance(bad, good)


@pytest.mark.parametrize(
    "wrong", [{"stops": -1.3}, {"black": 0.2, "stops": -0.5}, {"gains": (1.3, 1, 0.6)}, {"saturation": 0.3}]
)
def test_a_second_time_there_is_nothing_left(wrong: dict[str, Any], photos: Path) -> None:
    once = enhanced(spoilt(photo(photos, "astronaut.png"), **wrong))
    assert distance(enhanced(once), once) < 1.5


def night() -> Pixels:
    rng = np.random.default_rng(0)
    pixels = rng.normal(9, 2, (240, 320, 3)).clip(0, 255)
    for x, y in rng.integers(10, 230, (25, 2)):
        cv2.circle(pixels, (int(x * 1.3), int(y)), 3, (250, 220, 150), -1)
    return cv2.GaussianBlur(pixels, (0, 0), 1.5).astype(np.uint8)


def silhouette() -> Pixels:
    y = np.linspace(0.95, 0.6, 240)[:, None, None]
    sky = np.broadcast_to(255 * y * np.array([1.0, 0.85, 0.6]), (240, 320, 3)).copy()
    sky[150:] = (14, 12, 12)
    cv2.circle(sky, (160, 140), 50, (12, 11, 11), -1)
    return sky.astype(np.uint8)


def red_wall() -> Pixels:
    rng = np.random.default_rng(1)
    shade = cv2.GaussianBlur(rng.uniform(0.4, 1, (240, 320, 1)), (0, 0), 2)[..., None]
    return np.rint(np.array([215, 60, 45]) * (0.3 + shade)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("make", [night, silhouette, red_wall])
def test_what_was_meant_so_is_not_wrecked(make: Any) -> None:
    pixels = make()
    out = enhanced(pixels)
    assert distance(out, pixels) < 8
    assert abs(float(np.median(out)) - float(np.median(pixels))) < 20
    # The colours are the scene's own.
    means = [p.reshape(-1, 3).mean(axis=0) for p in (pixels.astype(float), out.astype(float))]
    assert np.argsort(means[0]).tolist() == np.argsort(means[1]).tolist()


def test_black_and_white_stays_so(photos: Path) -> None:
    grey = photo(photos, "coffee.png").mean(axis=2, keepdims=True).repeat(3, axis=2)
    dark = spoilt(grey.astype(np.uint8), stops=-1.5)
    out = enhanced(dark)
    assert out.mean() > 1.3 * dark.mean()
    assert np.ptp(out.astype(int), axis=2).max() <= 1


def test_sixteen_bits_have_no_bands() -> None:
    deep = ramp() // np.uint16(3)  # far too dark
    out = rounded(adjusted("auto", deep), deep)[..., 0].reshape(-1).astype(int)
    assert out.max() > 1.5 * deep.max()
    levels = np.unique(deep)
    steps = np.diff(np.unique(out))
    assert len(np.unique(out)) > 0.95 * len(levels)
    assert steps.max() <= 12


def test_half_the_strength_is_half_the_way(photos: Path) -> None:
    bad = spoilt(photo(photos, "coffee.png"), stops=-1.5)
    none, half, full = (adjusted("auto", bad, strength=s).mean() for s in (0, 50, 100))
    assert none == pytest.approx(bad.mean() / 255, abs=1e-4)
    assert 0.3 < (half - none) / (full - none) < 0.6


def test_it_says_what_it_did_in_units(photos: Path) -> None:
    good = photo(photos, "coffee.png")
    _, said = auto(look_of(spoilt(good, stops=-1.5)), 1.0)
    assert said.startswith("Auto: ")
    assert "stops" in said
    stops = float(said.split("exposure ")[1].split(" stops")[0])
    assert stops == pytest.approx(1.5, abs=0.6)
    _, said = auto(look_of(spoilt(photo(photos, "astronaut.png"), gains=(1.35, 1.0, 0.5))), 1.0)
    kelvin = float(said.split("about ")[1].split(" K")[0])
    assert 2500 < kelvin < 5500
    flat = np.full((40, 40, 3), 118, np.uint8)
    _, said = auto(look_of(flat), 1.0)
    assert said.startswith("Auto: ")


def test_table_and_curves_agree(photos: Path) -> None:
    values = looked_at(photo(photos, "coffee.png").astype(np.float32) / 255)
    correction, before, after = find(spoilt(photo(photos, "coffee.png"), stops=-1.4).astype(np.float32) / 255,
                                     np.ones(values.shape[:2], np.float32), SPACE)  # fmt: skip
    assert after.white > before.white
    one = f32([[[0.2, 0.2, 0.2]]])
    table = apply(one, table_of(correction, SPACE), 1.0, SPACE.luma)
    assert np.allclose(table[0, 0], curves(correction, f32([0.2]), SPACE)[0], atol=1e-4)
