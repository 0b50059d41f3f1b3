"""Every finder looks at every kind of picture and answers, or says what is wrong: it never breaks."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from keepdial.errors import KeepdialError, SelectionError
from keepdial.image import Image
from keepdial.request import Selector
from keepdial.select import finders, select

OPTIONS: dict[str, dict[str, Any]] = {
    "what": {"words": "the red cup and the left half"},
    "place": {"name": "left half"},
    "colour": {"name": "red"},
    "shadow": {"of": "red"},
    "suggestion": {"number": 1},
    "points": {"inside": [[0.5, 0.5]]},
    "snap": {"points": [[0, 0], [0.9, 0], [0.9, 0.9]]},
    "box": {"x": 0, "y": 0, "width": 1, "height": 1},
    "polygon": {"points": [[0, 0], [1, 0], [1, 1]]},
    "stroke": {"points": [[0, 0]], "width": 2},
    "mask": {"png": ""},
}


def noise(height: int, width: int, channels: int, dtype: type[Any]) -> NDArray[Any]:
    rng = np.random.default_rng(height * 1000 + width)
    return rng.integers(0, np.iinfo(dtype).max, (height, width, channels)).astype(dtype)


PICTURES = {
    "one pixel": Image(noise(1, 1, 3, np.uint8)),
    "a row": Image(noise(1, 300, 3, np.uint8)),
    "a column, grey": Image(noise(300, 1, 1, np.uint8)),
    "two by three, 16 bit": Image(noise(2, 3, 3, np.uint16)),
    "grey, 16 bit": Image(noise(33, 47, 1, np.uint16)),
    "transparent": Image(noise(40, 30, 3, np.uint8), np.zeros((40, 30), np.uint8)),
    "flat black": Image(np.zeros((70, 90, 3), np.uint8)),
    "flat white": Image(np.full((70, 90, 3), 255, np.uint8)),
    "noise": Image(noise(64, 200, 3, np.uint8)),
}


@pytest.mark.parametrize("kind", sorted(finders()))
@pytest.mark.parametrize("name", PICTURES)
def test_a_finder_answers_or_says_why_not(kind: str, name: str) -> None:
    image = PICTURES[name]
    try:
        selection = select([Selector(kind=kind, options=OPTIONS.get(kind, {}))], image)
    except KeepdialError:
        return
    assert selection.mask.shape == image.pixels.shape[:2]
    assert selection.mask.dtype == np.float32
    assert 0 <= selection.mask.min() <= selection.mask.max() <= 1


@pytest.mark.shared
@pytest.mark.parametrize("kind", ["objects", "hair", "subject"])
@pytest.mark.parametrize("name", PICTURES)
def test_so_do_those_that_have_models(
    kind: str, name: str, shared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ai_edge_litert", reason="the extra keepdial[tflite] is not installed")
    monkeypatch.setitem(os.environ, "KEEPDIAL_MODELS", str(shared / "models"))
    # A picture of its own: what was found without the models is remembered with the picture.
    image = Image(PICTURES[name].pixels.copy(), PICTURES[name].alpha)
    try:
        selection = select([Selector(kind=kind)], image)
    except SelectionError:
        return
    assert selection.mask.shape == image.pixels.shape[:2]
