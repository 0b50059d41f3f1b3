from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from keepdial.errors import ParameterError
from keepdial.verify import haarpsi as module
from keepdial.verify.haarpsi import UNRELATED, gmsd, haarpsi, kept, psnr

from .pictures import box_mask, grain


def ramp(channels: int = 3) -> NDArray[np.uint8]:
    """8 x 8 px, values 0, 4, 8, ... 252, the same in each channel."""
    values = (np.arange(64, dtype=np.uint8) * 4).reshape(8, 8, 1)
    return np.repeat(values, channels, axis=2)


# The numbers below come from the paper's formula evaluated step by step with scipy's convolve in float64
# (shared/tools/metrics.py), not from the code under test.
EXPECTED = [
    ("turned", ramp().swapaxes(0, 1), 0.351032, 0.092485),
    ("brighter by 20", np.minimum(ramp(), 235) + np.uint8(20), 0.987919, 0.001395),
    ("flat", np.full((8, 8, 3), 100, np.uint8), 0.299577, 0.01414),
]


@pytest.mark.parametrize(("name", "other", "similarity", "deviation"), EXPECTED)
def test_expected_numbers(name: str, other: NDArray[np.uint8], similarity: float, deviation: float) -> None:
    assert haarpsi(ramp(), other) == pytest.approx(similarity, abs=1e-4), name
    assert gmsd(ramp(), other) == pytest.approx(deviation, abs=1e-4), name


def test_psnr_of_one_level_off_everywhere() -> None:
    a = np.full((4, 4, 3), 10, np.uint8)
    assert psnr(a, a + np.uint8(1)) == pytest.approx(48.1308, abs=1e-3)  # 20 log10(255)
    assert psnr(a, a) == float("inf")
    wide = a.astype(np.uint16) * 257
    assert psnr(wide, wide + np.uint16(257)) == pytest.approx(48.1308, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(
    height=st.integers(20, 150),
    width=st.integers(20, 150),
    channels=st.sampled_from([1, 3]),
    changed=st.lists(
        st.tuples(*[st.integers(0, 150)] * 2, *[st.integers(1, 30)] * 2), min_size=1, max_size=2
    ),
    seed=st.integers(0, 9),
)
def test_what_is_computed_around_a_change_is_what_is_computed_everywhere(
    height: int, width: int, channels: int, changed: list[tuple[int, ...]], seed: int
) -> None:
    a = grain(height, width, seed=seed)[..., :channels].copy()
    b = a.copy()
    for x, y, w, h in changed:
        b[y % height : y % height + h, x % width : x % width + w] ^= 60
    whole = (slice(0, (height + 1) // 2), slice(0, (width + 1) // 2))
    assert module._tile(a, b, whole) == pytest.approx(module._compared(a, b, whole), rel=1e-6)
    assert module._tile(a, a, whole) == pytest.approx(module._compared(a, a, whole), rel=1e-6)


def test_both_depths_and_grey_agree() -> None:
    a, b = grain(40, 50), grain(40, 50, seed=1)
    wide = a.astype(np.uint16) * 257, b.astype(np.uint16) * 257
    assert haarpsi(*wide) == pytest.approx(haarpsi(a, b), abs=1e-5)
    assert gmsd(*wide) == pytest.approx(gmsd(a, b), abs=1e-5)
    grey = a[..., :1], b[..., :1]
    assert 0 < haarpsi(*grey) < 1
    # Three equal channels differ from one grey one by the chroma term, which is 1 there.
    assert haarpsi(*(np.repeat(g, 3, axis=2) for g in grey)) > haarpsi(*grey)


@pytest.mark.parametrize("channels", [1, 3])
def test_tiles_do_not_change_the_number(monkeypatch: pytest.MonkeyPatch, channels: int) -> None:
    a, b = grain(301, 165, channels=channels), grain(301, 165, seed=3, channels=channels)
    b[:200, :100] = a[:200, :100]
    whole = haarpsi(a, b), gmsd(a, b), psnr(a, b)
    monkeypatch.setattr(module, "TILE", 32)
    assert (haarpsi(a, b), gmsd(a, b), psnr(a, b)) == pytest.approx(whole, abs=1e-6)


def test_kept_of_identical_and_of_unrelated() -> None:
    a = grain(64, 64)
    mask = box_mask(64, 64, 10, 10, 40, 40)
    assert kept(a, a, mask) == 1.0
    coarse = np.random.default_rng(5).integers(0, 256, (16, 16, 3), np.uint8)
    other = coarse.repeat(4, axis=0).repeat(4, axis=1)
    assert kept(a, other, mask) == 0.0
    assert kept(a, other, np.zeros((64, 64), np.float32)) == 1.0


def test_kept_is_the_formula_over_the_mask_box_grown_to_32() -> None:
    a = grain(64, 80)
    b = a.copy()
    b[30:34, 40:44] = 255
    s = haarpsi(a[16:48, 26:58], b[16:48, 26:58])
    assert kept(a, b, box_mask(64, 80, 40, 30, 4, 4)) == pytest.approx((s - UNRELATED) / (1 - UNRELATED))


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ParameterError, match="shape and depth"):
        haarpsi(grain(8, 8), grain(8, 9))
    with pytest.raises(ParameterError, match="shape and depth"):
        gmsd(grain(8, 8), grain(8, 8).astype(np.uint16))


pictures = arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3])))


@settings(max_examples=60, deadline=None)
@given(a=pictures, seed=st.integers(0, 2**32 - 1))
def test_symmetric_and_in_range(a: NDArray[np.uint8], seed: int) -> None:
    b = np.random.default_rng(seed).integers(0, 256, a.shape, np.uint8)
    s = haarpsi(a, b)
    assert 0 <= s <= 1
    assert s == pytest.approx(haarpsi(b, a), abs=1e-5)
    assert haarpsi(a, a) == 1
    assert gmsd(a, a) == 0
    assert 0 <= kept(a, b, np.ones(a.shape[:2], np.float32)) <= 1


@pytest.mark.shared
def test_agrees_with_the_reference(shared: Path) -> None:
    path = shared / "tools" / "metrics.py"
    pytest.importorskip("skimage", reason="the reference imports scikit-image")
    spec = importlib.util.spec_from_file_location("reference_metrics", path)
    assert spec is not None
    assert spec.loader is not None
    reference: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    from keepdial.files import open_image

    kodak = [open_image(shared / "data" / "kodak24" / f"kodim0{i}.png").pixels for i in (1, 2)]
    darker = (kodak[0] // 2).astype(np.uint8)
    for rows, columns in (
        (slice(0, 300), slice(0, 400)),
        (slice(5, 102), slice(7, 68)),
        (slice(8), slice(8)),
    ):
        for a, b in ((kodak[0], kodak[1]), (kodak[0], darker)):
            a, b = a[rows, columns], b[rows, columns]
            assert haarpsi(a, b) == pytest.approx(reference.haarpsi(a, b), abs=1e-4)
            assert gmsd(a, b) == pytest.approx(reference.gmsd(a, b), abs=1e-4)
            assert psnr(a, b) == pytest.approx(reference.psnr(a, b), abs=1e-3)
