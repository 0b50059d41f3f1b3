from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.tone import space_of
from keepdial.tone.white import (
    BRADFORD,
    D50,
    adaptation,
    light_of,
    neutralised,
    planckian,
    rebalanced,
    temperature,
)
from tests.tone.frames import ADOBE, P3, matrix_profile

SRGB = space_of(None)


def black_body(kelvin: float) -> tuple[float, float]:
    """(x, y) by Planck's law, with the colour matching functions in the closed form of Wyman, Sloan and
    Shirley, Simple analytic approximations to the CIE XYZ color matching functions, JCGT 2013: another way
    than the one that is tested."""
    nm = np.arange(360.0, 831.0)

    def lobe(peak: float, low: float, high: float) -> NDArray[np.float64]:
        return np.asarray(np.exp(-0.5 * ((nm - peak) / np.where(nm < peak, low, high)) ** 2))

    x = 1.056 * lobe(599.8, 37.9, 31.0) + 0.362 * lobe(442.0, 16.0, 26.7) - 0.065 * lobe(501.1, 20.4, 26.2)
    y = 0.821 * lobe(568.8, 46.9, 40.5) + 0.286 * lobe(530.9, 16.3, 31.1)
    z = 1.217 * lobe(437.0, 11.8, 36.0) + 0.681 * lobe(459.0, 26.0, 13.8)
    power = (nm * 1e-9) ** -5 / (np.exp(1.4388e-2 / (nm * 1e-9 * kelvin)) - 1)
    total = [float(np.sum(power * f)) for f in (x, y, z)]
    return total[0] / sum(total), total[1] / sum(total)


@pytest.mark.parametrize("kelvin", [2000, 2856, 4000, 5000, 6504, 10000, 20000])
def test_the_locus_is_that_of_planck(kelvin: float) -> None:
    assert planckian(kelvin) == pytest.approx(black_body(kelvin), abs=0.004)


def test_known_lights() -> None:
    assert planckian(2856) == pytest.approx((0.4476, 0.4074), abs=0.001)  # CIE illuminant A
    assert planckian(6500) == pytest.approx((0.3135, 0.3237), abs=0.001)
    assert light_of(5000)[1] == 1


def test_duv_is_the_distance_from_the_locus_and_greenish_above() -> None:
    def uv(light: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y, z = light
        return np.asarray(np.array([4 * x, 6 * y]) / (x + 15 * y + 3 * z))

    for kelvin in (2500, 5000, 12000):
        away = uv(light_of(kelvin, 0.01)) - uv(light_of(kelvin))
        assert np.hypot(*away) == pytest.approx(0.01, rel=1e-6)
        assert away[1] > 0


def test_bradford_takes_one_white_to_the_other() -> None:
    light = light_of(3000)
    assert adaptation(light, D50) @ light == pytest.approx(D50, abs=1e-9)
    assert adaptation(light, light) == pytest.approx(np.eye(3), abs=1e-12)
    # ICC.1:2022, annex E.3: from D65 to D50.
    d65 = np.array([0.9505, 1.0, 1.0890])
    expected = [[1.0479, 0.0229, -0.0502], [0.0296, 0.9905, -0.0171], [-0.0092, 0.0151, 0.7517]]
    assert adaptation(d65, D50) == pytest.approx(np.array(expected), abs=5e-4)
    assert BRADFORD.shape == (3, 3)


@pytest.mark.parametrize("icc", [None, matrix_profile(P3, 2.2), matrix_profile(ADOBE, 2.2)])
@pytest.mark.parametrize(("start", "stop"), [(5000, 6500), (6500, 3200), (2856, 9000)])
def test_a_grey_moves_as_the_locus_says(icc: bytes | None, start: float, stop: float) -> None:
    space = space_of(icc)
    light = rebalanced(space, start, stop) @ np.ones(3)
    seen = adaptation(D50, light_of(stop)) @ space.to_xyz @ light
    assert (seen / seen.sum())[:2] == pytest.approx(black_body(start), abs=0.004)
    assert light @ space.luma == pytest.approx(1, abs=1e-4)
    assert (light[0] > light[2]) == (stop > start)  # a higher temperature makes the picture warmer


def test_there_and_back_is_nothing() -> None:
    back = rebalanced(SRGB, 6500, 5000) @ rebalanced(SRGB, 5000, 6500)
    assert back / back[1, 1] == pytest.approx(np.eye(3), abs=1e-9)


def test_above_the_locus_turns_to_magenta() -> None:
    red, green, blue = rebalanced(SRGB, 6500, 6500, 0.01) @ np.ones(3)
    assert green < red
    assert green < blue


def test_a_colour_is_made_grey_at_its_luminance() -> None:
    colour = np.array([0.5, 0.4, 0.2])
    grey = neutralised(SRGB, colour) @ colour
    assert grey == pytest.approx([float(colour @ SRGB.luma)] * 3, abs=5e-4)


def test_the_temperature_of_a_colour() -> None:
    assert temperature(SRGB, np.ones(3), 6504) == pytest.approx((6504, 0), abs=10)
    warm = rebalanced(SRGB, 3200, 6500) @ np.ones(3)
    kelvin, duv = temperature(SRGB, warm, 6500)
    assert kelvin == pytest.approx(3200, rel=0.01)
    assert abs(duv) < 1e-3
    assert temperature(SRGB, rebalanced(SRGB, 6500, 6500, 0.01) @ np.ones(3), 6500)[1] < -0.005
