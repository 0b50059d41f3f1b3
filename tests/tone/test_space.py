from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import ImageCms

from keepdial.tone import space_of
from tests.tone.frames import ADOBE, P3, matrix_profile

SRGB = space_of(None)


def levels(depth: int) -> np.ndarray:
    kind = np.uint8 if depth == 8 else np.uint16
    return np.arange(2**depth).astype(kind).reshape(-1, 1).repeat(3, axis=1)


def test_known_values_of_srgb() -> None:
    light = SRGB.light(np.array([[0, 0, 0], [118, 118, 118], [188, 188, 188], [255, 255, 255]], np.uint8))
    assert light[:, 1].tolist() == pytest.approx([0, 0.1812, 0.5029, 1], abs=1e-4)


@pytest.mark.parametrize("icc", [None, matrix_profile(P3, 2.2), matrix_profile(ADOBE, 563 / 256)])
@pytest.mark.parametrize("depth", [8, 16])
def test_samples_come_back_as_they_were(icc: bytes | None, depth: int) -> None:
    space = space_of(icc, exact=depth == 16)
    samples = levels(depth)
    back = space.encode(space.light(samples))
    top = 2**depth - 1
    missed = np.abs(back.astype(np.float64) * top - samples)
    assert missed.max() < 0.5
    assert np.all(np.diff(back[:, 0]) >= 0)
    kept = len(np.unique(np.round(back[:, 0].astype(np.float64) * top)))
    assert kept == 2**depth


def test_encode_and_decode_are_each_others_way_back() -> None:
    values = np.linspace(0, 2, 3001, dtype=np.float32).reshape(-1, 1).repeat(3, axis=1)
    assert np.allclose(SRGB.encode(SRGB.decode(values)), values, atol=1e-4)


def test_below_black_is_black() -> None:
    assert SRGB.encode(np.full((1, 1, 3), -0.2, np.float32)).max() == 0
    assert SRGB.decode(np.full((1, 1, 3), -0.2, np.float32)).max() == 0


def test_the_profile_that_pillow_makes_of_srgb_is_ours() -> None:
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    space = space_of(data)
    assert space.note == ""
    assert np.allclose(space.curves, SRGB.curves, atol=2e-4)
    assert np.allclose(space.to_xyz, SRGB.to_xyz, atol=2e-3)


def test_a_matrix_profile_is_read() -> None:
    space = space_of(matrix_profile(ADOBE, 563 / 256))
    assert np.allclose(space.to_xyz, ADOBE, atol=1e-4)
    assert space.light(np.full((1, 3), 128, np.uint8))[0, 0] == pytest.approx(
        (128 / 255) ** (563 / 256), abs=1e-4
    )
    assert space.luma.sum() == pytest.approx(1)
    # Adobe RGB's red and blue are sRGB's; its green lies outside.
    green = space.to_srgb @ np.array([0, 1, 0], np.float32)
    assert green[0] < -0.3
    assert np.allclose(space.from_srgb @ space.to_srgb, np.eye(3), atol=1e-5)


def test_what_is_no_matrix_profile_is_taken_as_srgb_and_said() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for data in (lab, b"nonsense", io.BytesIO(bytes(200)).getvalue()):
        space = space_of(data)
        assert np.array_equal(space.to_xyz, SRGB.to_xyz)
        assert "sRGB" in space.note
