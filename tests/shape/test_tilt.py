"""How far a picture is tilted."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.files import open_image
from keepdial.shape.tilt import Tilt, tilt, voted


def turned(rgb: NDArray[np.uint8], angle: float) -> NDArray[np.uint8]:
    """The middle of the picture, turned clockwise."""
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), -angle, 1)
    out = cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC)
    dy, dx = height // 6, width // 6
    return np.asarray(out[dy:-dy, dx:-dx], np.uint8)


def window_wall() -> NDArray[np.uint8]:
    wall = np.full((480, 640, 3), 200, np.uint8)
    for y in range(40, 440, 100):
        for x in range(40, 600, 100):
            wall[y : y + 60, x : x + 50] = 60
    return cv2.GaussianBlur(wall, (0, 0), 0.8).astype(np.uint8)


@pytest.mark.parametrize("angle", [-8.0, -2.5, 1.0, 6.0])
def test_a_wall_that_was_turned(angle: float) -> None:
    found = tilt(turned(window_wall(), angle))
    assert found.sure
    assert found.angle == pytest.approx(-angle, abs=0.15)


def test_upright_lines_that_lean_towards_each_other_are_no_tilt() -> None:
    """Their mean direction counts, not that of the ones on the left."""
    lines = np.array(
        [[x, 50, x + (320 - x) * 0.1, 350] for x in (20, 60, 100, 140, 180, 450, 600)], np.float64
    )[:, [0, 3, 2, 1]]
    assert voted(lines, 640, 480).angle == pytest.approx(0, abs=0.3)


def test_two_opinions_are_none() -> None:
    """As many lines say 4 degrees as say -4."""
    across = np.linspace(40, 440, 6)
    rise = 500 * np.tan(np.radians(4))
    one = np.column_stack([np.full(6, 60), across, np.full(6, 560), across + rise])
    other = np.column_stack([np.full(6, 60), across, np.full(6, 560), across - rise])
    assert voted(one, 640, 480).angle == pytest.approx(-4, abs=0.05)
    assert voted(one, 640, 480).sure
    assert not voted(np.vstack([one, other]), 640, 480).sure


def test_no_lines_no_tilt() -> None:
    assert tilt(np.full((60, 80, 3), 77, np.uint8)) == Tilt(0.0, 0.0, 0)


def test_the_frame_of_a_scan_says_nothing() -> None:
    """A black rim is level however the picture in it is tilted."""
    wall = turned(window_wall(), 5.0)
    wall[:4], wall[-4:], wall[:, :4], wall[:, -4:] = 0, 0, 0, 0
    assert tilt(wall).angle == pytest.approx(-5, abs=0.2)


@pytest.mark.shared
def test_photographs_that_were_turned(shared: Path) -> None:
    """Against what the lines say of the photograph as it is, which may be tilted itself."""
    misses = []
    for number in (1, 2, 8, 11, 24):
        rgb = open_image(shared / "data" / "kodak24" / f"kodim{number:02d}.png").pixels.astype(np.uint8)
        base = tilt(turned(rgb, 0.0)).angle
        misses += [abs(tilt(turned(rgb, a)).angle + a - base) for a in (-5.0, 3.0)]
    assert np.median(misses) < 0.4
