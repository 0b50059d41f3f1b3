from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import keepdial.arrays
from keepdial.arrays import inpaint
from keepdial.backends.echo import BACKEND as ECHO
from keepdial.errors import ParameterError, RouteError, SelectionError


@pytest.fixture(autouse=True, scope="module")
def echoing() -> Any:
    """The echo instead of the engine: what these tests are about is what surrounds it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keepdial.arrays, "backends", lambda: {"patch": ECHO})
        yield


@settings(deadline=None)
@given(
    height=st.integers(1, 50),
    width=st.integers(1, 50),
    shape=st.sampled_from([(), (1,), (3,)]),
    kind=st.sampled_from([np.uint8, np.uint16]),
    soft=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_only_the_mask_changes_and_shape_and_type_stay(
    height: int, width: int, shape: tuple[int, ...], kind: Any, soft: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 200, (height, width, *shape)).astype(kind)
    mask: Any = rng.random((height, width)) > 0.8
    if soft:
        mask = mask * rng.random((height, width))
    if mask.all():
        return
    before = pixels.copy(), mask.copy()
    result = inpaint(pixels, mask, seed=seed)
    assert (result.shape, result.dtype) == (pixels.shape, pixels.dtype)
    assert np.array_equal(result[mask == 0], pixels[mask == 0])
    if not soft and mask.any():
        assert (result[mask] != pixels[mask]).any(axis=-1 if shape else None).all()
    assert np.array_equal(pixels, before[0])
    assert np.array_equal(mask, before[1])
    assert pixels.flags.writeable
    assert mask.flags.writeable
    assert result.flags.writeable
    assert not np.shares_memory(result, pixels)


def test_an_empty_mask_returns_a_copy() -> None:
    pixels = np.zeros((3, 4, 3), np.uint8)
    result = inpaint(pixels, np.zeros((3, 4), bool))
    assert np.array_equal(result, pixels)
    assert not np.shares_memory(result, pixels)


@pytest.mark.parametrize(
    ("pixels", "mask", "said"),
    [
        (np.zeros((3, 4, 3), np.uint8), np.zeros((4, 3), bool), "mask.shape"),
        (np.zeros((3, 4, 3), np.uint8), np.zeros((3, 4), np.uint8), "mask.dtype"),
        (np.zeros((3, 4, 3), np.float32), np.zeros((3, 4), bool), "pixels.dtype"),
        (np.zeros((3, 4, 2), np.uint8), np.zeros((3, 4), bool), "pixels.shape"),
        (np.zeros((0, 4, 3), np.uint8), np.zeros((0, 4), bool), "pixels.shape"),
    ],
)
def test_arrays_that_do_not_fit_are_named(pixels: Any, mask: Any, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        inpaint(pixels, mask)


def test_mask_values_that_are_no_parts_are_refused() -> None:
    for bad in (np.nan, 2.0):
        with pytest.raises(SelectionError):
            inpaint(np.zeros((3, 4, 3), np.uint8), np.full((3, 4), bad))


def test_seeds_outside_their_range_are_named() -> None:
    with pytest.raises(ParameterError, match="seed"):
        inpaint(np.zeros((3, 4, 3), np.uint8), np.eye(3, 4) > 0, seed=-1)


def test_without_the_engine_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepdial.arrays, "backends", dict)
    with pytest.raises(RouteError):
        inpaint(np.zeros((3, 4, 3), np.uint8), np.eye(3, 4) > 0)
