from __future__ import annotations

import numpy as np
import pytest

from keepdial.tone.colours import BINS, RANGES, bin_degrees, by_hue, coloured, hue_index, wheel, windows


def test_windows_add_up_to_one_and_peak_at_their_middles() -> None:
    degrees = np.arange(0, 360, 0.25)
    weights = windows(degrees)
    assert np.allclose(sum(weights.values()), 1)
    for name, middle in RANGES.items():
        assert windows(np.array([middle]))[name][0] == pytest.approx(1)
        assert np.max(np.abs(np.diff(weights[name]))) < 0.02


def test_a_table_over_hues_is_found_by_a_and_b() -> None:
    degrees = bin_degrees()
    assert len(degrees) == BINS
    assert np.all(np.diff(degrees) > 0)
    a = np.asarray(0.1 * np.cos(np.radians(degrees)), np.float32)[None]
    b = np.asarray(0.1 * np.sin(np.radians(degrees)), np.float32)[None]
    assert np.abs(hue_index(a, b)[0] - np.arange(BINS)).max() <= 1


def test_values_by_hue() -> None:
    table = by_hue({"blue": 40.0})
    degrees = bin_degrees()
    assert table[np.argmin(np.abs(degrees - RANGES["blue"]))] == pytest.approx(40, abs=0.01)
    assert np.all(table[(degrees > 0) & (degrees < RANGES["aqua"])] == 0)


def test_a_faint_colour_counts_by_half() -> None:
    a = np.array([[0, 0.04, 0.4]], np.float32)
    assert coloured(a, np.zeros_like(a))[0].tolist() == pytest.approx([0, 0.5, 0.990], abs=1e-3)


def test_the_wheel_of_words() -> None:
    # Hues of the pure colours of sRGB in OKLCh, as in CSS Color 4's samples: red, yellow, green, blue.
    assert [wheel(h) for h in (0, 60, 120, 240)] == pytest.approx([29.23, 109.77, 142.50, 264.05], abs=0.05)
