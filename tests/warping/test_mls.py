from __future__ import annotations

import numpy as np
import pytest

from keepdial.errors import ParameterError
from keepdial.warping import identity, mls_map
from keepdial.warping.mls import Kind

HANDLES = np.array([(5, 5), (25, 6), (14, 24)], float)


@pytest.mark.parametrize("kind", ["affine", "similarity", "rigid"])
def test_one_handle_moves_everything(kind: Kind) -> None:
    made = mls_map((20, 30), [(4, 5)], [(7, 3)], kind=kind)
    assert np.allclose(made, identity((20, 30)) - (3, -2), atol=1e-4)


@pytest.mark.parametrize(
    ("kind", "matrix"),
    [
        ("rigid", [[0.8, -0.6], [0.6, 0.8]]),
        ("similarity", [[1.2, -0.5], [0.5, 1.2]]),
        ("affine", [[1.3, 0.4], [0.1, 0.8]]),
    ],
)
def test_each_kind_gives_its_own_transformation_back(kind: Kind, matrix: list[list[float]]) -> None:
    turn = np.array(matrix)
    made = mls_map((30, 30), HANDLES @ turn.T, HANDLES, kind=kind, grid=1)
    # From a place in the result to the source: by the same matrix.
    assert np.allclose(made, identity((30, 30)) @ turn.T, atol=1e-3)


def test_far_from_the_handles_rigid_does_not_scale() -> None:
    apart = {}
    kinds: tuple[Kind, ...] = ("rigid", "similarity")
    for kind in kinds:
        made = mls_map((9, 900), HANDLES * 2, HANDLES, kind=kind, grid=1)
        apart[kind] = float(np.linalg.norm(made[5, 890] - made[5, 880])) / 10
    assert apart["rigid"] == pytest.approx(1, abs=0.02)
    assert apart["similarity"] == pytest.approx(2, abs=0.02)


def test_handles_are_met() -> None:
    targets = HANDLES + np.array([(2, 1), (-1, 3), (0, -2)])
    made = mls_map((32, 32), HANDLES, targets, grid=1)
    for handle, (x, y) in zip(HANDLES, targets.astype(int), strict=True):
        assert np.allclose(made[y, x], handle, atol=1e-3)


def test_what_is_not_free_stays() -> None:
    free = np.zeros((40, 40), bool)
    free[8:32, 8:32] = True
    made = mls_map((40, 40), [(20, 20)], [(23, 20)], free=free)
    assert np.array_equal(made[~free], identity((40, 40))[~free])
    assert np.abs(made[20, 23] - (20, 20)).max() < 0.8


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ParameterError, match="handles"):
        mls_map((9, 9), [], [])
    with pytest.raises(ParameterError, match="grid"):
        mls_map((9, 9), [(1, 1)], [(2, 2)], grid=0)
