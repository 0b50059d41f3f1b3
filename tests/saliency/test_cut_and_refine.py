from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from keepdial.saliency.cut import cut
from keepdial.saliency.person import person_map
from keepdial.saliency.refine import guided, refine
from keepdial.saliency.subject import tidy

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _halves(width: int = 24) -> NDArray[np.float32]:
    lab = np.full((16, width, 3), (30, 0, 0), np.float32)
    lab[:, width // 2 :] = (80, 0, 0)
    return lab


def test_a_cut_follows_the_edge_of_the_picture() -> None:
    odds = np.zeros((16, 24), np.float32)
    odds[:, :4], odds[:, -4:] = 4, -4
    found = cut(odds, _halves())
    assert found[:, :12].all()
    assert not found[:, 12:].any()


def test_strong_evidence_beats_smoothness_and_weak_does_not() -> None:
    lab = np.random.default_rng(0).normal(50, 8, (16, 24, 3)).astype(np.float32)
    for strength, expected in ((6.0, True), (0.5, False)):
        odds = np.full((16, 24), -strength, np.float32)
        odds[6:10, 8:12] = strength
        assert cut(odds, lab, smooth=1.0)[7, 9] == expected


@pytest.mark.parametrize("smooth", [0.1, 0.5, 2.0, 20.0])
def test_evidence_keeps_its_sign_at_any_weight(smooth: float) -> None:
    odds = np.where(np.arange(24) < 12, 6, -6).astype(np.float32)[None].repeat(16, 0)
    np.testing.assert_array_equal(cut(odds, _halves(), smooth=smooth), odds > 0)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (5, 1), (2, 2)])
def test_tiny_cuts(shape: tuple[int, int]) -> None:
    odds = np.full(shape, -1, np.float32)
    odds[0, 0] = 1
    assert cut(odds, np.zeros((*shape, 3), np.float32)).shape == shape


def test_refining_moves_the_edge_onto_the_pictures() -> None:
    rgb = np.full((120, 160, 3), 40, np.uint8)
    rgb[:, 80:] = 220
    small = np.zeros((30, 40), np.float32)
    small[:, 19:] = 1  # a pixel of the small mask is four of the picture: its edge lies at 76
    mask = refine(small, rgb)
    assert mask.shape == (120, 160)
    assert mask[:, :78].max() < 0.5
    assert mask[:, 82:].min() > 0.5
    soft = (mask > 0.02) & (mask < 0.98)
    assert soft.sum(axis=1).mean() <= 4  # both sides of the edge


def test_refining_leaves_empty_and_full_masks_alone() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    for value in (0.0, 1.0):
        np.testing.assert_array_equal(refine(np.full((25, 35), value, np.float32), rgb), value)


def test_tiles_make_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    rgb = rng.integers(0, 256, (90, 100, 3), dtype=np.uint8)
    small = (rng.random((45, 50)) > 0.5).astype(np.float32)
    whole = refine(small, rgb)
    monkeypatch.setattr("keepdial.saliency.refine.TILE", 32)
    np.testing.assert_allclose(refine(small, rgb), whole, atol=1e-3)


def test_the_guided_filter_keeps_a_constant() -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    np.testing.assert_allclose(guided(np.full((20, 20), 0.3, np.float32), rgb), 0.3, atol=1e-3)


def test_tidy_drops_pieces_and_fills_holes() -> None:
    inside = np.zeros((60, 60), np.bool_)
    inside[10:40, 10:40] = True
    inside[20:22, 20:22] = False
    inside[50:55, 50:55] = True
    expected = np.zeros_like(inside)
    expected[10:40, 10:40] = True
    np.testing.assert_array_equal(tidy(inside), expected)
    assert not tidy(np.zeros((3, 3), np.bool_)).any()


def test_a_person_is_looked_at_twice_and_up_close() -> None:
    rgb = np.zeros((100, 200, 3), np.uint8)
    rgb[40:60, 90:110] = 255
    sizes = []

    def predict(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        sizes.append(picture.shape[:2])
        return (picture[..., 0] / 255).astype(np.float32)

    found = person_map(rgb, predict)
    # 20 x 20 and a margin of 15 % of 20 on all sides.
    assert sizes == [(100, 200), (100, 200), (26, 26), (26, 26)]
    np.testing.assert_array_equal(found, rgb[..., 0] / 255)


def test_nobody_there_no_second_look() -> None:
    calls = []

    def predict(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        calls.append(picture)
        return np.zeros(picture.shape[:2], np.float32)

    assert not person_map(np.zeros((20, 30, 3), np.uint8), predict).any()
    assert len(calls) == 2
