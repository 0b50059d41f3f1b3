from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepdial.errors import ParameterError
from keepdial.regions.colours import COLOURS, colour_map

BASIC = (
    "red",
    "orange",
    "yellow",
    "green",
    "cyan",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "white",
    "grey",
)


def _of(colour: tuple[int, int, int], name: str) -> float:
    return float(colour_map(np.full((3, 3, 3), colour, np.uint8), name)[1, 1])


# CSS colours, and a few that photographs hold, with what people call them.
@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((255, 0, 0), "red"),
        ((139, 0, 0), "red"),
        ((178, 34, 34), "red"),
        ((255, 140, 0), "orange"),
        ((255, 255, 0), "yellow"),
        ((240, 220, 90), "yellow"),
        ((0, 128, 0), "green"),
        ((0, 255, 0), "green"),
        ((85, 107, 47), "green"),
        ((0, 255, 255), "cyan"),
        ((0, 0, 255), "blue"),
        ((70, 130, 180), "blue"),
        ((135, 206, 235), "blue"),
        ((128, 0, 128), "purple"),
        ((75, 0, 130), "purple"),
        ((255, 192, 203), "pink"),
        ((255, 105, 180), "pink"),
        ((139, 69, 19), "brown"),
        ((101, 67, 33), "brown"),
        ((0, 0, 0), "black"),
        ((30, 30, 32), "black"),
        ((255, 255, 255), "white"),
        ((240, 240, 238), "white"),
        ((128, 128, 128), "grey"),
    ],
)
def test_a_colour_is_called_what_people_call_it(colour: tuple[int, int, int], name: str) -> None:
    chances = {basic: _of(colour, basic) for basic in BASIC}
    assert max(chances, key=lambda basic: chances[basic]) == name, chances
    assert chances[name] >= 0.5


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((64, 224, 208), "turquoise"),
        ((0, 128, 128), "teal"),
        ((245, 245, 220), "beige"),
        ((210, 180, 140), "tan"),
        ((255, 215, 0), "gold"),
        ((192, 192, 192), "silver"),
        ((255, 0, 255), "magenta"),
        ((0, 0, 90), "navy"),
        ((128, 0, 0), "dark red"),
        ((0, 60, 0), "dark green"),
        ((173, 216, 230), "light blue"),
        ((144, 238, 144), "light green"),
        ((40, 40, 40), "dark gray"),
        ((211, 211, 211), "light grey"),
    ],
)
def test_other_names(colour: tuple[int, int, int], name: str) -> None:
    assert _of(colour, name) >= 0.5


@pytest.mark.parametrize(
    ("colour", "name"),
    [
        ((255, 0, 0), "green"),
        ((255, 160, 160), "dark red"),
        ((0, 60, 0), "light green"),
        ((128, 128, 128), "blue"),
    ],
)
def test_other_colours_are_not_called_so(colour: tuple[int, int, int], name: str) -> None:
    assert _of(colour, name) == 0


def test_borders_between_names_are_soft() -> None:
    ramp = np.stack([np.full(256, 255), np.arange(256), np.zeros(256)], 1).astype(np.uint8)
    orange = colour_map(np.repeat(ramp[None], 3, 0), "orange")[1]
    assert orange[0] < 0.01
    assert orange.max() == 1
    assert np.abs(np.diff(orange)).max() < 0.15


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ParameterError, match="name"):
        colour_map(np.zeros((2, 2, 3), np.uint8), "sky")


def test_strips_make_no_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (40, 20, 3), dtype=np.uint8)
    whole = colour_map(rgb, "green")
    monkeypatch.setattr("keepdial.regions.colours.STRIP", 7)
    np.testing.assert_array_equal(colour_map(rgb, "green"), whole)


@given(st.sampled_from(sorted(COLOURS)), st.integers(1, 6), st.integers(1, 6), st.integers(0, 9))
def test_every_name_answers_within_0_and_1(name: str, height: int, width: int, seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    found = colour_map(rgb, name)
    assert found.shape == (height, width)
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1
