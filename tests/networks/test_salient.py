"""U2-Net, IS-Net and BiRefNet's signature, with tiny graphs that answer with the red plane."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from keepdial.errors import ModelMissing
from keepdial.models import card
from keepdial.networks import salient
from tests.networks import graphs


def red_plane(path: Path, side: int) -> None:
    graphs.write(
        path,
        [graphs.node("Gather", ["input", "red"], "output", axis=1)],
        [graphs.value("input", [1, 3, side, side])],
        [graphs.value("output", [1, 1, side, side])],
        [graphs.constant("red", [0], np.int64)],
    )


@pytest.mark.parametrize(("name", "side"), [("u2net", 320), ("isnet", 1024), ("birefnet-lite", 1024)])
def test_each_answers_in_place_from_0_to_1(model_folder: Path, name: str, side: int) -> None:
    red_plane(model_folder / card(name).file, side)
    assert salient.ready() == name
    rgb = np.zeros((50, 100, 3), np.uint8)
    rgb[:, :25, 0] = 200
    found = salient.subject(rgb)
    assert found.shape == (50, 100)
    assert found.dtype == np.float32
    assert found[25, 10] == pytest.approx(1)
    assert found[25, 60] == pytest.approx(0)


def test_the_best_one_is_asked(model_folder: Path) -> None:
    for name, side in (("u2net", 320), ("birefnet-lite", 1024)):
        red_plane(model_folder / card(name).file, side)
    assert salient.ready() == "birefnet-lite"


@pytest.mark.parametrize(("level", "wanted"), [(0, 0.0), (255, 1.0)])
def test_a_picture_without_differences_is_not_stretched_into_one(
    model_folder: Path, level: int, wanted: float
) -> None:
    red_plane(model_folder / card("isnet").file, 1024)
    # IS-Net takes 0.5 off: black answers -0.5 everywhere, white 0.5.
    found = salient.subject(np.full((1, 1, 3), level, np.uint8))
    assert found.tolist() == [[pytest.approx(wanted, abs=0.5)]]
    assert (found >= 0.5).all() == bool(wanted)


def test_without_any_the_answer_says_how_to_get_one(no_models: None) -> None:
    assert salient.ready() is None
    with pytest.raises(ModelMissing, match="keepdial models get u2net"):
        salient.subject(np.zeros((4, 4, 3), np.uint8))
