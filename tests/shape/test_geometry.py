"""Rectangles inside of regions, and views of turned cameras."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pil

from keepdial.files.exif import focal_length_35mm
from keepdial.geometry import Size
from keepdial.shape.inside import inside, turned_inside
from keepdial.shape.view import (
    homography,
    ordered,
    part_of,
    rotation,
    true_aspect,
    turned_view,
    uprights,
)
from keepdial.shape.warp import through

SQUARE = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.float64)


def test_the_largest_rectangle_in_a_square() -> None:
    assert inside(SQUARE, 1.0) == pytest.approx((0, 0, 10, 10))
    assert inside(SQUARE, 2.0)[2:] == pytest.approx((10, 5))
    assert inside(SQUARE)[2:] == pytest.approx((10, 10), abs=0.01)
    assert inside(SQUARE[::-1], 1.0) == pytest.approx((0, 0, 10, 10))


def test_the_largest_rectangle_in_a_triangle() -> None:
    """Half the triangle's sides: the rectangle has half of its area."""
    x, y, width, height = inside(np.array([[0, 0], [8, 0], [0, 6]], np.float64))
    assert (x, y, width, height) == pytest.approx((0, 0, 4, 3), abs=0.01)


@pytest.mark.parametrize("angle", [-30.0, -3.0, 5.0, 20.0, 44.0])
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (500, 100)])
def test_a_turned_picture_by_two_ways(angle: float, size: tuple[int, int]) -> None:
    """The closed form agrees with the linear program."""
    width, height = size
    a = np.radians(angle)
    turn = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2] @ turn.T
    same = turned_inside(width, height, angle, free=False)
    assert inside(corners, width / height)[2:] == pytest.approx(same)
    free = turned_inside(width, height, angle, free=True)
    found = inside(corners)
    assert found[2] * found[3] == pytest.approx(free[0] * free[1], rel=1e-4)
    assert free[0] * free[1] >= same[0] * same[1] - 1e-6


def test_no_turn_keeps_the_picture() -> None:
    assert turned_inside(300, 200, 0, free=True) == pytest.approx((300, 200))
    assert turned_inside(300, 200, 0, free=False) == pytest.approx((300, 200))


def test_a_homography_takes_points_to_points() -> None:
    there = np.array([[1, 2], [9, 1], [12, 8], [0, 11]], np.float64)
    assert through(homography(SQUARE, there), SQUARE) == pytest.approx(there)


def test_corners_in_any_order() -> None:
    ring = np.array([[5, 4], [90, 10], [80, 70], [2, 60]], np.float64)
    for mixed in ([0, 1, 2, 3], [2, 0, 3, 1], [3, 2, 1, 0]):
        assert np.array_equal(ordered(ring[mixed]), ring)
    with pytest.raises(ValueError, match="no convex"):
        ordered(np.array([[0, 0], [10, 0], [4, 3], [0, 10]], np.float64))
    with pytest.raises(ValueError, match="no convex"):
        ordered(np.array([[0, 0], [5, 5], [10, 10], [3, 3]], np.float64))


@pytest.mark.parametrize("aspect", [0.7, 1.0, 1.6])
@pytest.mark.parametrize(("vertical", "horizontal"), [(25, 20), (-15, 30), (20, 0), (0, 0)])
def test_the_true_shape_of_a_rectangle(aspect: float, vertical: float, horizontal: float) -> None:
    """A rectangle that was seen by a turned camera has its own proportions again."""
    focal, size = 900.0, Size(1200, 900)
    flat = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [150 * aspect, 150]
    back = np.asarray(np.linalg.inv(turned_view(rotation(vertical, horizontal), focal)), np.float64)
    seen = through(back, flat) + np.array([600, 450])
    assert true_aspect(seen, size, focal) == pytest.approx(aspect, rel=1e-6)


def test_a_camera_that_looked_up() -> None:
    """Lines that meet above the picture become parallel, and what is in the middle keeps its size."""
    view = turned_view(rotation(20, 0), 500.0)
    # In the source, uprights at x = -100 and 100 lean inwards towards the top.
    back = np.asarray(np.linalg.inv(view), np.float64)
    left = through(back, np.array([[-100, -100], [-100, 100]], np.float64))
    assert left[0, 0] > left[1, 0]
    near = through(view, np.array([[0, 0], [1, 0], [0, 1]], np.float64))
    grown = np.linalg.det(np.stack([near[1] - near[0], near[2] - near[0]]))
    assert grown == pytest.approx(1, rel=0.01)


def test_half_a_rotation_twice_is_the_whole() -> None:
    whole = rotation(20, -10)
    half = part_of(whole, 0.5)
    assert half @ half == pytest.approx(whole)
    assert part_of(np.eye(3), 0.5) == pytest.approx(np.eye(3))


def facade(turn: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Upright stripes as a camera sees them that was turned."""
    import cv2

    flat = np.full((600, 800, 3), 90, np.uint8)
    for x in range(60, 800, 70):
        flat[30:570, x : x + 18] = 210
    focal = 0.647 * 1000
    view = np.linalg.inv(turned_view(turn, focal))
    move = np.array([[1, 0, 400], [0, 1, 300], [0, 0, 1]], np.float64)
    return np.asarray(cv2.warpPerspective(flat, move @ view @ np.linalg.inv(move), (800, 600)), np.uint8)


@pytest.mark.parametrize("vertical", [-9.0, 6.0, 12.0])
def test_uprights_tell_how_the_camera_was_held(vertical: float) -> None:
    found = uprights(facade(rotation(vertical, 0)), 0.647 * 1000)
    assert found.sure
    assert found.degrees == pytest.approx(abs(vertical), abs=0.3)
    assert found.turn == pytest.approx(rotation(vertical, 0), abs=0.006)


def test_noise_tells_nothing() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3)).astype(np.uint8)
    assert not uprights(noise, 400.0).sure
    assert not uprights(np.full((50, 60, 3), 9, np.uint8), 400.0).sure


def test_the_focal_length_of_a_block() -> None:
    block = Pil.Exif()
    block.get_ifd(0x8769)[0xA405] = 35
    assert focal_length_35mm(block.tobytes()[6:]) == 35
    assert focal_length_35mm(None) is None
    assert focal_length_35mm(b"nothing") is None
