from __future__ import annotations

import numpy as np

from keepdial.tone.guided import base_maps, base_of, coefficients, stops_of
from tests.tone.frames import look_of
from tests.tone.values import f32


def test_stops_below_white() -> None:
    assert stops_of(f32([1, 0.5, 0.25, 0])).tolist() == [0, -1, -2, -12]


def test_an_even_field_is_its_own_base() -> None:
    flat = np.full((9, 9), -3.0, np.float32)
    slope, offset = coefficients(flat, flat, radius=2, edge=0.4)
    assert np.allclose(slope, 0)
    assert np.allclose(slope * flat + offset, -3)


def test_small_differences_are_smoothed_and_edges_are_not() -> None:
    rng = np.random.default_rng(0)
    small = rng.normal(0, 0.05, (60, 60)).astype(np.float32)
    edge = np.where(np.arange(60) < 30, -4, 0).astype(np.float32) + small
    slope, offset = coefficients(edge, edge, radius=5, edge=0.4)
    base = slope * edge + offset
    assert base[:, :15].std() < 0.3 * small.std()
    assert abs(float(base[:, 29].mean()) + 4) < 0.15
    assert abs(float(base[:, 30].mean())) < 0.15


def test_a_line_in_the_guide_is_followed() -> None:
    """Where the target is a linear function of the guide, so is what comes out, exactly."""
    guide = np.random.default_rng(1).random((20, 20)).astype(np.float32)
    slope, offset = coefficients(guide, 2 * guide + 1, radius=3, edge=1e-4)
    assert np.allclose(slope * guide + offset, 2 * guide + 1, atol=1e-3)


def test_the_base_lies_where_the_full_picture_has_its_edge() -> None:
    pixels = np.full((700, 900, 3), 60, np.uint8)
    pixels[:, 451:] = 200
    look = look_of(pixels)
    rows = slice(300, 303)
    stops = stops_of(look.luminance(look.rows(rows)))
    base = base_of(stops, base_maps(look, radius=0.02, edge=0.45), rows)
    # The small picture, of 640 px, does not know where between two of its px the edge is.
    assert np.abs(base - stops).max() < 0.1 * np.ptp(stops)
