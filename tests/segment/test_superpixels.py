"""Patches, the edges between them, and the order in which they join."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from keepdial.segment.superpixels import Patches, patches
from keepdial.segment.tree import merged


def halves(height: int = 12, width: int = 16) -> NDArray[np.float32]:
    lab = np.zeros((height, width, 3), np.float32)
    lab[..., 0] = 20
    lab[:, width // 2 :, 0] = 80
    return lab


def test_no_patch_lies_on_both_sides_of_a_step() -> None:
    lab = halves()
    step = np.zeros(lab.shape[:2], np.float32)
    step[:, 7:9] = 1
    found, (mean,) = patches(lab, [step])
    left, right = set(found.labels[:, :8].ravel()), set(found.labels[:, 8:].ravel())
    assert not left & right
    assert sorted(left | right) == list(range(found.count))
    assert found.area.sum() == 12 * 16
    across = np.array([(a in left) != (b in left) for a, b in zip(found.u, found.v, strict=True)])
    assert mean[across].tolist() == [1.0] * int(across.sum())
    assert found.length[across].sum() >= 11
    assert (found.u < found.v).all()


def test_means_over_patches() -> None:
    found, _ = patches(halves(), [np.zeros((12, 16), np.float32)])
    light = found.mean(halves())
    assert light.shape == (found.count, 3)
    assert set(np.round(light[:, 0], 4)) == {20.0, 80.0}
    assert found.mean(np.ones((12, 16), bool)).tolist() == [1.0] * found.count


def test_a_single_pixel_is_a_patch() -> None:
    found, (mean,) = patches(np.zeros((1, 1, 3), np.float32), [np.zeros((1, 1), np.float32)])
    assert (found.count, found.u.size, mean.size) == (1, 0, 0)
    tree = merged(found, np.zeros(0))
    assert tree.joins(np.array([0])).tolist() == [0.0]


def chain(*lengths: float) -> Patches:
    n = len(lengths) + 1
    ends = np.arange(n - 1, dtype=np.int32)
    ones = np.ones(n)
    labels = np.arange(n, dtype=np.int32)[None]
    return Patches(labels, n, ones, np.zeros((n, 2)), ones, ends, ends + 1, np.array(lengths))


def test_weak_edges_join_first_and_heights_never_fall() -> None:
    tree = merged(chain(1, 1, 1), np.array([0.1, 0.9, 0.2]))
    assert tree.parent.tolist() == [4, 4, 5, 5, 6, 6, -1]
    assert np.allclose(tree.height, [0, 0, 0, 0, 0.1, 0.2, 0.9 * 2**0.1])
    assert np.allclose(tree.joins(np.array([0])), [0, 0.1, 0.9 * 2**0.1, 0.9 * 2**0.1])
    assert np.allclose(tree.joins(np.array([0, 3])), [0, 0.1, 0.2, 0])
