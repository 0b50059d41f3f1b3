from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from keepdial.geometry import Box
from keepdial.saliency.boundary import background_probability, boundary_connectivity
from keepdial.saliency.colours import bins_of, colour_odds, histogram
from keepdial.saliency.face_prior import body_odds, main_faces
from keepdial.saliency.focus import focus_odds, sharpness
from keepdial.saliency.geodesic import geodesic_lean
from keepdial.saliency.quality import quality
from keepdial.saliency.superpixels import superpixels

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _square() -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return a Lab picture of 60 x 60 with a red square of 20 x 20 in its middle, and where that is."""
    lab = np.full((60, 60, 3), (60, -5, -10), np.float32)
    inside = np.zeros((60, 60), np.bool_)
    inside[20:40, 20:40] = True
    lab[inside] = (45, 60, 40)
    return lab, inside


def test_boundary_connectivity_of_a_square_in_the_middle() -> None:
    lab, inside = _square()
    regions = superpixels(lab, 36)
    of_square = regions.mean(inside) > 0.5
    connectivity = boundary_connectivity(regions)
    # All of the ground hangs together: 236 pixels of border over the root of its 3200.
    np.testing.assert_allclose(connectivity[~of_square], 236 / np.sqrt(3200), rtol=0.01)
    assert connectivity[of_square].max() < 0.01
    np.testing.assert_allclose(background_probability(np.array([0.0, 1.0])), [0.0, 1 - np.exp(-0.5)])


def test_geodesic_lean_stops_at_the_edge() -> None:
    lab, inside = _square()
    regions = superpixels(lab, 36)
    of_square = regions.mean(inside) > 0.5
    seed = np.zeros(regions.count, np.bool_)
    seed[np.flatnonzero(of_square)[0]] = True
    lean = geodesic_lean(regions, seed, regions.border > 0)
    assert lean[of_square].min() > 0.9
    assert lean[~of_square].max() < -0.9
    assert not geodesic_lean(regions, np.zeros_like(seed), seed).any()


def test_colour_odds_tell_the_sides_apart() -> None:
    lab, inside = _square()
    bins = bins_of(lab)
    weights = inside.astype(np.float32)
    odds = colour_odds(bins, weights, 1 - weights)
    assert odds[inside].min() > 2
    assert odds[~inside].max() < -2
    np.testing.assert_allclose(histogram(bins, weights).sum(), 1.0)
    assert not colour_odds(bins, 0 * weights, 0 * weights).any()


def test_a_body_hangs_below_its_face() -> None:
    odds = body_odds((200, 100), (Box(40, 30, 20, 20),))
    centre_x, centre_y = 50, 40
    assert odds[centre_y, centre_x] > 1.5
    assert odds[centre_y + 50, centre_x] > 1  # the chest, 2.5 widths down
    assert odds[centre_y + 50, centre_x + 22] > 0  # a shoulder, 1.1 widths out
    assert odds[centre_y, centre_x + 22] < -0.3  # beside the head
    assert odds[5, 5] < -1
    assert not body_odds((20, 20), ()).any()


def test_the_border_of_the_picture_is_no_edge_of_the_body() -> None:
    odds = body_odds((60, 60), (Box(20, 20, 20, 20),))
    assert odds[59, 30] > 1


def test_small_faces_are_in_the_background() -> None:
    near, far = Box(0, 0, 50, 50), Box(60, 0, 15, 15)
    assert main_faces((far, near, Box(5, 5, 0, 0))) == (near,)
    assert main_faces(()) == ()


def test_focus_needs_a_difference() -> None:
    noise = np.random.default_rng(0).normal(50, 15, (80, 80)).astype(np.float32)
    light = noise.copy()
    light[:, 40:] = 50
    left, right = np.zeros((80, 80), np.bool_), np.zeros((80, 80), np.bool_)
    left[:, :20], right[:, 60:] = True, True
    odds = focus_odds(sharpness(light), left, right)
    assert odds[:, :20].mean() > 0.9
    assert odds[:, 60:].mean() < -0.9
    assert not focus_odds(sharpness(noise), left, right).any()
    assert not focus_odds(sharpness(light), left, np.zeros_like(right)).any()


def test_quality_prefers_the_thing_itself() -> None:
    lab, inside = _square()
    half = np.zeros_like(inside)
    half[:, :30] = True
    # The colour share left over is the blur of the histograms.
    assert quality(inside, lab) > 1.9
    assert quality(half, lab) < 0.7
    assert quality(np.zeros_like(inside), lab) == -1
    assert quality(np.ones_like(inside), lab) == -1
