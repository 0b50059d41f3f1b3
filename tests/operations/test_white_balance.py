from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.edit import edit
from keepdial.errors import ParameterError
from keepdial.files import open_image
from keepdial.image import Image
from keepdial.operations import operations
from keepdial.request import Request
from keepdial.tone import space_of
from tests.tone.frames import ADOBE, P3, adjusted, matrix_profile, patch, ramp, rounded
from tests.tone.test_cast import of_one_colour, sunset, under
from tests.tone.test_white import black_body

BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def seen_under(xyz: np.ndarray, kelvin: float) -> np.ndarray:
    """XYZ of the D50 profile connection space as under a black body of `kelvin`, by Bradford."""
    x, y = black_body(kelvin)
    light = np.array([x / y, 1, (1 - x - y) / y])
    gains = (BRADFORD @ light) / (BRADFORD @ np.array([0.9642, 1, 0.8249]))
    return np.asarray(np.linalg.inv(BRADFORD) @ (gains * (BRADFORD @ xyz)))


@pytest.mark.parametrize("icc", [None, matrix_profile(P3, 2.2), matrix_profile(ADOBE, 2.2)])
def test_from_5000_to_6500_kelvin_a_grey_looks_like_a_light_of_5000(icc: bytes | None) -> None:
    out = adjusted("white-balance", patch(0.5, 0.5, 0.5), icc=icc, from_kelvin=5000, kelvin=6500)
    space = space_of(icc)
    xyz = seen_under(space.to_xyz @ space.decode(out)[0, 0], 6500)
    assert (xyz / xyz.sum())[:2] == pytest.approx(black_body(5000), abs=0.004)
    before = space.decode(np.full((1, 1, 3), 0.5, np.float32))[0, 0] @ space.luma
    assert float(space.decode(out)[0, 0] @ space.luma) == pytest.approx(before, rel=0.002)


def test_higher_is_warmer_and_there_is_a_way_back() -> None:
    grey = patch(0.5, 0.5, 0.5)
    red, green, blue = adjusted("white-balance", grey, kelvin=9000)[0, 0]
    assert red > green > blue
    there = rounded(adjusted("white-balance", grey, from_kelvin=6500, kelvin=9000), grey)
    back = adjusted("white-balance", there, from_kelvin=9000, kelvin=6500)
    assert np.allclose(back, grey / 65535, atol=1e-3)


def test_warmth_is_in_mired() -> None:
    grey = patch(0.5, 0.5, 0.5)
    by_warmth = adjusted("white-balance", grey, warmth=20)
    assert np.allclose(by_warmth, adjusted("white-balance", grey, kelvin=1e6 / (1e6 / 6500 - 20)), atol=1e-6)
    red, _, blue = adjusted("white-balance", grey, warmth=-20)[0, 0]
    assert blue > red
    # There is no light beyond 25,000 K here: the warmest a picture gets.
    assert np.all(np.isfinite(adjusted("white-balance", grey, from_kelvin=20000, warmth=100)))


def test_tint_turns_to_magenta_above_nought() -> None:
    red, green, blue = adjusted("white-balance", patch(0.5, 0.5, 0.5), tint=10)[0, 0]
    assert green < red
    assert green < blue
    red, green, blue = adjusted("white-balance", patch(0.5, 0.5, 0.5), tint=-10)[0, 0]
    assert green > red
    assert green > blue


def test_a_picked_point_becomes_grey() -> None:
    pixels = np.full((9, 9, 3), 128, np.uint8)
    pixels[2:7, 2:7] = (160, 120, 90)
    done = edit(Request(operation="white-balance", params={"grey": "4,4"}), Image(pixels))
    middle = done.image.pixels[4, 4].astype(int)
    assert np.ptp(middle) <= 1
    assert any("The point 4,4 was made grey" in note for note in done.notes)


@pytest.mark.parametrize("point", ["9,4", "4,-1", "4", "a,b", "4.5,2"])
def test_a_point_that_is_none_is_refused(point: str) -> None:
    pixels = np.full((9, 9, 3), 128, np.uint8)
    with pytest.raises(ParameterError, match="grey"):
        edit(Request(operation="white-balance", params={"grey": point}), Image(pixels))


def test_a_point_without_colour_of_its_own_is_refused() -> None:
    for level in (0, 255):
        with pytest.raises(ParameterError, match="neither nearly black nor cut off"):
            edit(
                Request(operation="white-balance", params={"grey": "2,2"}),
                Image(np.full((5, 5, 3), level, np.uint8)),
            )
    with pytest.raises(ParameterError, match="choose one"):
        operations()["white-balance"].params.build(grey="1,1", auto=True)


def test_a_picked_point_sees_what_earlier_steps_did() -> None:
    pixels = np.full((9, 9, 3), (160, 120, 90), np.uint8)
    first = Request(operation="saturation", params={"amount": 50})
    pick = Request(operation="white-balance", params={"grey": "4,4"})
    out = edit(first.model_copy(update={"then": (pick,)}), Image(pixels)).image.pixels[4, 4].astype(int)
    assert np.ptp(out) <= 1


def test_auto_takes_a_cast_away_and_says_so(photos: Path) -> None:
    yellow, _ = under(open_image(photos / "astronaut.png").pixels, 3500)
    done = edit(Request(operation="white-balance"), Image(yellow))
    wall = np.s_[20:90, 225:330]  # a light grey studio wall behind the astronaut
    before, after = yellow[wall].mean(axis=(0, 1)), done.image.pixels[wall].mean(axis=(0, 1))
    assert np.ptp(after) < 0.5 * np.ptp(before)
    assert any(note.startswith("The colour of the light was taken away") for note in done.notes)


def test_auto_leaves_a_sunset_and_a_picture_of_one_colour() -> None:
    for pixels in (sunset(), of_one_colour(0.5, 0.08, 0.05)):
        done = edit(Request(operation="white-balance", params={"auto": True}), Image(pixels))
        assert np.array_equal(done.image.pixels, pixels)
        assert any("was left as it is" in note for note in done.notes)


def test_white_stays_white_and_nothing_is_cut_off() -> None:
    white = adjusted("white-balance", patch(1, 1, 1), kelvin=9000)[0, 0]
    assert white.min() > 0.97
    pixels = np.random.default_rng(0).integers(3, 250, (40, 40, 3)).astype(np.uint8)
    out = adjusted("white-balance", pixels, kelvin=10000)
    assert np.mean((out >= 1) | (out <= 0)) < 0.001


def test_sixteen_bits_do_not_band() -> None:
    shades = ramp()
    out = rounded(adjusted("white-balance", shades, warmth=30), shades).reshape(-1, 3).astype(int)
    assert np.diff(out, axis=0).min() >= -1
    assert np.diff(out, axis=0).max() <= 12


@pytest.mark.parametrize("keep", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_the_dial_takes_its_part(keep: float) -> None:
    grey = patch(0.5, 0.5, 0.5)
    source = grey / np.float32(65535)
    whole = adjusted("white-balance", grey, warmth=40) - source
    assert np.allclose(
        adjusted("white-balance", grey, knob=keep, warmth=40) - source, (1 - keep) * whole, atol=1e-5
    )


def test_a_grey_picture_stays_as_it_is() -> None:
    shades = ramp(8)[..., :1]
    assert np.allclose(adjusted("white-balance", shades, kelvin=9000), shades / 255, atol=2e-3)
