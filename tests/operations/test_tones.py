"""Brightness, contrast, whites, blacks, levels and curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.request import Request
from tests.tone.frames import ADOBE, adjusted, matrix_profile, patch, ramp, rounded

FILE_GREY = 118 / 255  # 18 % of the light in sRGB


def level(operation: str, value: float, **params: Any) -> float:
    """Where one grey goes, as a sample of 0 to 255."""
    return float(adjusted(operation, patch(*[value / 255] * 3), **params)[0, 0, 1]) * 255


def test_brightness() -> None:
    # Root of light 0.5 is the sample 137.0; it goes to the root 0.75, the sample 197.6.
    assert level("brightness", 137.0, amount=100) == pytest.approx(197.6, abs=0.3)
    assert level("brightness", 197.6, amount=-100) == pytest.approx(137.0, abs=0.3)
    assert level("brightness", 0, amount=100) == 0
    assert level("brightness", 255, amount=-100) == pytest.approx(255, abs=0.01)


def test_contrast() -> None:
    assert level("contrast", 118, amount=80) == pytest.approx(118, abs=0.5)
    assert level("contrast", 60, amount=80) < 50
    assert level("contrast", 200, amount=80) > 210
    assert level("contrast", 60, amount=-80) > 70
    assert level("contrast", 0, amount=80) == 0


def test_whites_and_blacks() -> None:
    assert level("whites", 255, amount=-100) == pytest.approx(209.3, abs=0.3)  # root 0.8
    assert level("whites", 90, amount=100) == pytest.approx(90, abs=0.01)
    assert level("whites", 230, amount=100) == 255
    assert level("blacks", 0, amount=100) == pytest.approx(25.5, abs=0.3)  # 1 % of the light
    assert level("blacks", 160, amount=-100) == pytest.approx(160, abs=0.01)
    assert level("blacks", 15, amount=-100) == 0


def test_levels() -> None:
    assert level("levels", 100, black=50, white=150) == pytest.approx(127.5, abs=0.01)
    assert level("levels", 50, black=50, white=150) == pytest.approx(0, abs=0.01)
    assert level("levels", 180, black=50, white=150) == pytest.approx(255, abs=0.01)
    assert level("levels", 63.75, gamma=2) == pytest.approx(127.5, abs=0.02)
    with pytest.raises(ParameterError, match="at least 1 above black"):
        operations()["levels"].params.build(black=200, white=100)


def test_curves_go_through_their_points_in_the_files_own_values() -> None:
    points = "0,0 64,50 192,210 255,255"
    for icc in (None, matrix_profile(ADOBE, 2.2)):
        for x, y in ((0, 0), (64, 50), (192, 210), (255, 255)):
            out = adjusted("curves", patch(*[x / 255] * 3), icc=icc, points=points)
            assert float(out[0, 0, 0]) * 255 == pytest.approx(y, abs=0.02)


def test_curves_of_one_channel_leave_the_others() -> None:
    out = (
        adjusted("curves", patch(0.5, 0.5, 0.5), red="0,0 127.5,200 255,255", blue="0,30 255,30")[0, 0] * 255
    )
    assert out.tolist() == pytest.approx([200, 127.5, 30], abs=0.02)


def test_curves_do_not_swing_over() -> None:
    steep = adjusted("curves", ramp(8), points="0,0 100,10 110,245 255,255")[..., 0].ravel()
    assert np.all(np.diff(steep) >= 0)
    assert steep[:100].max() <= 10.1 / 255
    flat = adjusted("curves", ramp(8), points="60,20 200,220")[..., 0].ravel() * 255
    assert flat[:60].tolist() == pytest.approx([20] * 60, abs=0.01)
    assert flat[200:].tolist() == pytest.approx([220] * 56, abs=0.01)
    negative = adjusted("curves", ramp(8), points="0,255 255,0")[..., 0].ravel() * 255
    assert negative.tolist() == pytest.approx(list(range(255, -1, -1)), abs=0.02)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0,0",
        "0,0 0,10",
        "10,0 5,20",
        "0,0 256,255",
        "0,0 255",
        "a,b c,d",
        "0,nan 255,255",
        "0,0,0 255,255",
    ],
)
def test_points_that_make_no_curve_are_refused(text: str) -> None:
    for option in ("points", "red"):
        with pytest.raises(ParameterError, match="rising IN"):
            operations()["curves"].params.build(**{option: text})


STRONG: list[tuple[str, dict[str, Any]]] = [
    ("brightness", {"amount": 100}),
    ("brightness", {"amount": -100}),
    ("contrast", {"amount": 100}),
    ("contrast", {"amount": -100}),
    ("whites", {"amount": -100}),
    ("blacks", {"amount": 100}),
    ("curves", {"points": "0,0 64,50 192,210 255,255"}),
]


@pytest.mark.parametrize(("operation", "params"), STRONG)
def test_sixteen_bits_do_not_band(operation: str, params: dict[str, Any]) -> None:
    shades = ramp()
    out = rounded(adjusted(operation, shades, **params), shades)[..., 0].ravel().astype(int)
    steps = np.diff(out)
    assert steps.min() >= 0  # monotone
    assert steps.max() <= 64  # a quarter of an 8-bit level, which is 257
    rising = np.convolve(steps, np.ones(64), "valid")
    assert rising.min() > 64 * 0.05  # nowhere level


@pytest.mark.parametrize(("operation", "params"), STRONG)
def test_nothing_is_cut_off_anew(operation: str, params: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(1, 255, (40, 40, 3)).astype(np.uint8)
    out = adjusted(operation, pixels, **params)
    assert out.max() < 1
    assert out.min() > 0


@pytest.mark.parametrize(("operation", "params"), STRONG)
def test_the_dial_runs_evenly_from_all_to_nothing(operation: str, params: dict[str, Any]) -> None:
    pixels = patch(0.62, 0.35, 0.2)
    source = pixels / np.float32(65535)
    moved = [
        np.abs(adjusted(operation, pixels, knob=k, **params) - source).mean() for k in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert moved == pytest.approx([float(moved[0]) * share for share in (1, 0.75, 0.5, 0.25, 0)], abs=1e-4)
    assert moved[0] > 0.005


@pytest.mark.parametrize(("operation", "params"), STRONG)
def test_grey_pictures_go_the_same_way(operation: str, params: dict[str, Any]) -> None:
    shades = ramp(8)
    colour = adjusted(operation, shades, **params)
    grey = adjusted(operation, shades[..., :1], **params)
    assert np.allclose(grey[..., 0], colour[..., 1], atol=1e-4)


def test_the_dial_at_one_is_the_picture_and_between_it_keeps_at_least_as_much(photos: Path) -> None:
    photo = open_image(photos / "rocket.jpg")
    for keep in (0.25, 0.75):
        done = edit(Request(operation="brightness", params={"amount": 60}, keep=keep), photo)
        assert done.kept is not None
        assert done.kept >= keep - 0.05
    same = edit(Request(operation="brightness", params={"amount": 60}, keep=1.0), photo)
    assert np.array_equal(same.image.pixels, photo.pixels)


def test_nothing_asked_is_nothing_done() -> None:
    image = Image(np.arange(300, dtype=np.uint16).reshape(10, 10, 3) * 200)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("brightness", {"amount": 0}),
        ("contrast", {"amount": 0}),
        ("whites", {"amount": 0}),
        ("blacks", {"amount": 0}),
        ("levels", {}),
        ("curves", {}),
    ]
    for operation, params in asked:
        done = edit(Request(operation=operation, params=params), image)
        difference = done.image.pixels.astype(int) - image.pixels
        assert np.abs(difference).max() <= 1


@pytest.mark.shared
def test_amounts_on_photographs(shared: Path) -> None:
    for path in sorted((shared / "data" / "kodak24").glob("*.png"))[:20]:
        pixels = open_image(path).pixels
        source = pixels / np.float32(255)
        assert adjusted("brightness", pixels, amount=40).mean() > source.mean() + 0.03
        assert adjusted("brightness", pixels, amount=-40).mean() < source.mean() - 0.03
        greyish = (np.abs(source - FILE_GREY) < 0.1).all(axis=2)
        if greyish.sum() > 2000:
            wide = adjusted("contrast", pixels, amount=50).mean(axis=2)[greyish].std()
            assert 1.2 < wide / source.mean(axis=2)[greyish].std() < 1.5, path.name
