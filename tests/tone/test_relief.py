from __future__ import annotations

from importlib import metadata
from typing import Any

import numpy as np
import pytest

from keepdial.geometry import Box
from keepdial.tone.lamp import brightened, lamplight, spot
from keepdial.tone.relief import inflated, measured_depth, normals, relief_of


def disc(size: int = 96, radius: float = 30) -> Any:
    y, x = np.mgrid[0:size, 0:size].astype(np.float64) - (size - 1) / 2
    return (np.hypot(x, y) <= radius).astype(np.float32)


def test_an_inflated_disc_is_a_flattened_ball() -> None:
    height = inflated(disc())
    assert height[0, 0] == 0
    foot = 0.04 * np.hypot(96, 96)
    # 0 is reached on the first pixel outside, at 31.
    assert height[48, 48] == pytest.approx(0.9 * (np.hypot(31, foot) - foot), rel=0.05)
    across = height[48]
    assert across == pytest.approx(across[::-1], abs=0.3)
    assert (np.diff(across[18:48]) >= 0).all()


def test_normals_point_away_from_the_middle() -> None:
    normal = normals(inflated(disc()))
    assert normal[48, 24, 0] < -0.3  # the left side looks to the left
    assert normal[48, 72, 0] > 0.3
    assert normal[24, 48, 1] > 0.3  # the top looks up
    assert normal[0, 0] == pytest.approx([0, 0, 1])
    assert np.linalg.norm(normal, axis=-1) == pytest.approx(1, abs=1e-5)


def test_light_falls_on_the_side_that_faces_the_lamp() -> None:
    normal = normals(inflated(disc()))
    left = lamplight(normal, angle=180, height=30)
    assert left[48, 28] > 0.2 > 0 > left[48, 68]
    right = lamplight(normal, angle=0, height=30)
    assert right == pytest.approx(left[:, ::-1], abs=0.02)
    above = lamplight(normal, angle=90, height=30)
    assert above[28, 48] > above[68, 48]


def test_shading_is_relief_and_stripes_are_not() -> None:
    y, x = np.mgrid[0:120, 0:120].astype(np.float32)
    bump = (0.8 * np.exp(-((x - 60) ** 2 + (y - 60) ** 2) / 200)).astype(np.float32)
    stripes = np.where((x // 12) % 2 > 0, np.float32(2), np.float32(0)).astype(np.float32)
    soft, hard = relief_of(bump, None), relief_of(stripes, None)
    assert soft[60, 60] == soft.max()
    assert np.ptp(hard) < 0.05 * np.ptp(relief_of((stripes * 0.1).astype(np.float32), None))
    assert not relief_of(bump, None, shading=0).any()


def test_a_face_stands_out_of_the_body_and_not_beside_it() -> None:
    body = disc(96, 40)
    flat = np.zeros((96, 96), np.float32)
    plain = relief_of(flat, body)
    faced = relief_of(flat, body, faces=[Box(38, 38, 20, 20)])
    assert faced[48, 48] > plain[48, 48] + 5
    assert faced[2, 2] == plain[2, 2] == 0


def test_a_measured_depth_comes_from_an_installed_package(monkeypatch: pytest.MonkeyPatch) -> None:
    rgb = np.zeros((3, 4, 3), np.uint8)
    assert measured_depth(rgb) is None

    class Point:
        name = "slope"

        def load(self) -> Any:
            return lambda picture: np.tile(np.arange(picture.shape[1]), (picture.shape[0], 1))

    monkeypatch.setattr(
        metadata, "entry_points", lambda group: [Point()] if group == "keepdial.depth" else []
    )
    depth = measured_depth(rgb)
    assert depth is not None
    assert depth.dtype == np.float32
    assert depth[0].tolist() == [0, 1, 2, 3]


def test_added_light_bends_off_before_white_and_never_turns() -> None:
    grey = np.linspace(0, 1, 201, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    white = np.ones(3, np.float32)
    for stops in (0.5, 1.0, 3.0):
        out = brightened(grey, grey[..., 0], np.full((1, 201), stops, np.float32), white)[0, :, 0]
        assert (np.diff(out) > -1e-6).all()
        assert out[-1] == pytest.approx(1, abs=1e-6)
        assert out[1] == pytest.approx(grey[0, 1, 0] * 2**stops, rel=0.05)
    dark = brightened(grey, grey[..., 0], np.full((1, 201), -1, np.float32), white)
    assert dark == pytest.approx(grey / 2, abs=1e-6)


def test_a_spot_is_one_in_the_middle_and_gone_at_its_radius() -> None:
    whole = spot(40, slice(0, 40), 60, (30.5, 20.5), 10)
    assert whole[20, 30] == pytest.approx(1)
    assert whole[20, 35] == pytest.approx((1 - 0.25) ** 2)
    assert whole[20, 40] == 0
    assert np.array_equal(spot(40, slice(15, 25), 60, (30.5, 20.5), 10), whole[15:25])
