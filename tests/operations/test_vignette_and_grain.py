from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.files import open_image
from keepdial.operations import operations
from keepdial.operations.vignette import VignetteParams, shape
from keepdial.tone import space_of
from tests.tone.frames import adjusted, ramp


def grey(height: int, width: int, level: int = 118) -> NDArray[np.uint8]:
    return np.full((height, width, 3), level, np.uint8)


def stops(out: NDArray[np.float32], level: int = 118) -> NDArray[np.float64]:
    """(H, W) by how many stops a grey picture of one level changed."""
    space = space_of(None)
    before = float(space.light(grey(1, 1, level))[0, 0, 0])
    return np.asarray(np.log2(space.decode(out)[..., 0].astype(np.float64) / before))


def test_corners_lose_two_stops_and_the_middle_none() -> None:
    out = stops(adjusted("vignette", grey(201, 301), amount=-100))
    assert out[100, 150] == pytest.approx(0, abs=0.01)
    assert out[0, 0] == pytest.approx(-2, abs=0.03)
    assert out[-1, -1] == pytest.approx(out[0, 0], abs=1e-3)
    assert stops(adjusted("vignette", grey(201, 301), amount=-50))[0, 0] == pytest.approx(-1, abs=0.02)


def test_bright_corners_gain_and_cut_nothing_off() -> None:
    dark = stops(adjusted("vignette", grey(51, 51, 10), amount=100), 10)
    assert dark[0, 0] == pytest.approx(2, abs=0.08)
    light = adjusted("vignette", grey(51, 51, 250), amount=100)
    assert 250 / 255 < light[0, 0, 0] < 1
    colour = np.full((51, 51, 3), (200, 100, 50), np.uint8)
    space = space_of(None)
    before, after = space.light(colour)[0, 0], space.decode(adjusted("vignette", colour, amount=100))[0, 0]
    assert np.allclose(after / after[0], before / before[0], atol=1e-3)  # no hue turns


def test_where_it_begins_and_how_soft_it_is() -> None:
    hard = shape(VignetteParams(midpoint=60, softness=0), 400, 400, slice(0, 400))
    away = np.hypot(*np.meshgrid(*[(np.arange(400) + 0.5) / 200 - 1] * 2)) / np.sqrt(2)
    assert hard[away < 0.59].max() == 0
    assert hard[away > 0.61].min() == 1
    soft = shape(VignetteParams(midpoint=60, softness=100), 400, 400, slice(0, 400))
    row = soft[200, 200:]
    assert np.all(np.diff(row) > 0)
    wide = shape(VignetteParams(), 600, 200, slice(0, 200))
    assert wide[100, 599] == pytest.approx(wide[0, 300], abs=0.02)  # an ellipse as wide as the picture
    circle = shape(VignetteParams(roundness=100), 600, 200, slice(0, 200))
    assert circle[100, 599] > circle[0, 300] + 0.3
    square = shape(VignetteParams(roundness=-100, softness=10), 400, 400, slice(0, 400))
    assert square[200, 399] == pytest.approx(1, abs=0.01)
    assert (
        shape(VignetteParams(), 400, 400, slice(37, 39)).tolist()
        == shape(VignetteParams(), 400, 400, slice(0, 400))[37:39].tolist()
    )


def test_grain_is_as_strong_as_asked_in_the_middle_and_absent_at_the_ends() -> None:
    middle = np.sqrt(
        space_of(None).decode(adjusted("grain", grey(300, 300, 137), amount=100, size=1))[..., 0]
    )
    assert middle.std() == pytest.approx(0.08, rel=0.1)
    half = np.sqrt(space_of(None).decode(adjusted("grain", grey(300, 300, 137), amount=50, size=2))[..., 0])
    assert half.std() == pytest.approx(0.04, rel=0.1)
    for end in (0, 255):
        assert np.array_equal(
            adjusted("grain", grey(40, 40, end), amount=100), grey(40, 40, end) / np.float32(255)
        )
    assert adjusted("grain", grey(100, 100, 240), amount=100).std() < 0.5 * middle.std()


def test_grain_is_of_light_alone_unless_colour_is_asked_for() -> None:
    plain = adjusted("grain", grey(60, 60), amount=60)
    assert np.ptp(plain, axis=2).max() < 1e-6
    coloured = adjusted("grain", grey(60, 60), amount=60, colour=100)
    assert abs(np.corrcoef(coloured[..., 0].ravel(), coloured[..., 1].ravel())[0, 1]) < 0.1
    some = adjusted("grain", grey(60, 60), amount=60, colour=30)
    assert np.corrcoef(some[..., 0].ravel(), some[..., 1].ravel())[0, 1] == pytest.approx(0.7, abs=0.1)


def test_grain_depends_on_seed_and_place() -> None:
    one, same, other = (adjusted("grain", grey(30, 30), amount=60, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    larger = adjusted("grain", grey(50, 45), amount=60, seed=1)
    assert np.allclose(larger[:30, :30], one, atol=1e-4)


def test_grain_leaves_the_mean_and_cuts_nothing_off(photos: Path) -> None:
    pixels = open_image(photos / "coffee.png").pixels
    out = adjusted("grain", pixels, amount=60)
    assert out.mean() == pytest.approx(float(pixels.mean()) / 255, abs=0.005)
    anew = ((np.round(out * 255) == 255) & (pixels < 255)).any(axis=2)
    assert anew.mean() < 0.005


@pytest.mark.parametrize("operation", ["vignette", "grain"])
def test_the_dial_takes_its_part(operation: str) -> None:
    pixels = ramp(8)
    source = pixels / np.float32(255)
    whole = adjusted(operation, pixels) - source
    assert np.abs(whole).max() > 0.02
    for keep in (0.25, 0.5, 0.75, 1.0):
        assert np.allclose(adjusted(operation, pixels, knob=keep) - source, (1 - keep) * whole, atol=1e-5)


def test_a_grey_and_a_deep_picture() -> None:
    for operation in ("vignette", "grain"):
        colour = adjusted(operation, grey(40, 30))
        assert np.allclose(adjusted(operation, grey(40, 30)[..., :1])[..., 0], colour[..., 0], atol=1e-4)
        deep = grey(40, 30).astype(np.uint16) * 257
        assert np.allclose(adjusted(operation, deep), colour, atol=1e-4)
    assert operations()["grain"].params.build(amount=0)
    assert np.array_equal(adjusted("grain", grey(4, 4), amount=0), adjusted("vignette", grey(4, 4), amount=0))
