"""Saturation, vibrance, hue, hsl, split toning, black and white."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.operations import operations
from keepdial.tone import space_of
from keepdial.tone.colours import RANGES
from keepdial.tone.oklab import from_oklab, to_oklab
from tests.tone.frames import P3, adjusted, matrix_profile, patch, ramp, rounded


def colour(hue: float, chroma: float = 0.08, lightness: float = 0.6) -> tuple[float, float, float]:
    """A colour of OKLCh as encoded sRGB."""
    angle = np.radians(hue)
    lab = np.array([[[lightness, chroma * np.cos(angle), chroma * np.sin(angle)]]], np.float32)
    space = space_of(None)
    red, green, blue = space.encode(from_oklab(lab, space))[0, 0].tolist()
    return red, green, blue


MUTED = patch(0.62, 0.45, 0.35)


def one_of(samples: NDArray[Any]) -> NDArray[np.float32]:
    """16-bit samples as values from 0 to 1."""
    return np.asarray(samples / 65535, np.float32)


def lch(out: np.ndarray, icc: bytes | None = None) -> tuple[float, float, float]:
    space = space_of(icc)
    lightness, a, b = to_oklab(space.decode(out), space)[0, 0].tolist()
    return lightness, float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)) % 360)


def after(operation: str, hue: float, chroma: float = 0.08, **params: Any) -> tuple[float, float, float]:
    """Lightness, chroma and hue of a colour of lightness 0.6 after an operation."""
    return lch(adjusted(operation, patch(*colour(hue, chroma)), **params))


@pytest.mark.parametrize("hue", [29, 110, 143, 195, 264, 328])
@pytest.mark.parametrize("amount", [-100, -40, 50])
def test_saturation_scales_chroma_and_keeps_hue_and_lightness(hue: float, amount: float) -> None:
    lightness, chroma, new = after("saturation", hue, 0.05, amount=amount)
    assert lightness == pytest.approx(0.6, abs=0.002)
    assert chroma == pytest.approx(0.05 * (1 + amount / 100), abs=0.002)
    if amount > -100:
        assert new == pytest.approx(hue, abs=1)


def test_saturation_holds_strong_colours_inside_and_apart() -> None:
    reds = [patch(*colour(29, chroma)) for chroma in (0.12, 0.15, 0.18)]
    out = [adjusted("saturation", red, amount=60) for red in reds]
    assert all(0 < o.min() < o.max() < 1 for o in out)
    chroma = [lch(o)[1] for o in out]
    assert np.all(np.diff(chroma) > 0.002)
    assert chroma[0] > 0.16


def test_vibrance_moves_weak_colours_most_and_skin_less() -> None:
    weak, strong = (
        after("vibrance", 260, 0.03, amount=60)[1] / 0.03,
        after("vibrance", 260, 0.14, amount=60)[1] / 0.14,
    )
    assert weak == pytest.approx(1 + 0.6 * (1 - 0.03 / 0.25) ** 2, abs=0.02)
    assert 1 < strong < 1.15
    assert after("vibrance", 52, 0.06, amount=60)[1] / 0.06 == pytest.approx(
        1 + 0.6 * 0.4 * 0.76**2, abs=0.02
    )
    assert after("vibrance", 260, 0.03, amount=-100)[1] < 0.01
    lightness, _, hue = after("vibrance", 260, 0.03, amount=60)
    assert (lightness, hue) == pytest.approx((0.6, 260), abs=1)


@pytest.mark.parametrize("degrees", [-120, -30, 45, 170])
def test_hue_turns_by_what_was_asked(degrees: float) -> None:
    lightness, chroma, hue = after("hue", 100, degrees=degrees)
    assert (hue - 100 - degrees + 180) % 360 - 180 == pytest.approx(0, abs=1)
    assert (lightness, chroma) == pytest.approx((0.6, 0.08), abs=0.003)


@pytest.mark.parametrize("name", sorted(RANGES))
def test_a_range_moves_its_own_colours_alone(name: str) -> None:
    hue = RANGES[name]
    assert after("hsl", hue, **{f"{name}_hue": 15})[2] == pytest.approx((hue + 15) % 360, abs=1)
    assert after("hsl", hue, 0.05, **{f"{name}_saturation": 40})[1] == pytest.approx(0.07, abs=0.002)
    # Chroma 0.08 counts by 0.8: the odds of L = 0.6 are times 1 + 0.8 (3 - 1), then 2.6 * 0.6 / 1.96.
    assert after("hsl", hue, **{f"{name}_lightness": 100})[0] == pytest.approx(0.796, abs=0.004)
    assert after("hsl", hue, **{f"{name}_lightness": -100})[0] < 0.5
    other = (hue + 180) % 360
    same = after("hsl", other, **{f"{name}_hue": 15, f"{name}_saturation": 40, f"{name}_lightness": 80})
    assert same == pytest.approx((0.6, 0.08, other), abs=0.5)


def test_ranges_go_over_smoothly_and_hues_keep_their_order() -> None:
    hues = np.arange(0, 360, 1.0)
    pixels = np.array([colour(h) for h in hues])
    pixels = np.asarray(np.round(pixels * 65535), np.uint16)[None]
    out = adjusted("hsl", pixels, red_hue=60, orange_hue=-60, green_saturation=80, blue_lightness=60)
    space = space_of(None)
    lab = to_oklab(space.decode(out), space)[0]
    new = np.unwrap(np.radians(np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))))
    assert np.diff(np.degrees(new)).min() > -0.1
    assert np.abs(np.diff(lab[:, 0])).max() < 0.01


def test_split_toning_tints_the_ends_and_keeps_lightness_black_and_white() -> None:
    wanted: dict[str, Any] = {"shadow_hue": 240, "highlight_hue": 60}
    wanted |= {"shadow_saturation": 30, "highlight_saturation": 30}
    space = space_of(None)

    def tinted(level: float) -> tuple[float, float, float]:
        return lch(adjusted("split-toning", patch(level, level, level), **wanted))

    dark, light = tinted(0.15), tinted(0.85)
    assert dark[2] == pytest.approx(264, abs=5)
    assert light[2] == pytest.approx(110, abs=5)
    for level, (lightness, chroma, _) in ((0.15, dark), (0.85, light)):
        assert chroma > 0.02
        before = to_oklab(space.decode(np.full((1, 1, 3), level, np.float32)), space)[0, 0, 0]
        assert lightness == pytest.approx(float(before), abs=0.002)
    for end in (0.0, 1.0):
        out = adjusted("split-toning", patch(end, end, end), **wanted)
        assert np.allclose(out, end, atol=2e-3)


def test_balance_shares_the_tones_out() -> None:
    only: dict[str, Any] = {"shadow_saturation": 0, "highlight_saturation": 60}
    middle = [
        lch(adjusted("split-toning", patch(0.45, 0.45, 0.45), balance=b, **only))[1] for b in (-80, 0, 80)
    ]
    assert middle == sorted(middle)
    assert middle[2] > 1.5 * middle[0]


def test_black_and_white_is_luminance_and_filters_lift_their_colour() -> None:
    grey = adjusted("black-and-white", patch(0.8, 0.3, 0.2))[0, 0]
    assert np.ptp(grey) == 0
    space = space_of(None)
    light = space.decode(one_of(patch(0.8, 0.3, 0.2)))[0, 0]
    assert float(grey[0]) == pytest.approx(
        float(space.encode((light @ space.luma) * np.ones((1, 3), np.float32))[0, 0]), abs=1e-4
    )
    for name, pure in {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}.items():
        own = adjusted("black-and-white", patch(*pure), filter=name)[0, 0, 0]
        assert own > adjusted("black-and-white", patch(*pure))[0, 0, 0]
    for name in ("neutral", "red", "orange", "yellow", "green", "blue"):
        for icc in (None, matrix_profile(P3, 2.2)):
            same = adjusted("black-and-white", patch(0.5, 0.5, 0.5), filter=name, icc=icc)
            assert np.allclose(same, 0.5, atol=1e-3), name


def test_black_and_white_by_weights_and_by_range() -> None:
    out = adjusted("black-and-white", patch(0.8, 0.3, 0.2), mix="1,0,0")[0, 0, 0]
    assert out == pytest.approx(0.8, abs=1e-4)
    sky = patch(*colour(258, 0.1))
    darker, plain, lighter = (float(adjusted("black-and-white", sky, blue=b)[0, 0, 0]) for b in (-60, 0, 60))
    assert darker < plain - 0.05
    assert lighter > plain + 0.05
    assert float(adjusted("black-and-white", sky, orange=60)[0, 0, 0]) == pytest.approx(plain, abs=1e-4)
    white = adjusted("black-and-white", patch(0.6, 0.8, 1.0), blue=100, aqua=100)
    assert white.max() < 1


@pytest.mark.parametrize("mix", ["1,2", "a,b,c", "0,0,0", "-1,2,3", "nan,1,1", "1e300,1e300,1e300,1"])
def test_weights_that_are_none_are_refused(mix: str) -> None:
    with pytest.raises(ParameterError, match="three numbers"):
        operations()["black-and-white"].params.build(mix=mix)


def test_weights_and_a_filter_exclude_each_other() -> None:
    with pytest.raises(ParameterError, match="choose one"):
        operations()["black-and-white"].params.build(mix="1,1,1", filter="red")


EVERY: list[tuple[str, dict[str, Any]]] = [
    ("saturation", {"amount": 60}),
    ("vibrance", {"amount": 80}),
    ("hue", {"degrees": 60}),
    ("hsl", {"orange_saturation": 50, "orange_lightness": 30, "blue_hue": 30}),
    ("split-toning", {}),
    ("black-and-white", {"filter": "orange"}),
]


@pytest.mark.parametrize(("operation", "params"), EVERY)
def test_the_dial_takes_its_part(operation: str, params: dict[str, Any]) -> None:
    pixels = MUTED
    source = pixels / np.float32(65535)
    whole = adjusted(operation, pixels, **params) - source
    for keep in (0.25, 0.5, 0.75, 1.0):
        part = adjusted(operation, pixels, knob=keep, **params) - source
        assert np.allclose(part, (1 - keep) * whole, atol=1e-5)
    assert np.abs(whole).max() > 0.01


@pytest.mark.parametrize(("operation", "params"), EVERY)
def test_sixteen_bits_do_not_band(operation: str, params: dict[str, Any]) -> None:
    shades = ramp()
    out = rounded(adjusted(operation, shades, **params), shades).reshape(-1, 3).astype(int)
    assert np.diff(out, axis=0).min() >= -2
    assert np.diff(out, axis=0).max() <= 12


@pytest.mark.parametrize(("operation", "params"), EVERY)
def test_a_colour_is_treated_alike_in_every_profile(operation: str, params: dict[str, Any]) -> None:
    icc = matrix_profile(P3, 2.2)
    wide, narrow = space_of(icc), space_of(None)
    light = narrow.decode(one_of(MUTED))
    in_wide = rounded(wide.encode(light @ wide.from_srgb.T), patch(0, 0, 0))
    one = narrow.decode(adjusted(operation, MUTED, **params))
    two = wide.decode(adjusted(operation, in_wide, icc=icc, **params)) @ wide.to_srgb.T
    assert np.allclose(one, two, atol=3e-3)


@pytest.mark.parametrize(("operation", "params"), EVERY)
def test_greys_stay_grey_but_for_a_tint(operation: str, params: dict[str, Any]) -> None:
    shades = ramp(8)
    out = adjusted(operation, shades, **params)
    if operation != "split-toning":
        assert np.allclose(out, shades / 255, atol=2e-3)
    grey = adjusted(operation, shades[..., :1], **params)
    assert np.allclose(grey[..., 0], shades[..., 0] / 255, atol=5e-3)


@pytest.mark.shared
def test_saturation_on_photographs_cuts_nothing_off_anew(shared: Path) -> None:
    for path in sorted((shared / "data" / "kodak24").glob("*.png"))[:20]:
        pixels = open_image(path).pixels
        out = np.round(adjusted("saturation", pixels, amount=50) * 255)
        anew = ((out == 255) & (pixels < 255)) | ((out == 0) & (pixels > 0))
        assert anew.any(axis=2).mean() < 0.025, path.name
