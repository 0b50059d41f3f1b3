from __future__ import annotations

import numpy as np
import pytest

from keepdial.tone import space_of
from keepdial.tone.oklab import from_oklab, to_oklab
from tests.tone.frames import P3, matrix_profile

SRGB = space_of(None)


def test_known_colours() -> None:
    light = np.array([[[1, 1, 1], [1, 0, 0], [0, 0, 1], [0.18, 0.18, 0.18]]], np.float32)
    lab = to_oklab(light, SRGB)[0]
    # CSS Color 4: white, red and blue of sRGB.
    assert lab[0].tolist() == pytest.approx([1, 0, 0], abs=1e-3)
    assert lab[1].tolist() == pytest.approx([0.62796, 0.22486, 0.12585], abs=1e-3)
    assert lab[2].tolist() == pytest.approx([0.45201, -0.03246, -0.31153], abs=1e-3)
    assert lab[3, 0] == pytest.approx(0.18 ** (1 / 3), abs=1e-3)


@pytest.mark.parametrize("icc", [None, matrix_profile(P3, 2.2)])
def test_there_and_back(icc: bytes | None) -> None:
    space = space_of(icc)
    light = np.random.default_rng(0).random((8, 9, 3)).astype(np.float32) * 2 - np.float32(0.2)
    before = light.copy()
    assert np.allclose(from_oklab(to_oklab(light, space), space), light, atol=2e-5)
    assert np.array_equal(light, before)


def test_one_colour_is_one_whatever_its_encoding() -> None:
    wide = space_of(matrix_profile(P3, 2.2))
    light = np.array([[[0.4, 0.2, 0.1]]], np.float32)
    assert np.allclose(to_oklab(light @ wide.from_srgb.T, wide), to_oklab(light, SRGB), atol=1e-4)
